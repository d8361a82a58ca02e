"""The demo press town: outlets, articles, faults, and the ledger of the truth."""
