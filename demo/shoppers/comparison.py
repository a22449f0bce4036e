"""Compares two strategies: simulated shoppers, a real experiment, the stream's counts."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db.models import Sum

from demo.shoppers.crowd import Crowd, Plan, run
from demo.shoppers.ground_truth import GroundTruth
from recommendations.attribution import rec_id
from recommendations.attribution.models import Exposure, Serving
from recommendations.experiments.models import Experiment, Layer, Variant
from recommendations.experiments.results import Results, results
from recommendations.experiments.statistics import Interval
from web.cache import CHECK_S

LAYER: Final = "simulator"
PATIENCE_S: Final = 60.0
Parameters = Mapping[str, object]


class NotCountedError(Exception):
    """The shoppers' impressions don't arrive in the experiment."""


@dataclass(frozen=True)
class Comparison:
    """One run. `clicks` per shopper; `truth`: the difference of expected clicks per shopper by the
    choice model, without the randomness of the draws; `measured`: the experiment's result.
    Pairs are (control, other)."""

    seed: int
    shoppers: tuple[int, int]
    clicks: tuple[float, float]
    measured: Interval
    truth: float
    ratio_p: float
    failures: Mapping[str, int]

    @property
    def detected(self) -> bool:
        return self.measured.excludes_zero


def compare(
    plan: Plan,
    truth: GroundTruth,
    kind: str,
    control: Parameters,
    other: Parameters,
    done: Callable[[], None] = lambda: None,
) -> Comparison:
    """Run one experiment from start to stop.

    Raises NotCountedError, or ValidationError if another experiment is in the way.
    """
    experiment = _started(f"simulated {kind} {time.time_ns():x}", kind, control, other)
    try:
        time.sleep(2 * CHECK_S)  # until every process knows of it
        crowd = run(plan, truth, done)
        _wait_for(experiment, crowd, kind)
    finally:
        experiment.stop("the simulation is over")
    return _outcome(plan, experiment, crowd, kind)


def _started(name: str, kind: str, control: Parameters, other: Parameters) -> Experiment:
    layer, _ = Layer.objects.get_or_create(name=LAYER)
    for left in layer.experiments.filter(status=Experiment.Status.RUNNING):
        left.stop("its run was broken off")
    # Disable the guardrail: the shoppers aren't real, so the experiment may do any harm.
    experiment = Experiment.objects.create(name=name, layer=layer, kinds=[kind], guardrail=100)
    for title, parameters in (("control", control), ("other", other)):
        variant = Variant(
            experiment=experiment, name=title, is_control=title == "control", parameters=parameters
        )
        variant.full_clean()
        variant.save()
    experiment.start()
    return experiment


def _wait_for(experiment: Experiment, crowd: Crowd, kind: str) -> None:
    """Wait until the stream has counted every impression of a variant that the shoppers sent.

    A stranger's first shelf is of none: they have no name before their first event.
    """
    served = Serving.objects.filter(variant__experiment=experiment)
    own = set(served.values_list("pk", flat=True))
    read = [(one.seen, rec_id.read(one.rec_id)) for one in crowd.looked(kind)]
    sent = sum(seen for seen, of in read if of is not None and of.serving in own)
    deadline = time.monotonic() + PATIENCE_S
    counted = -1
    while counted < sent and time.monotonic() < deadline:
        time.sleep(0.5)
        exposures = Exposure.objects.filter(variant__experiment=experiment)
        counted = exposures.aggregate(total=Sum("impressions", default=0))["total"]
    if counted < sent:
        raise NotCountedError(
            f"{counted:,} of {sent:,} impressions were counted within {PATIENCE_S:.0f} s."
            " Does a worker of the queue attribution run?"
        )


def _outcome(plan: Plan, experiment: Experiment, crowd: Crowd, kind: str) -> Comparison:
    found: Results = results(experiment)
    control, other = found.lines
    if other.against is None:
        raise NotCountedError("Too few shoppers saw a shelf of each variant: send more.")
    values = expected_clicks(experiment, crowd, kind)
    return Comparison(
        seed=plan.seed,
        shoppers=(control.sample.n, other.sample.n),
        clicks=(control.sample.mean, other.sample.mean),
        measured=other.against,
        truth=float(np.mean(values[other.variant.pk]) - np.mean(values[control.variant.pk])),
        ratio_p=found.ratio_p,
        failures=dict(crowd.failures),
    )


def expected_clicks(experiment: Experiment, crowd: Crowd, kind: str) -> dict[int, list[float]]:
    """By variant, for each shopper who was shown something: the sum of the shelves' values."""
    served = Serving.objects.filter(variant__experiment=experiment)
    variant_of = dict(served.values_list("pk", "variant_id"))
    values: dict[int, list[float]] = {}
    for visit in crowd.visits:
        shelves = [one for one in visit.looked if one.widget == kind and one.seen]
        read = [rec_id.read(one.rec_id) for one in shelves]
        variants = {variant_of.get(of.serving) for of in read if of is not None} - {None}
        if len(variants) == 1:
            total = sum(one.value for one in visit.looked if one.widget == kind)
            values.setdefault(int(variants.pop() or 0), []).append(total)
    return values
