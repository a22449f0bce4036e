"""Every page opens, has the expected content, and withstands hostile input."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client
from django.utils.translation import gettext
from pytest_django import DjangoAssertNumQueries, Settings
from selectolax.lexbor import LexborHTMLParser

from catalog.money import shown
from catalog.tests.factories import make_article
from catalog.tests.test_navigation import finish_ingest
from storefront.templatetags.shop import ago
from storefront.tests.shops import Shop, address, anonymous_shopper
from storefront.tests.test_you import known

PLACES = ["/shop/1/", "/shop/1-women/", "/shop/1/61/", "/shop/1/61/7001/", "/shop/1/61/7001/301/"]
PAGES = [
    "/",
    *PLACES,
    "/shop/1/?sort=newest",
    "/article/0900000001/",
    "/bag/",
    "/search/",
    "/search/?q=shirt",
    "/search/?q=zzzzzz",
    "/personas/",
]


class Inline(HTMLParser):
    """Collects what the content security policy forbids within a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        # A data block is not a script: browsers don't run it, and the policy doesn't apply.
        runs = tag == "script" and named.get("type") != "application/ld+json"
        if tag == "style" or (runs and "src" not in named):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in named if name == "style" or name[:2] == "on"]


def inline_parts(page: str) -> list[str]:
    parser = Inline()
    parser.feed(page)
    return parser.found


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("path", [*PAGES, "/nowhere/"])
def test_a_page_keeps_to_the_content_security_policy(client: Client, path: str) -> None:
    client.post("/bag/add/", {"article": "0900000001"})
    response = client.get(path)
    assert response.status_code == (404 if path == "/nowhere/" else 200)
    assert "default-src 'self'" in response["Content-Security-Policy"]
    answer = client.get("/api/v1/articles/")
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert inline_parts(response.text) == []
    assert response.text.count("<h1") == 1
    assert 'lang="en"' in response.text


@pytest.mark.parametrize("template", ["500.html", "503.html", "403_csrf.html"])
def test_the_pages_of_failures_stand_on_their_own(
    template: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from django.template.loader import render_to_string

    page = render_to_string(template)
    assert inline_parts(page) == []
    assert template[:3] in page


def test_the_home_page_shows_what_sells(client: Client, shop: Shop) -> None:
    page = client.get("/").text
    assert "Linen shirt" in page
    assert "/360/0900000001.webp" in page


def test_the_home_page_shows_what_trends_in_a_department(client: Client, shop: Shop) -> None:
    make_article(400000001, name="Work shirt", index=("M", "Men"), index_group=(2, "Men"))
    page = LexborHTMLParser(client.get("/?audience=2").text)
    shown = [a.text() for a in page.css("main .card-name a, .hero-caption")]
    assert shown.count("Work shirt") == 1, "on the shelf before already: no product twice on a page"
    assert [a.text() for a in page.css("#trending [aria-current]")] == ["Men"]


def test_the_hero_takes_another_picture_where_what_trends_has_none(
    client: Client, shop: Shop
) -> None:
    hero = LexborHTMLParser(client.get("/").text).css(".hero-pictures a")
    assert [a.attributes["href"] for a in hero] == [address(shop.shirt)]


@pytest.mark.usefixtures("store")
def test_the_personal_shelf_says_why_and_how_fresh_it_is(client: Client, shop: Shop) -> None:
    client.post("/wishlist/change/", {"article": shop.shirt.article_id})
    known(anonymous_shopper(client), shop.dress.pk)
    shelf = LexborHTMLParser(client.get("/widgets/for-you/").text).css_first(".shelf-why")
    assert shelf is not None
    assert re.search(r", updated (a moment|\d+ seconds?) ago", shelf.text())
    assert 'href="/you/"' in (shelf.html or "")


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0, "a moment ago"),
        (59_000, "59 seconds ago"),
        (60_000, "1 minute ago"),
        (7_300_000, "2 hours ago"),
        (86_400_000, "1 day ago"),
    ],
)
def test_a_time_that_has_passed_is_told_in_its_largest_unit(ms: int, words: str) -> None:
    assert ago(ms) == words


