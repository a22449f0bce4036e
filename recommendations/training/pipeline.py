"""All of training as one function of its inputs: the same inputs give the same bytes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from recommendations.bundle.format import FORMAT, Manifest
from recommendations.bundle.reader import Bundle
from recommendations.dataset.facts import Facts, facts_of
from recommendations.dataset.history import histories
from recommendations.dataset.inputs import Inputs, Progress, Sales
from recommendations.dataset.popularity import (
    STANDING_HALF_LIFE_DAYS,
    Ranked,
    by_group,
    overall,
    popular_by_age,
    popular_by_channel,
    popularity,
    standing,
    weights,
)
from recommendations.ranking.features import SOLD_DAYS
from recommendations.training.co_occurrence import Partners, also_bought, bought_together
from recommendations.training.colours import other_colours
from recommendations.training.content import content_vectors
from recommendations.training.neighbours import designs, neighbours_of
from recommendations.training.new_in import newness
from recommendations.training.outfits.training import outfit_arrays
from recommendations.training.ranker import NO_RANKER, BundleOf, fit_ranker

SEED = 1


def train(inputs: Inputs, progress: Progress, seed: int = SEED) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a bundle by name, as `bundle.format.ARRAYS` declares them."""
    facts = facts_of(inputs)
    progress(f"{int(facts.on_sale.sum()):,} of {len(facts.on_sale):,} articles are on sale")
    likes = likes_of(inputs, facts, progress, seed)
    vectors = likes["vectors"]
    return {
        **shelves(inputs, facts, progress),
        **outfit_arrays(inputs, facts.price, facts.on_sale, vectors, seed, progress),
        **likes,
        **ranker_of(inputs, progress, seed),
    }


def ranker_of(inputs: Inputs, progress: Progress, seed: int = SEED) -> dict[str, npt.NDArray[Any]]:
    """The learned ranker, or none; everything in its slices is from before them."""

    def prepare(oldest: Inputs) -> BundleOf:
        likes = likes_of(oldest, facts_of(oldest), quiet, seed)
        return lambda past: bundle_in_memory(past, {**likes, **NO_RANKER}, quiet)

    return fit_ranker(inputs, prepare, progress, seed)


def quiet(line: str) -> None:
    """A step within a step tells nothing."""


def bundle_in_memory(
    past: Inputs, rest: Mapping[str, npt.NDArray[Any]], progress: Progress
) -> Bundle:
    """A bundle of the sales up to a day; `rest` (likeness, ranker) may come from elsewhere."""
    manifest = Manifest(
        format=FORMAT,
        version="evaluation",
        created=datetime.now(UTC).isoformat(),
        as_of=past.as_of.isoformat(),
        data_fingerprint="",
        code_fingerprint="",
        counts={},
        metrics={},
        features={},
        files={},
    )
    return Bundle(manifest, {**shelves(past, facts_of(past), progress), **rest})


def likes_of(
    inputs: Inputs, facts: Facts, progress: Progress, seed: int = SEED
) -> dict[str, npt.NDArray[Any]]:
    """What the articles themselves say of their likeness; of the sales only prices matter."""
    vectors = content_vectors(inputs.articles, facts.price, seed)
    progress(f"content vectors of {vectors.shape[1]} dimensions")
    design = designs(inputs.articles)
    near = neighbours_of(vectors, design, facts.on_sale, progress)
    progress("nearest neighbours")
    return {
        "design": design,
        "vectors": vectors,
        "neighbours": near.rows,
        "neighbour_scores": near.scores,
    }


def shelves(inputs: Inputs, facts: Facts, progress: Progress) -> dict[str, npt.NDArray[Any]]:
    """What the sales say: lists, associations, histories."""
    return {
        **attributes(inputs, facts),
        **names(inputs),
        **sales_lists(inputs, facts),
        **associations(inputs, facts, progress),
        **{f"customer_{name}": array for name, array in vars(histories(inputs)).items()},
    }


def attributes(inputs: Inputs, facts: Facts) -> dict[str, npt.NDArray[Any]]:
    columns = (
        "article",
        "product",
        "product_type",
        "garment_group",
        "index_group",
        "colour_master",
    )
    own = {name: inputs.articles[name].to_numpy(np.int32) for name in columns}
    return own | {
        "price": facts.price,
        "first_sold": facts.first_day,
        "last_sold": facts.last_day,
        "on_sale": facts.on_sale,
    }


def names(inputs: Inputs) -> dict[str, npt.NDArray[Any]]:
    """Every name as UTF-8 in one run of bytes; `name_ends` tells where each stops."""
    encoded = [name.encode() for name in inputs.articles["name"]]
    return {
        "names": np.frombuffer(b"".join(encoded), np.uint8),
        "name_ends": np.cumsum([len(name) for name in encoded], dtype=np.int64),
    }


def sales_lists(inputs: Inputs, facts: Facts) -> dict[str, npt.NDArray[Any]]:
    weight = weights(inputs.sales, inputs.as_of_day)
    score = popularity(inputs.sales, weight, len(inputs.articles))
    steady = weights(inputs.sales, inputs.as_of_day, STANDING_HALF_LIFE_DAYS)
    stand = standing(popularity(inputs.sales, steady, len(inputs.articles)))
    new = newness(facts, inputs.as_of_day)
    group = inputs.articles["index_group"].to_numpy(np.int32)
    return {
        "standing": stand,
        "sold": sold_lately(inputs.sales, inputs.as_of_day, len(inputs.articles)),
        "buyer_age": buyer_age(inputs.sales, len(inputs.articles)),
        "colours": other_colours(
            inputs.articles["product"].to_numpy(np.int32), stand, facts.on_sale
        ),
        **parts("popular", overall(score)),
        **parts("popular_by_index_group", by_group(score, group)),
        **parts("popular_by_age", popular_by_age(inputs, weight)),
        **parts("popular_by_channel", popular_by_channel(inputs, weight)),
        **parts("new", overall(new)),
        **parts("new_by_index_group", by_group(new, group)),
    }


def sold_lately(sales: Sales, as_of_day: int, count: int) -> npt.NDArray[np.float32]:
    """Units of each article (count × SOLD_DAYS) in the last days."""
    lately = [sales.row[sales.day > as_of_day - days] for days in SOLD_DAYS]
    return np.column_stack([np.bincount(rows, minlength=count) for rows in lately]).astype(
        np.float32
    )


def buyer_age(sales: Sales, count: int) -> npt.NDArray[np.float32]:
    """Mean age of an article's buyers in years, 0 where none is known."""
    known = sales.age >= 0
    units = np.bincount(sales.row[known], minlength=count)
    total = np.bincount(sales.row[known], sales.age[known], minlength=count)
    return (total / np.maximum(units, 1)).astype(np.float32)


def associations(inputs: Inputs, facts: Facts, progress: Progress) -> dict[str, npt.NDArray[Any]]:
    together = bought_together(inputs.sales, inputs.as_of_day, facts.on_sale)
    progress("what is bought together")
    also = also_bought(inputs.sales, inputs.as_of_day, facts.on_sale)
    progress("what the same customers buy")
    return parts("together", together) | parts("also", also)


def parts(name: str, lists: Ranked | Partners) -> dict[str, npt.NDArray[Any]]:
    return {f"{name}_{part}": array for part, array in vars(lists).items()}
