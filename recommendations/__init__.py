"""Training, model bundles, candidate retrieval, ranking, and the shelves of the shop."""
