"""The synthetic data set: exact format, reproducible bytes, and the promised marginals."""

import hashlib
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from demo.data import dataset
from demo.data.dataset import DataSetError, Parameters, generate, is_finished
from demo.management.commands.generate_hm import stoppable

SMALL = Parameters(articles=300, customers=200, transactions=3_000, seed=5)
FILES = ("articles.csv", "customers.csv", "transactions_train.csv")
ARTICLE_COLUMNS = (
    "article_id,product_code,prod_name,product_type_no,product_type_name,product_group_name,"
    "graphical_appearance_no,graphical_appearance_name,colour_group_code,colour_group_name,"
    "perceived_colour_value_id,perceived_colour_value_name,perceived_colour_master_id,"
    "perceived_colour_master_name,department_no,department_name,index_code,index_name,"
    "index_group_no,index_group_name,section_no,section_name,garment_group_no,garment_group_name,"
    "detail_desc"
)
CUSTOMER_COLUMNS = "customer_id,FN,Active,club_member_status,fashion_news_frequency,age,postal_code"
TRANSACTION_COLUMNS = "t_dat,customer_id,article_id,price,sales_channel_id"


def silent(_: int) -> None:
    """Tests show no progress."""


def digests(folder: Path) -> dict[str, str]:
    """A digest of every file under a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "hm"
    generate(SMALL, folder, silent)
    return folder


# Format


def test_headers_are_kaggles(small: Path) -> None:
    columns = (ARTICLE_COLUMNS, CUSTOMER_COLUMNS, TRANSACTION_COLUMNS)
    for name, expected in zip(FILES, columns, strict=True):
        assert (small / name).read_text().split("\n", 1)[0] == expected


def test_row_counts_are_exact(small: Path) -> None:
    counts = [len((small / name).read_text().splitlines()) - 1 for name in FILES]
    assert counts == [SMALL.articles, SMALL.customers, SMALL.transactions]


def test_every_transaction_row_has_the_exact_form(small: Path) -> None:
    row = re.compile(r"20(18|19|20)-\d\d-\d\d,[0-9a-f]{64},0\d{9},0\.\d{1,17},[12]")
    lines = (small / "transactions_train.csv").read_text().splitlines()[1:]
    assert [line for line in lines if not row.fullmatch(line)] == []


def test_prices_are_amounts_in_cents_over_590(small: Path) -> None:
    prices = pd.read_csv(small / "transactions_train.csv")["price"] * 590 * 100
    assert np.abs(prices - prices.round()).max() < 1e-6


def test_transactions_run_by_day_then_customer_over_the_real_span(small: Path) -> None:
    sales = pd.read_csv(small / "transactions_train.csv", dtype=str)
    keys = sales["t_dat"] + sales["customer_id"]
    assert keys.is_monotonic_increasing
    assert sales["t_dat"].iloc[0] >= "2018-09-20"
    assert "2020-09-16" <= sales["t_dat"].iloc[-1] <= "2020-09-22"


# Determinism


def test_same_seed_gives_the_same_bytes_whatever_the_chunk_size(
    small: Path, tmp_path: Path
) -> None:
    generate(SMALL, tmp_path / "again", silent, chunk_rows=17)
    assert digests(tmp_path / "again") == digests(small)


def test_another_seed_gives_another_shop(small: Path, tmp_path: Path) -> None:
    generate(Parameters(300, 200, 3_000, seed=6), tmp_path / "other", silent)
    mine, other = digests(small), digests(tmp_path / "other")
    assert all(mine[name] != other[name] for name in FILES)


@pytest.mark.parametrize(
    "sizes", [(200, 100, 1_000), (200, 20_000, 1_000), (5_000, 100, 1_000), (200, 100, 40_000)]
)
def test_any_allowed_size_works_exactly(sizes: tuple[int, int, int], tmp_path: Path) -> None:
    generate(Parameters(*sizes, seed=3), tmp_path / "hm", silent)
    counts = [len((tmp_path / "hm" / name).read_text().splitlines()) - 1 for name in FILES]
    assert tuple(counts) == sizes


# Command and folder


def run(out: Path, **changes: int) -> str:
    """Run the command with SMALL's options and these changes; returns its summary."""
    stdout = StringIO()
    options = {"articles": 300, "customers": 200, "transactions": 3_000, "seed": 5} | changes
    call_command("generate_hm", out=out, stdout=stdout, **options)
    return stdout.getvalue()


