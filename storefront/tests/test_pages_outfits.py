"""The outfit page: refined by links, added by a form, no script needed."""

import re

import pytest
from django.test import Client

from catalog.tests.factories import make_article
from recommendations.tests.shops import Wardrobe
from storefront.models import BagLine
from storefront.tests.shops import anonymous_shopper

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bundles")]


def pieces(page: str) -> list[int]:
    return [int(key) for key in re.findall(r'id="piece-(\d+)"', page)]


def link(page: str, starts: str) -> str:
    """The address of the first link whose id has this prefix."""
    found = re.search(rf'id="{starts}[^"]*" href="([^"]+)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_a_look_is_shown_around_an_article_with_its_total(client: Client, closet: Wardrobe) -> None:
    page = client.get("/outfits/", {"article": closet["shirt"][1].pk}).text
    assert set(pieces(page)) == {closet[k][1].pk for k in ("trousers", "jacket", "sneaker")}
    assert "€60.00" in page
    assert "Often worn with Shirt b" in page
    assert pieces(client.get("/outfits/", {"article": closet["shirt"][1].pk}).text) == pieces(page)


def test_a_piece_is_swapped_and_another_locked_by_links(client: Client, closet: Wardrobe) -> None:
    start = client.get("/outfits/", {"article": closet["shirt"][0].pk}).text
    swapped = client.get(link(start, "swap-bottom")).text
    assert closet["trousers"][0].pk in pieces(start)
    assert closet["trousers"][0].pk not in pieces(swapped)
    kept = next(key for key in pieces(swapped) if key in {a.pk for a in closet["trousers"]})
    locked = client.get(link(swapped, "lock-bottom")).text
    assert kept in pieces(locked)
    assert "Stop keeping" in locked


def test_parts_and_a_budget_narrow_the_look(client: Client, closet: Wardrobe) -> None:
    start = client.get("/outfits/", {"article": closet["shirt"][2].pk}).text
    shoes = client.get(link(start, "slot-shoes")).text
    assert pieces(shoes) == [closet["sneaker"][2].pk]
    cheap = client.get("/outfits/", {"article": f"{closet['shirt'][2].pk}", "budget": "15"}).text
    assert len(pieces(cheap)) == 1
    assert "is for the 1 piece that completes it" in cheap


def test_the_whole_outfit_goes_into_the_bag_once(client: Client, closet: Wardrobe) -> None:
    page = client.get("/outfits/", {"article": closet["shirt"][1].pk}).text
    form = page[page.index('action="/outfits/add/"') :].split("</form>")[0]
    wanted = re.findall(r'name="article" value="(\d+)"', form)
    for _ in range(2):
        assert client.post("/outfits/add/", {"article": wanted}).status_code == 302
    lines = BagLine.objects.of_shopper(anonymous_shopper(client))
    assert set(lines.values_list("article", "quantity")) == {(int(key), 1) for key in wanted}
    assert len(wanted) == 4
    assert "All of it is in your bag" in client.get("/outfits/?article=" + wanted[0]).text


@pytest.mark.parametrize(
    ("query", "named"), [("article=x", "article"), ("slot=hat", "slot"), ("budget=-1", "budget")]
)
def test_a_wrong_parameter_is_named(client: Client, query: str, named: str) -> None:
    reply = client.get(f"/outfits/?{query}")
    assert reply.status_code == 400
    assert f"{named}:" in reply.text


def test_without_a_model_or_a_start_the_page_says_what_to_do(client: Client) -> None:
    article = make_article()
    assert "not ready yet" in client.get("/outfits/", {"article": article.pk}).text
    start = client.get("/outfits/").text
    assert "Choose a piece to start from" in start
    assert article.name in client.get("/outfits/", {"q": article.name}).text


def test_an_article_nobody_knows_is_said_and_passed_over(client: Client, closet: Wardrobe) -> None:
    page = client.get("/outfits/", {"article": [closet["shirt"][1].pk, 7]}).text
    assert "We don" in page
    assert len(pieces(page)) == 3


def test_swapping_a_piece_leaves_the_others_alone(client: Client, closet: Wardrobe) -> None:
    start = client.get("/outfits/", {"article": closet["shirt"][0].pk}).text
    before = pieces(start)
    page = client.get(link(start, "swap-bottom")).text
    now = pieces(page)
    trousers = {article.pk for article in closet["trousers"]}
    assert [key for key in now if key not in trousers] == [k for k in before if k not in trousers]
    assert [key in trousers for key in now] == [key in trousers for key in before]
    assert set(now) != set(before)
    assert "Stop keeping" not in page
    again = client.get(link(page, "swap-shoes")).text
    assert [key for key in pieces(again) if key in trousers] == [k for k in now if k in trousers]


def test_a_budget_says_what_it_left_out(client: Client, closet: Wardrobe) -> None:
    start = {"article": f"{closet['shirt'][2].pk}", "budget": "15"}
    assert "Left out to keep your budget of €15.00: " in client.get("/outfits/", start).text
    assert "Left out to keep" not in client.get("/outfits/", {**start, "budget": "500"}).text
