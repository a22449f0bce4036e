"""URL converters: articles by their ten digits, categories by number and name, customers."""

from django.urls.converters import IntConverter, StringConverter

from catalog.navigation import Node


class ArticleId(IntConverter):
    """/article/0108775015/ ↔ 108775015."""

    regex = "[0-9]{10}"

    def to_url(self, value: int | str) -> str:
        return f"{int(value):010d}"


class CustomerKey(IntConverter):
    """/personas/17/: a customer's key."""

    regex = "[1-9][0-9]{0,8}"


class OrderNumber(StringConverter):
    """/orders/7XQS-8SVB/."""

    regex = "[2-9A-Z]{4}-[2-9A-Z]{4}"


class Place:
    """/shop/1-ladieswear/ ↔ 1: the number identifies the place, the name is for people."""

    regex = r"-?[0-9]{1,9}(?:-[a-z0-9-]*)?"

    def to_python(self, text: str) -> int:
        sign = -1 if text.startswith("-") else 1
        return sign * int(text.lstrip("-").partition("-")[0])

    def to_url(self, node: Node | int) -> str:
        return str(node) if isinstance(node, int) else f"{node.pk}-{node.slug}"
