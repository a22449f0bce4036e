"""The queueing model against what queueing theory says."""

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks import scale


def exponential(mean: float) -> Iterator[float]:
    """Service times of a Poisson process: Gamma-distributed with a variation of one."""
    return scale.service_times(mean, 1.0, np.random.default_rng(3))


def erlang_c(load: float, cores: int) -> float:
    """The probability that a request waits (Erlang 1917)."""
    own = load**cores / math.factorial(cores) * cores / (cores - load)
    return own / (sum(load**k / math.factorial(k) for k in range(cores)) + own)


@pytest.mark.parametrize(("cores", "busy"), [(1, 0.5), (1, 0.8), (4, 0.7)])
def test_an_open_queue_takes_as_long_as_erlang_s_formula_says(cores: int, busy: float) -> None:
    mean, rate = 0.01, busy * cores / 0.01
    rng = np.random.default_rng(4)
    arrivals = np.cumsum(rng.exponential(1 / rate, 200_000)).tolist()
    found = scale.open_queue(arrivals, cores, exponential(mean))
    expected = mean + erlang_c(rate * mean, cores) * mean / (cores * (1 - busy))
    assert np.mean(found) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("clients", [2, 16])
def test_a_closed_queue_obeys_little_s_law(clients: int) -> None:
    """With every core busy, clients = rate × response time (Little 1961)."""
    mean, cores = 0.01, 2
    found = scale.closed_queue(clients, cores, exponential(mean), 50_000)
    assert np.mean(found) == pytest.approx(clients * mean / cores, rel=0.05)


@pytest.mark.parametrize("variation", [0.3, 1.0, 2.0])
def test_service_times_have_the_mean_and_variation_asked_for(variation: float) -> None:
    drawn = scale.service_times(0.02, variation, np.random.default_rng(5))
    found = np.array(list(itertools.islice(drawn, 100_000)))
    assert found.mean() == pytest.approx(0.02, rel=0.05)
    assert found.std() / found.mean() == pytest.approx(variation, rel=0.05)


def test_no_fewer_cores_would_answer_in_time() -> None:
    rate, page_s = 200.0, 0.02
    cores = scale.cores_for(rate, page_s, 1.0)
    assert scale.p95(rate, cores, page_s, 1.0) <= scale.PAGE_P95_S
    assert scale.p95(rate, cores - 1, page_s, 1.0) > scale.PAGE_P95_S


def test_a_shop_ten_times_as_large_needs_ten_times_as_much() -> None:
    own = scale.Costs(1e-5, 2e-5, 0.005, 1e-5, 1e-3, 400.0, 100.0)
    one, ten = (scale.needs(times, own, 0.5) for times in (1, 10))
    for name in ("events_per_s", "stream_cores", "features_gb", "training_core_hours"):
        assert ten[name] == pytest.approx(10 * one[name])
    assert one["web_cores"] < ten["web_cores"] <= 10 * one["web_cores"], "sharing cores saves some"
