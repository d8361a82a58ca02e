"""Whom to visit and what is new: feeds, sitemaps, and the fetch loop over the frontier."""