def test_a_listing_has_one_card_per_product_with_its_colours(client: Client, shop: Shop) -> None:
    page = client.get("/shop/1/").text
    assert page.count('<article class="card">') == 2
    assert "2 colours" in page
    assert "2 products" in page


def test_a_listing_of_many_has_pages_that_are_links(client: Client, shop: Shop) -> None:
    for number in range(30):
        make_article(700_000_001 + number * 1000, product=700_000 + number)
    first, second = client.get("/shop/1/"), client.get("/shop/1/?page=2")
    assert 'rel="next" href="?page=2"' in first.text
    assert second.text.count('<article class="card">') == 8
    assert client.get("/shop/1/?page=3").status_code == 404


def test_breadcrumbs_lead_back_up(client: Client, shop: Shop) -> None:
    page = client.get("/shop/1/61/7001/").text
    assert 'href="/shop/1-women/61-women-daily/"' in page
    assert 'aria-current="page">Shirts and blouses' in page


def test_a_product_page_shows_price_colours_attributes_and_safe_text(
    client: Client, shop: Shop
) -> None:
    page = client.get(address(shop.dress)).text
    assert "€49.99" in page
    assert "A dress &lt;b&gt;with&lt;/b&gt; flowers &amp; leaves." in page
    shirt = client.get(address(shop.shirt)).text
    assert f'href="{address(shop.other_colour)}" title="Dark Red"' in shirt
    picture = re.search(r'<div class="product-picture">.*?<img ([^>]*)>', shirt, re.S)
    assert picture is not None
    described = ("srcset=", "sizes=", 'width="800"', 'height="1200"', 'alt="Linen shirt, ink"')
    assert all(attribute in picture[1] for attribute in described)


def test_a_tracked_address_names_the_plain_one_as_canonical(client: Client, shop: Shop) -> None:
    page = client.get(address(shop.dress) + "?rec=abc&w=similar&p=2").text
    assert f'<link rel="canonical" href="http://testserver{address(shop.dress)}">' in page


HOSTILE = [
    ("/?audience=999", 404),
    ("/?audience=1%00", 404),
    ("/article/0000000000/", 404),
    ("/article/9999999999/", 404),
    ("/article/900000001/", 404),
    ("/article/0900000001/?rec=" + "x" * 5000 + "&w=y&p=1", 200),
    ("/article/0900000001/?rec=a&w=b&p=-1", 200),
    ("/shop/999/", 404),
    ("/shop/-1/", 404),
    ("/shop/99999999999/", 404),
    ("/shop/1/1/", 404),
    ("/shop/1/?page=abc", 404),
    ("/shop/1/?page=0", 404),
    ("/shop/1/?page=99999999999999999999", 404),
    ("/shop/1/?sort='--", 404),
    ("/search/?q=" + "a" * 6000, 200),
    ("/search/?q=%00%ff%27%22<script>alert(1)</script>", 200),
    ("/search/?q=-&page=2", 404),
    ("/search/?q=shirt&type=x", 404),
    ("/search/?q=shirt&sort='--", 404),
    ("/search/suggest/", 200),
    ("/search/suggest/?q=%00%ff%27<script>alert(1)</script>", 200),
    ("/search/suggest/?q=" + "(+" * 3000, 200),
    ("/search/?q=shirt&page=1e9", 404),
    ("/search/?q=%26%7C%21%28%29%3A*", 200),
    ("/orders/ABCD-EFGH/", 404),
    ("/orders/%00/", 404),
    ("/widgets/nothing/", 404),
]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("path", "status"), HOSTILE)
def test_hostile_addresses_are_answered_calmly(client: Client, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert "<script>alert" not in response.text


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("cookie", ["theme", "shopper", "sessionid", "messages"])
def test_a_forged_cookie_changes_nothing(client: Client, cookie: str) -> None:
    client.cookies[cookie] = '"><script>alert(1)</script>'
    response = client.get("/")
    assert response.status_code == 200
    assert "<script>alert" not in response.text


@pytest.mark.usefixtures("shop")
def test_the_theme_chosen_is_in_the_page_at_once(client: Client) -> None:
    assert "data-theme=" not in client.get("/").text
    client.cookies["theme"] = "dark"
    assert '<html lang="en" data-theme="dark">' in client.get("/").text


@pytest.mark.usefixtures("shop")
def test_the_footer_says_that_data_are_synthetic(client: Client, settings: Settings) -> None:
    settings.DATA_LABEL = "All data here is synthetic."
    assert "All data here is synthetic." in client.get("/").text


@pytest.mark.usefixtures("shop")
def test_texts_leave_compressed_and_what_is_compressed_already_does_not(client: Client) -> None:
    def encoding(path: str) -> str:
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        return str(answer.get("Content-Encoding", ""))

    assert encoding("/") == encoding("/static/js/shop.js") == encoding("/api/v1/menu/") == "gzip"
    assert encoding("/static/fonts/inter-latin.woff2") == ""


PLAIN = re.compile(r">\s*([A-Z][^<>{}%]*[a-z][^<>{}%]*)<")
TEMPLATES = sorted(Path(settings.BASE_DIR, "templates", "shop").glob("*.html"))
OPERATORS = ("pipeline", "chart")  # English only, for operators


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.stem)
def test_what_a_shopper_reads_can_be_translated(template: Path) -> None:
    if not template.stem.startswith(OPERATORS):
        assert PLAIN.findall(template.read_text()) == []


