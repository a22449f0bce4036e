"""The normalised H&M schema."""

from catalog.models.api_key import ApiKey
from catalog.models.customer import Customer, CustomerKey, Transaction
from catalog.models.ingest import IngestFile, IngestRun
from catalog.models.product import Article, ArticleSummary, ArticleWeek, Product
from catalog.models.search_query import SearchClick, SearchQuery, SearchSynonym
from catalog.models.taxonomy import (
    Appearance,
    Colour,
    ColourMaster,
    ColourValue,
    Department,
    GarmentGroup,
    Index,
    IndexGroup,
    ProductGroup,
    ProductType,
    Section,
    Term,
    is_named,
    labels,
)

__all__ = [
    "ApiKey", "Appearance", "Article", "ArticleSummary", "ArticleWeek", "Colour", "ColourMaster",
    "ColourValue", "Customer", "CustomerKey", "Department", "GarmentGroup", "Index", "IndexGroup",
    "IngestFile", "IngestRun", "Product", "ProductGroup", "ProductType", "SearchClick",
    "SearchQuery", "SearchSynonym", "Section", "Term", "Transaction", "is_named", "labels",
]  # fmt: skip
