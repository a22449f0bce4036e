"""What the shopper did last as a story: the action, the tastes it moved, the shelves it changed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from catalog import article_cache
from catalog.models import Article, is_named
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.serving import previews
from streaming.events.actions import Action
from streaming.features.registry import AFFINITY_WEIGHTS
from streaming.features.state import KINDS, Recent, packed_recents, recents_of
from streaming.features.store import Snapshot

STEPS: Final = 3
CAME: Final = 6
SHELVES: Final = (Kind.FOR_YOU, Kind.BECAUSE_YOU_VIEWED, Kind.RECENTLY_VIEWED)
# A click is left out: the view of its product follows.
SENTENCES: Final = {
    Action.VIEW: _("You looked at %(name)s"),
    Action.BAG_ADD: _("You put %(name)s into your bag"),
    Action.PURCHASE: _("You bought %(name)s"),
}


@dataclass(frozen=True)
class Changed:
    """A shelf of `size` articles, with `number` that weren't on it before, some of them shown."""

    kind: Kind
    title: str
    size: int
    number: int
    came: list[Article]


@dataclass(frozen=True)
class Step:
    """`moved` are the tastes that grew, each by `weight`."""

    at: datetime
    sentence: str
    article: Article
    weight: int
    moved: list[str]
    changed: list[Changed]


def story_of(shopper: str, live: Snapshot) -> list[Step]:
    """The shopper's last actions, newest first, each with what it changed.

    A shelf is compared with the one that would have been shown without the action, by the model
    and the time of now.
    """
    actions = [recent for recent in live.recents if recent.kind in SENTENCES][:STEPS]
    known = article_cache.articles([action.article for action in actions])
    return [step(shopper, live, a, known[a.article]) for a in actions if a.article in known]


def step(shopper: str, live: Snapshot, action: Recent, article: Article) -> Step:
    second = action.ts // 1000
    before, after = until(live, second - 1), until(live, second)
    return Step(
        at=datetime.fromtimestamp(second, UTC),
        sentence=gettext(SENTENCES[action.kind]) % {"name": article.title},
        article=article,
        weight=AFFINITY_WEIGHTS[action.kind],
        moved=tastes_of(article),
        changed=list(changes(shopper, before, after)),
    )


def until(live: Snapshot, second: int) -> Snapshot:
    """The snapshot as if nothing had been done after that second of event time."""
    seen = recents_of(live.stored)
    recents = {key: s for key, s in seen.items() if s <= second}
    earlier = {key // KINDS for key in recents}
    later = {key // KINDS for key in seen.keys() - recents.keys()}
    bag = [article for article in live.stored.bag if article in earlier or article not in later]
    changed = msgspec.structs.replace(live.stored, recents=packed_recents(recents), bag=bag)
    return replace(live, stored=changed)


def tastes_of(article: Article) -> list[str]:
    """The values of the affinities that an action on the article moves, by name."""
    named = (
        article.index.group.name, article.garment_group.name, article.product_type.name,
        article.colour_master.name, article.appearance.name, article.department.name,
    )  # fmt: skip
    return list(dict.fromkeys(filter(is_named, named)))


def changes(shopper: str, before: Snapshot, after: Snapshot) -> Iterator[Changed]:
    for kind in SHELVES:
        was, now = (previews.shelf(kind, shopper, live) for live in (before, after))
        shown, old = [item.article for item in now.items], {item.article for item in was.items}
        new = [article for article in shown if article not in old]
        if new:
            came = article_cache.in_order(new[:CAME])
            title = now.title or gettext(RECOMMENDERS[kind].title)
            yield Changed(kind, title, len(shown), len(new), came)
