"""Offline quality of each model version, from its training trial and its evaluation."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from recommendations.bundle.models import ModelVersion
from web.charts import Chart, Line
from web.json_types import Json

SHOWN: Final = 20
NUMBERS: Final = "evaluation.json"


@dataclass(frozen=True)
class Quality:
    """`trial` is MAP@12 over the week held out from training, of the chosen ranking; `evaluated` is
    that of evaluate_recommendations, with its 95 % interval. None: not measured."""

    version: str
    pk: int
    created_at: datetime
    as_of: date | None
    is_active: bool
    train_s: float | None
    trial: float | None
    evaluated: float | None
    interval: tuple[float, float] | None
    alike: float | None


def history() -> list[Quality]:
    """The last versions with a bundle, oldest first."""
    done = (ModelVersion.Status.READY, ModelVersion.Status.PRUNED)
    found = ModelVersion.objects.filter(status__in=done).defer("manifest")[:SHOWN]
    return [of_version(version) for version in reversed(found)]


def chart(versions: Sequence[Quality]) -> Chart | None:
    """MAP@12 by version, as evaluated or else as in the trial; None below two versions."""
    known = [(v, v.trial if v.evaluated is None else v.evaluated) for v in versions]
    shown = [(version, value) for version, value in known if value is not None]
    if len(shown) < 2:
        return None
    line = Line("MAP@12", [value for _, value in shown])
    ends = (f"{shown[place][0].created_at:%-d %b, %H:%M}" for place in (0, -1))
    return Chart("quality", "MAP@12 by model version", "", [line], *ends)


def of_version(version: ModelVersion) -> Quality:
    figures: dict[str, float] = version.metrics
    chosen = "ranker_map12" if figures.get("ranker_chosen") else "blend_map12"
    own = evaluation(version.folder)
    return Quality(
        version=version.version,
        pk=version.pk,
        created_at=version.created_at,
        as_of=version.as_of,
        is_active=version.is_active,
        train_s=figures.get("train_s"),
        trial=figures.get(chosen),
        evaluated=own["mean"] if own else None,
        interval=tuple(own["interval"]) if own else None,
        alike=figures.get("same_type_share"),
    )


def evaluation(folder: Path) -> Json | None:
    """The first metric of for-you in the report beside the bundle; None without a report."""
    try:
        found = json.loads((folder / NUMBERS).read_text())
        own: Json = found["methods"]["for-you"]
        return dict(next(iter(own.values())))
    except (OSError, ValueError, KeyError, StopIteration):
        return None
