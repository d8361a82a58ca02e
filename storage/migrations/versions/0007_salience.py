"""How much an article is about each of its mentions; what was tagged before counts as `passing` until `retag`."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column("mentions", sa.Column("salience", sa.Text(), nullable=False, server_default="passing"))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("mentions", "salience")
