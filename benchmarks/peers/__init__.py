"""The parts for which others have a product, beside that product, in one run."""
