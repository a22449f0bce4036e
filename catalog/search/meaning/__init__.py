"""Meaning: sentence vectors of articles and queries, an optional extra."""
