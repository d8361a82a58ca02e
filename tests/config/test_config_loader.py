"""Configuration is checked at load: a mistake names file, key, problem and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import ConfigError, load

OUTLET = 'id = "bao-a"\nname = "Báo A"\ndomains = ["a.example"]\ntier = "local"\nfeeds = ["https://a.example/rss"]\n'


def overlay(tmp_path: Path, outlet: str | None = OUTLET, settings: str | None = None) -> Path:
    (tmp_path / "outlets").mkdir(exist_ok=True)
    if outlet is not None:
        (tmp_path / "outlets" / "a.toml").write_text(outlet, encoding="utf-8")
    if settings is not None:
        (tmp_path / "settings.toml").write_text(settings, encoding="utf-8")
    return tmp_path


def test_shipped_configuration_loads() -> None:
    config = load()
    assert len(config.outlets) >= 12
    assert list(config.outlets) == sorted(config.outlets)


def test_overlay_adds_an_outlet_and_replaces_single_settings(tmp_path: Path) -> None:
    shipped = load()
    config = load([overlay(tmp_path, settings="[crawl]\npace_seconds = 0.5\n")])
    assert config.settings.crawl.pace_seconds == 0.5
    assert config.settings.crawl.timeout_seconds == shipped.settings.crawl.timeout_seconds
    assert set(config.outlets) == {*shipped.outlets, "bao-a"}


def test_overlay_can_stand_alone(tmp_path: Path) -> None:
    config = load([overlay(tmp_path, settings="builtin_outlets = false\n")])
    assert set(config.outlets) == {"bao-a"}


def test_host_belongs_to_the_longest_domain(tmp_path: Path) -> None:
    two = (
        "[[outlet]]\n"
        + OUTLET
        + "[[outlet]]\n"
        + OUTLET.replace("bao-a", "bao-b").replace('"a.example"', '"b.a.example"')
    )
    config = load([overlay(tmp_path, two)])
    assert config.outlet_of_host("m.b.a.example").id == "bao-b"
    assert config.outlet_of_host("www.a.example").id == "bao-a"
    assert config.outlet_of_host("xa.example") is None


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (('tier = "local"', 'tier = "lokal"'), "tier"),
        (('feeds = ["https://a.example/rss"]', 'feeds = ["a.example/rss"]'), "feeds"),
        (('feeds = ["https://a.example/rss"]', ""), "feeds"),
        (('id = "bao-a"', 'id = "Báo A"'), "id"),
        (('domains = ["a.example"]', "domains = []"), "domains"),
        (("name = ", "nmae = "), "(top)"),
        (('tier = "local"', 'tier = "local"\npace_seconds = -1.0'), "pace_seconds"),
    ],
)
def test_a_mistake_names_file_key_and_remedy(tmp_path: Path, change: tuple[str, str], key: str) -> None:
    folder = overlay(tmp_path, OUTLET.replace(*change))
    with pytest.raises(ConfigError) as caught:
        load([folder])
    assert caught.value.file == folder / "outlets" / "a.toml"
    assert caught.value.key == key
    assert caught.value.remedy


def test_broken_toml_and_missing_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="settings.toml"):
        load([overlay(tmp_path, settings="[crawl\n")])
    with pytest.raises(ConfigError, match="no such folder"):
        load([tmp_path / "nowhere"])


def test_unknown_setting_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load([overlay(tmp_path, settings="[crawl]\npace = 1.0\n")])
    assert caught.value.key == "crawl"
    assert "pace" in caught.value.problem


@pytest.mark.parametrize(
    ("settings", "key", "remedy"),
    [
        ("[crawl]\npace_second = 3.0\n", "crawl", "Did you mean pace_seconds?"),
        ("[crwl]\npace_seconds = 3.0\n", "(top)", "Did you mean crawl?"),
        ("pace_seconds = 3.0\n", "(top)", "It stands under [crawl]"),
        ('[sheet]\nformats = ["docxx"]\n', "sheet.formats[0]", "Write one of docx, eml, html, json, pdf, xlsx"),
        ('[sheet]\nday_starts_at = "6h"\n', "sheet.day_starts_at", 'Write it as in "06:00"'),
        ("[crawl]\npace_seconds = -3.0\n", "crawl.pace_seconds", "Write 0 or more"),
        ('[[delivery.channels]]\nname = "a"\nkind = "fax"\n', "delivery.channels[0].kind", "one of chat, folder, mail"),
        ('[crawl]\npace_seconds = "3"\n', "crawl.pace_seconds", "docs/configuration.md"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_settings_says_what_to_write(tmp_path: Path, settings: str, key: str, remedy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load([overlay(tmp_path, settings=settings)])
    assert (caught.value.key, caught.value.file.name) == (key, "settings.toml")
    assert remedy in caught.value.remedy


def test_a_tier_that_is_none_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Write one of aggregator, central, local, magazine, ministry, official"):
        load([overlay(tmp_path, OUTLET.replace('"local"', '"lokal"'))])


def test_a_file_of_a_windows_editor_is_read(tmp_path: Path) -> None:
    folder = overlay(tmp_path)
    (folder / "settings.toml").write_bytes(b"\xef\xbb\xbf[crawl]\r\npace_seconds = 4.0\r\n")
    assert load([folder]).settings.crawl.pace_seconds == 4.0
