"""What a ranker learns from the shelves that some shoppers saw serves others better."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pytest
from django.core.management import call_command
from django.utils import timezone

from demo.data.dataset import Parameters, generate
from demo.shoppers import choice, ground_truth
from demo.shoppers.choice import ShopperModel
from demo.shoppers.crowd import mind_of
from demo.shoppers.ground_truth import GroundTruth
from demo.shoppers.shelf_learning import NothingLearnedError, models
from recommendations.attribution import rec_id
from recommendations.bundle.models import ModelVersion
from recommendations.bundle.reader import Bundle
from recommendations.dataset import metrics
from recommendations.dataset.answers import FOR_YOU, answers_of
from recommendations.dataset.facts import facts_of
from recommendations.dataset.history import histories
from recommendations.dataset.inputs import History
from recommendations.dataset.load import load_inputs
from recommendations.ranking.inspiring import inspiring_shelf
from recommendations.ranking.pipeline import Constraints
from recommendations.retrieval.profile import DAY_MS, profile_of
from recommendations.training.pipeline import (
    bundle_in_memory,
    live_ranker_of,
    look_likeness,
    of_customers,
)
from recommendations.training.ranker.sales import NO_RANKER
from streaming.events.schema import Click, Event, Impression, View
from streaming.features import reducer
from streaming.features.state import State, recents

LOOKS = 8
MINUTE_MS = 60_000


def quiet(line: str) -> None:
    """Discards progress messages."""


class Visitor:
    """An anonymous shopper who looks at shelves of a bundle; the same number looks in the same way.
    Only the events tell the shop anything."""

    def __init__(self, bundle: Bundle, truth: GroundTruth, number: int) -> None:
        self.bundle, self.truth, self.name = bundle, truth, f"a{number:032x}"
        self.dice = Random(number)
        self.mind: ShopperModel = mind_of(truth, self.dice.randrange(len(truth.liking)), self.dice)
        self.state, self.additions = State(), reducer.Additions()
        self.ts = (bundle.as_of_day + 1) * DAY_MS + number * MINUTE_MS
        self.value = 0.0

    def visit(self) -> Iterator[Event]:
        for _ in range(LOOKS):
            yield from self.find()
            yield from self.look()

    def find(self) -> Iterator[Event]:
        """Opens an article that no shelf led to."""
        row = self.truth.bought_at(self.mind.cluster, self.dice.random())
        self.mind.known.add(row)
        yield self.did(View, self.truth.ids[row])

    def look(self) -> Iterator[Event]:
        articles = self.shelf()
        self.value += choice.shelf_value(choice.click_chance(self.truth, self.mind, articles))
        seen, place = choice.look(self.dice, self.truth, self.mind, articles)
        answer = rec_id.make(1)
        for position, article in enumerate(articles[:seen], start=1):
            yield self.did(Impression, article, answer, position)
        if place is not None:
            self.mind.known.add(self.truth.row[articles[place]])
            yield self.did(Click, articles[place], answer, place + 1)
            yield self.did(View, articles[place], answer, place + 1)

    def shelf(self) -> list[int]:
        profile = profile_of(self.bundle, recents(self.state), None, self.ts)
        picks = inspiring_shelf(self.bundle, profile, 12, Constraints())
        articles: list[int] = self.bundle.article[[pick.row for pick in picks]].tolist()
        return articles

    def did(
        self,
        kind: type[View | Click | Impression],
        article: int,
        answer: str | None = None,
        position: int | None = None,
    ) -> Event:
        self.ts += 1000
        event = kind(
            id=f"{self.name}-{self.ts}",
            shopper=self.name,
            ts=self.ts,
            source="shop",
            article=article,
            widget=FOR_YOU if answer else None,
            rec_id=answer,
            position=position,
        )
        reducer.apply(self.state, [event], {}, self.additions)
        self.additions.settle()
        return event


def values(bundle: Bundle, truth: GroundTruth, numbers: range) -> np.ndarray:
    """Of each visitor the expected clicks on the shelves they saw."""
    visitors = [Visitor(bundle, truth, number) for number in numbers]
    for visitor in visitors:
        list(visitor.visit())
    return np.array([visitor.value for visitor in visitors])


def blend_of(history: History) -> tuple[Bundle, dict[str, np.ndarray]]:
    likes = dict(look_likeness(history, facts_of(history), quiet, quick=True))
    nobody = of_customers(vars(histories(history, np.zeros(0, np.int32))))
    return bundle_in_memory(history, {**likes, **NO_RANKER, **nobody}, quiet), likes


def version(name: str, *, active: bool = False, learned: bool = False) -> ModelVersion:
    report = {"chosen": learned, "decision": "3 clicked, fewer than 500"}
    return ModelVersion.objects.create(
        version=name,
        created_at=timezone.now(),
        status=ModelVersion.Status.READY,
        is_active=active,
        manifest={"live_ranker": report},
        metrics={"quick": int(name == "quick")},
    )


@pytest.mark.django_db
def test_a_model_that_learned_from_shelves_is_compared_with_the_newest_full_one_that_did_not() -> (
    None
):
    version("older")
    before = version("before")
    version("quick")
    version("learned before", learned=True)
    learned = version("learned", active=True, learned=True)
    assert models() == (before, learned)


@pytest.mark.django_db
def test_without_two_models_to_compare_the_reason_is_told() -> None:
    only = version("only", active=True)
    with pytest.raises(NothingLearnedError, match="nothing was learned from shelves: 3 clicked"):
        models()
    only.manifest["live_ranker"]["chosen"] = True
    only.save()
    with pytest.raises(NothingLearnedError, match="every full model has learned"):
        models()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("generated") / "data"
    generate(Parameters(1500, 1000, 20_000, 5), out, lambda _: None)
    return out


@pytest.mark.django_db(transaction=True)
def test_shoppers_who_taught_nothing_click_more_on_shelves_learned_from_others(
    folder: Path,
) -> None:
    call_command("ingest_hm", data_dir=folder, verbosity=0)
    truth, history = ground_truth.read(folder), load_inputs(None, date(2020, 9, 22), quiet)
    blend, likes = blend_of(history)
    teachers = [Visitor(blend, truth, number) for number in range(500)]
    answers = answers_of(event for visitor in teachers for event in visitor.visit())
    arrays = live_ranker_of(history, answers, likes, quiet)
    learned = Bundle(blend.manifest, {**blend.arrays, **arrays})
    assert learned.live_ranker_report.chosen, learned.live_ranker_report.decision
    others = range(10_000, 10_200)
    gain = values(learned, truth, others) - values(blend, truth, others)
    low, high = metrics.interval(gain)
    assert low > 0, f"{gain.mean():+.3f} expected clicks a shopper ({low:+.3f} … {high:+.3f})"
