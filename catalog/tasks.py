"""Background work."""

import logging

from celery import shared_task
from django.conf import settings

from catalog.images.renditions import BrokenPictureError, rendition
from catalog.images.urls import WIDTHS
from catalog.models import ArticleSummary

logger = logging.getLogger(__name__)
BEST_SELLERS = 500


@shared_task(name="catalog.warm_renditions")
def warm_renditions(count: int = BEST_SELLERS) -> int:
    """Render the best sellers' pictures in every width; returns how many articles had one."""
    best = ArticleSummary.objects.filter(has_picture=True).order_by("-units_recent", "-units")
    warmed = 0
    for article in best.values_list("pk", flat=True)[:count]:
        try:
            warmed += all(
                rendition(settings.IMAGES_DIR, settings.RENDITIONS_DIR, article, width)
                for width in WIDTHS
            )
        except BrokenPictureError as error:
            logger.warning("article %010d has a broken picture: %s", article, error)
    logger.info("renditions of %d articles are ready", warmed)
    return warmed


@shared_task(name="catalog.append_lake")
def append_lake() -> None:
    """Bring the lake, if there is one, up to date with the day's orders and erasures."""
    # Every process imports this module, but only this task needs Parquet.
    from catalog.lake import files

    if files.exists():
        files.append()
