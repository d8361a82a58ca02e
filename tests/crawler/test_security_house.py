"""The house's own promises: templates that cannot execute, pinned packages, and pages whose every line has its test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import TemplateNotFound
from jinja2.exceptions import SecurityError

from config.places import CHECKOUT
from report.forms.as_html import environment

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ percent.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.system('id') }}",
        "{{ '{0.__class__.__init__.__globals__}'.format(time_tag) }}",
        "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
        "{{ range(10000000) | list }}",
    ],
)
def test_a_template_of_an_office_cannot_execute(tmp_path: Path, attack: str) -> None:
    (tmp_path / "sheet.html").write_text(attack, encoding="utf-8")
    with pytest.raises((SecurityError, OverflowError)):
        environment([tmp_path]).get_template("sheet.html").render()


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../secret", "..\\secret"])
def test_a_template_cannot_include_other_files(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "sheet.html").write_text("{% include name %}")
    with pytest.raises(TemplateNotFound):
        environment([folder]).get_template("sheet.html").render(name=name)


@pytest.mark.parametrize("name", ["runtime", "test"])
def test_every_pinned_package_has_one_version_and_a_hash_and_no_address(name: str) -> None:
    """What is not done here: asking a database of known holes, which needs the network (docs/security.md)."""
    text = (CHECKOUT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    lines = [
        line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    assert len(lines) > 50
    for line in lines:
        assert re.fullmatch(
            r"[A-Za-z0-9][\w.\[\]-]*==[\w.+!-]+(\s+;[^#]*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", line
        ), line[:80]
    # One for each version of Python where a marker says so.
    names = [re.sub(r"[-_.]+", "-", line.partition("==")[0].lower()) for line in lines if " ;" not in line]
    assert len(names) == len(set(names))


def test_every_package_the_project_names_is_pinned_as_it_names_it() -> None:
    import tomllib

    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = (CHECKOUT / "requirements" / "runtime.txt").read_text(encoding="utf-8").lower()
    for wanted in project["dependencies"]:
        plain = re.sub(r"\[.*?\]", "", wanted).lower()
        assert re.search(
            rf"^{re.escape(plain).replace('_', '[-_]')}[\s\\]", re.sub(r"\[.*?\]", "", pins), re.MULTILINE
        ), wanted


def test_names_of_the_standard_library_are_not_installed_as_packages() -> None:
    """A package that takes such a name would be imported in its stead by a careless path."""
    import sys

    pins = (CHECKOUT / "requirements" / "test.txt").read_text(encoding="utf-8")
    names = set(re.findall(r"^([a-z0-9][\w-]*)==", pins, re.MULTILINE))
    assert not names & {name for name in sys.stdlib_module_names if not name.startswith("_")}


@pytest.mark.parametrize(("page", "least"), [("reliability.md", 25), ("security.md", 25)])
def test_every_line_of_the_tables_names_a_test_that_exists(page: str, least: int) -> None:
    text = (CHECKOUT / "docs" / page).read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and not set(line) <= set("|- ")]
    rows = [line for line in rows if not line.startswith(("| fault |", "| threat |", "| promise |"))]
    assert len(rows) >= least
    for row in rows:
        named = NAMED.findall(row.split("|")[-2])
        assert named, row
        for file, test in named:
            assert re.search(rf"^(async )?def {test}\(", (CHECKOUT / file).read_text(encoding="utf-8"), re.MULTILINE), (
                test
            )
