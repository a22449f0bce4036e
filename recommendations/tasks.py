"""Background work of the queue `default`."""

import logging

from celery import shared_task
from django.utils import timezone

logger = logging.getLogger(__name__)


@shared_task(name="recommendations.train")
def train() -> None:
    """Train on everything and activate the result; nightly, and when an operator asks."""
    # Every process imports this module, and only this task needs pandas and scikit-learn.
    from recommendations.training.load import NothingToTrainOnError
    from recommendations.training.run import TrainingRunningError, train_model

    try:
        version = train_model(None, timezone.now(), logger.info)
    except (TrainingRunningError, NothingToTrainOnError) as error:
        logger.warning("no training: %s", error)
    else:
        logger.info("model %s is active", version)
