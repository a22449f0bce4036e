"""Training goes on while a worker of the cluster is killed."""

from pathlib import Path

from catalog.lake.spark import session
from catalog.tests.spark import ON_SPARK, QUICK_START
from demo.services.spark import cluster
from recommendations.tests.shops import busy_shop
from recommendations.tests.test_parts import different
from recommendations.tests.test_spark import on_spark
from recommendations.training.pipeline import quiet, train

pytestmark = ON_SPARK
SMALL = ("spark.executor.memory=512m", "spark.executor.cores=1", *QUICK_START)
# After this line of progress a good half of the jobs is still to come.
HALFWAY = "what is bought together"


def test_a_worker_killed_in_training_changes_nothing(tmp_path: Path) -> None:
    inputs = busy_shop(sales=4000)
    told: list[str] = []
    with cluster(tmp_path, workers=2, memory="512m") as own, session(own.url, SMALL) as spark:

        def kill_halfway(line: str) -> None:
            told.append(line)
            if line == HALFWAY:
                own.kill_worker()

        history = on_spark(spark, inputs)
        found = train(history, kill_halfway, quick=True)
        alive = [process.poll() is None for process in own.workers]
    assert HALFWAY in told
    assert alive == [False, True]
    assert different(train(inputs, quiet, quick=True), found) == []
