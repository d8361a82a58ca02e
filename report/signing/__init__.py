"""A person answers for a sheet: approve, send, deliver, correct."""
