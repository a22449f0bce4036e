"""Background work."""

import logging

from celery import shared_task
from django.utils import timezone

logger = logging.getLogger(__name__)


@shared_task(name="recommendations.train")
def train() -> None:
    """Train on everything and activate the result; nightly, and when an operator asks."""
    # Every process imports this module, and only this task needs pandas and scikit-learn.
    from recommendations.dataset.load import NothingToTrainOnError
    from recommendations.training.run import TrainingRunningError, train_model

    try:
        version = train_model(None, timezone.now(), logger.info)
    except (TrainingRunningError, NothingToTrainOnError) as error:
        logger.warning("no training: %s", error)
    else:
        logger.info("model %s is active", version)


@shared_task(name="recommendations.guard_experiments")
def guard_experiments() -> None:
    """Stop experiments that surely harm."""
    from recommendations.experiments.results import guard

    for experiment in guard():
        logger.warning("experiment %s was stopped: %s", experiment, experiment.stopped_why)


@shared_task(name="recommendations.purge_interactions")
def purge_interactions() -> None:
    """Drop what no purchase can be credited to any more."""
    from recommendations.attribution.step import purge

    logger.info("%d old interactions were dropped", purge())
