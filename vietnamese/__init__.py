"""The language: normal form, folding, words, dates, working days. Pure functions, no I/O."""
