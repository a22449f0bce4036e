"""Exports everything stored about a shopper as one JSON document: for their own page and for
support.

Each source is read separately; an unavailable one is named under `unavailable`, so that the reader
knows what is missing.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
from confluent_kafka import KafkaException
from django.db.models import F, Model, Q, QuerySet
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from catalog import money
from catalog.models import Customer, Transaction
from recommendations.attribution.models import COUNTED
from recommendations.bundle import registry
from recommendations.models import Exposure, Interaction
from recommendations.retrieval.profile import customer_key
from recommendations.serving.serving import customer_with_history
from storefront.models import BagLine, Order, OrderLine, SavedArticle, ShopperSession
from storefront.sessions import ADDRESS, DELIVERY
from streaming import dead_letters
from streaming.connection import StoreUnavailable
from streaming.events.schema import names_in
from streaming.features import store
from streaming.models import ErasedShopper
from streaming.producers import outbox, spool
from web.json_types import Json

logger = logging.getLogger(__name__)

DOWN: Final = (StoreUnavailable, KafkaException, OSError)


@dataclass(frozen=True)
class Part:
    """One source; `meaning` goes into the document."""

    name: str
    meaning: str
    read: Callable[[str], object]


def document(shopper: str) -> Json:
    """Plain values, ready for JSON."""
    found: Json = {"shopper": shopper, "exported_at": timezone.now()}
    away = []
    for part in PARTS:
        try:
            found[part.name] = part.read(shopper)
        except DOWN as error:
            logger.warning("%s is missing from an export: %s", part.name, error)
            away.append(part.name)
    found["unavailable"] = away
    found["meaning"] = {part.name: part.meaning for part in PARTS}
    return found


def download(shopper: str) -> HttpResponse:
    """The document as a file."""
    name = f"{shopper}-{timezone.now():%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    layout = {"indent": 1, "ensure_ascii": False}
    return JsonResponse(document(shopper), json_dumps_params=layout, headers=headers)


# --- the places -------------------------------------------------------------------------------


def _rows(found: QuerySet[Model], *names: str, **computed: F) -> list[Json]:
    """Articles appear under their public number."""
    rows = [dict(row) for row in found.values(*names, **computed)]
    for row in rows:
        if "article" in row:
            row["article"] = f"{row['article']:010d}"
    return rows


def _one(found: QuerySet[Model], *names: str) -> Json | None:
    return next(iter(_rows(found, *names)), None)


def _profile(shopper: str) -> Json | None:
    return _one(Customer.objects.filter(pk=customer_key(shopper) or 0))


def _purchases(shopper: str) -> list[Json]:
    bought = Transaction.objects.filter(customer=customer_key(shopper) or 0).order_by("t_dat", "pk")
    rows = _rows(bought, "t_dat", "article", "price", "sales_channel", name=F("article__name"))
    return [{**row, "price": money.amount(row["price"])} for row in rows]


def _orders(shopper: str) -> list[Json]:
    placed = Order.objects.filter(shopper=shopper).order_by("placed_at")
    lines = OrderLine.objects.filter(order__shopper=shopper).order_by("pk")
    every = _rows(lines, "article", "size", "quantity", "price", number=F("order__number"))
    return [
        {**order, "lines": [line for line in every if line["number"] == order["number"]]}
        for order in _rows(placed, "number", "placed_at", "total", "delivery", "payment")
    ]


def _bag(shopper: str) -> list[Json]:
    lines = BagLine.objects.filter(bag__shopper=shopper).order_by("pk")
    return _rows(lines, "article", "size", "quantity", "added_at")


def _saved(shopper: str) -> list[Json]:
    saved = SavedArticle.objects.filter(shopper=shopper).order_by("saved_at", "pk")
    return _rows(saved, "list", "article", "size", "quantity", "saved_at")


def _sessions(shopper: str) -> list[Json]:
    kept = ShopperSession.objects.filter(shopper=shopper).order_by("expire_date")
    found = [(session.expire_date, session.get_decoded()) for session in kept]
    return [
        {
            "expires": expires,
            "address": data.get(ADDRESS),
            "delivery_and_payment": data.get(DELIVERY),
        }
        for expires, data in found
    ]


def _features(shopper: str) -> Json:
    live = store.snapshot(shopper)
    known = msgspec.to_builtins(live.state)
    return {**known, "less_like": [f"{article:010d}" for article in live.dislikes]}


def _model(shopper: str) -> Json | None:
    """The purchases in the active bundle; empty for an erased shopper, for whom it isn't read."""
    bundle, key = registry.active(), customer_with_history(shopper, None)
    known = bundle.customers.of(key) if bundle and key is not None else None
    if bundle is None or known is None:
        return None
    return {
        "version": bundle.version,
        "age_band_from": known.band,
        "share_bought_online": round(known.online, 3),
        "last_purchases": [f"{article:010d}" for article in bundle.article[known.rows].tolist()],
    }


def _interactions(shopper: str) -> list[Json]:
    found = Interaction.objects.filter(Q(shopper=shopper) | Q(owner=shopper)).order_by("ts")
    return _rows(found, "kind", "article", "rec_id", "ts", "price", shelf=F("serving__kind"))


def _experiments(shopper: str) -> list[Json]:
    found = Exposure.objects.filter(shopper=shopper).order_by("pk")
    names = {"experiment": F("variant__experiment__name"), "name": F("variant__name")}
    return _rows(found, "first_ts", *COUNTED, "challenger_clicks", **names)


def _outbox(shopper: str) -> list[object]:
    return [_event(message) for message in outbox.of(shopper).values()]


def _spool(shopper: str) -> list[object]:
    return [_event(message) for message in spool.of(shopper)]


def _dead(shopper: str) -> list[Json]:
    return [
        {"error": letter.error, "message": _event(letter.value)}
        for _, letter in dead_letters.dead_letters()
        if shopper in names_in(letter.value)
    ]


def _erasure(shopper: str) -> Json | None:
    found = ErasedShopper.objects.filter(shopper=shopper)
    return _one(found, "erased_at", "asked_by", "removed", "finished_at")


def _event(message: bytes) -> object:
    """An event as it is, or the raw text of what isn't one."""
    try:
        return json.loads(message)
    except ValueError:
        return message.decode(errors="backslashreplace")


PARTS: Final = (
    Part("profile", "the data set's attributes of a customer", _profile),
    Part("purchases", "the data set's purchases of a customer, prices in money", _purchases),
    Part("orders", "orders placed in this shop", _orders),
    Part("bag", "the bag", _bag),
    Part("lists", "wishlist (wishes) and saved for later (later)", _saved),
    Part("sessions", "browsers signed in, and what was typed at a checkout", _sessions),
    Part("features", "what was learned from events, see docs/features.md", _features),
    Part("model", "what the active recommendation model remembers of a customer", _model),
    Part("interactions", "what was seen, clicked and bought from shelves lately", _interactions),
    Part("experiments", "variants of experiments shown, and what came of them", _experiments),
    Part("outbox", "purchase events sent within the last week or waiting", _outbox),
    Part("spool", "events waiting for the event log on this machine", _spool),
    Part("dead_letters", "events that could not be processed", _dead),
    Part("erasure", "whether this shopper was erased", _erasure),
)
