"""The store: records, schema, migrations, frontier, queries, search, retention."""
