"""Alerts: what was told to whom."""

import sqlalchemy as sa
from alembic import op

from storage.types import SafeText, UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "alerts",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", SafeText(), nullable=False),
        sa.Column("over_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "kind", "subject_id", "at"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("alerts")
