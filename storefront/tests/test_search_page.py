"""Search: results, corrections, recovery, and suggestions while typing."""

import pytest
from django.test import Client
from pytest_django import Settings
from selectolax.lexbor import LexborHTMLParser

from catalog.tests.factories import make_article
from storefront.tests.shops import Shop, address, anonymous_shopper, published
from streaming.events.schema import Click, Search

pytestmark = pytest.mark.usefixtures("shop")


def read(client: Client, address: str) -> LexborHTMLParser:
    answer = client.get(address)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.content.decode())


def texts(page: LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in page.css(selector)]


def test_photos_are_only_asked_for_where_the_shop_can_search_by_them(client: Client) -> None:
    assert "photo" not in client.get("/search/").text


def test_results_are_products_counted_and_narrowed_like_a_listing(client: Client) -> None:
    make_article(
        product=77, name="Linen dress", product_type=(265, "Dress"), units_recent=9,
        has_picture=True,
    )  # fmt: skip
    page = read(client, "/search/?q=linen")
    assert texts(page, ".card-name") == ["Linen dress", "Linen shirt"]
    assert texts(page, ".bar p") == ["2 products for “linen”"]
    dress = next(a for a in page.css(".facet a") if "Dress" in a.text())
    chosen = read(client, f"/search/{dress.attributes['href']}")
    assert texts(chosen, ".card-name") == ["Linen dress"]
    assert texts(chosen, ".bar p") == ["1 product for “linen”"]


def test_what_was_meant_is_shown_and_said(client: Client) -> None:
    page = read(client, "/search/?q=gardn+drses")
    assert texts(page, ".card-name") == ["Garden dress"]
    assert texts(page, ".searched") == [
        "Showing results for “garden dress”. Nothing matches “gardn drses”. Search for exactly this"
    ]


def test_the_interpretation_is_in_the_language_of_the_page(
    client: Client, settings: Settings
) -> None:
    told = {}
    for language in ("en", "de", "fr"):
        settings.LANGUAGE_CODE = language
        told[language] = texts(read(client, "/search/?q=ink+Kleid+ohne+Kapuze"), ".chosen a")
    assert told == {
        "en": ["“ink” remove", "Dresses remove", "Without: Hood remove"],
        "de": ["“ink” remove", "Kleid remove", "Without: Kapuze remove"],
        "fr": ["“ink” remove", "Robe remove", "Without: Capuche remove"],
    }


def test_some_of_the_words_are_better_than_nothing(client: Client) -> None:
    page = read(client, "/search/?q=linen+trousers")
    assert texts(page, ".card-name") == ["Linen shirt"]
    assert texts(page, ".searched") == ["Nothing has all of that. Left out: Trousers."]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("garden dress", True),
        ("ｇａｒｄｅｎ　ｄｒｅｓｓ", True),
        ("gar\u00adden dress", True),
        ("\u202egarden dress\u202c", True),
        ("\ufeffgarden\u200b dress", True),
        ("GARDEN\tDRESS\n", True),
        ("👗", True),
        ("garden 👗", True),
        ("kla\u0308nning", True),
        ("klänning", True),
        ("0800000001", True),
        ("800000001", True),
        ("#0800000001", True),
        ("800000001.0", True),
        ("Art. 0800 000 001", True),
        ("٠٨٠٠٠٠٠٠٠١", True),
        ("0800000", True),
        ("garden & dress | !", True),
        ("garden:* <-> dress", True),
        ("garden'; DROP TABLE catalog_article; --", True),
        ("dress " * 500, True),
        ("שמלה", False),
        ("فستان", False),
        ("قميص👗", True),
        ("日本語", False),
        ("🦖🦖", False),
        ("%_\\", False),
        ("9" * 40, False),
    ],
    ids=ascii,
)
def test_whatever_is_typed_is_searched_for(
    client: Client, shop: Shop, typed: str, found: bool
) -> None:
    page = client.get("/search/", {"q": typed})
    assert page.status_code == client.get("/search/suggest/", {"q": typed}).status_code == 200
    names = texts(LexborHTMLParser(page.content.decode()), "#goods .card-name")
    assert ("Garden dress" in names) is found
    answer = client.get("/api/v1/articles/", {"search": typed})
    assert answer.status_code == 200
    assert (int(shop.dress.pk) in [int(a["article_id"]) for a in answer.json()["results"]]) is found


