"""The catalogue in the Django admin."""

from catalog.admin import ingest, keys, products, search, search_queries, shoppers, taxonomy

__all__ = ["ingest", "keys", "products", "search", "search_queries", "shoppers", "taxonomy"]
