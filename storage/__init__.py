"""The store: one database, SQLite by default, Postgres by address; no SQL outside this room."""
