"""The wishlist, and articles saved for later. A constraint keeps each article once per list."""

from django.db import transaction

from storefront.bag import contents
from storefront.models import SavedArticle

WISHES, LATER = SavedArticle.List.WISHES, SavedArticle.List.LATER
MAX_SAVED = 200


def of(shopper: str, name: str) -> list[SavedArticle]:
    """Newest first, with what a card shows."""
    return list(
        SavedArticle.objects.filter(shopper=shopper, list=name, article__summary__isnull=False)
        .select_related("article__summary")
        .order_by("-saved_at", "-pk")[:MAX_SAVED]
    )


def save(shopper: str, name: str, article: int, quantity: int = 1, size: str = "") -> None:
    """Saving again only updates the quantity; the oldest beyond MAX_SAVED are dropped."""
    SavedArticle.objects.update_or_create(
        shopper=shopper, list=name, article_id=article, size=size, defaults={"quantity": quantity}
    )
    mine = SavedArticle.objects.filter(shopper=shopper, list=name).order_by("-saved_at", "-pk")
    over = list(mine.values_list("pk", flat=True)[MAX_SAVED : 2 * MAX_SAVED])
    if over:
        SavedArticle.objects.filter(pk__in=over).delete()


def drop(shopper: str, name: str, article: int, size: str = "") -> int:
    """Remove the article; return its quantity, 0 if it isn't on the list."""
    with transaction.atomic():
        kept = SavedArticle.objects.filter(shopper=shopper, list=name, article=article, size=size)
        found = kept.select_for_update().first()
        if found is None:
            return 0
        found.delete()
        return found.quantity


@transaction.atomic
def save_for_later(shopper: str, article: int, size: str) -> bool:
    """Move the article from the bag to the saved list; False if it isn't in the bag."""
    units = contents.remove(shopper, article, size)
    if units:
        save(shopper, LATER, article, units, size)
    return bool(units)


@transaction.atomic
def move_to_bag(shopper: str, article: int, size: str = "") -> bool:
    """Move it back into the bag, once even under simultaneous requests."""
    units = drop(shopper, LATER, article, size)
    if units:
        contents.add(shopper, article, units, size)
    return bool(units)


@transaction.atomic
def merge(source: str, target: str) -> None:
    """Move one shopper's lists into another's."""
    for kept in SavedArticle.objects.select_for_update().filter(shopper=source):
        save(target, kept.list, kept.article_id, kept.quantity, kept.size)
        kept.delete()
