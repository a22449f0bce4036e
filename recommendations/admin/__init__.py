"""The admin of the room, a module per idea; Django looks for it here."""

from recommendations.admin.experiments import ExperimentAdmin, LayerAdmin
from recommendations.admin.outcomes import OutcomeAdmin
from recommendations.admin.rules import RuleAdmin
from recommendations.admin.versions import ModelVersionAdmin

__all__ = ["ExperimentAdmin", "LayerAdmin", "ModelVersionAdmin", "OutcomeAdmin", "RuleAdmin"]
