"""Fingerprints: the same everywhere, close for light edits, far for other texts."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from pipelines.fingerprint import content_hash, signature, similarity

WORDS = [
    "thành",
    "phố",
    "cảng",
    "mở",
    "tuyến",
    "xe",
    "buýt",
    "mới",
    "nối",
    "trung",
    "tâm",
    "với",
    "khu",
    "công",
    "nghiệp",
    "và",
    "bến",
    "phà",
    "từ",
    "sáng",
    "thứ",
    "hai",
    "người",
    "dân",
    "đón",
]


def text_of(seed: int, syllables: int = 400) -> str:
    """Running text out of a fixed stock of syllables, the same for the same seed."""
    chooser = random.Random(seed)
    return " ".join(chooser.choice(WORDS) + str(chooser.randrange(50)) for _ in range(syllables))


def test_a_copy_is_a_copy_and_another_text_is_not() -> None:
    first, second = text_of(1), text_of(2)
    assert similarity(signature(first), signature(first)) == 1.0
    assert similarity(signature(first), signature(second)) < 0.1


def test_a_lightly_edited_copy_stays_close() -> None:
    original = text_of(3)
    edited = original + " " + text_of(4, 40)
    assert similarity(signature(original), signature(edited)) > 0.75


def test_tone_placement_case_and_composition_do_not_matter() -> None:
    assert signature("Uỷ ban thành phố hoà giải vụ việc") == signature("ủy ban thành phố hòa giải vụ việc")
    assert content_hash("Uỷ ban", "hoà  giải") == content_hash("ủy ban", "hòa giải")
    assert content_hash("Ủy ban", "hòa giải") != content_hash("Ủy ban", "hòa giải xong")


def test_another_process_makes_the_same_signature() -> None:
    program = "from pipelines.fingerprint import signature; print(signature('một hai ba bốn năm sáu').hex())"
    other = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ".", "PYTHONHASHSEED": "7"},
    )
    assert other.stdout.strip() == signature("một hai ba bốn năm sáu").hex()


def test_empty_texts_and_foreign_signatures() -> None:
    assert signature(" … ") == b""
    assert similarity(b"", signature("một hai ba")) == 0.0
    with pytest.raises(ValueError, match="512 expected"):
        similarity(b"short", signature("một hai ba"))
