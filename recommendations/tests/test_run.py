"""Training runs on PostgreSQL."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from catalog.tests.factories import make_article, make_customer, make_transaction
from recommendations import tasks
from recommendations.bundle import registry
from recommendations.bundle.format import ARRAYS
from recommendations.bundle.versions import TRAINING_LOCK, prune
from recommendations.dataset.load import NothingToTrainOnError, load_inputs
from recommendations.models import ModelVersion
from recommendations.tests.shops import open_shop, train, train_afresh
from recommendations.training.run import TrainingRunningError

pytestmark = pytest.mark.django_db
NOON = datetime(2020, 9, 21, 12, tzinfo=UTC)


def contents(version: ModelVersion) -> dict[str, bytes]:
    return {name: (version.folder / f"{name}.npy").read_bytes() for name in ARRAYS}


def test_the_loaded_arrays_say_what_the_tables_say() -> None:
    shirt = make_article(name='Shirt, "linen"', description="Two\nlines", colour=(7, "Navy"))
    make_article(name="NA", description="")
    known, unknown = make_customer(age=33), make_customer()
    make_transaction(article=shirt, customer=known, t_dat=date(2020, 9, 2), price=0.25)
    make_transaction(article=shirt, customer=unknown, t_dat=date(2020, 8, 31), sales_channel=1)
    inputs = load_inputs(None, NOON.date(), lambda line: None)
    assert inputs.articles["name"].tolist() == ['Shirt, "linen"', "NA"]
    assert inputs.articles["description"].tolist() == ["Two\nlines", ""]
    assert inputs.articles["colour"].tolist()[0] == 7
    assert inputs.as_of == date(2020, 9, 2)
    sales = inputs.sales
    assert (sales.day - sales.day[0]).tolist() == [0, 2]
    assert sales.age.tolist() == [-1, 33]
    assert sales.row.tolist() == [0, 0]
    assert sales.customer.tolist() == [unknown.pk, known.pk]
    assert sales.price[1] == 0.25
    assert sales.channel.tolist() == [1, 2]


def test_sales_after_the_as_of_day_change_no_bit_of_the_bundle() -> None:
    shop = open_shop()
    before = train_afresh(as_of=date(2020, 9, 18))
    for day in range(19, 29):
        make_transaction(article=shop["dress"][3], t_dat=date(2020, 9, day), price=0.9)
    after = train_afresh(NOON, as_of=date(2020, 9, 18))
    assert contents(before) == contents(after)
    assert before.manifest["data_fingerprint"] == after.manifest["data_fingerprint"]
    assert contents(train(NOON + timedelta(1))) != contents(before)


def test_a_shop_without_sales_trains_on_its_articles_alone() -> None:
    make_article()
    version = train()
    assert version.as_of == date(2020, 9, 21)
    assert version.manifest["counts"]["sales"] == 0
    assert version.is_active


def test_without_articles_there_is_nothing_to_train_on() -> None:
    with pytest.raises(NothingToTrainOnError, match="ingest_hm"):
        train()
    failed = ModelVersion.objects.get()
    assert failed.status == ModelVersion.Status.FAILED
    assert "no article" in failed.error


def test_a_failed_run_leaves_the_active_version_in_charge(bundles: Path) -> None:
    open_shop(1)
    first = train()
    bundles.chmod(0o500)
    (bundles / f"{NOON:%Y%m%d-%H%M%S-%f}").touch()
    with pytest.raises(OSError, match="Not a directory"):
        train(NOON)
    assert ModelVersion.objects.active().get() == first
    assert [path for path in bundles.iterdir() if path.name.startswith(".")] == []


def test_only_one_version_can_be_active() -> None:
    open_shop(1)
    train()
    with pytest.raises(IntegrityError, match="model_version_one_active"):
        ModelVersion.objects.create(
            version="x", created_at=NOON, is_active=True, status=ModelVersion.Status.READY
        )


def test_three_versions_and_the_active_one_are_kept(bundles: Path) -> None:
    open_shop(1)
    versions = [train(NOON + timedelta(minutes=n)) for n in range(5)]
    assert sorted(path.name for path in bundles.iterdir()) == [v.version for v in versions[2:]]
    statuses = ModelVersion.objects.order_by("created_at").values_list("status", flat=True)
    assert list(statuses) == ["pruned", "pruned", "ready", "ready", "ready"]
    (bundles / ".half-written").mkdir()
    assert prune(1) == [versions[3].version, versions[2].version]
    assert sorted(path.name for path in bundles.iterdir()) == [versions[4].version]


def test_what_a_killed_run_left_is_marked_by_the_next() -> None:
    open_shop(1)
    ModelVersion.objects.create(version="killed", created_at=NOON)
    train()
    killed = ModelVersion.objects.get(version="killed")
    assert (killed.status, killed.error) == ("failed", "The run was cut short.")


def test_two_trainings_do_not_run_at_once(caplog: pytest.LogCaptureFixture) -> None:
    open_shop(1)
    other = psycopg2.connect(**{**connection.get_connection_params(), "cursor_factory": None})
    with closing(other), other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [TRAINING_LOCK])
        with pytest.raises(TrainingRunningError):
            train()
        tasks.train()
        assert "another training is running" in caplog.text
        # A closed connection releases its locks a moment later.
        cursor.execute("SELECT pg_advisory_unlock(%s)", [TRAINING_LOCK])
    tasks.train()
    assert ModelVersion.objects.active().exists()


def test_the_command_trains_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    open_shop(2)
    call_command("train_recommendations", "--as-of", "2020-09-19")
    lines = capsys.readouterr().out.splitlines()
    assert "8 articles" in lines[-1]
    assert "up to 2020-09-19" in lines[-1]
    bundle = registry.active()
    assert bundle is not None
    assert bundle.manifest.as_of == "2020-09-19"


@pytest.mark.parametrize("day", ["yesterday", "2020-13-01"])
def test_the_command_refuses_a_bad_date(day: str) -> None:
    with pytest.raises(CommandError, match=day):
        call_command("train_recommendations", "--as-of", day)


def test_the_command_fails_in_words_on_an_empty_shop() -> None:
    with pytest.raises(CommandError, match="no article"):
        call_command("train_recommendations")
