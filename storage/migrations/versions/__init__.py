"""One file a change, in order of number."""
