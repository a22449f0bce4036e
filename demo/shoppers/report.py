"""A crowd's behaviour in figures."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from demo.shoppers.crowd import Crowd
from demo.shoppers.shopper import ShelfImpression
from web.json_types import Json


def figures(crowd: Crowd) -> Json:
    """JSON-ready: visits, shelves by widget and strategy, seconds by page, failures."""
    visits = crowd.visits
    buyers = [visit for visit in visits if visit.bought]
    return {
        "visits": len(visits),
        "pages": sum(visit.pages for visit in visits),
        "clicks": sum(one.clicked is not None for one in crowd.looked()),
        "conversion": round(len(buyers) / len(visits), 4) if visits else None,
        "revenue": round(sum(visit.spent for visit in visits) / 100, 2),
        "shelves": by_shelf(crowd.looked()),
        "pages_ms": {kind: quantiles(seconds) for kind, seconds in sorted(crowd.seconds.items())},
        "failures": dict(crowd.failures),
    }


def by_shelf(looked: Sequence[ShelfImpression]) -> list[Json]:
    """Click-through and regret of each widget and strategy, most looked at first."""
    groups: dict[tuple[str, str], list[ShelfImpression]] = defaultdict(list)
    for one in looked:
        groups[one.widget, one.strategy].append(one)
    rows = [
        {
            "widget": widget,
            "strategy": strategy,
            "looked_at": len(of),
            "clicked": round(mean([one.clicked is not None for one in of]), 4),
            "value": round(mean([one.value for one in of]), 4),
            "regret": round(mean([one.best - one.value for one in of]), 4),
            "liking": round(mean([one.liking for one in of]), 3),
        }
        for (widget, strategy), of in groups.items()
    ]
    return sorted(rows, key=lambda row: -int(row["looked_at"]))


def mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def quantiles(seconds: Sequence[float]) -> Json:
    p50, p95, p99 = np.percentile(seconds, [50, 95, 99]) * 1000
    return {"n": len(seconds), "p50": round(p50, 1), "p95": round(p95, 1), "p99": round(p99, 1)}
