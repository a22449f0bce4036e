"""The number of queries of each page, compared with the baselines in query_counts.json.

It doesn't grow with what a page shows. Without a bundle the shelves query PostgreSQL.
"""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.tests.test_navigation import finish_ingest

# Queried once a second in each process, regardless of the page.
KEPT = (
    "catalog_ingestrun",
    "recommendations_experiment",
    "recommendations_modelversion",
    "recommendations_rule",
    "streaming_erasedshopper",
)
BASELINES = json.loads(Path(__file__).with_name("query_counts.json").read_text())


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("path", "baseline"), BASELINES.items())
def test_a_page_asks_the_database_as_often_as_its_baseline_says(
    client: Client, path: str, baseline: int
) -> None:
    finish_ingest()
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    own = [query["sql"] for query in asked if not any(table in query["sql"] for table in KEPT)]
    statements = "\n".join(statement[:160] for statement in own)
    assert len(own) == baseline, f"{len(own)} queries, the baseline is {baseline}:\n{statements}"
