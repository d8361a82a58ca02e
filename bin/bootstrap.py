"""Make or mend `.venv` from the pinned requirement files. Standard library only; run by bin/diembao and bin/test.

usage: python bootstrap.py runtime|test

A stamp in `.venv` holds the digest of the pin file it was made from and is written last: without it, or with another
digest, the environment is made anew. uv is used where it is found (ten times faster), pip otherwise.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def digest(profile: str) -> str:
    """First line of the stamp: what the environment has to be made from."""
    pins = (ROOT / "requirements" / f"{profile}.txt").read_bytes()
    return hashlib.sha256(pins + sys.version.encode()).hexdigest()


def stamp(profile: str) -> Path:
    """The file that says which pins the environment was made from."""
    return VENV / f".stamp-{profile}"


def is_ready(profile: str) -> bool:
    """True when the environment answers and was made whole from today's pins."""
    try:
        fresh = stamp(profile).read_text(encoding="ascii").strip() == digest(profile)
    except OSError:
        return False
    if not fresh or not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", ""], check=False, capture_output=True).returncode == 0


def install(profile: str) -> None:
    """Install the pinned packages of `profile`, hashes checked."""
    pins = str(ROOT / "requirements" / f"{profile}.txt")
    uv = shutil.which("uv")
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "-r", pins]
        if subprocess.run(command, check=False).returncode == 0:
            return
        say("uv could not install the packages; trying pip")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", pins], check=True)


def make(profile: str) -> None:
    """Make the environment for `profile`; one that was made for the tests serves at run time too."""
    started = time.monotonic()
    say(f"making the Python environment ({profile}) in {VENV}; this happens once, a minute or two ...")
    whole = is_ready("runtime") if profile == "test" else False
    if not whole:
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    install(profile)
    for done in {profile, "runtime"}:
        stamp(done).write_text(digest(done) + "\n", encoding="ascii")
    say(f"environment ready in {time.monotonic() - started:.0f} s")


def say(text: str) -> None:
    """One line to the operator, on standard error so that output stays clean."""
    print(f"diembao: {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Make the environment unless it is ready; two starts at once wait for each other."""
    profile = sys.argv[1]
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is run by whatever Python was found
        say(f"Python {sys.version.split()[0]} is too old: 3.11 or newer is needed")
        return 2
    try:
        file = (ROOT / ".venv.lock").open("w")
    except OSError as error:
        say(f"the environment is missing or older than its pins, and may not be made from here ({error})")
        say(f"run bin/diembao --version once as the owner of {ROOT}, then start again")
        return 2
    with file as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_ready(profile):
            stamp(profile).touch()  # a pin file that is newer but says the same: the quick way works again
        else:
            try:
                make(profile)
            except (subprocess.CalledProcessError, OSError) as error:
                say(f"the environment could not be made: {error}. Check the network and disk space, then run again")
                return 2
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
