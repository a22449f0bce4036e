"""Spark trains the same bundle as the local engine, on a cluster that loses a worker too."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from catalog.lake.spark import session
from catalog.tests.spark import ON_SPARK, QUICK_START
from recommendations.bundle.reader import Bundle
from recommendations.dataset.fingerprint import data_fingerprint
from recommendations.dataset.inputs import Inputs
from recommendations.evaluation.report import summary
from recommendations.evaluation.run import Plan, evaluate
from recommendations.ranking.pipeline import predicted_rows
from recommendations.tests.shops import busy_shop
from recommendations.tests.test_bundle import MODEL
from recommendations.tests.test_parts import different
from recommendations.training.outfits import training
from recommendations.training.pipeline import quiet, train
from recommendations.training.ranker import sales, slices
from web.arrays import Arrays

pytestmark = ON_SPARK


@pytest.fixture(scope="module")
def spark() -> Iterator[object]:
    with session("local[2]", QUICK_START) as spark:
        yield spark


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
    monkeypatch.setattr(sales, "MIN_EXAMPLES", 50)
    monkeypatch.setattr(sales, "ROUNDS", 5)
    monkeypatch.setattr(training, "PERIODS", 2)


def test_the_bundle_of_spark_is_that_of_the_local_engine(spark: object) -> None:
    inputs = busy_shop(customers=1_000)
    history = on_spark(spark, inputs)
    assert data_fingerprint(history) == data_fingerprint(inputs)
    local, found = train(inputs, quiet), train(history, quiet)
    assert local["ranker_report"].tobytes() == found["ranker_report"].tobytes()
    assert different(local, found) == []
    assert shelves(inputs, local) == shelves(inputs, found)


@pytest.mark.parametrize("known", [False, True])
def test_an_evaluation_on_spark_gives_the_same_numbers(spark: object, known: bool) -> None:
    inputs = busy_shop(sales=4000)
    plan = Plan(holdout_days=7, k=12, rolls=1 if known else 2, customers=100, known=known)
    local, found = (
        summary(evaluate(history, plan, quiet), plan, note="")
        for history in (inputs, on_spark(spark, inputs))
    )
    assert local["customers"] >= 100
    assert local["next in session"]["baskets"] >= 10
    assert found == local


def test_spark_looks_at_no_later_day(spark: object) -> None:
    inputs = busy_shop(sales=4000)
    day = inputs.as_of_day - 21
    local = train(inputs.until(day), quiet, quick=True)
    found = train(on_spark(spark, inputs).until(day), quiet, quick=True)
    assert different(local, found) == []


def test_a_history_without_sales_is_one_too(spark: object) -> None:
    inputs = busy_shop(sales=100)
    local = train(inputs.until(0), quiet, quick=True)
    found = train(on_spark(spark, inputs).until(0), quiet, quick=True)
    assert different(local, found) == []


def shelves(inputs: Inputs, arrays: Arrays) -> list[list[int]]:
    """What customers would be shown."""
    customers = np.unique(inputs.sales.customer)
    found: list[list[int]] = predicted_rows(Bundle(MODEL, arrays), customers, 12).tolist()
    return found
