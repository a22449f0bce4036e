"""`make screenshots`: every page of the shop, at both widths, in both themes, on contact sheets.

Shops a little as a customer of a running demo with generated data, and writes
docs/images/pages-….webp and looks.webp. Needs Debian's chromium.
"""

import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from PIL import Image, ImageDraw, ImageFont, ImageOps
from playwright.sync_api import Page, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = ROOT / "docs" / "images"
THEMES: Final[Sequence[Literal["light", "dark"]]] = ("light", "dark")
# By name: size of the window, width of a picture on the sheet, pictures in a row.
SIZES: Final = {"wide": (1280, 900, 480, 4), "narrow": (390, 844, 240, 8)}
# Looks per audience on their sheet, the fewest pieces of one, and the size of each.
LOOKS: Final = 2
PIECES: Final = 3
LOOK: Final = (720, 560)
GAP: Final = 24
CAPTION: Final = 28


def main() -> int:
    shop = sys.argv[1].rstrip("/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--headless=new", "--no-sandbox", "--disable-gpu"],
        )
        page = browser.new_context(base_url=shop).new_page()
        places = shop_a_little(page)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            for size in SIZES:
                _, _, width, columns = SIZES[size]
                sheet = contact_sheet(photographed(page, places, size), width, columns)
                sheet.save(IMAGES / f"pages-{size}-{theme}.webp", quality=80, method=6)
        page.emulate_media(color_scheme="light")
        sheet = contact_sheet(looks(page), LOOK[0] // 2, 4)
        sheet.save(IMAGES / "looks.webp", quality=80, method=6)
        browser.close()
    return 0


def shop_a_little(page: Page) -> Mapping[str, str]:
    """As a customer: an order, a bag, a wish, something turned down. The places by their names."""
    page.goto("/personas/")
    page.get_by_role("button", name=re.compile("^Shop as ")).nth(1).click()
    page.goto("/")
    articles = [str(a.get_attribute("href")) for a in page.locator("#shelf-for-you h3 a").all()]
    for article in articles[:2]:
        add_to_bag(page, article)
    page.goto("/checkout/")
    for button in (
        "Continue to delivery and payment",
        "Continue to the review",
        "Place mock order",
    ):
        page.get_by_role("button", name=button).click()
    page.wait_for_url("**/orders/*/")
    order = urlsplit(page.url).path
    for article in articles[2:5]:
        add_to_bag(page, article)
    page.goto("/bag/")
    page.get_by_role("button", name="Save for later").last.click()
    page.goto("/shop/1/?sort=newest")
    for heart in page.locator(".card-tools button[aria-pressed]").all()[:4]:
        heart.click()
    page.wait_for_timeout(2000)
    shop = str(page.locator(".menu .whole a").first.get_attribute("href"))
    return places(shop, articles[5], order)


def places(shop: str, product: str, order: str) -> Mapping[str, str]:
    return {
        "Home": "/",
        "Listing": f"{shop}?sort=popular",
        "Listing, for you": f"{shop}?sort=for-you",
        "Product": product,
        "Search, forgiving": "/search/?q=drses",
        "Nothing found": "/search/?q=qqqq",
        "Complete the outfit": f"/outfits/?article={product.split('/')[2]}",
        "Bag": "/bag/",
        "Checkout": "/checkout/",
        "Order": order,
        "Wishlist": "/wishlist/",
        "Your style": "/you/",
        "Shop as someone else": "/personas/",
        "Live": "/live/",
        "Pipeline": "/ops/",
        "Not found": "/nowhere/",
    }


def add_to_bag(page: Page, article: str) -> None:
    page.goto(article)
    if page.locator(".sizes").count():
        page.locator(".sizes .size").nth(1).click()
    page.get_by_role("button", name="Add to bag").first.click()
    page.get_by_text("is in your bag.").wait_for()


def photographed(page: Page, places: Mapping[str, str], size: str) -> Mapping[str, Image.Image]:
    width, height, small, _ = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    pictures = {}
    for name, place in places.items():
        page.goto(place)
        page.wait_for_timeout(1500)
        taken = Image.open(BytesIO(page.screenshot())).convert("RGB")
        pictures[name] = taken.resize((small, small * height // width), Image.Resampling.LANCZOS)
    return pictures


def looks(page: Page) -> Mapping[str, Image.Image]:
    """Looks of three pieces or more around each audience's best sellers, by their first pieces."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/")
    menu = [str(a.get_attribute("href")) for a in page.locator(".menu .whole a").all()]
    pictures: dict[str, Image.Image] = {}
    for shop in menu:
        page.goto(f"{shop}?sort=popular")
        cards = page.locator(".grid h3 a").all()
        starts = [(card.inner_text(), str(card.get_attribute("href"))) for card in cards]
        pictures |= dict(islice(boards(page, starts), LOOKS))
    return pictures


def boards(page: Page, starts: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Image.Image]]:
    for title, place in starts:
        page.goto(f"/outfits/?article={place.split('/')[2]}")
        page.wait_for_load_state("networkidle")
        board = page.locator(".look-board")
        if board.locator("a").count() >= PIECES:
            taken = Image.open(BytesIO(board.screenshot())).convert("RGB")
            yield title, ImageOps.pad(taken, LOOK, color="#ffffff").reduce(2)


def contact_sheet(pictures: Mapping[str, Image.Image], width: int, columns: int) -> Image.Image:
    height = next(iter(pictures.values())).height
    rows = -(-len(pictures) // columns)
    across, down = width + GAP, height + CAPTION + GAP
    sheet = Image.new("RGB", (columns * across + GAP, rows * down + GAP), "#8b8b8b")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for n, (name, picture) in enumerate(pictures.items()):
        x, y = GAP + n % columns * across, GAP + n // columns * down
        draw.text((x, y), name, "#ffffff", font)
        sheet.paste(picture, (x, y + CAPTION))
    return sheet


if __name__ == "__main__":
    sys.exit(main())
