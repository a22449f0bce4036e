"""Plots of results, beside their figures."""

from collections.abc import Mapping, Sequence

from matplotlib import pyplot
from matplotlib.figure import Figure

from benchmarks import harness
from web.arrays import Array


def save(figure: Figure, name: str) -> None:
    """To results/NAME.svg, undated so that the same figures give the same file."""
    for axis in figure.axes:
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(harness.RESULTS / f"{name}.svg", metadata={"Date": None})
    pyplot.close(figure)


def boxes(
    name: str,
    ms: Mapping[str, Sequence[float] | Array],
    goals_ms: Mapping[str, int],
    *,
    whiskers: int,
    label: str = "ms",
) -> None:
    """The distribution of each page's times, with the goals; whiskers are percentiles."""
    figure, axis = pyplot.subplots(figsize=(8, 1.5 + 0.25 * len(ms)), layout="constrained")
    ends = (whiskers, 100 - whiskers)
    axis.boxplot(list(ms.values()), orientation="horizontal", whis=ends, showfliers=False)
    axis.set(
        yticks=range(1, len(ms) + 1),
        yticklabels=[page.replace("_", " ") for page in ms],
        xlabel=f"{label} (box: quartiles, whiskers: {ends[0]} % and {ends[1]} %)",
    )
    axis.invert_yaxis()
    for goal, value in goals_ms.items():
        axis.axvline(value, linestyle="--", linewidth=1, label=f"{goal}: {value} ms")
    axis.legend(fontsize="small")
    save(figure, name)
