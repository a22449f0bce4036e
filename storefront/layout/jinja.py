"""The second template engine, for what is rendered dozens of times per page: cards and facets."""

from typing import Any, Final

from jinja2 import Environment

# The values of these are escaped beforehand, once for many pages: to escape those of 48 cards takes
# 1.1 ms, a sixth of the home page.
ESCAPED_BEFORE: Final = ("shop/cards.html",)


def environment(**options: Any) -> Environment:
    return Environment(**{**options, "autoescape": is_escaped})  # noqa: S701 (it isn't read there)


def is_escaped(template: str | None) -> bool:
    return template not in ESCAPED_BEFORE
