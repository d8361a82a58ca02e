"""Numbered changes of the schema. They only grow: a published one is never edited."""
