"""Accessibility: axe finds no fault, and an order can be placed by keyboard alone.

https://github.com/dequelabs/axe-core, all of its rules, on every page of the shop.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import Article, Transaction
from catalog.tests.factories import make_article
from storefront.models import Order
from storefront.tests.browsers import in_a_browser, visitor
from storefront.tests.shops import address
from storefront.tests.test_you import known

pytestmark = in_a_browser

WIDTHS = (1280, 390)
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
MAX_TABS = 80
SEES_FOCUS = """() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return outlineStyle !== "none" && outlineWidth !== "0px" ||
    !!document.activeElement.closest(".search-field:focus-within, .search-page:focus-within");
}"""
AXE = "(options) => axe.run(options)"
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
NAME = """() => {
  const at = document.activeElement;
  return (at.getAttribute("aria-label") || at.labels?.[0]?.innerText || at.innerText || "").trim();
}"""


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = visitor(browser, base_url=live_server.url, reduced_motion="reduce")
    context.add_init_script(path=AXE_FILE_PATH)
    yield context.new_page()
    context.close()


def shop_a_little(page: Page, stock: dict[str, list[Article]]) -> None:
    """Articles in the bag, saved, wished for, disliked and ordered, and learned features."""
    shirt, dress, jacket = (stock[kind][0] for kind in ("shirt", "dress", "jacket"))
    page.goto("/")
    posts = [
        ("/wishlist/change/", {"article": shirt.article_id, "on": "1"}),
        ("/you/less/", {"article": stock["sneaker"][1].article_id}),
        ("/bag/add/", {"article": shirt.article_id, "quantity": "1"}),
        ("/bag/add/", {"article": dress.article_id, "quantity": "2"}),
        ("/bag/later/", {"article": dress.article_id}),
        ("/bag/add/", {"article": jacket.article_id, "quantity": "1"}),
    ]
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    for path, data in posts:
        answer = page.request.post(path, form={**data, "csrfmiddlewaretoken": token})
        assert answer.ok, f"{path}: {answer.status}"
    (shopper,) = [
        cookie["value"].strip('"').split(":")[0]
        for cookie in page.context.cookies()
        if cookie.get("name") == "shopper"
    ]
    known(shopper, dress.pk)


@pytest.mark.usefixtures("store")
def test_no_page_breaks_a_rule_of_accessibility_in_either_theme_at_either_width(
    page: Page, stock: dict[str, list[Article]]
) -> None:
    shop_a_little(page, stock)
    shirt = stock["shirt"][0]
    blouse = make_article(product_type=(305, "Blouse"), product_group="Garment Upper body")
    buyer = Transaction.objects.values_list("customer", flat=True)[0]
    found: list[str] = []
    pages = [
        "/", "/shop/1/", "/shop/1/?type=1&sort=newest", address(shirt), "/search/?q=shrit",
        "/search/?q=qqqq", "/bag/", "/checkout/", "/wishlist/", "/you/", "/live/", "/personas/",
        "/outfits/", "/orders/", "/nowhere/", address(blouse), f"/personas/{buyer}/",
    ]  # fmt: skip
    for path in pages:
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for theme in THEMES:
                found += violations(page, theme, f"{path} {width} {theme}")
    assert not found, "\n".join(found)


def violations(page: Page, theme: Theme, where: str) -> list[str]:
    page.emulate_media(color_scheme=theme)
    page.evaluate(DRAWN)
    # A theme changes only colours.
    rules = [] if theme == THEMES[0] else ["color-contrast"]
    return [f"{where}: {broken}" for broken in broken_rules(page, rules)]


def broken_rules(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """The axe violations of the named rules, or of all."""
    only = {"runOnly": rules} if rules else {"rules": {"target-size": {"enabled": True}}}
    found = page.evaluate(AXE, {"resultTypes": ["violations"], **only})
    return [
        f"{broken['id']}: {node['html'][:200]} {node['failureSummary']}"
        for broken in found["violations"]
        for node in broken["nodes"]
    ]


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the named element has the focus, which must be visible at every stop."""
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue  # past the end of the page, before its beginning
        assert page.evaluate(SEES_FOCUS), f"the focus on {page.evaluate(NAME)!r} can't be seen"
        if name in page.evaluate(NAME):
            return
    pytest.fail(f"the keyboard never reaches {name!r}")


