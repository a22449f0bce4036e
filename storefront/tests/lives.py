"""A shopper with data in every store."""

import uuid

from django.test import Client

from recommendations.attribution.models import Exposure, Interaction, Serving
from recommendations.experiments.models import Experiment, Layer, Variant
from storefront.models import Order, OrderLine
from storefront.tests.shops import Shop
from streaming import connection, keys
from streaming.events.schema import Purchase, View, encode
from streaming.features import dislikes
from streaming.features.state import State, pack
from streaming.producers import outbox, spool
from streaming.producers.acknowledged import Sender, dead_letter
from streaming.tests.traffic import START, learn


def view(name: str, shopper: str, article: int) -> View:
    return View(id=name, shopper=shopper, ts=START, source="shop", article=article)


def live_everywhere(shop: Shop, shopper: str) -> None:
    """Create data of the shopper in every store."""
    customer, article = int(shopper[1:]), shop.dress.pk
    client = Client()
    client.post("/personas/switch/", {"customer": customer})
    for path in ("/bag/add/", "/wishlist/change/"):
        client.post(path, {"article": shop.dress.article_id})
    address = {"name": f"Ada {shopper}", "street": "1 Way", "postcode": "1", "city": "X"}
    client.post("/checkout/", address)
    order = Order.objects.create(
        number=f"7XQS-8SV{customer}", checkout=uuid.uuid4(), shopper=shopper,
        customer_id=customer, total=1,
    )  # fmt: skip
    OrderLine.objects.create(order=order, article=shop.shirt, quantity=2, price=1)
    serving, variant = some_serving()
    Interaction.objects.create(
        event=f"e{shopper}", rec_id=f"r{shopper}", kind="click", serving=serving, shopper=shopper,
        owner=shopper, article=article, ts=START,
    )  # fmt: skip
    Exposure.objects.create(variant=variant, shopper=shopper, first_ts=START)
    state = State()
    learn(state, view("v", shopper, article))
    connection.client().set(keys.state(shopper), pack(state))
    dislikes.add(shopper, article)
    bought = Purchase(
        id=f"p{shopper}", shopper=shopper, ts=START, source="shop", article=1, price=0.1, channel=2
    )
    outbox.enqueue(bought)
    spool.append([encode(view(f"s{shopper}", shopper, article))])
    letters = [encode(view(f"d{shopper}", shopper, 5)), b'{"shopper": "%b", bro' % shopper.encode()]
    assert Sender().send([dead_letter(value, "why", "t", 1, 2) for value in letters]) == []


def some_serving() -> tuple[Serving, Variant]:
    layer, _ = Layer.objects.get_or_create(name="layer")
    experiment, _ = Experiment.objects.get_or_create(name="e", layer=layer, kinds=["for-you"])
    variant, _ = Variant.objects.get_or_create(experiment=experiment, name="v")
    serving, _ = Serving.objects.get_or_create(kind="for-you", strategy="s")
    return serving, variant
