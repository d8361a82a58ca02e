"""What an office may change: words and templates of its own, and what it is told when they are wrong."""

import pytest

from config.loader import BUILTIN, ConfigError
from report.forms.as_html import as_html
from report.style import load_style


def overlay(folder, name, text):
    (folder / "report").mkdir(exist_ok=True)
    (folder / "report" / name).write_text(text, encoding="utf-8")
    return (BUILTIN, folder)


def test_single_words_are_replaced_and_the_others_stay(tmp_path, style):
    folders = overlay(tmp_path, "sheet.toml", '[head]\nissuer = "Văn phòng"\n[levels]\n3 = "Hỏa tốc"\n')
    changed = load_style(folders)
    assert (changed.head.issuer, changed.head.superior) == ("Văn phòng", style.head.superior)
    assert (changed.levels[3], changed.levels[0]) == ("Hỏa tốc", style.levels[0])
    assert len(changed.fields) == 12


def test_a_template_of_ones_own_wins_and_keeps_our_style_sheet(tmp_path, sheet, style):
    folders = overlay(tmp_path, "sheet.html", "<style>{% include 'sheet.css' %}</style>{{ sheet.counts.articles }} tin")
    page = as_html(sheet, style, folders).decode()
    assert page.endswith("12 tin")
    assert "@media print" in page


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[head\n", "syntax"),
        ("[head]\nissuer = 3\n", "issuer"),
        ("[heads]\nissuer = 'x'\n", "heads"),
        ("[levels]\nbốn = 'x'\n", "syntax"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path, text, told):
    folders = overlay(tmp_path, "sheet.toml", text)
    with pytest.raises(ConfigError, match=told) as caught:
        load_style(folders)
    assert caught.value.file == tmp_path / "report" / "sheet.toml"


def test_a_level_without_a_name_is_a_mistake(tmp_path):
    words = (BUILTIN / "report" / "sheet.toml").read_text(encoding="utf-8").replace('2 = "Cần phản hồi"\n', "")
    overlay(tmp_path, "sheet.toml", words)
    with pytest.raises(ConfigError, match=r"levels\.2.*no name"):
        load_style([tmp_path])
