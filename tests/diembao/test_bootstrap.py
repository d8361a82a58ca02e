"""`bin/diembao` makes its environment by itself, notices changed pins, mends a half-made one, runs from anywhere."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from config.places import CHECKOUT

MAIN = "import sys\nprint('ran', sys.prefix, *sys.argv[1:])\n"


@pytest.fixture
def checkout(tmp_path):
    """The scripts beside an empty pin file and a program that prints its arguments: no package index is asked."""
    root = tmp_path / "a checkout"
    shutil.copytree(CHECKOUT / "bin", root / "bin")
    (root / "requirements").mkdir()
    (root / "requirements" / "runtime.txt").write_text("# nothing is needed\n")
    (root / "diembao").mkdir()
    (root / "diembao" / "__main__.py").write_text(MAIN)
    return root


def run(script, *arguments, cwd="/") -> subprocess.CompletedProcess[str]:
    """As cron would: another folder, hardly any environment."""
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        [script, *arguments], cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
def test_it_makes_notices_and_mends_its_environment(checkout, tmp_path) -> None:
    link = tmp_path / "diembao"
    link.symlink_to(checkout / "bin" / "diembao")

    first = run(link, "nightly", "--demo")
    assert first.returncode == 0, first.stderr
    assert first.stdout == f"ran {checkout}/.venv nightly --demo\n"
    assert "making the Python environment" in first.stderr

    assert run(link).stderr == "", "the second run makes nothing"

    pins = checkout / "requirements" / "runtime.txt"
    pins.touch()
    assert run(link).stderr == "", "a newer file that says the same makes nothing"

    pins.write_text("# changed\n")
    later = pins.stat().st_mtime + 5
    os.utime(pins, (later, later))
    assert "making the Python environment" in run(link).stderr, "a changed pin is noticed"
    assert run(link).stderr == ""

    (checkout / ".venv" / ".stamp-runtime").unlink()
    mended = run(link)
    assert mended.returncode == 0
    assert "making the Python environment" in mended.stderr, "a half-made environment is mended"

    (checkout / ".venv" / "bin" / "python").unlink()
    assert run(link, "again").stdout.endswith("again\n")


def test_without_a_python_it_says_what_to_install(checkout) -> None:
    env = {"PATH": "/nonexistent", "DIEMBAO_PYTHON": ""}
    shell = shutil.which("sh")
    (checkout / "tools").mkdir()
    for tool in ("dirname", "readlink"):
        (checkout / "tools" / tool).symlink_to(shutil.which(tool))
    env["PATH"] = str(checkout / "tools")
    done = subprocess.run(
        [shell, str(checkout / "bin" / "diembao")], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Python 3.11 or newer" in done.stderr
