"""Answers one request for an outfit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from django.utils.translation import gettext, gettext_noop

from catalog import money
from catalog.data_version import per_data_version
from catalog.models import ColourMaster, labels
from catalog.models.titles import title_of
from recommendations.attribution import rec_id
from recommendations.bundle import registry
from recommendations.bundle.reader import Bundle
from recommendations.experiments.assignment import Arm, arm_of, plans
from recommendations.experiments.strategies import OUTFIT
from recommendations.outfits.assembly import Look, Piece, assemble
from recommendations.outfits.reasons import Why, why
from recommendations.outfits.search import Preferences, Wardrobe
from recommendations.outfits.shortlist import NONE
from recommendations.outfits.slots import slots
from recommendations.outfits.strategies import wardrobe_for
from recommendations.recommenders.online_features import Read, snapshot_of
from recommendations.serving import servings
from recommendations.serving.variants import bundle_of
from streaming.events.actions import Action
from streaming.features.store import Snapshot
from web.arrays import Ints
from web.cache import per_owner

ALTERNATIVES = 3
MAX_ARTICLES = 20
COVERED = gettext_noop("Another piece of the look covers it")
BOUGHT_LATELY_MS = 30 * 86_400_000


@dataclass(frozen=True)
class Request:
    """Articles by key, slots by name, colours by colour_master number.

    `locked` pieces stay, `swapped` ones don't come back; `budget` is money for all new pieces
    together.
    """

    articles: Sequence[int]
    locked: Sequence[int] = ()
    swapped: Sequence[int] = ()
    slots: Sequence[str] | None = None
    avoid_colours: Sequence[int] = ()
    budget: Decimal | None = None
    k: int = ALTERNATIVES


@dataclass(frozen=True)
class Garment:
    """One article of a look; `locked` if the shopper fixed it."""

    slot: str
    title: str
    article: int
    price: Decimal
    score: float
    reason: str
    locked: bool = False
    alternatives: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Gap:
    """A slot that the look leaves open, and why."""

    slot: str
    title: str
    reason: str


@dataclass(frozen=True)
class Outfit:
    """A look around the bag for an `occasion`; `total` is the price of its pieces, `missing` the
    open slots, `unknown` the unknown articles that were skipped."""

    rec_id: str
    strategy: str
    model_version: str | None
    degraded: bool
    unknown: list[int]
    occasion: str | None
    pieces: list[Garment]
    missing: list[Gap]
    total: Decimal


def outfit(request: Request, shopper: str | None = None, read: Read = snapshot_of) -> Outfit:
    """Deterministic for a request and model version. Without a bundle: empty and degraded.

    Raise ValueError for a slot that doesn't exist.
    """
    arm = arm_of(plans.get(), OUTFIT, shopper) if shopper else None
    bundle = bundle_of(arm, registry.active())
    if bundle is None:
        return Outfit(
            rec_id_of("none", None, arm), "none", None, True, [], None, [], [], Decimal(0)
        )
    chosen = arm.parameters.strategy if arm else "default"
    wardrobe = wardrobe_for(bundle, chosen)
    bag, locked = known_rows(wardrobe, request.articles), known_rows(wardrobe, request.locked)
    wishes = preferences_of(wardrobe, request, read(shopper, None) if shopper else None)
    around = np.unique(np.concatenate([bag, locked]))
    if len(around) == 1 and request.budget is None and wishes.are_none:
        look, pieces = default_outfit(bundle, chosen, int(around[0]), request.k)
    else:
        budget = (
            None
            if request.budget is None
            else money.price(remaining_budget(wardrobe, request, locked))
        )
        look, pieces = assemble_with_reasons(bundle, chosen, around, wishes, budget, request.k)
    kept = [Piece(int(wardrobe.dressed.model.slot[row]), row, 0.0, []) for row in locked.tolist()]
    fixed = [garment(bundle, wardrobe, piece, None) for piece in kept]
    strategy = recommender_name(chosen) if len(around) else "best_sellers_by_slot"
    return Outfit(
        rec_id=rec_id_of(strategy, bundle.version, arm),
        strategy=strategy,
        model_version=bundle.version,
        degraded=False,
        unknown=unknown_articles(wardrobe, [*request.articles, *request.locked]),
        occasion=wardrobe.constraints.occasions[look.occasion].name,
        pieces=fixed + pieces,
        missing=gaps(wardrobe, look, bounded=request.budget is not None),
        total=sum((piece.price for piece in fixed + pieces), Decimal(0)),
    )


@per_owner(most=2_000)
def default_outfit(bundle: Bundle, chosen: str, row: int, k: int) -> tuple[Look, list[Garment]]:
    """The default look around one article, as on most product pages."""
    return assemble_with_reasons(bundle, chosen, np.array([row], np.int32), Preferences(), None, k)


def assemble_with_reasons(
    bundle: Bundle, chosen: str, around: Ints, wishes: Preferences, budget: float | None, k: int
) -> tuple[Look, list[Garment]]:
    wardrobe = wardrobe_for(bundle, chosen)
    look = assemble(wardrobe, around, wishes, budget, k)
    rows = np.array([piece.row for piece in look.pieces], np.int32)
    causes = zip(look.pieces, why(wardrobe, around, rows), strict=True)
    return look, [garment(bundle, wardrobe, piece, cause) for piece, cause in causes]


def gaps(wardrobe: Wardrobe, look: Look, bounded: bool) -> list[Gap]:
    """`bounded`: there was a budget, which may be the reason."""
    texts = dict.fromkeys(look.covered_slots, COVERED) | wardrobe.goes_without(look.occasion)
    if not look.pieces:
        texts |= wardrobe.stays_alone(look.occasion)
    return [
        Gap(slots().names[slot], slots().label(slot), gap_reason(texts.get(slot), bounded))
        for slot in look.missing_slots
    ]


def gap_reason(known: str | None, bounded: bool) -> str:
    if known is not None:
        return gettext(known)
    if bounded:
        return gettext("Nothing within the budget goes with the rest")
    return gettext("Nothing on sale in this size and style goes with the rest")


def recommender_name(strategy: str) -> str:
    return "complements" if strategy == "default" else f"complements_{strategy}"


def rec_id_of(strategy: str, version: str | None, arm: Arm | None) -> str:
    """The id that events of this outfit carry back."""
    return rec_id.make(servings.number(OUTFIT, strategy, version, arm.variant if arm else None))


def known_rows(wardrobe: Wardrobe, articles: Sequence[int]) -> Ints:
    """The rows of the known articles, without duplicates, ordered by row."""
    rows = wardrobe.rows_of(list(articles)) if articles else np.zeros(0, np.int32)
    found: Ints = np.unique(rows[rows != NONE])
    return found


def unknown_articles(wardrobe: Wardrobe, articles: Sequence[int]) -> list[int]:
    if not articles:
        return []
    rows = wardrobe.rows_of(list(articles)).tolist()
    return [key for key, row in zip(articles, rows, strict=True) if row == NONE]


def remaining_budget(wardrobe: Wardrobe, request: Request, locked: Ints) -> Decimal:
    """What remains of the budget after the locked pieces."""
    spent = sum((money.amount(price) for price in wardrobe.price[locked].tolist()), Decimal(0))
    return max((request.budget or Decimal(0)) - spent, Decimal(0))


def preferences_of(wardrobe: Wardrobe, request: Request, live: Snapshot | None) -> Preferences:
    """Slots by number; excludes articles of the look itself, recent purchases and dislikes."""
    names = request.slots
    return Preferences(
        slots=frozenset(map(slots().number, names)) if names is not None else None,
        avoid_colours=frozenset(request.avoid_colours),
        exclude=known_rows(wardrobe, [*request.swapped, *(recent_purchases(live) if live else ())]),
        less=known_rows(wardrobe, live.dislikes if live else ()),
    )


def recent_purchases(live: Snapshot) -> list[int]:
    since = live.now_ms - BOUGHT_LATELY_MS
    return [r.article for r in live.recents if r.kind == Action.PURCHASE and r.ts >= since]


def garment(bundle: Bundle, wardrobe: Wardrobe, piece: Piece, cause: Why | None) -> Garment:
    """A piece as shown; one without a cause is the shopper's own, locked."""
    return Garment(
        slot=slots().names[piece.slot],
        title=slots().label(piece.slot),
        article=int(bundle.article[piece.row]),
        price=money.amount(float(wardrobe.price[piece.row])),
        score=round(piece.score, 4),
        reason=sentence(bundle, wardrobe, piece.row, cause) if cause else gettext("Your choice"),
        locked=cause is None,
        alternatives=bundle.article[piece.alternatives].tolist() if piece.alternatives else [],
    )


def sentence(bundle: Bundle, wardrobe: Wardrobe, row: int, cause: Why) -> str:
    """The reason as a sentence for the shopper."""
    if cause.kind == "worn" and cause.row is not None:
        return gettext("Often worn with %s") % title_of(bundle.name(cause.row))
    colour = (
        colour_names().get(int(bundle.colour_master[cause.row])) if cause.row is not None else None
    )
    if cause.kind == "match" and cause.row is not None and colour:
        of = title_of(bundle.name(cause.row))
        return gettext("Matches the %(colour)s of %(article)s") % {
            "colour": colour.lower(),
            "article": of,
        }
    if cause.kind == "colour" and colour:
        return gettext("Goes with %s") % colour.lower()
    return gettext("Completes: %s") % slots().label(int(wardrobe.dressed.model.slot[row]))


@per_data_version()
def colour_names() -> dict[int, str]:
    """The names of the main colours."""
    return labels(ColourMaster.objects.all())
