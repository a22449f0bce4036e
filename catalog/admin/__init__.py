"""The catalogue in the Django admin."""

from catalog.admin import ingest, keys, products, shoppers, taxonomy

__all__ = ["ingest", "keys", "products", "shoppers", "taxonomy"]
