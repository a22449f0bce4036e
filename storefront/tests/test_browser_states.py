"""A real browser: returning to a long list, missing services, and no JavaScript."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import Article
from recommendations.tests.shops import Wardrobe
from storefront.listing import faceted_list
from storefront.live import replaying
from storefront.tests.browsers import in_a_browser, visitor
from storefront.tests.shops import address
from storefront.tests.test_accessibility import THEMES, WIDTHS, violations

pytestmark = [*in_a_browser, pytest.mark.usefixtures("bundles")]
Opened = Callable[..., Page]
FAILED = """() => [...document.querySelectorAll(".frame img[loading=eager]")].every(
  (img) => img.complete && !img.naturalWidth)"""
# Covers the browser's own broken-picture icon, which CSS can't remove.
COVERED = """() => [...document.querySelectorAll(".frame img")].every(
  (img) => getComputedStyle(img, "::after").backgroundImage.includes("no-picture"))"""


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer) -> Iterator[Opened]:
    """Opens a page in a new browser context with Browser.new_context()'s options."""
    contexts = []

    def open_page(**options: object) -> Page:
        contexts.append(visitor(browser, base_url=live_server.url, **options))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


def test_back_from_a_product_finds_the_list_as_long_and_at_the_place_it_was(
    opened: Opened, stock: dict[str, list[Article]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Playwright's chromium has no back/forward cache: the list is rebuilt from its address."""
    monkeypatch.setattr(faceted_list, "PER_PAGE", 2)
    page = opened(viewport={"width": 390, "height": 500})
    cards = page.locator("#grid > li")
    page.goto("/shop/1/")
    for count in (4, 6):
        page.get_by_role("link", name="Load more").click()
        expect(cards).to_have_count(count)
    names = cards.locator("h3").all_inner_texts()
    cards.nth(4).scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    assert place > 0
    cards.nth(4).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(names[4])
    page.go_back()
    expect(cards).to_have_count(6)
    assert cards.locator("h3").all_inner_texts() == names
    page.wait_for_function(f"Math.abs(scrollY - {place}) < 2")
    page.get_by_role("link", name="Load more").click()
    expect(cards).to_have_count(8)
    expect(page.get_by_text("8 of 8")).to_be_visible()


def test_without_the_database_the_page_is_whole_in_both_themes(
    opened: Opened, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(reduced_motion="reduce")
    page.context.add_init_script(path=AXE_FILE_PATH)
    monkeypatch.setitem(connections.settings["default"], "PORT", 1)
    answer = page.goto("/shop/1/")
    assert answer is not None
    assert answer.status == 503
    expect(page.get_by_role("heading", level=1)).to_have_text("Back in a moment.")
    expect(page.get_by_role("link", name=settings.SHOP_NAME)).to_be_visible()
    found: list[str] = []
    grounds = set()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            found += violations(page, theme, f"503 {width} {theme}")
            grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert not found, "\n".join(found)
    assert len(grounds) == len(THEMES)
    monkeypatch.undo()
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("contentinfo")).to_be_visible()


def test_a_picture_that_does_not_come_leaves_a_drawn_one_and_its_words(
    opened: Opened, stock: dict[str, list[Article]]
) -> None:
    """Nothing listens on the picture server's port here."""
    shirt = stock["shirt"][0]
    page = opened()
    for path in ("/shop/1/", address(shirt)):
        page.goto(path)
        page.wait_for_function(FAILED)
        assert page.evaluate(COVERED)
    expect(page.locator("#picture img")).to_have_accessible_name(re.compile(shirt.name))


def test_an_outfit_is_refined_and_bought_without_a_script(
    opened: Opened,
    closet: Wardrobe,
) -> None:
    shirt = closet["shirt"][0]
    page = opened(java_script_enabled=False)
    page.goto(f"/outfits/?article={shirt.pk}")
    pieces = page.locator(".piece h3")
    first = pieces.all_inner_texts()
    assert first
    page.get_by_role("link", name=re.compile(f"Swap this one.*{first[0]}")).click()
    expect(page.locator(".piece h3", has_text=first[0])).to_have_count(0)
    swapped = pieces.first.inner_text()
    page.get_by_role("link", name=re.compile(f"Keep this one.*{swapped}")).click()
    expect(page.get_by_role("link", name=re.compile(f"Stop keeping.*{swapped}"))).to_be_visible()
    page.get_by_role("link", name="Start over").click()
    assert pieces.all_inner_texts() == first
    page.get_by_role("button", name="Add the whole outfit").click()
    expect(page.get_by_role("link", name=f"Bag, {len(first) + 1} items")).to_be_visible()


@pytest.mark.usefixtures("stock")
def test_a_day_is_replayed_without_a_script(opened: Opened) -> None:
    cache.delete(replaying.RUNNING)
    page = opened(java_script_enabled=False)
    page.goto("/live/")
    page.get_by_label("Replay").select_option("19 September 2020")
    page.get_by_label("at").select_option("×1200")
    try:
        page.get_by_role("button", name="Replay the day").click()
        expect(page.get_by_text("Replaying 19 September 2020 at ×1200.")).to_be_visible()
        expect(page.get_by_role("button", name="Replay the day")).to_be_disabled()
        assert replaying._children[-1].poll() is None
    finally:
        cache.delete(replaying.RUNNING)
        for child in replaying._children:
            child.kill()
            child.wait()
