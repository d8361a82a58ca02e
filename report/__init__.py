"""A window of issues -> the sheet: making and checking it here; its `forms`, its `signing`, the other `kinds` below."""