def test_where_nothing_is_found_there_are_ways_on(client: Client) -> None:
    page = read(client, "/search/?q=qqqq")
    assert texts(page, ".empty h2") == ["Nothing found for “qqqq”."]
    assert [a.attributes["href"] for a in page.css(".empty .chip")] == ["/shop/1-women/"]
    assert texts(page, "#shelf-trending .card-name")


def test_a_customer_may_have_what_suits_their_taste_first(client: Client, shop: Shop) -> None:
    make_article(product=77, name="Linen dress", product_type=(265, "Dress"), units_recent=1)
    page = read(client, "/search/?q=linen&sort=for-you")
    assert sorted(texts(page, ".card-name")) == ["Linen dress", "Linen shirt"]
    assert "those that suit you best first" in texts(page, ".bar p")[0]


def options(client: Client, typed: str) -> dict[str, str]:
    page = read(client, f"/search/suggest/?q={typed}")
    return {
        " ".join(o.text().split()): o.attributes["href"] or "" for o in page.css("[role=option]")
    }


def test_words_places_and_products_are_suggested(client: Client, shop: Shop) -> None:
    assert options(client, "dr") == {
        "dress": "/search/?q=dress",
        "Dress in Women 1": "/shop/1-women/?type=265",
        "Garden dress Dress, ink €49.99": address(shop.dress),
    }


def test_a_search_that_names_no_type_goes_on_in_the_types_it_finds(client: Client) -> None:
    make_article(product=77, name="Linen dress", product_type=(265, "Dress"))
    found = options(client, "linen")
    assert found["linen in Dress 1"] == "/search/?q=linen&type=265"
    assert texts(read(client, found["linen in Dress 1"]), ".card-name") == ["Linen dress"]
    assert "linen dress in Women 1" in options(client, "linen dress")


def test_filler_words_are_no_part_of_a_place(client: Client) -> None:
    assert options(client, "in dress")["Dress in Women 1"] == "/shop/1-women/?type=265"


def test_a_mistyped_beginning_suggests_what_was_meant(client: Client, shop: Shop) -> None:
    found = options(client, "gardn+drss")
    assert found["garden dress"] == "/search/?q=garden+dress"
    assert address(shop.dress) in found.values()


def test_the_words_before_the_last_stay(client: Client) -> None:
    assert "linen shirt" in options(client, "linen+sh")


def test_a_beginning_alone_is_english_if_it_can_be(client: Client) -> None:
    make_article(product=78, name="Chunky sneaker", product_type=(94, "Sneakers"))
    searches = {words for words, to in options(client, "sne").items() if to.startswith("/search/")}
    assert searches == {"sneaker"}, "neither twice, nor sneakerstrumpor"
    assert options(client, "kle")["kleid"] == "/search/?q=kleid"


@pytest.mark.parametrize("typed", ["", "d", "qqqq", "%00", "((("])
def test_too_little_or_nothing_known_suggests_nothing(client: Client, typed: str) -> None:
    assert options(client, typed) == {}


def test_suggestions_are_the_same_for_everybody_and_may_be_kept(client: Client) -> None:
    answer = client.get("/search/suggest/?q=dr")
    assert answer["Cache-Control"] == "public, max-age=300"
    assert not answer.cookies


def test_a_search_and_the_click_on_its_result_are_told_together(
    client: Client,
) -> None:
    page = read(client, "/search/?q=Linen shirt")
    [link, *_] = [str(name.attributes["href"]) for name in page.css(".card-name a")]
    client.get(link)
    events = published(anonymous_shopper(client), 3)
    search, click = (e for e in events if isinstance(e, Search | Click))
    assert isinstance(search, Search)
    assert isinstance(click, Click)
    assert (search.query, search.found) == ("Linen shirt", 1)
    assert (click.query, click.widget, click.position) == ("Linen shirt", "search", 1)
