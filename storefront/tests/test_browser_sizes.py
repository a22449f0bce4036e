"""Shopping in sizes in a real browser: from a product page and a card to the order and the API."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import Locator, Page, expect

from catalog.models import Article
from storefront.models import OrderLine
from storefront.tests.browsers import in_a_browser
from storefront.tests.shops import address, make_blouse, published
from streaming.events.schema import BagAdd, Purchase
from streaming.identity.shoppers import COOKIE
from streaming.producers import outbox

pytestmark = in_a_browser


@pytest.fixture
def blouse(transactional_db: None) -> Article:
    cache.clear()
    return make_blouse()


def test_a_size_is_kept_from_the_product_page_to_the_order(page: Page, blouse: Article) -> None:
    page.goto(address(blouse))
    page.get_by_role("button", name="Add to bag").click()
    asked = page.get_by_role("radio", name="M", exact=True)
    assert asked.evaluate("size => size.validity.valueMissing"), "the browser asks for a size"
    asked.check()
    page.get_by_role("button", name="Add to bag").click()
    expect(page.get_by_text(re.compile("Silk blouse(, size M,)? is in your bag."))).to_be_visible()
    page.get_by_role("link", name="View bag").click()
    expect(size_of(page, 0)).to_have_value("M")
    change_size(page, 0, "L")
    expect(size_of(page, 0)).to_have_value("L")
    order(page)
    expect(page.get_by_text("size L")).to_be_visible()
    assert OrderLine.objects.get().size == "L"
    assert told(page) == [(BagAdd, "M"), (Purchase, "L")]
    article = page.request.get(f"/api/v1/articles/{blouse.article_id}/").json()
    assert "L" in article["sizes"]


def test_a_card_asks_for_the_size_and_lines_of_one_size_join(page: Page, blouse: Article) -> None:
    for size in ("S", "XL"):
        page.goto("/search/?q=blouse")
        page.get_by_role("button", name="Add Silk blouse to the bag").click()
        page.get_by_role("button", name=size, exact=True).click()
        expect(page.get_by_text("is in your bag.")).to_be_visible()
    page.goto("/bag/")
    change_size(page, 0, "XL")
    expect(page.get_by_label("Size")).to_have_count(1)
    expect(page.get_by_label("Quantity")).to_have_value("2")
    order(page)
    assert list(OrderLine.objects.values_list("size", "quantity")) == [("XL", 2)]
    assert told(page)[:2] == [(BagAdd, "S"), (BagAdd, "XL")]


def size_of(page: Page, line: int) -> Locator:
    return page.get_by_label("Size").nth(line)


def change_size(page: Page, line: int, size: str) -> None:
    size_of(page, line).select_option(size)
    update = page.get_by_role("button", name="Update").nth(line)
    if update.is_visible():
        update.click()


def order(page: Page) -> None:
    page.get_by_role("link", name="Go to checkout").click()
    for button in (
        "Continue to delivery and payment",
        "Continue to the review",
        "Place mock order",
    ):
        page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your mock order is placed")


def told(page: Page) -> list[tuple[type, str | None]]:
    """The sizes of the shopper's events on the topic, of the bag and of purchases."""
    cookie = next(c for c in page.context.cookies() if c.get("name") == COOKIE)
    outbox.relay()
    events = published(str(cookie.get("value")).split(":")[0], 2)
    return [(type(e), e.size) for e in events if isinstance(e, BagAdd | Purchase)]
