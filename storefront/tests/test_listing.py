"""Listings: filters, chips, orders, more."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalog.navigation import Node
from catalog.tests.factories import make_article
from storefront.listing import faceted_list
from storefront.listing.breadcrumbs import Step, without_repeats
from storefront.tests.shops import Shop
from web import cache

WOMEN = "/shop/1/"


@pytest.fixture
def page(client: Client, shop: Shop) -> LexborHTMLParser:
    return read(client, "")


def read(client: Client, query: str) -> LexborHTMLParser:
    answer = client.get(f"{WOMEN}{query}")
    assert answer.status_code == 200
    return LexborHTMLParser(answer.content.decode())


def texts(page: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in page.css(selector)]


def links(page: LexborHTMLParser, title: str) -> dict[str, str]:
    """Addresses of a facet's options by name."""
    for facet in page.css(".facet"):
        if texts(facet, "summary")[0].startswith(title):
            return {
                a.css("span")[1].text(): a.attributes["href"] or "" for a in facet.css("a[href]")
            }
    return {}


def test_choosing_narrows_shows_a_chip_and_can_be_taken_back(
    client: Client, page: LexborHTMLParser
) -> None:
    assert texts(page, ".card-name") == ["Linen shirt", "Garden dress"]
    chosen = read(client, links(page, "Type")["Dress"])
    assert texts(chosen, ".card-name") == ["Garden dress"]
    chip = chosen.css_first(".chosen .chip")
    assert chip is not None
    assert chip.text().split()[0] == "Dress"
    back = read(client, chip.attributes["href"] or "?")
    assert texts(back, ".card-name") == ["Linen shirt", "Garden dress"]


def test_several_values_of_a_facet_and_the_order_stay_in_the_address(
    client: Client, page: LexborHTMLParser
) -> None:
    first = links(read(client, "?sort=dearest"), "Type")["Dress"]
    both = links(read(client, first), "Type")["Shirt"]
    assert parse_qs(urlsplit(both).query) == {"type": ["265", "301"], "sort": ["dearest"]}
    assert texts(read(client, both), ".card-name") == ["Garden dress", "Linen shirt"]


def test_for_you_says_so_and_lists_everything(client: Client, shop: Shop) -> None:
    page = read(client, "?sort=for-you")
    assert "those that suit you best first" in texts(page, ".bar p")[0]
    assert len(page.css("#grid > li")) == 2


def test_nothing_that_matches_offers_a_way_back(client: Client, shop: Shop) -> None:
    page = read(client, "?type=999")
    assert "Nothing matches these filters" in texts(page, ".empty")[0]


@pytest.mark.parametrize(
    "query",
    [
        "?type=x",
        "?colour=1%00",
        "?type=99999999999",
        "?sort=magic",
        "?from=0",
        "?from=2",
        "?from=x",
    ],
)
def test_what_cannot_be_a_filter_is_no_page(client: Client, shop: Shop, query: str) -> None:
    assert client.get(f"{WOMEN}{query}").status_code == 404


def test_more_is_a_link_to_the_next_page(client: Client, shop: Shop) -> None:
    for n in range(30):
        make_article(product=5000 + n, units_recent=1)
    more = read(client, "?type=301").css_first("#pages a[rel=next]")
    assert more is not None
    following = read(client, more.attributes["href"] or "")
    assert len(following.css("#grid > li")) == 31 - 24
    assert texts(following, "#pages span")[0] == "31 of 31"


@pytest.mark.usefixtures("shop")
def test_a_list_grown_longer_is_drawn_whole_up_to_a_bound(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faceted_list, "PER_PAGE", 1)
    for n in range(12):
        make_article(910000000 + 1000 * n, name=f"Coat {n}")
    whole = [texts(read(client, f"?page={n}"), ".card-name")[0] for n in range(1, 15)]
    assert texts(read(client, "?from=2&page=4"), ".card-name") == whole[1:4]
    assert texts(read(client, "?from=1&page=14"), ".card-name") == whole[4:]
    page = client.get(f"{WOMEN}?from=2&page=4", headers={"HX-Request": "true"})
    assert page.text.count('class="card-name') == 1
    assert "HX-Request" in page["Vary"], "the browser keeps one answer apart from the other"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("Ladieswear/Womens Shoes/Shoes/Boots", "Ladieswear/Womens Shoes/Boots"),
        ("Ladieswear/Womens Shoes/Shoes", "Ladieswear/Womens Shoes/Shoes"),
        ("Divided/Divided Collection/Trousers", "Divided/Divided Collection/Trousers"),
        ("Sport/Swimwear/swimwear/Bikini top", "Sport/swimwear/Bikini top"),
    ],
)
def test_a_path_says_nothing_twice(path: str, shown: str) -> None:
    steps = [Step(Node(1, name, 1), "/") for name in path.split("/")]
    assert "/".join(step.node.name for step in without_repeats(steps)) == shown


def test_the_filters_of_a_phone_close_on_the_number_of_products(client: Client, shop: Shop) -> None:
    assert texts(read(client, ""), "#facets .facets-done") == ["Show 2 products"]
    assert texts(read(client, "?type=265"), "#facets .facets-done") == ["Show 1 product"]


@pytest.mark.parametrize("word", ["Unknown", "undefined"])
def test_no_page_shows_what_the_files_say_for_a_missing_name(
    client: Client, shop: Shop, word: str
) -> None:
    nameless = make_article(
        name="Odd piece",
        product_type=(-1, word),
        appearance=(-1, word),
        colour=(-1, word),
        colour_value=(-1, word),
        colour_master=(-1, word),
        department=(-1, word),
        garment_group=(-1, word),
        index=("W", "Women"),
    )
    cache.empty()
    paths = (WOMEN, "/search/?q=odd", f"/article/{nameless.article_id}/", "/", "/you/", "/live/")
    for path in paths:
        page = LexborHTMLParser(client.get(path).content.decode())
        assert page.body is not None
        assert word.lower() not in page.body.text().lower(), path
