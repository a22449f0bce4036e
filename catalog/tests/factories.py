"""Factories for catalogue rows and whatever they depend on.

    shirt = make_article(name="Linen shirt", colour=(7, "Navy"), price=29.99 / 590, units=3)
    make_transaction(article=shirt, t_dat=date(2020, 9, 1))

A taxonomy term is given as (id, name) and created if it doesn't exist.
"""

from datetime import date
from itertools import count
from typing import TypeVar

from catalog.ingest import partitions
from catalog.models import (
    Appearance,
    Article,
    ArticleSummary,
    ArticleWeek,
    Colour,
    ColourMaster,
    ColourValue,
    Customer,
    Department,
    GarmentGroup,
    Index,
    IndexGroup,
    Product,
    ProductGroup,
    ProductType,
    Section,
    Transaction,
)
from catalog.models.taxonomy import Term

T = TypeVar("T", bound=Term)
Pair = tuple[int, str]
numbers = count(1)


def make_article(
    pk: int | None = None,
    *,
    name: str = "Everyday shirt",
    description: str = "A plain shirt.",
    product: int | None = None,
    product_type: Pair = (301, "Shirt"),
    product_group: str = "Tops",
    appearance: Pair = (11, "Plain"),
    colour: Pair = (21, "Ink"),
    colour_value: Pair = (31, "Deep"),
    colour_master: Pair = (41, "Blue"),
    department: Pair = (5001, "Shirts"),
    index: tuple[str, str] = ("W", "Women"),
    index_group: Pair = (1, "Women"),
    section: Pair = (61, "Women Daily"),
    garment_group: Pair = (7001, "Shirts and blouses"),
    price: float = 19.99 / 590,
    price_is_estimated: bool = False,
    units: int = 0,
    units_recent: int = 0,
    first_sold: date | None = None,
    last_sold: date | None = None,
    has_picture: bool = False,
) -> Article:
    """An article with its product, terms, summary and search vector."""
    pk = 900_000_000 + next(numbers) * 1000 if pk is None else pk
    article = Article.objects.create(
        pk=pk,
        product=Product.objects.get_or_create(pk=pk // 1000 if product is None else product)[0],
        name=name,
        description=description,
        product_type=type_of(product_type, product_group),
        appearance=term(Appearance, appearance),
        colour=term(Colour, colour),
        colour_value=term(ColourValue, colour_value),
        colour_master=term(ColourMaster, colour_master),
        department=term(Department, department),
        index=index_of(index, index_group),
        section=term(Section, section),
        garment_group=term(GarmentGroup, garment_group),
    )
    ArticleSummary.objects.create(
        article=article,
        price=price,
        price_is_estimated=price_is_estimated,
        units=units,
        units_recent=units_recent,
        first_sold=first_sold,
        last_sold=last_sold,
        has_picture=has_picture,
    )
    return article


def make_customer(
    pk: int | None = None,
    *,
    customer_id: str | None = None,
    fn: bool | None = None,
    active: bool | None = None,
    club_member_status: str = "",
    fashion_news_frequency: str = "",
    age: int | None = None,
    postal_code: str = "",
) -> Customer:
    """A customer; by default all attributes are unknown."""
    pk = next(numbers) if pk is None else pk
    return Customer.objects.create(
        pk=pk,
        customer_id=customer_id or f"{pk:064x}",
        fn=fn,
        active=active,
        club_member_status=club_member_status,
        fashion_news_frequency=fashion_news_frequency,
        age=age,
        postal_code=postal_code,
    )


def make_transaction(
    pk: int | None = None,
    *,
    customer: Customer | None = None,
    article: Article | None = None,
    t_dat: date = date(2020, 9, 1),
    price: float = 19.99 / 590,
    sales_channel: int = 2,
) -> Transaction:
    """One unit bought, in its month's partition. The article's summary isn't updated."""
    first, after = partitions.bounds_of(t_dat)
    partitions.execute(
        f"CREATE TABLE IF NOT EXISTS {partitions.table_of(t_dat)}"
        f" PARTITION OF {partitions.PARENT} FOR VALUES FROM ('{first}') TO ('{after}')"
    )
    return Transaction.objects.create(
        pk=next(numbers) if pk is None else pk,
        customer=customer or make_customer(),
        article=article or make_article(),
        t_dat=t_dat,
        price=price,
        sales_channel=sales_channel,
    )


def make_article_week(article: Article, day: date, *, units: int, price: float) -> ArticleWeek:
    """The article's sales of a day, as the ingest counts them. Transactions aren't made."""
    return ArticleWeek.objects.create(
        article=article,
        id=next(numbers),
        units=units,
        spent=units * price,
        first_sold=day,
        last_sold=day,
        price=price,
    )


def term(model: type[T], pair: Pair) -> T:
    return model._default_manager.get_or_create(pk=pair[0], defaults={"name": pair[1]})[0]


def type_of(pair: Pair, group: str) -> ProductType:
    defaults = {"name": pair[1], "group": ProductGroup.objects.get_or_create(name=group)[0]}
    return ProductType.objects.get_or_create(pk=pair[0], defaults=defaults)[0]


def index_of(pair: tuple[str, str], group: Pair) -> Index:
    defaults = {"name": pair[1], "group": term(IndexGroup, group)}
    return Index.objects.get_or_create(pk=pair[0], defaults=defaults)[0]
