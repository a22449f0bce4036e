"""All of training as one function of its inputs: the same inputs give the same bytes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from recommendations.training.content import content_vectors
from recommendations.training.facts import Facts, facts_of
from recommendations.training.inputs import Inputs, Progress
from recommendations.training.neighbours import designs, neighbours_of
from recommendations.training.new_in import newness
from recommendations.training.popularity import (
    Ranked,
    by_group,
    overall,
    popular_by_age,
    popularity,
    standing,
    weights,
)

SEED = 1


def train(inputs: Inputs, progress: Progress, seed: int = SEED) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a bundle by name, as `bundle.format.ARRAYS` declares them."""
    facts = facts_of(inputs)
    progress(f"{int(facts.on_sale.sum()):,} of {len(facts.on_sale):,} articles are on sale")
    vectors = content_vectors(inputs.articles, facts.price, seed)
    progress(f"content vectors of {vectors.shape[1]} dimensions")
    design = designs(inputs.articles)
    near = neighbours_of(vectors, design, facts.on_sale, progress)
    progress("nearest neighbours")
    return {
        **attributes(inputs, facts),
        **names(inputs),
        **sales_lists(inputs, facts),
        "design": design,
        "vectors": vectors,
        "neighbours": near.rows,
        "neighbour_scores": near.scores,
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
    new = newness(facts, inputs.as_of_day)
    group = inputs.articles["index_group"].to_numpy(np.int32)
    return {
        "standing": standing(score),
        **parts("popular", overall(score)),
        **parts("popular_by_index_group", by_group(score, group)),
        **parts("popular_by_age", popular_by_age(inputs, weight)),
        **parts("new", overall(new)),
        **parts("new_by_index_group", by_group(new, group)),
    }


def parts(name: str, lists: Ranked) -> dict[str, npt.NDArray[Any]]:
    return {f"{name}_{part}": array for part, array in vars(lists).items()}
