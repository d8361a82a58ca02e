"""The registry of formats: what can be asked for, and what becomes of a format that this machine cannot make."""

from dataclasses import replace

import pytest

from report.forms import formats
from report.forms.as_html import as_html
from report.forms.as_json import as_json
from report.forms.formats import FORMATS, FormatUnavailableError, render, render_all


def test_html_and_json_are_what_their_modules_make(sheet, style, folders):
    assert render("html", sheet, style, folders) == as_html(sheet, style, folders)
    assert render("json", sheet, style, folders) == as_json(sheet, style)


def test_every_format_is_registered_under_its_own_name():
    assert all(name == made.name for name, made in FORMATS.items())


def test_a_format_this_machine_cannot_make_is_told_and_the_others_come(sheet, style, folders, monkeypatch):
    def refuse(*_):
        raise FormatUnavailableError("install libexample")

    broken = {**FORMATS, "html": replace(FORMATS["html"], render=refuse)}
    monkeypatch.setattr(formats, "FORMATS", broken)
    made = render_all(["html", "json", "json"], sheet, style, folders)
    assert list(made.files) == ["json"]
    assert made.unavailable == {"html": "install libexample"}


def test_an_unknown_format_is_an_error(sheet, style, folders):
    with pytest.raises(KeyError):
        render("doc", sheet, style, folders)
