"""Reports: written, approved and sent files, what was done, deliveries; and the level an analyst gives an issue."""

import sqlalchemy as sa
from alembic import op

from storage.types import SafeText, UtcDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the three tables, and room for the level an analyst gives an issue."""
    op.add_column("issues", sa.Column("given_level", sa.Integer(), nullable=True))
    op.add_column("issue_edits", sa.Column("level", sa.Integer(), nullable=True))
    op.create_table(
        "report_files",
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["reports.report_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "role", "name", "sha256"),
    )
    op.create_table(
        "report_acts",
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("act", SafeText(), nullable=False),
        sa.Column("who", SafeText(), nullable=False),
        sa.Column("detail", SafeText(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["reports.report_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "number"),
    )
    op.create_table(
        "report_deliveries",
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", SafeText(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("detail", SafeText(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["reports.report_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "channel", "sha256"),
    )


def downgrade() -> None:
    """Take them away again."""
    for name in ("report_deliveries", "report_acts", "report_files"):
        op.drop_table(name)
    op.drop_column("issue_edits", "level")
    op.drop_column("issues", "given_level")
