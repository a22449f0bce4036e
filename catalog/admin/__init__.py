"""The catalogue in the Django admin."""

from catalog.admin import ingest, products, shoppers, taxonomy

__all__ = ["ingest", "products", "shoppers", "taxonomy"]
