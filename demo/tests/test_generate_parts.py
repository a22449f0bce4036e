"""The generator's building blocks: random streams, taxonomy, tastes, shelves and baskets."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.data import baskets, names, shelf, tastes
from demo.data.articles import STYLE_DIMENSIONS, WEEKS, make_catalogue, season
from demo.data.customers import Customers, as_text, hex_digits, make_customers
from demo.data.harmony import FAMILY_PARTNERS, make_harmony
from demo.data.relations import Relation, related
from demo.data.seeds import choose, stream
from demo.data.shelf import Shelf, World, build_shelf, draw_articles, make_world
from demo.data.taxonomy import (
    COLOURS,
    FAMILY_COUNT,
    GROUPS,
    INDEXES,
    SEGMENTS,
    TYPE_COUNT,
    TYPES,
    department_numbers,
    garment_group_for,
    index_for,
    section_kind,
    sections_for,
)
from demo.data.transactions import Lines
from demo.data.writer import TransactionEncoder, chunks, price_text

SEED = 3


@pytest.fixture(scope="module")
def people() -> Customers:
    return make_customers(SEED, 300, tastes.make_tastes(SEED))


@pytest.fixture(scope="module")
def world(people: Customers) -> World:
    catalogue = make_catalogue(SEED, 400)
    return make_world(SEED, catalogue, people, tastes.make_tastes(SEED), make_harmony(SEED))


@pytest.fixture(scope="module")
def week(world: World) -> Shelf:
    return build_shelf(world, 40)


# --- random streams ---


def test_streams_repeat_and_differ_by_name_and_key() -> None:
    first = stream(SEED, "tastes").random(8)
    assert (stream(SEED, "tastes").random(8) == first).all()
    for other in (stream(SEED, "names"), stream(SEED, "tastes", 1), stream(SEED + 1, "tastes")):
        assert not (other.random(8) == first).any()


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20).filter(any), st.integers(0, 2**32))
def test_only_what_has_a_weight_is_chosen(weights: list[float], seed: int) -> None:
    given_weights = np.array(weights)
    picked = choose(np.random.default_rng(seed), given_weights, 50)
    likely = given_weights / given_weights.sum() > 1e-12
    assert likely[picked].all() or not likely.all()
    assert picked.min() >= 0
    assert picked.max() < len(weights)


def test_choices_are_in_proportion_to_the_weights() -> None:
    picked = choose(np.random.default_rng(SEED), np.array([1.0, 0.0, 3.0]), 20_000)
    share = np.bincount(picked, minlength=3) / 20_000
    assert share == pytest.approx([0.25, 0, 0.75], abs=0.02)


# --- taxonomy ---


def test_every_type_of_every_segment_has_a_place_in_the_tables() -> None:
    departments = department_numbers()
    for kind in TYPES:
        for segment in kind.segments:
            sections = sections_for(segment, kind.slot)
            assert sections, (segment, kind.name)
            assert all((number, kind.family) in departments for number, _ in sections)
            assert index_for(segment, kind.slot, big_child=False) in INDEXES
            assert garment_group_for(segment, kind) > 0


def test_departments_have_numbers_of_their_own_and_share_names() -> None:
    numbers = department_numbers()
    assert len(set(numbers.values())) == len(numbers)
    families = [family for _section, family in numbers]
    assert len(set(families)) < len(families)


@pytest.mark.parametrize(
    ("segment", "slot", "big", "index"),
    [
        ("l", "top", False, "A"), ("l", "bra", False, "B"), ("l", "bag", False, "C"),
        ("d", "top", False, "D"), ("m", "bag", False, "F"), ("p", "top", False, "S"),
        ("b", "top", True, "G"), ("g", "top", True, "I"), ("g", "top", False, "H"),
        ("y", "shoes", False, "J"), ("b", "swim", False, "J"),
    ],
)  # fmt: skip
def test_a_product_is_in_its_audiences_index(
    segment: str, slot: str, big: bool, index: str
) -> None:
    assert index_for(segment, slot, big) == index


def test_slots_are_sorted_into_kinds_of_section() -> None:
    kinds = {slot: section_kind(slot) for slot in ("top", "bra", "shoes", "none")}
    assert kinds == {"top": "garment", "bra": "lingerie", "shoes": "added", "none": "garment"}


def test_names_and_texts_say_the_type() -> None:
    rng = np.random.default_rng(SEED)
    kind = next(kind for kind in TYPES if kind.name == "Sweater")
    for _ in range(20):
        assert "sweater" in names.product_name(rng, kind, "garment").lower()
        text = names.description(rng, kind, "garment")
        assert "sweater" in text.lower()
        assert text.endswith(".")


# --- articles and seasons ---


def test_a_seasonal_type_peaks_in_its_month_and_a_steady_one_never() -> None:
    year = np.arange(52)
    swimming = max(TYPES, key=lambda kind: kind.swing if kind.slot.startswith("swim") else 0)
    demand = season(swimming, year)
    assert demand.max() / demand.min() > 2
    steady = swimming._replace(swing=0.0)
    assert season(steady, year) == pytest.approx(np.ones(52))


def test_the_variants_of_a_product_stand_together_and_add_up(world: World) -> None:
    catalogue = world.catalogue
    codes = catalogue.frame["product_code"].to_numpy()
    assert (codes == codes[catalogue.first]).all()
    assert (np.arange(len(catalogue)) < catalogue.first + catalogue.variants).all()
    sizes = catalogue.variants[np.unique(catalogue.first)]
    assert sizes.sum() == len(catalogue)
    assert catalogue.style.shape == (len(catalogue), STYLE_DIMENSIONS)


def test_ids_rise_with_the_launch_and_contain_the_product_code(world: World) -> None:
    frame = world.catalogue.frame
    assert (frame["article_id"].str[:7] == frame["product_code"]).all()
    assert frame["article_id"].is_monotonic_increasing
    assert frame["article_id"].is_unique


# --- customers and tastes ---


@given(st.lists(st.binary(min_size=4, max_size=4), min_size=1, max_size=5))
def test_bytes_are_written_as_hexadecimal_digits(rows: list[bytes]) -> None:
    raw = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), 4)
    assert [bytes(row).decode() for row in hex_digits(raw)] == [row.hex() for row in rows]


def test_customer_ids_are_hex_in_order_and_some_never_buy(people: Customers) -> None:
    ids = as_text(people.ids)
    assert ids.str.fullmatch("[0-9a-f]{64}").all()
    assert ids.is_monotonic_increasing
    assert ids.is_unique
    assert (people.activity == 0).sum() == round(0.007 * 300)


def test_every_cluster_spreads_its_spending_over_the_segments() -> None:
    found = tastes.make_tastes(SEED)
    assert found.segments.sum(axis=1) == pytest.approx(np.ones(tastes.CLUSTERS))
    assert found.share.sum() == pytest.approx(1)
    # On average over all customers, no colour or group sells more for one seed than for another.
    mean = found.share @ np.exp(found.groups) / found.share.sum()
    assert mean == pytest.approx(np.ones(len(GROUPS)))


def test_a_customer_falls_into_a_cluster_of_their_age() -> None:
    found = tastes.make_tastes(SEED)
    ages = np.repeat([20, 50], 2000)
    cluster = tastes.cluster_of_age(np.random.default_rng(SEED), found, ages)
    young, older = (found.age[cluster[ages == age]].mean() for age in (20, 50))
    assert young < 30 < 42 < older


# --- what goes together ---


def test_partners_are_sold_in_the_same_segment_with_odds_that_are_at_most_one() -> None:
    harmony = make_harmony(SEED)
    assert harmony.family.shape == (FAMILY_COUNT, FAMILY_PARTNERS)
    assert harmony.odds.sum(axis=1).max() <= 1 + 1e-9
    for row, column in zip(*np.nonzero(harmony.odds), strict=True):
        segment = SEGMENTS[row // TYPE_COUNT]
        assert segment in TYPES[harmony.partner[row, column]].segments


# --- the shelf of a week ---


def test_a_shelf_holds_what_is_on_sale_with_rising_weights(world: World, week: Shelf) -> None:
    assert set(week.articles.tolist()) == set(
        np.flatnonzero(shelf.on_sale(world.catalogue, 40)).tolist()
    )
    assert (np.diff(week.key) >= 0).all()
    assert (np.diff(week.mass, axis=1) >= 0).all()
    assert week.mass[:, -1] == pytest.approx(np.ones(tastes.CLUSTERS))
    assert (week.place[week.articles] == np.arange(len(week.articles))).all()


def test_with_retired_articles_a_shelf_only_grows(world: World, week: Shelf) -> None:
    with_retired = build_shelf(world, 40, retired=True)
    assert set(week.articles.tolist()) < set(with_retired.articles.tolist())


def test_prices_only_fall_and_never_below_a_coin(world: World) -> None:
    weeks = [shelf.cents_in_week(world.catalogue, week) for week in range(WEEKS)]
    assert all((later <= earlier).all() for earlier, later in itertools.pairwise(weeks))
    assert min(week.min() for week in weeks) >= 99
    assert (weeks[-1][world.catalogue.basic] == world.catalogue.cents[world.catalogue.basic]).all()


def test_draws_stay_in_their_range_and_follow_the_weights(week: Shelf) -> None:
    rng = np.random.default_rng(SEED)
    count, size = 5000, len(week.articles)
    cluster = np.zeros(count, np.int64)
    low, high = np.zeros(count, np.int64), np.full(count, size)
    drawn = draw_articles(week, cluster, low, high, rng.random(count))
    weight = np.diff(week.mass[0])
    seen = np.bincount(week.place[drawn], minlength=size) / count
    assert np.corrcoef(seen, weight)[0, 1] > 0.95
    narrow = draw_articles(week, cluster, low + 3, low + 5, rng.random(count))
    assert set(week.place[narrow].tolist()) <= {3, 4}


@pytest.mark.parametrize("relation", [Relation.SAME_ARTICLE, Relation.OTHER_COLOUR])
def test_a_line_follows_its_source_where_that_is_on_sale(
    world: World, week: Shelf, relation: Relation
) -> None:
    source = week.articles
    cluster, wanted = np.zeros_like(source), np.full_like(source, relation)
    found = related(world, week, cluster, source, wanted, np.random.default_rng(SEED))
    first = world.catalogue.first
    same_product = first[found] == first[source]
    if relation == Relation.SAME_ARTICLE:
        assert (found == source).all()
    else:
        alone = world.catalogue.variants[source] == 1
        assert (found[alone] == source[alone]).all()
        assert same_product.mean() > 0.5
    assert (week.place[found] >= 0).all()


def test_a_line_without_a_source_is_free(world: World, week: Shelf) -> None:
    none = np.full(50, -1)
    wanted = np.full(50, Relation.COMPLEMENT)
    found = related(world, week, np.zeros(50, np.int64), none, wanted, np.random.default_rng(1))
    assert (week.place[found] >= 0).all()


# --- baskets and lines ---


@pytest.mark.parametrize("lines", [1, 7, 2000])
def test_baskets_have_exactly_the_lines_in_the_order_of_days(people: Customers, lines: int) -> None:
    made = baskets.make_baskets(SEED, people, lines)
    assert made.size.sum() == lines
    assert made.size.min() >= 1
    assert (np.diff(made.day) >= 0).all()
    assert made.day.min() >= 0
    assert made.day.max() < baskets.DAYS
    assert set(made.channel.tolist()) <= {1, 2}
    assert (people.activity[made.customer] > 0).all()


def test_a_stretch_of_days_contains_its_baskets_only(people: Customers) -> None:
    made = baskets.make_baskets(SEED, people, 2000)
    parts = [made.between(day, day + 7) for day in range(0, baskets.DAYS + 7, 7)]
    assert sum(len(part.day) for part in parts) == len(made.day)
    assert all((part.day // 7 == week).all() for week, part in enumerate(parts))


def test_sale_days_are_the_busiest() -> None:
    weights = baskets.day_weights()
    best = np.argsort(-weights)[:4]
    days = {(baskets.FIRST_DAY.toordinal() + int(day)) for day in best}
    months = {baskets.FIRST_DAY.fromordinal(day).month for day in days}
    assert months <= {month for month, _day in baskets.SALE_DAYS}


@pytest.mark.parametrize(
    ("cents", "text"), [(2999, "0.0508305084745763"), (59, "0.001"), (59_000, "1")]
)
def test_a_price_is_written_as_in_the_files(cents: int, text: str) -> None:
    assert price_text(cents) == text


def test_lines_are_encoded_alike_in_chunks_of_any_size() -> None:
    ids = hex_digits(np.arange(64, dtype=np.uint8).reshape(2, 32))
    encoder = TransactionEncoder(ids, ["0000000001", "0123456001"])
    count = 11
    lines = Lines(
        day=np.arange(count),
        customer=np.arange(count) % 2,
        article=np.arange(count) % 2,
        cents=np.arange(count) * 500 + 99,
        channel=np.full(count, 2),
    )
    whole = encoder.encode(lines)
    assert b"".join(encoder.encode(part) for part in chunks(lines, 3)) == whole
    first = whole.decode().splitlines()[0].split(",")
    assert first == ["2018-09-20", bytes(range(32)).hex(), "0000000001", price_text(99), "2"]
    assert whole.count(b"\n") == count


def test_colours_have_distinct_codes() -> None:
    assert len({colour.code for colour in COLOURS}) == len(COLOURS)
