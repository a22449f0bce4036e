"""The models of this room, each defined in the folder of its subject."""

from recommendations.attribution.models import (
    AttributionFence,
    Exposure,
    Interaction,
    Outcome,
    SearchEvent,
    Serving,
)
from recommendations.bundle.models import ModelVersion
from recommendations.experiments.models import Experiment, Layer, Variant
from recommendations.rules.models import Rule

__all__ = [
    "AttributionFence", "Experiment", "Exposure", "Interaction", "Layer", "ModelVersion", "Outcome",
    "Rule", "SearchEvent", "Serving", "Variant",
]  # fmt: skip
