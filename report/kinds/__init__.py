"""The other reports: one office, the city's running text, a week, a month, the brief of a topic."""