def test_robots_are_kept_out_of_what_is_personal(client: Client) -> None:
    assert "Disallow: /bag/" in client.get("/robots.txt").text


def test_machines_are_told_what_a_product_is_and_costs(client: Client, shop: Shop) -> None:
    page = client.get(address(shop.dress)).text
    data = json.loads(page.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert (data["name"], data["offers"]["price"]) == ("Garden dress", "49.99")
    assert data["description"] == "A dress <b>with</b> flowers & leaves."
    assert "<b>" not in page
    assert '<meta property="og:type" content="product">' in page


def test_the_sitemap_lists_places_and_one_article_of_each_product(
    client: Client, shop: Shop
) -> None:
    index = client.get("/sitemap.xml").text
    assert "/sitemap-products.xml" in index
    products = client.get("/sitemap-products.xml").text
    assert address(shop.shirt) in products
    assert address(shop.other_colour) not in products
    assert "/shop/1-women/" in client.get("/sitemap-places.xml").text
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").text


@pytest.mark.django_db
def test_what_is_the_same_for_everybody_is_drawn_once_an_ingest() -> None:
    part = Template("{% load shop %}{% cached %}{{ n }}{% endcached %}")

    def drawn(n: int) -> str:
        return part.render(Context({"n": n}))

    assert [drawn(1), drawn(2)] == ["1", "2"], "nothing tells when articles change"
    finish_ingest()
    assert [drawn(3), drawn(4)] == ["3", "3"]
    finish_ingest()
    assert [drawn(5), drawn(6)] == ["5", "5"]


def test_a_shop_speaks_the_language_of_its_settings() -> None:
    said = "import django; django.setup(); from django.utils.translation import gettext as _"
    money = "from catalog.money import shown"
    command = [sys.executable, "-c", f"{said}; {money}; print(_('Log in'), shown(1234.5))"]
    german = os.environ | {"LANGUAGE_CODE": "de", "CURRENCY": "€"}
    shop = subprocess.run(command, env=german, capture_output=True, text=True, check=True)
    assert shop.stdout == "Anmelden 1.234,50\xa0€\n"
    assert (gettext("Log in"), shown(1234.5)[1:]) == ("Log in", "1,234.50")
