"""Training on a whole history, and the export for all customers: time and memory.

Synthetic data; 31.8 million transactions at full size.
"""

from pathlib import Path

from benchmarks.harness import Result
from benchmarks.processes import timed
from benchmarks.shop import FULL, Shop, scaled, shop


def run(size: int | None) -> Result:
    """`size` counts transactions; customers and articles scale with it."""
    with shop(scaled(size or FULL["transactions"]), trained=False) as stage:
        train_s, peak_mb = timed("train_recommendations")
        export_s, export_mb = timed(*export_arguments(stage))
        return Result(
            name="training",
            sizes=stage.sizes,
            figures={
                "train_s": train_s,
                "peak_mb": peak_mb,
                "export_s": export_s,
                "export_peak_mb": export_mb,
                "exported_per_s": stage.sizes["customers"] / export_s,
            },
            ratios={},
        )


def export_arguments(stage: Shop) -> tuple[str, ...]:
    customers, out = stage.data / "customers.csv", stage.place / "submission.csv"
    for left in (out, Path(f"{out}.partial")):
        left.unlink(missing_ok=True)
    return ("export_recommendations", "--customers", str(customers), "--out", str(out))
