"""Shopping in a real browser, end to end: pages → Kafka → worker → Redis → pages.

Nothing is mocked: Debian's chromium, a live server, the broker, and a stream worker in a process of
its own.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import Article
from storefront.models import Order
from storefront.tests.browsers import in_a_browser, visitor
from storefront.tests.shops import address
from streaming.producers import producer

PATIENCE_S = 180.0
CELERY = [sys.executable, "-m", "celery", "-A", "storefront", "worker"]
CELERY += ["-Q", "stream,default", "-P", "solo", "-l", "WARNING"]
# https://web.dev/articles/cls
WATCH_SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) {
      if (!hadRecentInput) window.shifted += value;
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""

pytestmark = in_a_browser


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """`celery -A storefront worker -Q stream` on the test's database."""
    name = connection.settings_dict["NAME"]
    url = urlsplit(django_settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    started = subprocess.Popen(
        [*CELERY, "-n", f"browser-test-{os.getpid()}@%h"],
        env={**os.environ, "DATABASE_URL": url},
        cwd=django_settings.BASE_DIR,
    )
    yield
    started.terminate()
    started.wait(30)
    producer.close()


def eventually(page: Page, path: str, holds: Callable[[], bool]) -> None:
    """Reload the page until it shows it."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        page.goto(path)
        if holds():
            return
        time.sleep(0.2)
    pytest.fail(f"{path} never showed it")


@pytest.mark.usefixtures("worker")
def test_a_shopper_looks_around_is_followed_and_orders(
    page: Page, stock: dict[str, list[Article]]
) -> None:
    shirt, dress = stock["shirt"][0], stock["dress"][0]
    page.goto("/")
    page.locator(".shelf").get_by_role("link", name=shirt.name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(shirt.name)
    page.goto(address(dress))

    def shelf_shows(kind: str, text: str) -> bool:
        return page.locator(f"#shelf-{kind}").filter(has_text=text).count() > 0

    # On a page of so small a shop the other shelves may show them first.
    seen = "/widgets/recently-viewed/"
    eventually(page, seen, lambda: shelf_shows("recently-viewed", dress.name))
    assert shelf_shows("recently-viewed", shirt.name)
    eventually(page, "/", lambda: shelf_shows("for-you", f"Because you viewed {dress.name}"))
    buy(page, shirt)
    order(page)


def buy(page: Page, article: Article) -> None:
    page.goto(address(article))
    page.get_by_role("button", name="Add to bag").click()
    expect(page.get_by_text(f"{article.name} is in your bag.")).to_be_visible()
    page.get_by_role("link", name="View bag").click()
    page.get_by_label("Quantity").select_option("2")
    update = page.get_by_role("button", name="Update")
    if update.is_visible():
        update.click()
    expect(page.locator(".total dd")).to_have_text("€39.98")


def order(page: Page) -> None:
    page.get_by_role("link", name="Go to checkout").click()
    expect(page.get_by_text("This is a mock checkout.")).to_be_visible()
    page.get_by_role("button", name="Continue to delivery and payment").click()
    page.get_by_label("Pick-up in a shop near you").check()
    page.get_by_role("button", name="Continue to the review").click()
    page.get_by_role("button", name="Place mock order").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your mock order is placed")
    assert Order.objects.get().number in page.inner_text("main")
    expect(page.get_by_role("link", name="Bag, empty")).to_be_visible()


def test_a_card_is_kept_or_turned_down_with_and_without_a_script(
    page: Page, stock: dict[str, list[Article]]
) -> None:
    shirt, dress = stock["shirt"][0], stock["dress"][0]
    page.goto("/")
    shelves = page.locator(".shelf")
    shelves.get_by_role("button", name=f"Save {shirt.name}").click()
    expect(shelves.get_by_role("button", name=f"Take {shirt.name} off")).to_be_visible()
    shelves.get_by_role("button", name=f"Less like {dress.name}").click()
    expect(page.get_by_text("Undo").first).to_be_visible()
    page.goto("/wishlist/")
    expect(page.get_by_role("link", name=shirt.name)).to_be_visible()
    page.goto("/")
    expect(shelves.get_by_role("link", name=dress.name)).to_have_count(0)
    page.goto("/you/")
    page.get_by_role("button", name=f"Undo less like {dress.name}").click()
    page.goto("/")
    expect(shelves.get_by_role("link", name=dress.name)).to_have_count(1)


@pytest.mark.usefixtures("worker")
def test_a_shelf_follows_without_a_reload(
    browser: Browser, live_server: LiveServer, stock: dict[str, list[Article]]
) -> None:
    """An open page refreshes its shelves after a view in another tab."""
    shirt = stock["shirt"][0]
    context = visitor(browser, base_url=live_server.url)
    page = context.new_page()
    page.goto("/")
    other = context.new_page()
    shelf = page.locator("#shelf-for-you").filter(has_text=f"Because you viewed {shirt.name}")
    give_up = time.monotonic() + PATIENCE_S
    while not shelf.count():
        assert time.monotonic() < give_up, "the shelf never came"
        other.bring_to_front()
        other.goto(address(shirt))
        page.bring_to_front()
        page.wait_for_timeout(2500)
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1


without_a_script = pytest.mark.parametrize("page", ["without JavaScript"], indirect=True)


@without_a_script
def test_search_facets_and_sorts_work_without_a_script(
    page: Page, stock: dict[str, list[Article]]
) -> None:
    page.goto("/search/")
    page.get_by_role("searchbox").last.fill("blue")
    page.get_by_role("searchbox").last.press("Enter")
    page.get_by_role("group", name="Filters").get_by_role("link", name="jacket").click()
    expect(page.get_by_text("4 products for “blue”")).to_be_visible()
    page.goto("/shop/1/")
    page.get_by_role("group", name="Filters").get_by_role("link", name="dress").first.click()
    expect(page.locator("#grid > li")).to_have_count(4)
    page.locator("summary", has_text="Sort:").click()
    page.get_by_role("link", name="Price, low first").click()
    assert "sort=cheapest" in page.url
    page.get_by_role("link", name="remove").click()
    expect(page.locator("#grid > li")).to_have_count(8)


@without_a_script
def test_the_bag_can_be_tidied_without_a_script(
    page: Page, stock: dict[str, list[Article]]
) -> None:
    shirt, dress = stock["shirt"][0], stock["dress"][0]
    for article in (shirt, dress):
        page.goto(address(article))
        page.get_by_role("button", name="Add to bag").first.click()
    page.get_by_role("link", name="Bag, 2 items").click()
    page.get_by_role("button", name=re.compile(f"Save for later.*{shirt.name}")).click()
    expect(page.get_by_role("link", name="Bag, 1 item")).to_be_visible()
    page.get_by_role("button", name=re.compile(f"Move to the bag.*{shirt.name}")).click()
    page.get_by_role("button", name=f"Remove {dress.name}").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Bag, 2 items")).to_be_visible()


@without_a_script
def test_who_one_is_and_what_is_known_change_without_a_script(
    page: Page, stock: dict[str, list[Article]]
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("link", name="Shop as someone else").first.click()
    page.get_by_role("button", name="Surprise me").click()
    page.locator("header a[href='/you/']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your style")
    page.get_by_role("button", name="Start over").click()
    page.locator("summary", has_text="Forget me").click()
    page.get_by_role("button", name="Yes, forget me").click()
    page.goto("/you/")
    expect(page.get_by_text("Nothing learned yet.")).to_be_visible()
    page.goto("/")
    page.get_by_role("navigation", name="Trending in").get_by_role(
        "link", name="Men", exact=True
    ).click()
    expect(page.locator("#trending [aria-current]")).to_have_text("Men")
    page.goto(f"/outfits/?article={stock['shirt'][0].pk}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Complete the outfit")
    page.goto("/live/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("page", ["with JavaScript"], indirect=True)
@pytest.mark.usefixtures("worker")
def test_shelves_renew_themselves_without_moving_the_page(
    page: Page, stock: dict[str, list[Article]]
) -> None:
    """After a product visit the home page's shelves update without layout shift."""
    page.goto(address(stock["dress"][0]))
    page.goto("/")
    page.evaluate(WATCH_SHIFTS)
    shelf = page.locator("#shelf-for-you").filter(has_text="Because you viewed")
    give_up = time.monotonic() + PATIENCE_S
    while not shelf.count():
        assert time.monotonic() < give_up, "the shelf never followed"
        page.evaluate("document.body.dispatchEvent(new Event('shop:changed'))")
        page.wait_for_timeout(1500)
    assert page.evaluate("window.shifted") < 0.02
