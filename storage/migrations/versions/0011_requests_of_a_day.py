"""How many requests a host has had on a day: all processes together keep the cap."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Room for the day and its count beside a host's turn."""
    op.add_column("hosts", sa.Column("day", sa.String(), nullable=True))
    op.add_column("hosts", sa.Column("requests", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("hosts", "requests")
    op.drop_column("hosts", "day")
