"""Assigns shoppers to variants by hashing, so that all processes agree without storing anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from recommendations.experiments.models import BUCKETS, Experiment
from recommendations.experiments.strategies import Parameters, read
from web.cache import TTLCache


@dataclass(frozen=True)
class Arm:
    """One variant, ready to serve; `weight` is its share of the experiment's shoppers."""

    variant: int
    name: str
    weight: int
    parameters: Parameters


@dataclass(frozen=True)
class Plan:
    """A running experiment as cached by the serving processes."""

    experiment: int
    layer: str
    kinds: frozenset[str]
    first_bucket: int
    last_bucket: int
    ramp: int
    arms: tuple[Arm, ...]


def share(salt: str, shopper: str) -> float:
    """A number in [0, 1), uniform, and independent for different salts."""
    digest = blake2b(f"{salt}/{shopper}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def arm_of(plans: Sequence[Plan], kind: str, shopper: str) -> Arm | None:
    """The variant of the one experiment that covers this shopper and this kind, if any."""
    for plan in plans:
        if kind in plan.kinds and takes_part(plan, shopper):
            return chosen(plan, shopper)
    return None


def takes_part(plan: Plan, shopper: str) -> bool:
    bucket = int(share(f"layer {plan.layer}", shopper) * BUCKETS)
    inside = plan.first_bucket <= bucket <= plan.last_bucket
    return inside and share(f"ramp {plan.experiment}", shopper) * 100 < plan.ramp


def chosen(plan: Plan, shopper: str) -> Arm:
    at = share(f"variant {plan.experiment}", shopper) * sum(arm.weight for arm in plan.arms)
    for arm in plan.arms:
        at -= arm.weight
        if at < 0:
            return arm
    return plan.arms[-1]


def load() -> list[Plan]:
    running = Experiment.objects.running().select_related("layer").prefetch_related("variants")
    return [plan_of(experiment) for experiment in running]


def plan_of(experiment: Experiment) -> Plan:
    arms = tuple(
        Arm(variant.pk, variant.name, variant.weight, read(variant.parameters))
        for variant in experiment.variants.all()
    )
    return Plan(
        experiment=experiment.pk,
        layer=experiment.layer.name,
        kinds=frozenset(experiment.kinds),
        first_bucket=experiment.first_bucket,
        last_bucket=experiment.last_bucket,
        ramp=experiment.ramp,
        arms=arms,
    )


plans: TTLCache[list[Plan]] = TTLCache(load, [])
