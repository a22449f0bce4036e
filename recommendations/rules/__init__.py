"""Merchandising rules for shelves: pin, boost, bury, exclude, cap. Data, not code."""
