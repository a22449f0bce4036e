"""Celery tasks of recommendations."""

import logging

from celery import shared_task
from django.utils import timezone

logger = logging.getLogger(__name__)


@shared_task(name="recommendations.train")
def train() -> None:
    """Train on all data and activate the result; nightly, and on an operator's request."""
    # Every process imports this module, but only this task needs pandas and scikit-learn.
    from recommendations.dataset.load import NothingToTrainOnError
    from recommendations.training.run import TrainingRunningError, train_model

    try:
        version = train_model(None, timezone.now(), logger.info)
    except (TrainingRunningError, NothingToTrainOnError) as error:
        logger.warning("training skipped: %s", error)
    else:
        logger.info("model %s is active", version)


@shared_task(name="recommendations.guard_experiments")
def guard_experiments() -> None:
    """Stop experiments that do harm."""
    from recommendations.experiments.results import guard

    for experiment in guard():
        logger.warning("stopped experiment %s: %s", experiment, experiment.stopped_why)


@shared_task(name="recommendations.purge_interactions")
def purge_interactions() -> None:
    """Drop interactions too old for any purchase to be credited to."""
    from recommendations.attribution import searches
    from recommendations.attribution.step import purge

    logger.info("deleted %d old interactions", purge())
    logger.info("deleted %d old search queries", searches.purge())
