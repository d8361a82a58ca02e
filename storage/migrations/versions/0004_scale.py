"""Reserved: nothing is changed yet."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Change nothing."""


def downgrade() -> None:
    """Change nothing."""
