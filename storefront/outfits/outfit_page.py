"""The outfit page's state: the query in its address, and the addresses of variations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from catalog import article_cache
from catalog.models import Article, ColourMaster, is_named
from catalog.money import shown
from catalog.quantities import MAX_KEY
from recommendations.outfits.slots import slots
from recommendations.serving.outfits import MAX_ARTICLES, Garment, Outfit, Request
from storefront.http.errors import faults_of

MAX_SWAPPED = 150  # below the 200 parameters that Django reads of an address
BUDGETS = (50, 100, 150, 250)

Keys = tuple[int, ...]


@dataclass(frozen=True)
class OutfitQuery:
    """The parsed address: start from `article` (none: from the bag), locked and rejected pieces,
    slots by name, colours to avoid by number, budget for the new pieces. `keep` are the pieces
    that stay while the one for `part`, a slot, is swapped; without a part nothing is added."""

    article: Keys = ()
    lock: Keys = ()
    swap: Keys = ()
    keep: Keys = ()
    part: str = ""
    slot: tuple[str, ...] = ()
    avoid: Keys = ()
    budget: Decimal | None = None

    def url(self, **changed: Any) -> str:
        """The address of this look, with some fields replaced; only swaps keep the other pieces."""
        fields = vars(replace(self, **{"keep": (), "part": "", **changed}))
        query = urlencode({name: value for name, value in fields.items() if value}, doseq=True)
        return reverse("complete-outfit") + (f"?{query}" if query else "")

    def request(self, bag: Sequence[int]) -> Request:
        return Request(
            articles=self.article or tuple(bag)[:MAX_ARTICLES],
            locked=tuple(dict.fromkeys((*self.lock, *self.keep))),
            swapped=self.swap,
            slots=tuple(filter(None, [self.part])) if self.keep else self.slot or None,
            avoid_colours=self.avoid,
            budget=self.budget,
        )


class MultiValueField(forms.Field):
    """A repeatable parameter, each value validated by `child`; duplicates are dropped."""

    widget = forms.SelectMultiple

    def __init__(self, child: forms.Field, most: int) -> None:
        super().__init__(required=False)
        self.child, self.most = child, most

    def clean(self, value: Iterable[object] | None) -> tuple[object, ...]:
        found = tuple(dict.fromkeys(self.child.clean(one) for one in value or ()))
        if len(found) > self.most:
            raise ValidationError(f"At most {self.most} values.")
        return found


def article_keys(most: int) -> MultiValueField:
    return MultiValueField(forms.IntegerField(min_value=1, max_value=MAX_KEY), most)


SLOTS = [(name, name) for name in slots().names[:-1]]


class OutfitQueryForm(forms.Form):
    """The page's parameters; field names as in OutfitQuery."""

    article = article_keys(MAX_ARTICLES)
    lock = article_keys(MAX_ARTICLES)
    swap = article_keys(MAX_SWAPPED)
    keep = article_keys(MAX_ARTICLES)
    part = forms.ChoiceField(choices=[("", ""), *SLOTS], required=False)
    slot = MultiValueField(forms.ChoiceField(choices=SLOTS), len(slots()))
    avoid = MultiValueField(forms.IntegerField(min_value=-1, max_value=MAX_KEY), 100)
    budget = forms.DecimalField(
        min_value=Decimal("0.01"), max_digits=9, decimal_places=2, required=False
    )


def query_of(parameters: QueryDict) -> tuple[OutfitQuery | None, str]:
    """The query of the address, or None and the errors."""
    form = OutfitQueryForm(parameters)
    if not form.is_valid():
        return None, faults_of(form)
    return OutfitQuery(**form.cleaned_data), ""


@dataclass(frozen=True)
class Chip:
    """An option that following `url` switches on or off."""

    key: str
    label: str
    on: bool
    url: str


def slot_chips(query: OutfitQuery) -> list[Chip]:
    names = enumerate(slots().names[:-1])
    return [chip(query, "slot", name, slots().label(at)) for at, name in names]


