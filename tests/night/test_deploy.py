"""What lies in deploy/: run as far as a test can, and checked against the house where it cannot."""

from __future__ import annotations

import configparser
import gzip
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from config.places import CHECKOUT
from diembao.main import app
from night.log import tidy
from report.forms.as_pdf import PACKAGES

DEPLOY = CHECKOUT / "deploy"
COMMANDS = set(get_command(app).commands)
KNOWN_VARIABLES = {"DIEMBAO_HOME", "DIEMBAO_DATABASE_URL"}
SEEN = re.compile(r"(?:bin/diembao|`diembao|--rm diembao) ([a-z]+)")


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


# cron


class Cron:
    """Runs a line of the crontab as cron does: `sh -c`, a bare environment, the home folder."""

    def __init__(self, tmp_path: Path) -> None:
        self.home, self.opt = tmp_path / "home", tmp_path / "opt"
        (self.home / "config").mkdir(parents=True)
        (self.home / "config" / "settings.toml").write_text("builtin_outlets = false\n")
        (self.opt / "bin").mkdir(parents=True)
        command = self.opt / "bin" / "diembao"
        # In the place of bin/diembao, which would make an environment.
        command.write_text(f'#!/bin/sh\nPYTHONPATH={CHECKOUT} exec {sys.executable} -P -m diembao "$@"\n')
        command.chmod(0o755)
        placed = text("crontab").replace("/opt/diembao", str(self.opt)).replace("/var/lib/diembao", str(self.home))
        lines = [line for line in placed.splitlines() if not line.startswith("#")]
        self.set = dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))
        self.lines = [line for line in lines if re.match(r"[\d*]", line)]

    def run(self, word: str) -> subprocess.CompletedProcess[str]:
        [line] = [line for line in self.lines if word in line]
        bare = {"HOME": str(self.home), "LOGNAME": "diembao", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"} | self.set
        command = line.split(None, 5)[5]
        return subprocess.run(
            ["/bin/sh", "-c", command],
            env=bare,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


def test_the_lines_of_the_crontab_work_on_a_fresh_machine_in_crons_bare_environment(tmp_path: Path) -> None:
    """The first form of them wrote into a folder that only a night makes: no night ever began."""
    cron = Cron(tmp_path)
    assert cron.set == {"DIEMBAO_HOME": str(cron.home)}
    assert len(cron.lines) == 4
    assert "no night has finished yet" in cron.run("healthcheck").stdout
    for word in ("nightly", "purge", "backup"):
        done = cron.run(word)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), word
    told = (cron.home / "cron.log").read_text(encoding="utf-8")
    assert "diem-bao-" in told
    assert re.search(r"backup/diembao-.*\.db", told)
    well = cron.run("healthcheck")
    assert (well.stdout, well.stderr) == ("", ""), "cron mails nothing"


# containers

NIGHT = """#!/bin/sh
echo "begun $*" >>"{told}"
trap 'sleep 0.3; echo "ended in order" >>"{told}"; exit 2' TERM
while :; do sleep 0.05; done
"""


def wait_for(file: Path, words: str) -> None:
    deadline = time.monotonic() + 30
    while words not in (file.read_text() if file.exists() else ""):
        assert time.monotonic() < deadline, words
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("in_the_night", [True, False])
def test_every_night_hands_its_signal_on_and_ends_after_the_night(
    tmp_path: Path, number: signal.Signals, *, in_the_night: bool
) -> None:
    """It ended at once and took the container, and the night in it, along."""
    told, said = tmp_path / "told", tmp_path / "said"
    for folder in ("deploy", "bin"):
        (tmp_path / folder).mkdir()
    shutil.copy2(DEPLOY / "every-night.sh", tmp_path / "deploy")
    (tmp_path / "bin" / "diembao").write_text(NIGHT.format(told=told))
    (tmp_path / "bin" / "diembao").chmod(0o755)
    at = time.strftime("%H:%M:%S", time.localtime(time.time() + (2 if in_the_night else -60)))
    with said.open("w") as out:
        process = subprocess.Popen([tmp_path / "deploy" / "every-night.sh", at], stdout=out, stderr=out)
    wait_for(said, "next night")
    if in_the_night:
        wait_for(told, "begun nightly --log-json")
    process.send_signal(number)
    assert process.wait(30) == 0
    assert told.exists() is in_the_night
    assert not in_the_night or told.read_text().endswith("ended in order\n")


def test_compose_names_what_there_is() -> None:
    compose = yaml.safe_load(text("compose.yaml"))
    services = compose["services"]
    assert set(services) == {"postgres", "diembao", "nightly"}
    for service in (services["diembao"], services["nightly"]):
        build = service["build"]
        assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
        assert set(service["environment"]) - {"TZ"} == KNOWN_VARIABLES
        assert service["depends_on"]["postgres"]["condition"] == "service_healthy"
        assert all(volume.partition(":")[0] in compose["volumes"] for volume in service["volumes"])
    nightly = services["nightly"]
    script = nightly["entrypoint"][-1].replace("/opt/diembao", str(CHECKOUT))
    assert os.access(script, os.X_OK)
    assert re.fullmatch(r"\d\d:\d\d", nightly["command"][0])
    assert nightly["profiles"] == []
    checked = nightly["healthcheck"]["test"]
    assert checked == ["CMD", "/opt/diembao/bin/diembao", "healthcheck"]
    assert checked[2] in COMMANDS
    asked = set(re.findall(r"\$\{(\w+)", text("compose.yaml")))
    assert asked == {"POSTGRES_PASSWORD"}
    assert "POSTGRES_PASSWORD" in text("README.md")
    assert services["postgres"]["environment"]["POSTGRES_USER"] in nightly["environment"]["DIEMBAO_DATABASE_URL"]


def test_the_image_holds_what_the_commands_need() -> None:
    image = text("Dockerfile")
    ignored = (CHECKOUT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {"deploy/.env", ".venv*", "var"} <= set(ignored), "no secret and no state in the image"
    version = re.search(r"FROM python:3\.(\d+)-", image)
    assert version is not None
    assert int(version[1]) >= 11
    [entry] = re.findall(r"^ENTRYPOINT (.*)$", image, re.MULTILINE)
    assert yaml.safe_load(entry) == ["tini", "--", "/opt/diembao/bin/diembao"]
    [command] = re.findall(r"^CMD (.*)$", image, re.MULTILINE)
    assert yaml.safe_load(command)[0] in COMMANDS
    assert set(PACKAGES.split()) <= set(image.split()), "what the PDF is drawn with"
    assert image.index("USER diembao") < image.index("RUN bin/diembao --version"), "the environment is its own"


# systemd


@pytest.mark.parametrize("name", ["diembao-nightly.service", "diembao-watch.service"])
def test_a_unit_starts_a_command_there_is_with_variables_that_are_read(name: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment]
    unit.read_string(text(name))
    service = unit["Service"]
    program, command, *options = shlex.split(service["ExecStart"])
    assert program == "/opt/diembao/bin/diembao"
    assert command in COMMANDS
    known = {option for parameter in get_command(app).commands[command].params for option in parameter.opts}
    assert {option for option in options if option.startswith("--")} <= known
    assert service["Environment"].partition("=")[0] in KNOWN_VARIABLES
    assert service["Environment"].partition("=")[2] == f"/var/lib/{service['StateDirectory']}"
    assert service["KillSignal"] == "SIGINT"


# the page


def test_the_page_names_every_file_and_only_commands_there_are() -> None:
    page = text("README.md")
    assert [file.name for file in DEPLOY.iterdir() if file.name not in {*page.split("`"), "README.md", ".env"}] == []
    told = set(SEEN.findall(page))
    assert {"nightly", "health", "healthcheck"} <= told <= COMMANDS
    variables = set(re.findall(r"DIEMBAO_[A-Z_]+", "".join(text(file.name) for file in DEPLOY.glob("*[a-z]"))))
    assert variables == KNOWN_VARIABLES


def test_an_environment_that_cannot_be_renewed_is_told_with_what_to_do(tmp_path: Path) -> None:
    """A service may not write to the checkout: after an update it ended with a traceback and 1."""
    shutil.copytree(CHECKOUT / "bin", tmp_path / "bin")
    (tmp_path / "requirements").mkdir()
    shutil.copy(CHECKOUT / "requirements" / "runtime.txt", tmp_path / "requirements")
    (tmp_path / ".venv.lock").mkdir()  # stands for a folder that is read-only: a test may run as root
    done = subprocess.run([tmp_path / "bin" / "diembao", "nightly"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "run bin/diembao --version once as the owner of" in done.stderr


# logs


def test_logs_are_packed_after_a_week_and_removed_after_three_months(tmp_path: Path) -> None:
    now = time.time()
    ages = {"nightly-20261124": 0, "nightly-20261116": 8, "watch-20260820": 91, "nightly-20260701": 140}
    for name, days in ages.items():
        file = tmp_path / f"{name}.log"
        file.write_text(f"{name}\n")
        os.utime(file, (now - days * 86400, now - days * 86400))
    (tmp_path / "note.txt").write_text("of a person")
    tidy(tmp_path, now)
    assert {file.name for file in tmp_path.iterdir()} == {"nightly-20261124.log", "nightly-20261116.log.gz", "note.txt"}
    packed = tmp_path / "nightly-20261116.log.gz"
    assert gzip.decompress(packed.read_bytes()) == b"nightly-20261116\n"
    assert packed.stat().st_mtime == pytest.approx(now - 8 * 86400, abs=2)
    again = tmp_path / "nightly-20261116.log"
    again.write_text("again\n")
    os.utime(again, (now - 8 * 86400, now - 8 * 86400))
    tidy(tmp_path, now)
    assert gzip.decompress(packed.read_bytes()) == b"nightly-20261116\nagain\n"
    tidy(tmp_path, now + 85 * 86400)
    assert {file.name for file in tmp_path.iterdir()} == {"nightly-20261124.log.gz", "note.txt"}
