"""Trains the rankers, on sales and on shelves that shoppers saw; a trial decides if one ranks."""
