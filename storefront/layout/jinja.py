"""The second template engine, for what is rendered dozens of times per page: cards and facets."""

from typing import Any, Final

from django.template import engines
from django.utils.safestring import SafeString, mark_safe
from jinja2 import Environment

# The values of these are escaped beforehand, once for many pages.
ESCAPED_BEFORE: Final = ("shop/cards.html",)


def environment(**options: Any) -> Environment:
    return Environment(**{**options, "autoescape": is_escaped})  # noqa: S701 (it isn't read there)


def drawn(template: str, macro: str, *arguments: object) -> SafeString:
    """The output of a macro."""
    module: object = engines["jinja2"].env.get_template(template).module  # type: ignore[attr-defined]
    return mark_safe(str(getattr(module, macro)(*arguments)))  # noqa: S308 (escaped by Jinja)


def is_escaped(template: str | None) -> bool:
    return template not in ESCAPED_BEFORE
