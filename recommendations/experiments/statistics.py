"""Statistics of experiments that are valid at any moment and for any number of looks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

ALPHA: Final = 0.05
POWER: Final = 0.8
# The interval is tightest after about this many shoppers in the smaller variant.
TUNED_SAMPLE_SIZE: Final = 1000


@dataclass(frozen=True)
class Sample:
    """One variant: number of shoppers, and mean and variance of the metric per shopper."""

    n: int
    mean: float
    variance: float


@dataclass(frozen=True)
class Interval:
    """A difference of means, and its interval: 95 % coverage at all looks at once."""

    difference: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


def difference(control: Sample, other: Sample) -> Interval | None:
    """The asymptotic confidence sequence of the difference; None below two shoppers per variant.

    Valid at every sample size at once, so that one may look daily and stop at will: Waudby-Smith,
    Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic confidence
    sequences", Annals of Statistics 52 (2024), theorem 2.2; for two samples the variance of the
    difference takes the place of σ²/n.
    """
    if min(control.n, other.n) < 2:
        return None
    n = min(control.n, other.n)
    spread = control.variance / control.n + other.variance / other.n
    half = math.sqrt(spread * n) * boundary(n)
    found = other.mean - control.mean
    return Interval(found, found - half, found + half)


def boundary(n: int) -> float:
    """Half the width after n observations of variance 1."""
    wide = -2 * math.log(ALPHA) + math.log(-2 * math.log(ALPHA)) + 1
    rho2 = wide / TUNED_SAMPLE_SIZE  # the paper's equation for the best ρ at that size
    return math.sqrt(
        2 * (n * rho2 + 1) / (n * n * rho2) * math.log(math.sqrt(n * rho2 + 1) / ALPHA)
    )


def sample_ratio(counts: Sequence[int], weights: Sequence[int]) -> float:
    """The p-value of the shopper counts under the weights (χ²); below 0.001 something is broken.

    Fabijan et al., "Diagnosing sample ratio mismatch in online controlled experiments", KDD 2019.
    """
    from scipy.special import chdtrc  # slow to import, and every process imports this module

    total, parts = sum(counts), sum(weights)
    if total == 0:
        return 1.0
    expected = [total * w / parts for w in weights]
    distance = sum((n - e) ** 2 / e for n, e in zip(counts, expected, strict=True))
    return float(chdtrc(len(counts) - 1, distance))


def shoppers_needed(control: Sample, relative: float) -> int | None:
    """Shoppers per variant needed to detect a relative change of the mean with one planned look.

    The usual normal approximation 2σ²(z₁₋α/₂ + z_power)²/δ²; looking at any time needs more.
    """
    if control.mean <= 0 or control.variance <= 0:
        return None
    z = NormalDist().inv_cdf(1 - ALPHA / 2) + NormalDist().inv_cdf(POWER)
    return math.ceil(2 * control.variance * (z / (relative * control.mean)) ** 2)
