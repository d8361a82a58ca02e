"""Migrations: which one a store is at, up and down, and refusing what a newer program wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from storage import views
from storage.errors import StoreError
from storage.schema import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


def refuse_newer(found: str | None, where: str) -> None:
    """StoreError when the store is at a migration that this program does not know."""
    if found is not None and found != REVISION and found not in known_revisions():
        raise StoreError(
            f"it was written by a newer program (migration {found}, this one knows up to {REVISION})",
            where,
            "Use the newer program, or another store; it was not touched",
        )


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run migrations up to `to` in the connection's transaction."""
    from alembic import command

    command.upgrade(_alembic(connection), to)


def downgrade(connection: Connection, to: str) -> None:
    """Run migrations down to `to` (`base` = nothing) in the connection's transaction; views go first."""
    from alembic import command

    views.drop(connection)
    command.downgrade(_alembic(connection), to)


def _alembic(connection: Connection | None = None) -> Config:
    # Alembic takes a while to import and is wanted only when a store is made or changed.
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def known_revisions() -> set[str]:
    """Every migration this program has."""
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}


def revision(connection: Connection) -> str | None:
    """The migration the store is at; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
