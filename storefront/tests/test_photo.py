"""The photo page in a browser: the part to look at is dragged or typed, without faults for axe."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import Article
from recommendations.tests.test_vision import BLUE, as_bytes, drawn, embedded, encoder, seen_shop
from storefront.tests.browsers import in_a_browser, visitor
from storefront.tests.test_accessibility import THEMES, WIDTHS, violations

pytestmark = in_a_browser
__all__ = ["embedded", "encoder", "seen_shop"]
SIDES = ("left", "top", "right", "bottom")


@pytest.fixture
def page(
    browser: Browser, live_server: LiveServer, seen_shop: list[Article], tmp_path: Path
) -> Iterator[Page]:
    (tmp_path / "photo.jpg").write_bytes(as_bytes(drawn(BLUE, 1)))
    context = visitor(browser, base_url=live_server.url, reduced_motion="reduce")
    context.add_init_script(path=AXE_FILE_PATH)
    shown = context.new_page()
    shown.goto("/search/photo/")
    yield shown
    context.close()


def test_dragging_over_the_picture_chooses_the_part_to_look_at(page: Page, tmp_path: Path) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_input_files("#photo", tmp_path / "photo.jpg")
    canvas = page.locator(".photo-preview")
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.1)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.6)
    page.mouse.up()
    chosen = [int(page.locator(f"[name={side}]").input_value()) for side in SIDES]
    assert chosen == pytest.approx([20, 10, 80, 60], abs=2)
    found: list[str] = []
    page.get_by_role("button", name="Find what looks like it").click()
    expect(page.get_by_role("heading", name="Looks like your picture")).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            found += violations(page, theme, f"{width} {theme}")
    assert not found, "\n".join(found)
    assert not errors
