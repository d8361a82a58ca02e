"""Reserved: nothing is changed yet."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Change nothing."""


def downgrade() -> None:
    """Change nothing."""
