"""Page to article: archive, extract, date, tag, fingerprint, store; the worker pool."""
