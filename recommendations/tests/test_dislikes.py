"""Less like this: a shelf honours it at once, and undoes it on request."""

import pytest

from catalog.models import Article
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.recommenders.shelf import Shelf
from recommendations.serving.serving import recommend
from recommendations.tests.shops import Lived, open_shop, train
from streaming.features import dislikes

pytestmark = pytest.mark.django_db
MINUTE = 60_000
EVERY_KIND = pytest.mark.parametrize("kind", sorted(RECOMMENDERS.keys() - {"colours"}))
Shop = dict[str, list[Article]]


@pytest.fixture
def trained() -> Shop:
    shop = open_shop()
    train()
    return shop


def articles(shelf: Shelf) -> list[int]:
    return [item.article for item in shelf.items]


def garments(shelf: Shelf) -> list[str]:
    names = dict(Article.objects.values_list("pk", "product_type__name"))
    return [names[article] for article in articles(shelf)]


@EVERY_KIND
def test_no_shelf_shows_what_the_shopper_wants_less_of(
    trained: Shop, lived: Lived, kind: Kind
) -> None:
    dress, shirt = trained["dress"][0], trained["shirt"][0]
    shopper = lived([(dress.pk, "view", 90 * MINUTE), (shirt.pk, "view", 80 * MINUTE)])
    about = trained["dress"][1].pk if RECOMMENDERS[kind].article else None
    before = articles(recommend(kind, shopper=shopper, article=about, k=16))
    unwanted = before[0] if before else dress.pk
    dislikes.add(shopper, unwanted)
    after = articles(recommend(kind, shopper=shopper, article=about, k=16))
    assert unwanted not in after
    dislikes.remove(shopper, unwanted)
    assert articles(recommend(kind, shopper=shopper, article=about, k=16)) == before


def test_less_of_a_dress_lets_dresses_step_back(trained: Shop, lived: Lived) -> None:
    shopper = lived([(trained["dress"][0].pk, "view", 90 * MINUTE)])
    before = garments(recommend(Kind.FOR_YOU, shopper=shopper, k=8))
    dislikes.add(shopper, trained["dress"][1].pk)
    after = garments(recommend(Kind.FOR_YOU, shopper=shopper, k=8))
    assert places_of("dress", after) > places_of("dress", before)


def places_of(garment: str, shown: list[str]) -> float:
    """The mean position; far behind if there is none."""
    places = [place for place, name in enumerate(shown) if name == garment]
    return sum(places) / len(places) if places else 99.0
