"""Articles to reprints, issues, level, field and rank; every step explained."""
