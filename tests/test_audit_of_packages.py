"""The audit of packages: green on what is here, and each of its checks can fail."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tomllib
from email.message import Message
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from config.places import CHECKOUT

HASH = f"--hash=sha256:{'0' * 64}"
RULES: dict[str, Any] = {"known_bad": {}, "licences": {"allowed": ["MIT"], "by_name": {"b": "LGPL-2.1-only"}}}


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit_of_packages", CHECKOUT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


class Package:
    """An installed package as it tells of itself."""

    def __init__(self, name: str, version: str, licence: str) -> None:
        self.metadata, self.version = Message(), version
        self.metadata["Name"] = name
        if licence:
            self.metadata["License-Expression"] = licence


def found(audit: ModuleType, tmp_path: Path, pins: str, *packages: Package, **rules: Any) -> list[str]:
    file = tmp_path / "pins.txt"
    file.write_text(pins)
    return audit.faults([file], packages, RULES | rules)


def test_what_is_installed_here_is_pinned_and_allowed(audit: ModuleType) -> None:
    rules = tomllib.loads((CHECKOUT / "requirements" / "audit.toml").read_text(encoding="utf-8"))
    files = [CHECKOUT / "requirements" / f"{name}.txt" for name in ("runtime", "test")]
    assert audit.faults(files, distributions(), rules) == []
    told = {audit.plain(each.metadata["Name"]) for each in distributions()}
    assert set(rules["licences"]["by_name"]) <= told, "an exception for what is not installed any more"


@pytest.mark.parametrize(
    "line",
    ["a", "a>=1", f"a>=1 {HASH}", "a==1", f"a @ https://example.org/a.whl {HASH}", "-e .", f"a==1 {HASH[:-1]}",
     f"git+https://example.org/a {HASH}", f"a==1.* {HASH}", "a==1 --hash=md5:0123", "--index-url https://example.org"],
)  # fmt: skip
def test_a_line_that_is_no_pin_is_a_fault(audit: ModuleType, tmp_path: Path, line: str) -> None:
    assert found(audit, tmp_path, f"# a note\n{line}\n") != []


def test_installed_is_what_is_pinned(audit: ModuleType, tmp_path: Path) -> None:
    pins = f"A_x[extra]==1.0 ; python_version > '3' \\\n    {HASH} \\\n    {HASH}\n"
    assert found(audit, tmp_path, pins, Package("a.X", "1.0", "MIT"), Package("pip", "9", "?")) == []
    [other] = found(audit, tmp_path, pins, Package("a-x", "1.1", "MIT"))
    assert other == "installed as 1.1, pinned as 1.0: a-x"
    [stray] = found(audit, tmp_path, pins, Package("a-x", "1.0", "MIT"), Package("c", "2", "MIT"))
    assert stray == "installed, but not pinned: c 2"


@pytest.mark.parametrize(("name", "licence", "fine"), [
    ("a", "MIT", True), ("a", "LGPL-2.1-only", False), ("b", "LGPL-2.1-only", True), ("b", "GPL-3.0-only", False),
    ("a", "", False),
])  # fmt: skip
def test_a_licence_nobody_has_read_is_a_fault(
    audit: ModuleType, tmp_path: Path, name: str, licence: str, *, fine: bool
) -> None:
    assert (found(audit, tmp_path, f"{name}==1 {HASH}\n", Package(name, "1", licence)) == []) is fine


def test_a_version_that_is_known_to_be_bad_does_not_come_back(audit: ModuleType, tmp_path: Path) -> None:
    bad = {"A": {"versions": "<1.2.3", "why": "a hole", "noted": "2026-11-24"}}
    assert found(audit, tmp_path, f"a==1.2.3 {HASH}\n", known_bad=bad) == []
    [told] = found(audit, tmp_path, f"a==1.2.2 {HASH}\n", known_bad=bad)
    assert told == "known to be bad since 2026-11-24: A 1.2.2 (a hole)"


def test_without_pip_audit_nothing_is_claimed() -> None:
    asked = [sys.executable, CHECKOUT / ".ci" / "audit.py", "--online"]
    done = subprocess.run(asked, env={"PATH": "/nowhere"}, capture_output=True, text=True, check=False)
    assert (done.returncode, "pip-audit is not installed" in done.stdout) == (2, True)
