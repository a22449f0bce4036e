"""The catalogue in the Django admin."""

from catalog.admin import ingest, keys, products, search, shoppers, taxonomy

__all__ = ["ingest", "keys", "products", "search", "shoppers", "taxonomy"]
