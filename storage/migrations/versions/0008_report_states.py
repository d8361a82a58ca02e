"""Reserved: nothing is changed yet."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Change nothing."""


def downgrade() -> None:
    """Change nothing."""
