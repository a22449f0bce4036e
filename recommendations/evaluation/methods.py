"""For-you as served, for many customers at once. Pure."""

from collections.abc import Mapping, Sequence

from recommendations.bundle.reader import Bundle
from recommendations.dataset.history import histories
from recommendations.dataset.inputs import History, Progress
from recommendations.ranking.inspiring import inspiring_shelf
from recommendations.ranking.pipeline import Constraints
from recommendations.retrieval.profile import DAY_MS, Profile, profile_of
from recommendations.training.pipeline import bundle_in_memory, of_customers, ranker_of
from recommendations.training.ranker.sales import NO_RANKER
from streaming.events.actions import Action
from streaming.features.state import Recent
from web.arrays import Array

MINUTE_MS = 60_000


def bundle_of(past: History, likes: Mapping[str, Array], progress: Progress) -> Bundle:
    """An in-memory bundle from the sales up to a day; `likes` may come from an earlier day."""
    ranker = NO_RANKER | ranker_of(past, progress)
    rest = {**likes, **ranker, **of_customers(vars(histories(past)))}
    return bundle_in_memory(past, rest, progress)


def in_session(
    bundle: Bundle, customer: int, day: int, first: Sequence[int], k: int, *, live: bool
) -> list[int]:
    """A page's shelf at noon of `day` (since 1970), when the first articles of a basket (rows) have
    gone into the bag, a minute apart.

    With `live` off these events are unknown, though what is in the bag is hidden all the same.
    """
    now_ms = day * DAY_MS + DAY_MS // 2
    articles = bundle.article[list(first)].tolist()
    events = [
        Recent(article, Action.BAG_ADD, now_ms - age * MINUTE_MS)
        for age, article in enumerate(reversed(articles), start=1)
    ]
    profile: Profile = profile_of(bundle, events if live else (), customer, now_ms)
    picks = inspiring_shelf(bundle, profile, k, Constraints(hidden=set(first), seed=customer))
    return [pick.row for pick in picks]
