"""Reserved: nothing is changed yet."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Change nothing."""


def downgrade() -> None:
    """Change nothing."""
