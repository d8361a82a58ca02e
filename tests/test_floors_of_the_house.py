"""The house itself: floors, executable commands, no path of a machine, no sentiment, no author column."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import pytest

from config.places import CHECKOUT

ROOMS = [
    "config",
    "vietnamese",
    "gazetteer",
    "storage",
    "crawler",
    "spiders",
    "pipelines",
    "issues",
    "report",
    "night",
    "demo",
    "diembao",
]


def test_a_room_imports_only_rooms_on_lower_floors() -> None:
    script = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    done = subprocess.run(
        [sys.executable, "-c", script, "--no-cache"],
        cwd=CHECKOUT, env=os.environ | {"PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def _imports() -> dict[str, set[str]]:
    """Every module of ours with those of ours that it names, for types and inside functions too."""
    paths = [path for room in ROOMS for path in (CHECKOUT / room).rglob("*.py")]
    files = {".".join(path.relative_to(CHECKOUT).with_suffix("").parts): path for path in paths}
    found: dict[str, set[str]] = {}
    for module, file in files.items():
        named: set[str] = set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                named |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
            elif isinstance(node, ast.Import):
                named |= {each.name for each in node.names}
        found[module] = named & files.keys() - {module}
    return found


def test_files_depend_one_way() -> None:
    """No circle of imports, inside a room either."""
    try:
        TopologicalSorter(_imports()).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_commands_are_executable() -> None:
    for name in ("bin/diembao", "bin/test", ".ci/run"):
        assert os.access(CHECKOUT / name, os.X_OK), name


def test_pin_files_name_no_address() -> None:
    for file in (CHECKOUT / "requirements").glob("*.txt"):
        text = file.read_text(encoding="utf-8")
        assert "://" not in text
        names = re.findall(r"^([a-z0-9][\w.-]*)==", text, re.MULTILINE)
        assert len(names) > 20
        assert text.count("--hash=sha256:") >= len(names)


def test_test_pins_hold_every_runtime_pin() -> None:
    pins = {
        name: set(
            re.findall(r"^[a-z0-9][\w.-]*==\S+", (CHECKOUT / f"requirements/{name}.txt").read_text(), re.MULTILINE)
        )
        for name in ("runtime", "test")
    }
    assert pins["runtime"] <= pins["test"]


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(CHECKOUT)): lines
        for room in ROOMS
        for path in (CHECKOUT / room).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert long == {}


def test_every_benchmark_is_named_on_its_page() -> None:
    page = (CHECKOUT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    named = {name.replace("*", "") for name in re.findall(r"([\w*]+)\.py", page)}
    scripts = {file.stem for file in (CHECKOUT / "benchmarks").glob("*.py")}
    assert {
        stem
        for stem in scripts
        if not any(stem == name or (name[-1] == "_" and stem.startswith(name)) for name in named)
    } == set()
