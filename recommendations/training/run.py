"""A training run: read PostgreSQL, train, write the bundle, activate it."""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime

import msgspec
import numpy as np
from django.db import Error, connection

from recommendations.bundle.format import (
    FORMAT,
    Manifest,
    RankerReport,
    live_report_of,
    report_of,
)
from recommendations.bundle.models import ModelVersion
from recommendations.bundle.object_store import publish
from recommendations.bundle.versions import TRAINING_LOCK, activate, prune
from recommendations.bundle.writer import write_bundle
from recommendations.dataset.fingerprint import code_fingerprint, data_fingerprint
from recommendations.dataset.inputs import History, Progress
from recommendations.dataset.load import load_inputs
from recommendations.dataset.log import logged_answers
from recommendations.training.content import FEATURES
from recommendations.training.pipeline import train
from web.arrays import Arrays

Load = Callable[[date | None, date, Progress], History]


class TrainingRunningError(Exception):
    """Another process is training."""


def train_model(
    as_of: date | None,
    now: datetime,
    progress: Progress,
    *,
    quick: bool = False,
    load: Load = load_inputs,
) -> ModelVersion:
    """Train on the sales up to and including `as_of` (None: all) and activate the new version.

    `quick` skips the slow parts (see pipeline.train): a shop can open with it while the full model
    is trained. `load` reads the history, by default from PostgreSQL into memory.

    Raise TrainingRunningError, NothingToTrainOnError, or any disk or database error; a failed run
    leaves the active version in place and records the error in its row.
    """
    with training_lock():
        ModelVersion.objects.all().abandon_unfinished()
        record = ModelVersion.objects.create(version=f"{now:%Y%m%d-%H%M%S-%f}", created_at=now)
        try:
            build(record, as_of, progress, load, quick=quick)
            activate(record)
        except BaseException as error:
            fail(record, error)
            raise
        prune()
    return record


def build(
    record: ModelVersion, as_of: date | None, progress: Progress, load: Load, *, quick: bool
) -> None:
    """Train and write the bundle of `record`."""
    start = time.perf_counter()
    history = load(as_of, record.created_at.date(), progress)
    loaded = time.perf_counter()
    answers = [] if quick else logged_answers(progress)
    arrays = train(history, progress, answers=answers, quick=quick)
    metrics = quality(arrays) | {
        "load_s": round(loaded - start, 2),
        "train_s": round(time.perf_counter() - loaded, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "quick": int(quick),
    }
    manifest = write_bundle(record.folder, manifest_of(record, history, arrays, metrics), arrays)
    publish(record.folder)
    record.as_of, record.metrics = history.as_of, metrics
    record.manifest = msgspec.to_builtins(manifest)
    record.save()


def manifest_of(
    record: ModelVersion,
    history: History,
    arrays: Arrays,
    metrics: dict[str, float],
) -> Manifest:
    fingerprint, sales = data_fingerprint(history)
    return Manifest(
        format=FORMAT,
        version=record.version,
        created=record.created_at.astimezone(UTC).isoformat(),
        as_of=history.as_of.isoformat(),
        data_fingerprint=fingerprint,
        code_fingerprint=code_fingerprint(),
        counts={
            "articles": len(history.articles),
            "on_sale": int(arrays["on_sale"].sum()),
            "designs": len(np.unique(arrays["design"])),
            "sales": sales,
        },
        metrics=metrics,
        features=dict(FEATURES),
        ranker=report_of(arrays["ranker_report"]),
        live_ranker=live_report_of(arrays["live_ranker_report"]),
        files={},
    )


def quality(arrays: Arrays) -> dict[str, float]:
    """Neighbours: mean cosine of the nearest, share of the 12 nearest of the same type."""
    rows, kind = arrays["neighbours"][:, :12], arrays["product_type"]
    known = rows >= 0
    same = (kind[rows] == kind[:, None]) & known
    return {
        "nearest_cosine": round(float(arrays["neighbour_scores"][:, 0].mean()), 4),
        "same_type_share": round(float(same.sum() / max(known.sum(), 1)), 4),
        **trial_figures(report_of(arrays["ranker_report"])),
        "live_ranker_chosen": int(live_report_of(arrays["live_ranker_report"]).chosen),
    }


def trial_figures(report: RankerReport) -> dict[str, float]:
    """The trial results of ranker and blend, and which of them was chosen."""
    names = ("blend_map12", "ranker_map12", "gain_at_least", "gain_at_most", "trial_customers")
    figures: dict[str, float] = {
        "ranker_chosen": int(report.chosen),
        "ranker_slice_days": report.slice_days,
    }
    if not report.trial_customers:
        return figures
    prefixed = {name: name if "map12" in name else f"ranker_{name}" for name in names}
    return figures | {prefixed[name]: round(getattr(report, name), 5) for name in names}


def fail(record: ModelVersion, error: BaseException) -> None:
    record.status = ModelVersion.Status.FAILED
    record.error = f"{type(error).__name__}: {error}"
    record.save(update_fields=["status", "error"])


@contextmanager
def training_lock() -> Iterator[None]:
    """One training at a time per database. Raise TrainingRunningError if another one runs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [TRAINING_LOCK])
        if not cursor.fetchone()[0]:
            raise TrainingRunningError("another training is running")
    try:
        yield
    finally:
        # A broken connection has lost the lock; the error that broke it is the one to report.
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [TRAINING_LOCK])
