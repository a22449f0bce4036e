"""The admin of this room, one module per subject, in the package where Django looks for it."""

from recommendations.admin.experiments import ExperimentAdmin, LayerAdmin, OutcomeAdmin
from recommendations.admin.rules import RuleAdmin
from recommendations.admin.versions import ModelVersionAdmin

__all__ = ["ExperimentAdmin", "LayerAdmin", "ModelVersionAdmin", "OutcomeAdmin", "RuleAdmin"]
