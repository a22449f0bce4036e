"""Less like this: a shelf honours it at once, and undoes it on request."""

import pytest

from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.serving.serving import recommend
from recommendations.tests.shops import Lived, Shop, articles_on, garments_on
from streaming.features import dislikes

pytestmark = pytest.mark.django_db
MINUTE = 60_000
EVERY_KIND = pytest.mark.parametrize("kind", sorted(RECOMMENDERS.keys() - {"colours"}))


@EVERY_KIND
def test_no_shelf_shows_what_the_shopper_wants_less_of(
    trained: Shop, lived: Lived, kind: Kind
) -> None:
    dress, shirt = trained["dress"][0], trained["shirt"][0]
    shopper = lived([(dress.pk, "view", 90 * MINUTE), (shirt.pk, "view", 80 * MINUTE)])
    about = trained["dress"][1].pk if RECOMMENDERS[kind].article else None
    before = articles_on(recommend(kind, shopper=shopper, article=about, k=16))
    unwanted = before[0] if before else dress.pk
    dislikes.add(shopper, unwanted)
    after = articles_on(recommend(kind, shopper=shopper, article=about, k=16))
    assert unwanted not in after
    dislikes.remove(shopper, unwanted)
    assert articles_on(recommend(kind, shopper=shopper, article=about, k=16)) == before


def test_less_of_a_dress_lets_dresses_step_back(trained: Shop, lived: Lived) -> None:
    shopper = lived([(trained["dress"][0].pk, "view", 90 * MINUTE)])
    before = garments_on(recommend(Kind.FOR_YOU, shopper=shopper, k=8))
    dislikes.add(shopper, trained["dress"][1].pk)
    after = garments_on(recommend(Kind.FOR_YOU, shopper=shopper, k=8))
    assert places_of("dress", after) > places_of("dress", before)


def places_of(garment: str, shown: list[str]) -> float:
    """The mean position; far behind if there is none."""
    places = [place for place, name in enumerate(shown) if name == garment]
    return sum(places) / len(places) if places else 99.0
