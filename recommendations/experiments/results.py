"""An experiment's results from its exposures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Avg, Count, Sum, Variance

from recommendations.attribution.models import COUNTED, Exposure
from recommendations.experiments.models import Experiment, Variant
from recommendations.experiments.statistics import (
    Interval,
    Sample,
    difference,
    sample_ratio,
    shoppers_needed,
)

MISMATCH = 0.001
PLANNED_CHANGE = 0.05
WIDTH: Final = 560
MARGIN: Final = 0.08


@dataclass(frozen=True)
class Line:
    """One variant's totals of COUNTED, and its difference from the control in the experiment's
    metric."""

    variant: Variant
    totals: Mapping[str, float]
    sample: Sample
    against: Interval | None

    @property
    def click_rate(self) -> float | None:
        shown = self.totals["impressions"]
        return self.totals["clicks"] / shown if shown else None

    @property
    def conversion(self) -> float | None:
        """Purchases per shopper."""
        return self.totals["purchases"] / self.sample.n if self.sample.n else None

    @property
    def relative(self) -> tuple[float, float, float] | None:
        """The interval relative to the control's mean; None if that is zero."""
        if self.against is None or (base := self.sample.mean - self.against.difference) <= 0:
            return None
        return self.against.difference / base, self.against.low / base, self.against.high / base


@dataclass(frozen=True)
class Results:
    lines: Sequence[Line]
    ratio_p: float
    needed: int | None

    @property
    def mismatched(self) -> bool:
        """The shoppers don't split as planned, so no other figure is valid."""
        return self.ratio_p < MISMATCH


def results(experiment: Experiment) -> Results:
    """One line per variant, control first."""
    variants = sorted(experiment.variants.all(), key=lambda v: not v.is_control)
    totals = {v.pk: _totals(v, experiment.metric) for v in variants}
    control = _sample(totals[variants[0].pk]) if variants else Sample(0, 0.0, 0.0)
    lines = [_line(v, totals[v.pk], None if v.is_control else control) for v in variants]
    return Results(
        lines,
        sample_ratio([line.sample.n for line in lines], [v.weight for v in variants]),
        shoppers_needed(control, PLANNED_CHANGE),
    )


def _totals(variant: Variant, metric: str) -> dict[str, float]:
    sums = {name: Sum(name, default=0) for name in (*COUNTED, "challenger_clicks")}
    return Exposure.objects.filter(variant=variant).aggregate(
        shoppers=Count("pk"),
        mean=Avg(metric, default=0.0),
        variance=Variance(metric, sample=True, default=0.0),
        **sums,
    )


def _sample(totals: dict[str, float]) -> Sample:
    return Sample(int(totals["shoppers"]), float(totals["mean"]), float(totals["variance"]))


def _line(variant: Variant, totals: dict[str, float], control: Sample | None) -> Line:
    sample = _sample(totals)
    return Line(variant, totals, sample, None if control is None else difference(control, sample))


def guard() -> list[Experiment]:
    """Stop experiments with a mismatched split or with a variant surely below the guardrail."""
    stopped = []
    for experiment in Experiment.objects.running():
        if (why := harm(experiment)) is not None:
            experiment.stop(why)
            stopped.append(experiment)
    return stopped


def harm(experiment: Experiment) -> str | None:
    found = results(experiment)
    if found.mismatched:
        return f"sample ratio mismatch, p = {found.ratio_p:.1g}"
    for line in found.lines:
        if line.relative is not None and line.relative[2] < -experiment.guardrail / 100:
            return f"{line.variant.name} has surely over {experiment.guardrail} % less"
    return None


@dataclass(frozen=True)
class IntervalBar:
    """A variant against the control, in SVG units from the left; `zero` is no difference."""

    line: Line
    low: float
    high: float
    at: float
    zero: float

    @property
    def right(self) -> float:
        """Position of the label of the upper end, clear of the lower one."""
        return max(self.high, self.low + 44)

    @property
    def width(self) -> float:
        return self.high - self.low


def bars(results: Results) -> Sequence[IntervalBar]:
    """A bar for each variant that can be compared, all on one scale that includes zero."""
    compared = [(line, line.against) for line in results.lines if line.against is not None]
    ends = [0.0, *(end for _, against in compared for end in (against.low, against.high))]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0

    def place(value: float) -> float:
        return WIDTH * (MARGIN + (1 - 2 * MARGIN) * (value - low) / span)

    return [
        IntervalBar(
            line, place(against.low), place(against.high), place(against.difference), place(0.0)
        )
        for line, against in compared
    ]
