from __future__ import annotations

from pathlib import Path

import pytest

from config.loader import BUILTIN, ConfigError
from issues.cues import grouping_cues
from issues.fields import field_cues, field_of
from issues.level import judge
from issues.levelcues import level_cues
from issues.weights import grouping_weights


def overlay(tmp_path: Path, name: str, text: str) -> list[Path]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return [BUILTIN, tmp_path]


def test_lists_of_more_are_added_to_the_shipped_ones(tmp_path: Path) -> None:
    cues = grouping_cues(overlay(tmp_path, "grouping.toml", "[more]\nroundups = ['^sổ tay\\b']"))
    assert cues.kind_of("sổ tay tuần này", "") == "roundup"
    assert cues.kind_of("điểm tin 18h: giá vàng", "") == "roundup"


def test_a_list_given_by_its_own_name_replaces_the_shipped_one(tmp_path: Path) -> None:
    cues = grouping_cues(overlay(tmp_path, "grouping.toml", "roundups = ['^sổ tay\\b']"))
    assert cues.kind_of("điểm tin 18h: giá vàng", "") != "roundup"


def test_one_weight_can_be_changed_alone(tmp_path: Path) -> None:
    weights = grouping_weights(overlay(tmp_path, "grouping.toml", "[weights]\nleast = 0.9"))
    assert (weights.least, weights.likeness) == (0.9, grouping_weights().likeness)


def test_a_cue_can_be_added_to_the_levels(tmp_path: Path) -> None:
    text = (
        "[[more.cue]]\nrole = 'protest'\nreason = 'cư dân phản ứng'\nweight = 2.0\npatterns = ['\\bgóp ý gay gắt\\b']"
    )
    cues = level_cues(overlay(tmp_path, "levels.toml", text))
    found = judge(title="Cư dân chung cư góp ý gay gắt", sapo="", text="", cues=cues, fields=field_cues())
    assert found.level == 2
    assert any(reason.startswith("cư dân phản ứng") for reason in found.reasons)


def test_patterns_can_be_added_to_a_field(tmp_path: Path) -> None:
    text = "[[more.field]]\nnumber = 7\nname = 'Giáo dục'\npatterns = ['\\bnhà trẻ\\b']"
    cues = field_cues(overlay(tmp_path, "fields.toml", text))
    assert field_of(title="Nhà trẻ mở cửa", sapo="", text="", cues=cues) == 7
    assert field_of(title="Học phí năm nay", sapo="", text="", cues=cues) == 7


@pytest.mark.parametrize("text", ["[more]\nstop = 'và'", "more = 1", "[more]\nweights = [1]"])
def test_only_lists_can_be_added_to(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="more"):
        grouping_cues(overlay(tmp_path, "grouping.toml", text))
