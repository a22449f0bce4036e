"""Plots of the studies and of the adaptation, by matplotlib (requirements-dev.txt)."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from web.json_types import Json

OURS, TRUTH, RULE = "#1f8f6a", "#d9822b", "#8a938f"


def forest(studies: Sequence[Json]) -> Figure:
    """For each run the interval, the measured value, and the truth, all on one scale: clicks per
    shopper, the other minus the control."""
    figure = Figure(figsize=(8, 1 + sum(height(study) for study in studies)), layout="constrained")
    axis, top = figure.subplots(), 0.0
    middles = []
    for study in studies:
        runs = study["each"]
        step = height(study) / (len(runs) + 1)
        places = [top + step * (at + 1) for at in range(len(runs))]
        measured = [one["difference"] for one in runs]
        low, high = ([abs(one[end] - one["difference"]) for one in runs] for end in ("low", "high"))
        axis.errorbar(measured, places, xerr=[low, high], fmt="o", markersize=4, color=OURS)
        axis.vlines(study["truth"], places[0] - step / 2, places[-1] + step / 2, color=TRUTH)
        middles.append(top + height(study) / 2)
        top += height(study)
    axis.axvline(0.0, color=RULE, linestyle="--", linewidth=1)
    axis.set(yticks=middles, yticklabels=[label(study) for study in studies])
    axis.set_xlabel(
        "clicks per shopper more\n● measured, with its interval at any look, │ the truth"
    )
    axis.invert_yaxis()
    return figure


def height(study: Json) -> float:
    """Inches."""
    return 0.5 + 0.07 * len(study["each"])


def label(study: Json) -> str:
    counts = f"detected in {study['detected']} of {study['runs']}"
    return f"{study['title']}\n{study['shoppers']:,} shoppers, {counts}"


def adaptation(of: Json) -> Figure:
    """The median gap after each event of the new taste, with its quartiles."""
    figure = Figure(figsize=(7, 3.5), layout="constrained")
    axis, events = figure.subplots(), range(len(of["middle"]))
    axis.fill_between(events, of["low"], of["high"], color=OURS, alpha=0.25)
    axis.plot(events, of["middle"], color=OURS)
    axis.axhline(0.0, color=RULE, linestyle="--", linewidth=1)
    axis.set_xlabel("events of the new taste; median shelf and its quartiles")
    return figure
