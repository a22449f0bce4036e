"""All of training as one deterministic function of its history."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.conf import settings

from recommendations.bundle.format import FORMAT, Manifest
from recommendations.bundle.reader import ABSENT, Bundle
from recommendations.dataset.answers import Answer
from recommendations.dataset.facts import Facts, facts_of
from recommendations.dataset.history import histories
from recommendations.dataset.inputs import History, Ints, Progress
from recommendations.dataset.popularity import (
    AGE_BANDS,
    CHANNELS,
    RankedLists,
    by_group,
    overall,
    popularity,
    ranked,
    standing,
)
from recommendations.outfits.slots import slots
from recommendations.training.co_occurrence import Partners, also_bought, bought_together
from recommendations.training.colours import other_colours
from recommendations.training.content import Content, content_of
from recommendations.training.counts import sales_counts
from recommendations.training.looks import (
    look_arrays,
    no_looks,
    similar_in_look,
)
from recommendations.training.neighbours import designs
from recommendations.training.new_in import newness
from recommendations.training.outfits.counting import Goods
from recommendations.training.outfits.training import outfit_arrays
from recommendations.training.ranker.live import as_of, fit_live_ranker, newest_of
from recommendations.training.ranker.sales import (
    NO_RANKER,
    BundleOf,
    examples_and_trial,
    fit,
    fit_ranker,
    inputs,
)
from recommendations.training.ranker.slices import slices_of
from recommendations.training.side_by_side import side_by_side
from recommendations.training.similarity import USUAL, learned_weights, similar, traits_of
from web.arrays import Array, Arrays

SEED = 1


def train(
    history: History,
    progress: Progress,
    seed: int = SEED,
    *,
    answers: Sequence[Answer] = (),
    quick: bool = False,
) -> Arrays:
    """The arrays of a bundle by name, as `bundle.format.ARRAYS` declares them; `quick` skips what
    is learned by trial and neighbours of other types: no ranker, and outfits with their default
    weights. `answers` are shelves that shoppers saw."""
    facts = facts_of(history)
    progress(f"{int(facts.on_sale.sum()):,} of {len(facts.on_sale):,} articles are on sale")
    with side_by_side(history.parts, progress) as (workers, told):
        ranker = None if quick else workers.submit(ranker_of, history, told, seed)
        lists = workers.submit(of_sales, history, facts, told)
        content = content_of(history.articles, facts.price, seed)
        goods = Goods(history.articles, facts.price, facts.on_sale, content.vectors)
        outfits = workers.submit(outfit_arrays, history, goods, seed, told, quick=quick)
        likes = likeness(history, facts, content, told, seed, quick=quick)
        live = {} if quick else live_ranker_of(history, answers, likes, told, seed)
        return {
            **lists.result(),
            **outfits.result(),
            **likes,
            **NO_RANKER,
            **(ranker.result() if ranker else {}),
            **live,
        }


def of_sales(history: History, facts: Facts, progress: Progress) -> Arrays:
    """Everything about articles and customers that is counted."""
    return shelves(history, facts, progress) | of_customers(vars(histories(history)))


def ranker_of(history: History, progress: Progress, seed: int = SEED) -> Arrays:
    """The learned ranker, or none; each of its slices uses only earlier data.

    Predictions need no content similarity, so the slices have none.
    """
    return fit_ranker(history, slice_bundles(history), progress, seed)


def live_ranker_of(
    history: History, answers: Sequence[Answer], likes: Arrays, progress: Progress, seed: int = SEED
) -> Arrays:
    """The ranker learned from shelves that shoppers saw, or none; the features of each use only
    earlier data. `likes` are of the whole history."""
    first = min((as_of(history, own) for own in newest_of(history, answers)), default=None)
    if first is None:
        return {}
    if first < history.as_of_day:
        oldest = history.until(first)
        likes = look_likeness(oldest, facts_of(oldest), quiet, seed)

    def bundle_of(past: History, customers: Ints) -> Bundle:
        own = of_customers(vars(histories(past, customers)))
        return bundle_in_memory(past, {**likes, **NO_RANKER, **own}, quiet)

    return fit_live_ranker(history, answers, bundle_of, progress)


def slice_bundles(history: History) -> BundleOf:
    rest = {**without_looks(history), **NO_RANKER}
    return lambda past, customers: bundle_in_memory(
        past, {**rest, **of_customers(customers)}, quiet
    )


def rankers_without(history: History, seed: int = SEED) -> dict[str, npt.NDArray[np.uint8]]:
    """Rankers of the same examples, each without a group of features."""
    slices = replace(slices_of(history), trials=0)
    examples, _ = examples_and_trial(history, slices, slice_bundles(history), quiet, seed)
    groups = dict.fromkeys(feature.group for feature in inputs())
    return {group.value: fit(examples, left_out=(group,)) for group in groups}


def without_looks(history: History) -> Arrays:
    """Names and designs only, in place of `look_likeness`."""
    count = len(history.articles)
    return {
        **names(history),
        **no_looks(count),
        "look_neighbours": np.full((count, 1), ABSENT, np.int32),
        "look_neighbour_scores": np.zeros((count, 1), np.float32),
        "design": designs(history.articles),
        "vectors": np.zeros((count, 1), np.float32),
        "neighbours": np.full((count, 1), ABSENT, np.int32),
        "neighbour_scores": np.zeros((count, 1), np.float32),
    }


def quiet(line: str) -> None:
    """Suppresses the progress messages of nested steps."""


def bundle_in_memory(past: History, rest: Mapping[str, Array], progress: Progress) -> Bundle:
    """A bundle of the sales up to a day; `rest` (similarity, ranker, customers' histories) may come
    from elsewhere."""
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
    history: History, facts: Facts, progress: Progress, seed: int = SEED, *, quick: bool = False
) -> Arrays:
    """Names and content similarity of the articles; of the sales only prices matter."""
    content = content_of(history.articles, facts.price, seed)
    return likeness(history, facts, content, progress, seed, quick=quick)


def likeness(
    history: History,
    facts: Facts,
    content: Content,
    progress: Progress,
    seed: int,
    *,
    quick: bool = False,
) -> Arrays:
    design = designs(history.articles)
    looks = look_arrays(history, Path(settings.VISION_DIR), seed, progress)
    look = looks["look"]
    traits = traits_of(history.articles, facts, design, content, look)
    weights = USUAL if quick else learned_weights(traits, history.parts, seed)
    near = similar(traits, weights)
    seen = similar_in_look(look, design, facts.on_sale, slots().of(history.articles))
    progress("nearest neighbours")
    return {
        **names(history),
        **looks,
        "look_neighbours": seen.rows,
        "look_neighbour_scores": seen.scores,
        "design": design,
        "vectors": content.vectors,
        "neighbours": near.rows,
        "neighbour_scores": near.scores,
    }


def shelves(history: History, facts: Facts, progress: Progress) -> Arrays:
    """Everything about articles that is derived from sales: lists and associations."""
    return {
        **attributes(history, facts),
        **sales_lists(history, facts),
        **associations(history, facts, progress),
    }


def of_customers(histories: Mapping[str, Array]) -> Arrays:
    """The columns of Histories under their names in a bundle."""
    return {f"customer_{name}": array for name, array in histories.items()}


def attributes(history: History, facts: Facts) -> Arrays:
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
    own = {name: history.articles[name].to_numpy(np.int32) for name in columns}
    return own | {
        "price": facts.price,
        "first_sold": facts.first_day,
        "last_sold": facts.last_day,
        "on_sale": facts.on_sale,
    }


def names(history: History) -> Arrays:
    """All names as UTF-8 in one byte array; `name_ends` holds the end of each."""
    encoded = [name.encode() for name in history.articles["name"]]
    return {
        "names": np.frombuffer(b"".join(encoded), np.uint8),
        "name_ends": np.cumsum([len(name) for name in encoded], dtype=np.int64),
    }


def sales_lists(history: History, facts: Facts) -> Arrays:
    popular = popularity(history)
    score, stand = popular.score, standing(popular.steady)
    new = newness(facts, history.as_of_day)
    group = history.articles["index_group"].to_numpy(np.int32)
    return {
        "standing": stand,
        **sales_counts(history),
        "colours": other_colours(
            history.articles["product"].to_numpy(np.int32), stand, facts.on_sale
        ),
        **parts("popular", overall(score)),
        **parts("popular_by_index_group", by_group(score, group)),
        **parts("popular_by_age", ranked(AGE_BANDS, popular.by_age)),
        **parts("popular_by_channel", ranked(CHANNELS, popular.by_channel)),
        **parts(
            "popular_by_department", by_group(score, history.articles["department"].to_numpy("i4"))
        ),
        **parts("new", overall(new)),
        **parts("new_by_index_group", by_group(new, group)),
    }


def associations(history: History, facts: Facts, progress: Progress) -> Arrays:
    together = bought_together(history, facts.on_sale)
    progress("what is bought together")
    also = also_bought(history, facts.on_sale)
    progress("what the same customers buy")
    return parts("together", together) | parts("also", also)


def parts(name: str, lists: RankedLists | Partners) -> Arrays:
    return {f"{name}_{part}": array for part, array in vars(lists).items()}
