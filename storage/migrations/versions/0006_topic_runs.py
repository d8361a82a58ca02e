"""When a host was last asked: each process counts its own pace from there."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column; what it holds is minutes old at most, so none is made up."""
    op.add_column("hosts", sa.Column("asked_at", sa.Float(), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("hosts") as hosts:
        hosts.drop_column("asked_at")
