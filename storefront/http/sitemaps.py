"""Sitemaps for search engines: the menu's categories, and one article of each product."""

from collections.abc import Sequence

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from catalog.navigation import Node, menu
from catalog.search.facet_index import facet_index
from storefront.listing.breadcrumbs import step


class Places(Sitemap[str]):
    changefreq = "daily"

    def items(self) -> list[str]:
        return [reverse("home"), *(url for top in menu() for url in addresses([top]))]

    def location(self, item: str) -> str:
        return item


class Products(Sitemap[int]):
    limit = 10_000

    def items(self) -> list[int]:
        goods = facet_index()
        return goods.listed(goods.orders["popular"])

    def location(self, item: int) -> str:
        return reverse("product", args=[item])


def addresses(nodes: Sequence[Node]) -> list[str]:
    """A category and everything below it."""
    below = [url for child in nodes[-1].children for url in addresses([*nodes, child])]
    return [step(nodes).url, *below]


SITEMAPS = {"places": Places, "products": Products}
