"""All of training as one deterministic function of its inputs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings

from recommendations.bundle.format import FORMAT, Manifest
from recommendations.bundle.reader import ABSENT, Bundle
from recommendations.dataset.facts import Facts, facts_of
from recommendations.dataset.history import histories
from recommendations.dataset.inputs import Inputs, Progress
from recommendations.dataset.popularity import (
    STANDING_HALF_LIFE_DAYS,
    RankedLists,
    by_group,
    decay,
    overall,
    popular_by_age,
    popular_by_channel,
    popularity,
    standing,
    weights,
)
from recommendations.ranking.features import Group
from recommendations.training.co_occurrence import Partners, also_bought, bought_together
from recommendations.training.colours import other_colours
from recommendations.training.content import content_vectors
from recommendations.training.counts import sales_counts
from recommendations.training.looks import (
    joined,
    look_arrays,
    no_looks,
    share_of_look,
    similar_in_look,
)
from recommendations.training.neighbours import (
    designs,
    neighbours_of,
    neighbours_of_type,
    varied,
)
from recommendations.training.new_in import newness
from recommendations.training.outfits.training import Goods, outfit_arrays
from recommendations.training.ranker import NO_RANKER, BundleOf, examples_and_trial, fit, fit_ranker
from recommendations.training.slices import slices_of

SEED = 1


def train(
    inputs: Inputs, progress: Progress, seed: int = SEED, *, quick: bool = False
) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a bundle by name, as `bundle.format.ARRAYS` declares them; `quick` skips what
    is learned by trial and neighbours of other types: no ranker, and outfits with their default
    weights."""
    facts = facts_of(inputs)
    progress(f"{int(facts.on_sale.sum()):,} of {len(facts.on_sale):,} articles are on sale")
    likes = look_likeness(inputs, facts, progress, seed, quick=quick)
    goods = Goods(inputs.articles, facts.price, facts.on_sale, likes["vectors"])
    return {
        **shelves(inputs, facts, progress),
        **outfit_arrays(inputs, goods, seed, progress, quick=quick),
        **likes,
        **(NO_RANKER if quick else ranker_of(inputs, progress, seed)),
    }


def ranker_of(inputs: Inputs, progress: Progress, seed: int = SEED) -> dict[str, npt.NDArray[Any]]:
    """The learned ranker, or none; each of its slices uses only earlier data.

    Predictions need no content similarity, so the slices have none.
    """
    return fit_ranker(inputs, slice_bundles(inputs), progress, seed)


def slice_bundles(inputs: Inputs) -> BundleOf:
    rest = {**without_looks(inputs), **NO_RANKER}
    return lambda past: bundle_in_memory(past, rest, quiet)


def rankers_without(inputs: Inputs, seed: int = SEED) -> dict[str, npt.NDArray[np.uint8]]:
    """Rankers of the same examples, each without a group of features."""
    examples, _ = examples_and_trial(
        inputs, slices_of(inputs), slice_bundles(inputs), quiet, seed, trials=0
    )
    return {group.value: fit(examples, without=(group,)) for group in Group}


def without_looks(inputs: Inputs) -> dict[str, npt.NDArray[Any]]:
    """Names and designs only, in place of `look_likeness`."""
    count = len(inputs.articles)
    return {
        **names(inputs),
        **no_looks(count),
        "look_neighbours": np.full((count, 1), ABSENT, np.int32),
        "look_neighbour_scores": np.zeros((count, 1), np.float32),
        "design": designs(inputs.articles),
        "vectors": np.zeros((count, 1), np.float32),
        "neighbours": np.full((count, 1), ABSENT, np.int32),
        "neighbour_scores": np.zeros((count, 1), np.float32),
    }


def quiet(line: str) -> None:
    """Suppresses the progress messages of nested steps."""


def bundle_in_memory(
    past: Inputs, rest: Mapping[str, npt.NDArray[Any]], progress: Progress
) -> Bundle:
    """A bundle of the sales up to a day; `rest` (similarity, ranker) may come from elsewhere."""
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


