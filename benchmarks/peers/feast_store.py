"""The same features in Feast's online store; runs in an environment of its own.

    python feast_store.py host:port,db=N,password=…

Reads orders from standard input, `write N` or `read N`, and answers each with its seconds: the rows
of N shoppers written in one call, or the features of these shoppers read one by one.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource
from feast.types import Array, Float64, Int64
from feast.value_type import ValueType

VIEW = "shopper_features"
NUMBERS = [f"number_{n}" for n in range(16)]
LISTS = [f"recent_{n}" for n in range(4)]
LENGTH = 20
SETTINGS = """
project: peers
provider: local
registry: {folder}/registry.db
online_store:
  type: redis
  connection_string: {redis}
entity_key_serialization_version: 3
"""


def store(folder: Path, redis: str) -> FeatureStore:
    (folder / "feature_store.yaml").write_text(SETTINGS.format(folder=folder, redis=redis))
    rows(np.arange(1)).to_parquet(folder / "history.parquet")
    source = FileSource(path=str(folder / "history.parquet"), timestamp_field="ts")
    shopper = Entity(name="shopper", join_keys=["shopper"], value_type=ValueType.INT64)
    fields = [Field(name=name, dtype=Float64) for name in NUMBERS]
    fields += [Field(name=name, dtype=Array(Int64)) for name in LISTS]
    view = FeatureView(
        name=VIEW, entities=[shopper], schema=fields, source=source, ttl=timedelta(days=30)
    )
    made = FeatureStore(repo_path=str(folder))
    made.apply([shopper, view])
    return made


def rows(shoppers: np.ndarray) -> pd.DataFrame:
    random = np.random.default_rng(1)
    columns: dict[str, object] = {"shopper": shoppers, "ts": datetime.now(UTC)}
    columns |= {name: random.random(len(shoppers)) for name in NUMBERS}
    columns |= {
        name: list(random.integers(0, 1_000_000, (len(shoppers), LENGTH))) for name in LISTS
    }
    return pd.DataFrame(columns)


def main() -> None:
    features = [f"{VIEW}:{name}" for name in NUMBERS + LISTS]
    with tempfile.TemporaryDirectory() as folder:
        feast = store(Path(folder), sys.argv[1])
        for line in sys.stdin:
            order, number = line.split()
            chosen = np.random.default_rng(2).permutation(int(number))
            made = rows(chosen)
            begun = time.perf_counter()
            if order == "write":
                feast.write_to_online_store(VIEW, made)
            else:
                for one in chosen.tolist():
                    found = feast.get_online_features(features, [{"shopper": one}]).to_dict()
                    if found[NUMBERS[0]][0] is None:
                        raise SystemExit(f"shopper {one} has no features")
            print(time.perf_counter() - begun, flush=True)


if __name__ == "__main__":
    main()
