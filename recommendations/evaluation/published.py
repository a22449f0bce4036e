"""Published results on the last week of the competition's full data, and its protocol."""

from typing import Final

from recommendations.dataset.inputs import History
from recommendations.dataset.splits import sales_until

# MAP@12 on the competition's hidden week, or on the week before it by the same protocol, as
# reported by the authors: for orders of magnitude only, as the customers differ.
PUBLISHED: Final = {
    "last week's best sellers": "0.006",
    "repurchase + popularity": "0.022–0.023",
    "repurchase + bought together": "0.024",
    "repurchase + popularity by age": "0.026–0.027",
    "item-kNN": "0.024",
    "ALS": "0.014–0.025",
    "two stages with LightGBM, public": "0.030–0.0325",
    "the best public LightGBM": "0.0362",
}
ARTICLES: Final = 105_542
SALES: Final = 31_788_324


def difference_from_competition(history: History) -> str:
    """How the loaded data differ from the competition's; empty if no difference is found."""
    articles, (sales,) = len(history.articles), sales_until(history, [history.as_of_day])
    if (articles, sales) == (ARTICLES, SALES):
        return ""
    return (
        f"these are {articles:,} articles and {sales:,} sales, the competition's data has "
        f"{ARTICLES:,} and {SALES:,}: the published figures are of other data"
    )
