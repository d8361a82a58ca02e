"""A window of issues becomes a sheet (HTML, JSON)."""