def colour_chips(query: OutfitQuery) -> list[Chip]:
    colours = ColourMaster.objects.exclude(pk__lt=1).order_by("name")
    return [chip(query, "avoid", c.pk, c.name) for c in colours if is_named(c.name)]


def chip(query: OutfitQuery, field: str, value: str | int, label: str) -> Chip:
    """Of one value of a field that holds several."""
    chosen: tuple[object, ...] = getattr(query, field)
    return Chip(f"{value}", label, value in chosen, query.url(**{field: toggled(chosen, value)}))


def budget_chips(query: OutfitQuery) -> list[Chip]:
    own = [query.budget] if query.budget is not None else []
    amounts = sorted({*map(Decimal, BUDGETS), *own})
    return [
        Chip(
            f"{amount:f}",
            gettext("Up to %s") % shown(amount, 0 if amount == int(amount) else 2),
            amount == query.budget,
            query.url(budget=None if amount == query.budget else amount),
        )
        for amount in amounts
    ]


def toggled(values: tuple[object, ...], value: object) -> tuple[object, ...]:
    return tuple(v for v in values if v != value) if value in values else (*values, value)


@dataclass(frozen=True)
class Alternative:
    """An alternative to a piece, and the address of the look with it."""

    article: Article
    url: str


@dataclass(frozen=True)
class OutfitPiece:
    """A piece on the board, with its alternatives and actions."""

    garment: Garment
    article: Article
    others: list[Alternative]
    lock_url: str
    swap_url: str


@dataclass(frozen=True)
class OutfitPage:
    """The look: `pieces` complete its `starting_articles`; all of them can be bought."""

    found: Outfit
    starting_articles: list[Article]
    pieces: list[OutfitPiece]

    @property
    def articles(self) -> list[Article]:
        return [*self.starting_articles, *(piece.article for piece in self.pieces)]


def outfit_page(query: OutfitQuery, asked: Request, found: Outfit) -> OutfitPage:
    """The answer with its articles; one no longer sold is left out."""
    wanted = [*asked.articles]
    for garment in found.pieces:
        wanted += [garment.article, *garment.alternatives]
    sold = article_cache.articles(wanted)
    own = [sold[key] for key in asked.articles if key in sold]
    order = slots().names.index
    shown = sorted(found.pieces, key=lambda garment: order(garment.slot))
    keys = tuple(garment.article for garment in shown if garment.article in sold)
    pieces = [outfit_piece(query, g, sold, keys) for g in shown if g.article in sold]
    return OutfitPage(found, own, pieces)


def outfit_piece(
    query: OutfitQuery, garment: Garment, sold: dict[int, Article], shown: Keys
) -> OutfitPiece:
    """Changing this piece keeps the others that are `shown`."""
    key = garment.article
    rest = tuple(other for other in query.lock if other != key)
    keep = tuple(other for other in shown if other != key)
    others = (other for other in garment.alternatives if other in sold)
    return OutfitPiece(
        garment,
        sold[key],
        [Alternative(sold[o], query.url(lock=rest, keep=(*keep, o))) for o in others],
        query.url(lock=rest if garment.locked else (*query.lock, key), keep=shown),
        query.url(lock=rest, swap=(*query.swap, key), keep=keep, part=garment.slot),
    )


def beyond_budget(found: Outfit, unlimited: Outfit) -> list[str]:
    """The parts that a look without the budget has and this one hasn't."""
    worn = {garment.slot for garment in found.pieces}
    return [garment.title for garment in unlimited.pieces if garment.slot not in worn]


def kept_as_they_were(found: Outfit, before: Outfit, keep: Keys) -> Outfit:
    """The look with its kept pieces as in the look `before`: with reasons and alternatives."""
    was = {garment.article: garment for garment in before.pieces}
    pieces = [
        replace(was.get(garment.article, garment), locked=False)
        if garment.article in keep
        else garment
        for garment in found.pieces
    ]
    return replace(found, pieces=pieces)


def new_ones(articles: Iterable[Article], bag: Sequence[int]) -> list[Article]:
    """What is not in the bag yet."""
    return [article for article in articles if article.pk not in bag]
