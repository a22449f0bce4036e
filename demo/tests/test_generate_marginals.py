"""The synthetic data set's quirks, marginals and planted complements, at 200,000 transactions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from demo.data.dataset import Parameters, generate
from demo.data.seeds import Floats
from demo.data.taxonomy import SEGMENTS, TYPE_COUNT, TYPES
from demo.shoppers import ground_truth

MEDIUM = Parameters(articles=3_000, customers=8_600, transactions=200_000, seed=11)
FILES = ("articles.csv", "customers.csv", "transactions_train.csv")


def silent(_: int) -> None:
    """Tests show no progress."""


class Medium:
    """A set of 200,000 transactions, read like the real one."""

    def __init__(self, folder: Path) -> None:
        self.truth = ground_truth.read(folder)
        text = {"article_id": str}
        self.articles = pd.read_csv(folder / FILES[0], dtype=str, keep_default_na=False)
        self.customers = pd.read_csv(folder / FILES[1], dtype=str, keep_default_na=False)
        self.transactions = pd.read_csv(folder / FILES[2], dtype=text, parse_dates=["t_dat"])
        self.sold = self.transactions.merge(self.articles, on="article_id")

    def distinct(self) -> pd.DataFrame:
        """Distinct articles per customer and day."""
        return self.sold.drop_duplicates(["customer_id", "t_dat", "article_id"])


@pytest.fixture(scope="module")
def medium(tmp_path_factory: pytest.TempPathFactory) -> Medium:
    folder = tmp_path_factory.mktemp("medium") / "hm"
    generate(MEDIUM, folder, silent)
    return Medium(folder)


def test_transactions_refer_only_to_known_customers_and_articles(medium: Medium) -> None:
    assert set(medium.transactions["article_id"]) <= set(medium.articles["article_id"])
    assert set(medium.transactions["customer_id"]) <= set(medium.customers["customer_id"])
    assert medium.articles["article_id"].is_unique
    assert medium.customers["customer_id"].is_unique


def test_customers_are_written_as_in_the_original(medium: Medium) -> None:
    customers = medium.customers
    assert set(customers["FN"]) == set(customers["Active"]) == {"", "1.0"}
    assert set(customers["fashion_news_frequency"]) == {"", "NONE", "None", "Regularly", "Monthly"}
    assert set(customers["club_member_status"]) == {"", "ACTIVE", "PRE-CREATE", "LEFT CLUB"}
    assert customers["age"].str.fullmatch(r"\d\d|").all()
    assert customers["postal_code"].str.fullmatch(r"[0-9a-f]{64}").all()
    assert customers["customer_id"].is_monotonic_increasing


def test_articles_have_the_quirks_of_the_original(medium: Medium) -> None:
    articles = medium.articles
    assert (articles["article_id"].str[:7] == articles["product_code"]).all()
    assert "09" in set(articles["colour_group_code"])
    for column in ("colour_group_code", "product_type_no"):
        assert "-1" in set(articles[column])
    assert (articles["detail_desc"] == "").any()
    assert articles["department_no"].nunique() > articles["department_name"].nunique()
    assert articles["section_no"].nunique() > articles["section_name"].nunique()
    types = articles.groupby("product_code")["product_type_no"].nunique()
    assert 0 < (types > 1).mean() < 0.05


def test_customer_marginals(medium: Medium) -> None:
    empty = (medium.customers == "").mean()
    expected = {"FN": 0.652, "Active": 0.662, "age": 0.0116, "fashion_news_frequency": 0.0117}
    for column, share in expected.items():
        assert empty[column] == pytest.approx(share, abs=0.02), column
    ages = pd.to_numeric(medium.customers["age"]).dropna()
    assert ages.quantile([0.25, 0.5, 0.75]).to_numpy() == pytest.approx([24, 32, 49], abs=2)
    status = medium.customers["club_member_status"].value_counts(normalize=True)
    assert status["ACTIVE"] == pytest.approx(0.936, abs=0.01)
    assert medium.customers["postal_code"].value_counts(normalize=True).iloc[0] > 0.03
    silent_share = 1 - medium.transactions["customer_id"].nunique() / len(medium.customers)
    assert 0.004 < silent_share < 0.02


def test_article_marginals(medium: Medium) -> None:
    groups = medium.articles["index_group_name"].value_counts(normalize=True)
    expected = {
        "Ladieswear": 0.38, "Baby/Children": 0.33, "Divided": 0.14, "Menswear": 0.12, "Sport": 0.03,
    }  # fmt: skip
    for name, share in expected.items():
        assert groups[name] == pytest.approx(share, abs=0.04), name
    per_product = len(medium.articles) / medium.articles["product_code"].nunique()
    assert per_product == pytest.approx(2.23, abs=0.25)


def test_transaction_marginals(medium: Medium) -> None:
    sales = medium.transactions
    assert (sales["sales_channel_id"] == 2).mean() == pytest.approx(0.704, abs=0.03)
    assert sales.duplicated().mean() == pytest.approx(0.0936, abs=0.015)
    sizes = sales.groupby(["customer_id", "t_dat", "sales_channel_id"]).size()
    assert sizes.mean() == pytest.approx(3.5, abs=0.25)
    assert sizes.median() in (2, 3)
    per_customer = sales["customer_id"].value_counts().quantile([0.25, 0.5, 0.75])
    assert (np.abs(per_customer.to_numpy() - [3, 9, 27]) <= [1, 2, 5]).all()
    prices = sales["price"].quantile([0.25, 0.5, 0.75]).to_numpy()
    assert prices == pytest.approx([0.0158, 0.0254, 0.0339], rel=0.25)


def test_sales_by_product_group_and_colour(medium: Medium) -> None:
    groups = medium.sold["product_group_name"].value_counts(normalize=True)
    expected = {
        "Garment Upper body": 0.395, "Garment Lower body": 0.222, "Garment Full body": 0.112,
        "Swimwear": 0.081, "Underwear": 0.081, "Accessories": 0.05, "Shoes": 0.023,
    }  # fmt: skip
    for name, share in expected.items():
        assert groups[name] == pytest.approx(share, abs=0.05), name
    colours = medium.sold["colour_group_name"].value_counts(normalize=True)
    assert colours["Black"] == pytest.approx(0.347, abs=0.08)
    assert colours["White"] == pytest.approx(0.106, abs=0.05)


def test_swimwear_sells_in_summer_and_coats_in_winter(medium: Medium) -> None:
    month = medium.sold["t_dat"].dt.month
    summer, winter = month.isin([5, 6, 7]), month.isin([11, 12, 1])
    swim = medium.sold["product_group_name"] == "Swimwear"
    coat = medium.sold["product_type_name"] == "Coat"
    assert (swim & summer).sum() > 3 * (swim & winter).sum()
    assert (coat & winter).sum() > 3 * (coat & summer).sum()


def test_most_articles_live_for_weeks_only(medium: Medium) -> None:
    days = medium.transactions.groupby("article_id")["t_dat"].agg(
        lambda t: (t.max() - t.min()).days
    )
    assert 3 <= days.median() / 7 <= 7
    assert (days > 365).mean() > 0.03


def test_customers_buy_the_same_article_again_within_three_weeks(medium: Medium) -> None:
    bought = medium.distinct().sort_values(["customer_id", "article_id", "t_dat"])
    same = bought["customer_id"].eq(bought["customer_id"].shift(-1)) & bought["article_id"].eq(
        bought["article_id"].shift(-1)
    )
    gap = bought["t_dat"].shift(-1) - bought["t_dat"]
    assert (same & (gap <= pd.Timedelta(days=21))).mean() == pytest.approx(0.066, abs=0.02)


def type_pairs(medium: Medium) -> tuple[Floats, Floats]:
    """Counts of baskets with (segment, type) a and b, and those expected by chance."""
    node = medium.truth.sort
    by_article = dict(zip(medium.articles["article_id"], node, strict=True))
    lines = medium.distinct()
    basket = lines.groupby(["customer_id", "t_dat"]).ngroup().to_numpy()
    held = np.zeros((basket.max() + 1, len(SEGMENTS) * TYPE_COUNT), dtype=np.float64)
    held[basket, lines["article_id"].map(by_article).to_numpy()] = 1
    each = held.sum(axis=0)
    return held.T @ held, np.outer(each, each) / len(held)


def test_planted_complements_are_bought_together_more_than_other_pairs(medium: Medium) -> None:
    counts, chance = type_pairs(medium)
    harmony = medium.truth.harmony
    planted = np.zeros_like(counts, dtype=bool)
    of, column = np.nonzero(harmony.odds)
    partner = of // TYPE_COUNT * TYPE_COUNT + harmony.partner[of, column]
    planted[of, partner] = planted[partner, of] = True
    segment = np.arange(len(counts)) // TYPE_COUNT
    usual = (segment[:, None] == segment) & ~np.eye(len(counts), dtype=bool) & (chance > 5)
    lift = counts / np.maximum(chance, 1e-9)
    assert np.median(lift[planted & usual]) > 1.5 * np.median(lift[~planted & usual])


def test_the_truth_is_that_of_the_files(medium: Medium) -> None:
    truth = medium.truth
    assert len(truth.cluster) == MEDIUM.customers
    assert [f"{key:010d}" for key in truth.ids] == medium.articles["article_id"].tolist()
    numbers = medium.articles["product_type_no"].astype(int).tolist()
    assert [TYPES[kind].no for kind in truth.kind] == numbers