def press(page: Page, name: str, key: str = "Enter") -> None:
    tab_to(page, name)
    page.keyboard.press(key)


def arrive(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


def test_the_keyboard_alone_gets_one_from_home_to_an_order(
    page: Page, stock: dict[str, list[Article]]
) -> None:
    dress = stock["dress"][0]
    page.goto("/")
    press(page, "Skip to content")
    expect(page.locator("main")).to_be_focused()
    page.goto("/")
    press(page, "Women")
    press(page, "All of Women")
    arrive(page, "Women")
    press(page, "dress")
    expect(page.locator("#grid > li")).to_have_count(4)
    expect(page.locator("#facets a").filter(has_text="dress")).to_be_focused()
    tab_to(page, "Words to search for")
    page.keyboard.type("blue dr")
    expect(page.get_by_role("option").filter(has_text=dress.name)).to_be_visible()
    chosen = page.locator("[aria-selected=true]").filter(has_text=dress.name)
    for _ in range(page.get_by_role("option").count()):
        page.keyboard.press("ArrowDown")
        if chosen.count():
            break
    page.keyboard.press("Enter")
    arrive(page, dress.name)
    press(page, "Add to bag")
    expect(page.get_by_text(f"{dress.name} is in your bag.")).to_be_visible()
    press(page, "View bag")
    arrive(page, "Your bag")
    press(page, "Go to checkout")
    arrive(page, "Checkout")
    tab_to(page, "Name")
    press(page, "Continue to delivery and payment")
    expect(page.get_by_role("radio").first).to_be_visible()
    tab_to(page, "Home delivery")
    page.keyboard.press("ArrowDown")
    press(page, "Continue to the review")
    expect(page.get_by_role("button", name="Place mock order")).to_be_visible()
    press(page, "Place mock order")
    arrive(page, "Your mock order is placed")
    assert Order.objects.get().lines.get().article_id == dress.pk


def test_this_browser_remembers_what_was_searched_for_until_told_to_forget(
    page: Page, stock: dict[str, list[Article]]
) -> None:
    options = page.get_by_role("option")
    clear = options.filter(has_text="Clear recent searches")
    for words in ("shirt", "qqqq", "dress", "shirt"):
        page.goto(f"/search/?q={words}")
    page.goto("/search/")
    field = page.get_by_role("combobox", name="Words to search for").last
    expect(options).to_have_text(["shirt", "dress", "Clear recent searches"])
    assert broken_rules(page) == []
    field.press("ArrowDown")
    field.press("ArrowDown")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=dress$"))
    page.goto("/search/")
    expect(clear).to_be_visible()
    field.press("ArrowUp")
    field.press("Enter")
    expect(options).to_have_count(0)
    expect(page).to_have_url(re.compile("/search/$"))
    field.press("ArrowDown")
    expect(options).to_have_count(0)


def test_who_is_erased_leaves_no_searches_in_the_browser(
    page: Page, stock: dict[str, list[Article]]
) -> None:
    page.goto("/search/?q=shirt")
    assert page.evaluate("localStorage.length") == 1
    page.goto("/you/")
    page.locator("form[action='/you/forget/']").evaluate("form => form.submit()")
    expect(page.get_by_text("has been erased")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_a_list_of_suggestions_opens_moves_and_closes_as_a_combobox_does(
    page: Page, stock: dict[str, list[Article]]
) -> None:
    page.goto("/search/")
    field = page.get_by_role("combobox", name="Words to search for").last
    field.press_sequentially("shi")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowUp")
    last = options.last
    expect(last).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", last.get_attribute("id") or "no id")
    field.press("ArrowDown")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    assert broken_rules(page) == []
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press("Enter")
    expect(page.get_by_text("products for “shi”")).to_be_visible()
