"""How a sheet is worded, laid out and turned into files: one module per format (`formats` is the list)."""
