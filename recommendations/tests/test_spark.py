"""Spark trains the same bundle as the local engine, on a cluster that loses a worker too."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pytest

from recommendations.bundle.reader import Bundle
from recommendations.dataset.fingerprint import data_fingerprint
from recommendations.dataset.inputs import Inputs, Sales
from recommendations.ranking.pipeline import predicted_rows
from recommendations.spark.session import lacking, session
from recommendations.tests.test_bundle import MODEL
from recommendations.tests.test_outfits_model import a_shop
from recommendations.training import ranker, slices
from recommendations.training.outfits import training
from recommendations.training.pipeline import quiet, train

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(lacking()), reason=f"Spark needs {' and '.join(lacking())}"),
]
Arrays = dict[str, npt.NDArray[Any]]
# A JVM that lives for a minute: the first compiler and one thread for garbage suffice.
LIGHT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
QUICK_START = (f"spark.driver.extraJavaOptions={LIGHT}", f"spark.executor.extraJavaOptions={LIGHT}")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with session("local[2]", QUICK_START) as spark:
        yield spark


def busy_shop(customers: int = 500, sales: int = 12_000) -> Inputs:
    """Customers who come on one weekday, buy several articles at once, and come again."""
    inputs = a_shop(120)
    rng = np.random.default_rng(3)
    customer = rng.integers(0, customers, sales).astype(np.int32)
    day = (inputs.as_of_day - rng.integers(0, 12, sales) * 7 - customer % 7).astype(np.int32)
    order = np.lexsort((customer, day))
    columns: dict[str, Any] = {
        "day": day,
        "customer": customer,
        "row": (rng.beta(1, 3, sales) * len(inputs.articles)).astype(np.int32),
        "age": np.where(customer % 5, 18 + customer % 50, -1).astype(np.int32),
        "price": (rng.integers(1, 60, sales) / 590).astype(np.float32),
        "channel": (1 + rng.integers(0, 2, sales)).astype(np.int32),
    }
    return replace(inputs, sales=Sales(**{name: of[order] for name, of in columns.items()}))


def on_spark(spark: Any, inputs: Inputs) -> Any:
    from recommendations.spark.history import SparkHistory, in_parts

    sales = vars(inputs.sales)
    article = inputs.articles["article"].to_numpy(np.int32)
    columns = {name: sales[name] for name in ("day", "customer", "price", "channel")}
    frame = spark.createDataFrame(pa.table(columns | {"article": article[inputs.sales.row]}))
    ages = pd.DataFrame({"customer": sales["customer"], "age": sales["age"]})
    known = ages[ages["age"] >= 0].drop_duplicates("customer")
    return SparkHistory(
        inputs.articles,
        in_parts(frame, spark.createDataFrame(pa.Table.from_pandas(known)), ()),
        inputs.as_of,
    )


@pytest.fixture(autouse=True)
def small_ranker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two slices and two held-out periods."""
    monkeypatch.setattr(slices, "WEEKS", 2)
    monkeypatch.setattr(slices, "MIN_OF_WEEK", 50)
    monkeypatch.setattr(ranker, "MIN_EXAMPLES", 50)
    monkeypatch.setattr(ranker, "ROUNDS", 5)
    monkeypatch.setattr(training, "PERIODS", 2)


def test_the_bundle_of_spark_is_that_of_the_local_engine(spark: Any) -> None:
    inputs = busy_shop()
    history = on_spark(spark, inputs)
    assert data_fingerprint(history) == data_fingerprint(inputs)
    local, found = train(inputs, quiet), train(history, quiet)
    assert local["ranker_report"].tobytes() == found["ranker_report"].tobytes()
    assert different(local, found) == []
    assert shelves(inputs, local) == shelves(inputs, found)


def test_spark_looks_at_no_later_day(spark: Any) -> None:
    inputs = busy_shop(sales=4000)
    day = inputs.as_of_day - 21
    local = train(inputs.until(day), quiet, quick=True)
    found = train(on_spark(spark, inputs).until(day), quiet, quick=True)
    assert different(local, found) == []


def test_a_history_without_sales_is_one_too(spark: Any) -> None:
    inputs = busy_shop(sales=100)
    local = train(inputs.until(0), quiet, quick=True)
    found = train(on_spark(spark, inputs).until(0), quiet, quick=True)
    assert different(local, found) == []


def different(left: Arrays, right: Arrays) -> list[str]:
    """Names of arrays that differ: whole numbers at all, others beyond rounding."""
    assert left.keys() == right.keys()
    return [name for name in left if not alike(left[name], right[name])]


def alike(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> bool:
    if left.shape != right.shape or left.dtype != right.dtype:
        return False
    return bool(np.allclose(left, right, rtol=1e-5, atol=1e-6))


def shelves(inputs: Inputs, arrays: Arrays) -> list[list[int]]:
    """What customers would be shown."""
    customers = np.unique(inputs.sales.customer)
    found: list[list[int]] = predicted_rows(Bundle(MODEL, arrays), customers, 12).tolist()
    return found