def test_command_writes_the_set_with_one_summary_line(small: Path, tmp_path: Path) -> None:
    summary = run(tmp_path / "hm")
    assert summary.count("\n") == 1
    assert "synthetic" in summary
    assert "3,000 transactions" in summary
    assert digests(tmp_path / "hm") == digests(small)
    readme = (tmp_path / "hm" / "README.txt").read_text()
    assert "Synthetic" in readme
    assert "--seed 5" in readme


def test_a_second_run_leaves_the_finished_set_alone(tmp_path: Path) -> None:
    run(tmp_path / "hm")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "hm").rglob("*")}
    assert run(tmp_path / "hm").startswith("Already there")
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "hm").rglob("*")} == before


def test_other_parameters_are_refused_in_a_finished_set(tmp_path: Path) -> None:
    run(tmp_path / "hm")
    with pytest.raises(CommandError, match="other parameters"):
        run(tmp_path / "hm", seed=6)


def test_a_folder_with_other_files_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "holiday.txt").write_text("mine")
    with pytest.raises(CommandError, match="neither empty"):
        run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.txt"]


@pytest.mark.parametrize(
    ("name", "value"), [("articles", 199), ("customers", 99), ("transactions", 999), ("seed", -1)]
)
def test_sizes_out_of_range_are_refused_by_name(name: str, value: int, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=f"--{name} {value}: must be from"):
        run(tmp_path / "hm", **{name: value})
    assert not (tmp_path / "hm").exists()


def test_an_interrupted_run_leaves_nothing_under_the_final_names(tmp_path: Path) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(SMALL, tmp_path / "hm", interrupt)
    assert not (tmp_path / "hm").exists()


def test_control_c_stops_the_command_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "hm"
    sizes = ["--articles", "300", "--customers", "5000", "--transactions", "20000000"]
    command = [sys.executable, "manage.py", "generate_hm", "--out", str(out), *sizes]
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (out / dataset.PARTIAL / "transactions_train.csv").exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=180)
    assert process.returncode == 130
    assert "interrupted" in errors
    assert not out.exists()


def test_control_c_that_numpy_swallows_stops_the_run_at_the_next_chunk() -> None:
    with stoppable(lambda _: None) as progress:
        progress(1)
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            progress(1)


def test_a_killed_run_is_taken_up_by_the_next(tmp_path: Path, small: Path) -> None:
    partial = tmp_path / "hm" / dataset.PARTIAL
    partial.mkdir(parents=True)
    (partial / "transactions_train.csv").write_text("t_dat,customer_id")
    (partial / dataset.PARAMETERS).write_text(SMALL.as_json())
    run(tmp_path / "hm")
    assert digests(tmp_path / "hm") == digests(small)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hm").write_text("")
    with pytest.raises(DataSetError, match="not a folder"):
        is_finished(tmp_path / "hm", SMALL)


@pytest.mark.slow
def test_images_are_added_to_a_finished_set_and_the_rest_stays(small: Path, tmp_path: Path) -> None:
    run(tmp_path / "hm")
    summary = run(tmp_path / "hm", images=True)
    pictures = {path.stem for path in (tmp_path / "hm" / "images").glob("0??/0*.jpg")}
    articles = set(dataset.read_articles(small)["article_id"])
    assert pictures <= articles
    assert len(pictures) >= 0.97 * len(articles)
    assert f"{len(pictures)} pictures drawn" in summary
    files = digests(tmp_path / "hm")
    assert {name: digest for name, digest in files.items() if "images" not in name} == digests(
        small
    )
    assert not (tmp_path / "hm" / dataset.PARTIAL).exists()


def test_pictures_that_fail_leave_the_set_as_it_was(small: Path, tmp_path: Path) -> None:
    def fails(articles: pd.DataFrame, out: Path, progress: dataset.Progress) -> int:
        (out / "images").mkdir()
        raise OSError("disk full")

    run(tmp_path / "hm")
    with pytest.raises(OSError, match="disk full"):
        dataset.draw_pictures(tmp_path / "hm", fails, silent)
    assert digests(tmp_path / "hm") == digests(small)
    assert not (tmp_path / "hm" / "images").exists()
