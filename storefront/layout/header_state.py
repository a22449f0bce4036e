"""The shopper's state on every page: units in the bag, and articles on the wishlist. One raw SQL
statement; the query builder took a tenth of the page's time."""

from typing import Final, NamedTuple

from django.http import HttpRequest

from storefront.bag.wishlist import MAX_SAVED, WISHES
from streaming.identity.shoppers import shopper_of
from web.cache import per_request
from web.replica import reading


class HeaderState(NamedTuple):
    """Units in the bag, keys of the articles on the wishlist."""

    units: int
    wishes: frozenset[int]


STATEMENT: Final = """
    SELECT (SELECT coalesce(sum(line.quantity), 0) FROM storefront_bagline line
            JOIN storefront_bag bag ON bag.id = line.bag_id WHERE bag.shopper = %(shopper)s),
           ARRAY(SELECT article_id FROM storefront_savedarticle
                 WHERE shopper = %(shopper)s AND list = %(wishes)s LIMIT %(most)s)
"""


@per_request
def of(request: HttpRequest) -> HeaderState:
    """The state when the page first asks for it."""
    return of_shopper(shopper_of(request))


def of_shopper(shopper: str) -> HeaderState:
    with reading().cursor() as cursor:
        cursor.execute(STATEMENT, {"shopper": shopper, "wishes": WISHES.value, "most": MAX_SAVED})
        units, wishes = cursor.fetchone()
    return HeaderState(int(units), frozenset(wishes))