def look_likeness(
    inputs: Inputs, facts: Facts, progress: Progress, seed: int = SEED, *, quick: bool = False
) -> dict[str, npt.NDArray[Any]]:
    """Names and content similarity of the articles; of the sales only prices matter."""
    vectors = content_vectors(inputs.articles, facts.price, seed)
    progress(f"content vectors of {vectors.shape[1]} dimensions")
    design = designs(inputs.articles)
    looks = look_arrays(inputs, Path(settings.VISION_DIR), seed, progress)
    look = looks["look"]
    if quick:
        kind = inputs.articles["product_type"].to_numpy(np.int32)
        near = neighbours_of_type(vectors, design, facts.on_sale, kind, progress)
    else:
        share = share_of_look(vectors, look, design, facts.on_sale, inputs.sales, seed)
        whole = joined(vectors, look, share)
        near = varied(neighbours_of(whole, design, facts.on_sale, progress), whole)
        progress(f"{share:.0%} of likeness is by look")
    progress("nearest neighbours")
    seen = similar_in_look(look, design, facts.on_sale, progress)
    return {
        **names(inputs),
        **looks,
        "look_neighbours": seen.rows,
        "look_neighbour_scores": seen.scores,
        "design": design,
        "vectors": vectors,
        "neighbours": near.rows,
        "neighbour_scores": near.scores,
    }


def shelves(inputs: Inputs, facts: Facts, progress: Progress) -> dict[str, npt.NDArray[Any]]:
    """Everything derived from sales: lists, associations, histories."""
    return {
        **attributes(inputs, facts),
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
        "colour",
        "appearance",
        "section",
        "department",
    )
    own = {name: inputs.articles[name].to_numpy(np.int32) for name in columns}
    return own | {
        "price": facts.price,
        "first_sold": facts.first_day,
        "last_sold": facts.last_day,
        "on_sale": facts.on_sale,
    }


def names(inputs: Inputs) -> dict[str, npt.NDArray[Any]]:
    """All names as UTF-8 in one byte array; `name_ends` holds the end of each."""
    encoded = [name.encode() for name in inputs.articles["name"]]
    return {
        "names": np.frombuffer(b"".join(encoded), np.uint8),
        "name_ends": np.cumsum([len(name) for name in encoded], dtype=np.int64),
    }


def sales_lists(inputs: Inputs, facts: Facts) -> dict[str, npt.NDArray[Any]]:
    weight = weights(inputs.sales, inputs.as_of_day)
    score = popularity(inputs.sales, weight, len(inputs.articles))
    steady = decay(inputs.sales, inputs.as_of_day, STANDING_HALF_LIFE_DAYS)
    stand = standing(popularity(inputs.sales, steady, len(inputs.articles)))
    new = newness(facts, inputs.as_of_day)
    group = inputs.articles["index_group"].to_numpy(np.int32)
    return {
        "standing": stand,
        **sales_counts(inputs),
        "colours": other_colours(
            inputs.articles["product"].to_numpy(np.int32), stand, facts.on_sale
        ),
        **parts("popular", overall(score)),
        **parts("popular_by_index_group", by_group(score, group)),
        **parts("popular_by_age", popular_by_age(inputs, weight)),
        **parts("popular_by_channel", popular_by_channel(inputs, weight)),
        **parts(
            "popular_by_department", by_group(score, inputs.articles["department"].to_numpy("i4"))
        ),
        **parts("new", overall(new)),
        **parts("new_by_index_group", by_group(new, group)),
    }


def associations(inputs: Inputs, facts: Facts, progress: Progress) -> dict[str, npt.NDArray[Any]]:
    together = bought_together(inputs.sales, inputs.as_of_day, facts.on_sale)
    progress("what is bought together")
    also = also_bought(inputs.sales, inputs.as_of_day, facts.on_sale)
    progress("what the same customers buy")
    return parts("together", together) | parts("also", also)


def parts(name: str, lists: RankedLists | Partners) -> dict[str, npt.NDArray[Any]]:
    return {f"{name}_{part}": array for part, array in vars(lists).items()}
