"""Audit of the packages: the pins, what is installed, licences, versions known to be bad.

usage: python .ci/audit.py            what can be told without a network; run by .ci/run
       python .ci/audit.py --online   asks a database of known holes through pip-audit, which must be installed

Ends with 0, with 3 and a line for each fault, or with 2 when there is no pip-audit. Known holes and withdrawn versions
are looked up by `--online` alone: without a network nobody can know them, but for those a person has written into
`requirements/audit.toml`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(
    r"([A-Za-z0-9][\w.-]*)(?:\[[\w,.-]*\])?==([\w.+!-]+)(?:\s+;[^#]*?)?(?:\s+--hash=sha256:[0-9a-f]{64})+\s*"
)
OF_THE_ENVIRONMENT = {"pip", "setuptools"}
"""What `python -m venv` brings along; nothing of ours imports it."""

Pins = dict[str, set[str]]


def plain(name: str) -> str:
    """A package's name in the form that is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins_of(text: str) -> tuple[Pins, list[str]]:
    """Versions by name, and the lines that are no pin: without version or hash, or with an address."""
    pins: Pins = {}
    wrong = []
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = PIN.fullmatch(line)
        if found is None:
            wrong.append(f"not one version with its hashes: {line.strip()[:80]}")
        else:
            pins.setdefault(plain(found[1]), set()).add(found[2])
    return pins, wrong


def strays(pins: Pins, installed: Mapping[str, str]) -> Iterator[str]:
    """What is installed and not pinned, or in another version."""
    for name, version in sorted(installed.items()):
        if name not in pins and name not in OF_THE_ENVIRONMENT:
            yield f"installed, but not pinned: {name} {version}"
        elif name in pins and version not in pins[name]:
            yield f"installed as {version}, pinned as {', '.join(sorted(pins[name]))}: {name}"


def known_bad(pins: Pins, rules: Mapping[str, Any]) -> Iterator[str]:
    """Pins that somebody has written down as bad."""
    for name, rule in sorted(rules.items()):
        for version in sorted(pins.get(plain(name), ())):
            if SpecifierSet(rule["versions"]).contains(version, prereleases=True):
                yield f"known to be bad since {rule['noted']}: {name} {version} ({rule['why']})"


def licence(package: Distribution) -> str:
    """What a package says of itself: its expression, else its classifiers, else the first line of its text."""
    told = package.metadata
    classifiers = [line.rpartition("::")[2].strip() for line in told.get_all("Classifier", [])
                   if line.startswith("License")]  # fmt: skip
    text = (told.get("License") or "").strip().splitlines()
    return str(told.get("License-Expression") or "; ".join(classifiers) or (text[0] if text else ""))


def licences(told: Mapping[str, str], rules: Mapping[str, Any]) -> Iterator[str]:
    """Packages under a licence that nobody has read."""
    for name, text in sorted(told.items()):
        if text not in rules["allowed"] and rules["by_name"].get(name) != text and name not in OF_THE_ENVIRONMENT:
            yield f"a licence nobody has allowed: {name}: {text or 'none told'}"


def faults(files: Iterable[Path], packages: Iterable[Distribution], rules: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong. `files`: the pins, the widest last."""
    found: list[str] = []
    pins: Pins = {}
    for file in files:
        pins, wrong = pins_of(file.read_text(encoding="utf-8"))
        found += [f"{file.name}: {line}" for line in wrong]
    here = {plain(package.metadata["Name"]): package for package in packages}
    found += strays(pins, {name: package.version for name, package in here.items()})
    found += known_bad(pins, rules["known_bad"])
    found += licences({name: licence(package) for name, package in here.items()}, rules["licences"])
    return found


def online() -> int:
    """Ask pip-audit; its own words go to the screen."""
    program = shutil.which("pip-audit")
    if program is None:
        print("pip-audit is not installed (it is none of the pinned packages): pipx install pip-audit")
        return 2
    asked = [program, "--require-hashes", "--disable-pip", "-r", str(ROOT / "requirements" / "runtime.txt")]
    return (
        3 if subprocess.run(asked, check=False).returncode else 0
    )  # it ends alike when it found one and when it failed


def main() -> int:
    """Print the faults, or how much was looked at."""
    if sys.argv[1:] == ["--online"]:
        return online()
    rules = tomllib.loads((ROOT / "requirements" / "audit.toml").read_text(encoding="utf-8"))
    packages = list(distributions())
    found = faults([ROOT / "requirements" / f"{name}.txt" for name in ("runtime", "test")], packages, rules)
    for line in found:
        print(line)
    if not found:
        print(f"{len(packages)} packages: as pinned, licences read, {len(rules['known_bad'])} known bad ones absent; "
              "holes nobody has written down: --online")  # fmt: skip
    return 3 if found else 0


if __name__ == "__main__":
    sys.exit(main())
