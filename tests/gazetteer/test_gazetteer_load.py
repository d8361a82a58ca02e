"""The records: checked at load, looked up on a day, followed to their successors."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest

from config.loader import BUILTIN, ConfigError
from gazetteer.load import load
from gazetteer.records import Gazetteer, Unit

_TABLE = Path(__file__).parent / "current_successors.tsv"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load([BUILTIN])


def _facts() -> list[tuple[str, str, tuple[str, ...]]]:
    rows = [line.split("\t") for line in _TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [(unit_id, name, tuple(heirs.split())) for unit_id, name, heirs in rows]


def test_every_former_unit_leads_to_the_units_the_facts_name(gazetteer: Gazetteer) -> None:
    facts = _facts()
    assert len(facts) == 602
    wrong = {i: gazetteer.current_successors(i) for i, _, heirs in facts if gazetteer.current_successors(i) != heirs}
    assert wrong == {}


def test_114_units_are_in_force_today_and_are_their_own_successors(gazetteer: Gazetteer) -> None:
    today = [u for u in gazetteer.units.values() if u.valid_until is None and u.level == "commune"]
    assert len(today) == 114
    assert all(gazetteer.current_successors(u.id) == (u.id,) for u in today)


def test_counts_of_each_period_are_those_of_the_law(gazetteer: Gazetteer) -> None:
    def count(on: date, level: str) -> int:
        return sum(
            1 for u in gazetteer.units.values() if u.level == level and u.in_force(on) and not u.id.endswith("h")
        )

    assert count(date(2024, 11, 15), "commune") == 217 + 235
    assert count(date(2024, 12, 15), "commune") == 217 + 207
    assert count(date(2025, 3, 1), "commune") == 167 + 207
    assert count(date(2025, 7, 1), "commune") == 114
    assert count(date(2025, 3, 1), "district") == 15 + 12
    assert count(date(2025, 7, 1), "district") == 0


@pytest.mark.parametrize("on", [date(2024, 11, 1), date(2025, 1, 15), date(2025, 7, 1), date(2026, 9, 1)])
def test_every_unit_in_force_can_be_looked_up_on_the_day(gazetteer: Gazetteer, on: date) -> None:
    for unit in gazetteer.units.values():
        found = [record.id for record in gazetteer.lookup(unit.full_name, on)]
        assert (unit.id in found) == unit.in_force(on), unit


def test_lookup_knows_days_spellings_and_aliases(gazetteer: Gazetteer) -> None:
    def ids(name: str, on: date | None = None) -> list[str]:
        return [record.id for record in gazetteer.lookup(name, on)]

    assert ids("Lê Chân", date(2025, 1, 1)) == ["d305"]
    assert ids("Lê Chân", date(2025, 8, 1)) == ["n11383"]
    assert ids("quận Lê Chân") == ["d305"]
    assert ids("phường THUỶ NGUYÊN") == ["n11560"]
    assert ids("Cát Bà", date(2024, 5, 1))[:1] == ["c11914"] or "d317" in ids("Cát Bà", date(2024, 5, 1))
    assert ids("Sở Y tế") == ["so-y-te"]
    assert ids("thành phố nào đó") == []


def test_names_histories_and_rollups(gazetteer: Gazetteer) -> None:
    assert gazetteer.name("ubnd@d305") == "Ủy ban nhân dân quận Lê Chân"
    assert gazetteer.name("n11383") == "phường Lê Chân"
    assert gazetteer.name("no-such") == "no-such"
    assert [record.id for record in gazetteer.history("c11563a")] == ["c11563a", "c11560", "n11560"]
    assert gazetteer.rollup("cong-an@c11563a") == ("c11563a", "d311", "p31-old")
    assert gazetteer.rollup("so-y-te") == ("ubnd-tp",)
    assert gazetteer.get("nothing") is None
    assert gazetteer.current_successors("so-khdt") == ("so-tai-chinh",)


def _write(folder: Path, name: str, text: str) -> Path:
    (folder / "gazetteer").mkdir(exist_ok=True)
    (folder / "gazetteer" / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("file", "text", "key"),
    [
        ("units.toml", "[[period]\n", "(syntax)"),
        ("units.toml", '[[period]]\n[period.units]\nn1 = { type = "làng", name = "A" }', "n1.type"),
        ("units.toml", '[[period]]\n[period.units]\nn1 = { type = "xã", nam = "A" }', "n1.nam"),
        ("units.toml", '[[period]]\n[period.units]\nn1 = { type = "xã", name = "A", parent = "p9" }', "n1.parent"),
        ("units.toml", '[[period]]\n[period.units]\nn1 = { type = "xã", name = "A", until = 2020-01-01 }', "n1.to"),
        ("units.toml", '[[period]]\n[period.units]\nn1 = { type = "xã", name = "A", to = ["n2:some"] }', "n1.to"),
        ("units.toml", '[[period]]\n[period.units]\nn1 = { type = "xã", name = "A", from = "2020" }', "n1.from"),
        ("units.toml", '[[period]]\n[period.units]\nx1 = { type = "xã", name = "A" }', "x1"),
        ("agencies.toml", '[[agency]]\nid = "a"\nname = "A"', "a.kind"),
        ("agencies.toml", '[[agency]]\nid = "a"\nname = "A"\nkind = "k"\nbare = "often"', "a.bare"),
        ("agencies.toml", '[[agency]]\nid = "a"\nname = "A"\nkind = "k"\nto = ["b"]', "a.to"),
        ("bodies.toml", "[body.ubnd]\nheads = []", "body.ubnd.heads"),
        ("ambiguity.toml", '[names]\n"Lê Chân" = "Z"', "names.Lê Chân"),
        ("other.toml", "[something]\nx = 1", "something"),
        ("units.toml", '[period.units]\nn1 = { type = "xã", name = "A" }', "period"),
        ("units.toml", '[[period]]\nunits = ["n1"]', "units"),
        ("units.toml", '[[period]]\n[period.units]\nn1 = { type = "xã", name = "A", aliases = "B" }', "n1.aliases"),
        ("units.toml", '[[period]]\n[period.units]\nn1 = { type = "xã", name = "A", parent = 31 }', "n1.parent"),
        ("agencies.toml", '[agency]\nid = "a"\nname = "A"\nkind = "k"', "agency"),
        ("agencies.toml", '[[agency]]\nid = "a"\nname = "A"\nkind = "k"\nbare = ["later"]', "a.bare"),
        ("bodies.toml", "body = 1", "body"),
        ("ambiguity.toml", '[names]\n"Lê Chân" = { tier = ["A"] }', "names.Lê Chân"),
        ("ambiguity.toml", '[names_proposed]\ndrafts = "A"', "names_proposed.drafts"),
        ("cues.toml", 'cues = ["words"]', "cues"),
        ("cues.toml", '[abbreviations]\n"ủy ban nhân dân" = "ubnd"', "abbreviations.ủy ban nhân dân"),
    ],
)
def test_a_mistake_names_file_key_and_remedy(tmp_path: Path, file: str, text: str, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load([_write(tmp_path, file, text)])
    assert caught.value.key == key
    assert caught.value.file.name == file
    assert caught.value.remedy


def test_no_files_at_all_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no gazetteer files"):
        load([tmp_path])


def test_a_later_folder_wins_by_id_and_changes_the_version(tmp_path: Path, gazetteer: Gazetteer) -> None:
    _write(tmp_path, "units.toml", '[[period]]\n[period.units]\nn11383 = { type = "phường", name = "Lê Chân Mới" }')
    overlaid = load([BUILTIN, tmp_path])
    record = overlaid.get("n11383")
    assert isinstance(record, Unit)
    assert record.name == "Lê Chân Mới"
    assert overlaid.version != gazetteer.version
    assert load([BUILTIN]).version == gazetteer.version


def test_letters_and_marks_written_apart_are_one_letter_all_the_same(tmp_path: Path) -> None:
    text = '[[period]]\ntype = "xã"\n[period.units]\nn1 = { name = "Mỹ Đức Hạ" }\n[cues.words]\nlandmarks = ["tháp lạ"]'
    shipped = load([BUILTIN, _write(tmp_path, "own.toml", text)])
    apart = load([BUILTIN, _write(tmp_path, "own.toml", normalize("NFD", text))])
    assert apart.units["n1"].name == shipped.units["n1"].name == "Mỹ Đức Hạ"
    assert apart.words.lists["landmarks"] == ("tháp lạ",)


def test_successors_that_lead_in_a_circle_have_a_history_all_the_same(tmp_path: Path) -> None:
    text = """
        [[period]]
        type = "xã"
        until = 2020-01-01
        units.n1 = { name = "A", to = ["n2"] }
        units.n2 = { name = "B", to = ["n1"] }
    """
    book = load([BUILTIN, _write(tmp_path, "own.toml", text)])
    assert {record.id for record in book.history("n1")} == {"n1", "n2"}
    assert book.current_successors("n1") == ()
