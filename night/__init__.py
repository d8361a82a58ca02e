"""One night from lock to summary."""
