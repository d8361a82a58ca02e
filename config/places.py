"""Where things lie: everything that is written stays under `DIEMBAO_HOME`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.loader import ConfigError

CHECKOUT = Path(__file__).resolve().parent.parent
"""The folder of the project itself."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """The state folder and the store of one installation, or of its demo."""

    home: Path
    """`DIEMBAO_HOME`, default `var/` in the checkout; the demo keeps everything under its `demo/`."""
    database_url: str
    """`sqlite:///…/diembao.db`, or what `DIEMBAO_DATABASE_URL` says (`postgresql://…`)."""

    @property
    def archive(self) -> Path:
        """WARC files, by day."""
        return self.home / "archive"

    @property
    def reports(self) -> Path:
        """Sheets, by day."""
        return self.home / "reports"

    @property
    def logs(self) -> Path:
        """One log file a run."""
        return self.home / "logs"

    @property
    def spool(self) -> Path:
        """What could not be written yet."""
        return self.home / "spool"

    @property
    def overlay(self) -> Path:
        """The operator's own configuration, laid over the shipped one when it exists."""
        return self.home / "config"

    def overlays(self, *extra: Path) -> tuple[Path, ...]:
        """Folders for `config.load`: the operator's own if it exists, then `extra`, in order."""
        own = (self.overlay,) if self.overlay.is_dir() else ()
        return (*own, *extra)


def places(*, demo: bool = False, environ: Mapping[str, str] | None = None) -> Places:
    """The places as the environment gives them; folders are made when something is written to them.

    With `demo` everything lies under `DIEMBAO_HOME/demo`, whatever file `DIEMBAO_DATABASE_URL` names; on Postgres the
    demo uses the same database in a schema of its own. So demo and live rows never mix. Raises ConfigError for an
    address that would name another file in every folder a command is started in.
    """
    env = os.environ if environ is None else environ
    home = Path(env.get("DIEMBAO_HOME") or CHECKOUT / "var").expanduser().resolve()
    url = env.get("DIEMBAO_DATABASE_URL") or ""
    if url and "://" not in url and not Path(url).is_absolute():
        problem = "neither an address nor the whole path of a file"
        remedy = "Write postgresql://HOST/NAME or sqlite:////WHOLE/PATH.db"
        raise ConfigError(Path("DIEMBAO_DATABASE_URL"), "(environment)", problem, remedy)
    if demo:
        home = home / "demo"
        url = url + ("&" if "?" in url else "?") + "schema=diembao_demo" if url.startswith("postgres") else ""
    return Places(home=home, database_url=url or f"sqlite:///{home / 'diembao.db'}")
