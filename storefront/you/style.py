"""“Your style”: the features that the recommender uses for a shopper, prepared for display."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from catalog import article_cache
from catalog.models import (
    Appearance,
    Article,
    ColourMaster,
    Department,
    GarmentGroup,
    IndexGroup,
    ProductType,
    Term,
    labels,
)
from catalog.money import shown
from recommendations.bundle import registry
from recommendations.retrieval.profile import UNKNOWN_BAND, Profile, profile_of
from recommendations.serving.serving import customer_with_history
from streaming.events.actions import ACTIONS, Action
from streaming.events.spans import DAY_MS
from streaming.features import store

BARS: Final = 6
PICTURES: Final = 12
NAMED: Final[dict[str, tuple[str, type[Term]]]] = {
    "index_group": (_("Audience"), IndexGroup),
    "garment_group": (_("Kind of garment"), GarmentGroup),
    "product_type": (_("Type"), ProductType),
    "colour_master": (_("Colour"), ColourMaster),
    "pattern": (_("Pattern"), Appearance),
    "department": (_("Department"), Department),
}
VERBS: Final = {
    Action.VIEW: _("viewed"),
    Action.CLICK: _("clicked"),
    Action.BAG_ADD: _("put into your bag"),
    Action.PURCHASE: _("bought"),
}
COUNTED: Final = {
    Action.VIEW: _("viewed"), Action.CLICK: _("clicked"), Action.BAG_ADD: _("into the bag"),
    Action.BAG_REMOVE: _("out of the bag"), Action.IMPRESSION: _("seen"),
    Action.SEARCH: _("searched for"), Action.PURCHASE: _("bought"),
}  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """`share` is the percentage of the dimension's total weight."""

    name: str
    weight: float
    share: float


@dataclass(frozen=True)
class Taste:
    title: str
    bars: list[Bar]


@dataclass(frozen=True)
class RecentArticle:
    article: Article
    verb: str
    at: datetime


@dataclass(frozen=True)
class Style:
    """`age_band` and `online` (percent) are what the model knows of a customer."""

    snapshot: store.Snapshot
    tastes: list[Taste]
    recents: list[RecentArticle]
    starts: list[RecentArticle]
    dislikes: list[Article]
    age_band: int | None
    online: int | None
    model: str | None

    @property
    def last_seen(self) -> datetime | None:
        return as_datetime(self.snapshot.state.last_seen)

    @property
    def last_purchase(self) -> datetime | None:
        return as_datetime(self.snapshot.state.last_purchase)

    @property
    def counts(self) -> list[tuple[str, int]]:
        return [
            (gettext(COUNTED.get(kind, kind)), n) for kind, n in self.snapshot.state.counts.items()
        ]


def as_datetime(ms: int) -> datetime | None:
    return datetime.fromtimestamp(ms / 1000, UTC) if ms else None


def style_of(shopper: str) -> Style:
    """Raise StoreUnavailable while Redis is down."""
    live = store.snapshot(shopper)
    bundle = registry.active()
    customer = customer_with_history(shopper, live)
    about = profile_of(bundle, live.recents, customer, live.now_ms) if bundle else None
    owner = bundle.customers.of(customer) if bundle and customer is not None else None
    rows = [] if about is None or bundle is None else bundle.article[about.rows].tolist()
    wanted = [recent.article for recent in live.recents] + live.dislikes + rows
    known = article_cache.articles(set(wanted))
    recents = [(recent.article, recent.kind, recent.ts) for recent in live.recents]
    return Style(
        snapshot=live,
        tastes=tastes(live.state.affinities),
        recents=_actions(recents, known),
        starts=_actions(_starts(rows, about, live.now_ms), known),
        dislikes=[known[article] for article in live.dislikes if article in known],
        age_band=owner.band if owner and owner.band != UNKNOWN_BAND else None,
        online=round(100 * owner.online) if owner else None,
        model=bundle.version if bundle else None,
    )


def _starts(rows: list[int], about: Profile | None, now_ms: int) -> list[tuple[int, Action, int]]:
    if about is None:
        return []
    times = [now_ms - int(days * DAY_MS) for days in about.days]
    kinds = [ACTIONS[kind] for kind in about.kinds.tolist()]
    return list(zip(rows, kinds, times, strict=True))


def _actions(
    actions: list[tuple[int, Action, int]], known: Mapping[int, Article]
) -> list[RecentArticle]:
    """Each article once, at its latest action: with everything that was done with it."""
    verbs: dict[int, list[str]] = {}
    last: dict[int, int] = {}
    for article, kind, ts in actions:
        if article in known:
            verbs.setdefault(article, []).append(gettext(VERBS[kind]))
            last.setdefault(article, ts)
    return [
        RecentArticle(
            known[article], ", ".join(done), datetime.fromtimestamp(last[article] / 1000, UTC)
        )
        for article, done in list(verbs.items())[:PICTURES]
    ]


def tastes(affinities: Mapping[str, Mapping[int, float]]) -> list[Taste]:
    """The heaviest values of each dimension, by name."""
    found = []
    for dimension, (title, model) in NAMED.items():
        names = labels(model._default_manager.filter(pk__in=affinities.get(dimension, {})))
        found.append(Taste(title, bars(affinities.get(dimension, {}), names)))
    levels = affinities.get("price_level", {})
    found.append(Taste(_("Price"), bars(levels, {level: price_range(level) for level in levels})))
    return [taste for taste in found if taste.bars]


def bars(weights: Mapping[int, float], names: Mapping[int, str]) -> list[Bar]:
    whole = sum(weights.values()) or 1.0
    best = sorted(weights.items(), key=lambda item: -item[1])[:BARS]
    return [
        Bar(names[value], weight, round(100 * weight / whole, 1))
        for value, weight in best
        if value in names and weight > 0
    ]


def price_range(level: int) -> str:
    """The amounts of a price level, which is half an octave: see streaming.features.articles."""
    low, high = 2 ** (level / 2), 2 ** ((level + 1) / 2)
    return gettext("%(low)s to %(high)s") % {"low": shown(low, 0), "high": shown(high, 0)}
