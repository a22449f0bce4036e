"""Looks respect sizes, wearers, occasions and one pattern, as in constraints.json."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recommendations.dataset.inputs import Inputs, Sales, day_number
from recommendations.outfits import constraints, features, model
from recommendations.outfits.assembly import CHOICE, Look, assemble
from recommendations.outfits.compatibility import disagree, suitable
from recommendations.outfits.constraints import NEUTRAL, ConstraintsError
from recommendations.outfits.search import Preferences, Wardrobe
from recommendations.outfits.slots import slots
from recommendations.serving.outfits import gaps
from recommendations.tests.shops import AS_OF, some_inputs
from recommendations.training.outfits.offline import trained_wardrobe

TODAY = day_number(AS_OF)
TEE, TROUSERS, COAT, SNEAKERS, BAG, DRESS = 255, 272, 263, 94, 66, 265
BIKINI_TOP, BIKINI_BOTTOM, PYJAMAS, ROBE, BLAZER, CARDIGAN = 298, 59, 297, 305, 264, 245
SOLID, CHECK, STRIPE = 1010016, 1010004, 1010017
LADIES, KIDS, SPORT = "Ladieswear", "Baby/Children", "Sport"
SMALL, BIG = "Children Sizes 92-140", "Children Sizes 134-170"
# audience, index, section, department, type, appearance
SHELVES = (
    (LADIES, LADIES, "Womens Daily", "Jersey", TEE, SOLID),
    (LADIES, LADIES, "Womens Daily", "Jersey", TEE, STRIPE),
    (LADIES, LADIES, "Womens Daily", "Trousers", TROUSERS, CHECK),
    (LADIES, LADIES, "Womens Daily", "Trousers", TROUSERS, SOLID),
    (LADIES, LADIES, "Womens Daily", "Outwear", COAT, CHECK),
    (LADIES, LADIES, "Womens Daily", "Outwear", COAT, SOLID),
    (LADIES, "Ladies Accessories", "Womens Shoes", "Sneakers", SNEAKERS, SOLID),
    (LADIES, "Lingeries/Tights", "Womens Beach", "Swimwear", BIKINI_TOP, SOLID),
    (LADIES, "Lingeries/Tights", "Womens Beach", "Swimwear", BIKINI_BOTTOM, SOLID),
    (LADIES, "Lingeries/Tights", "Womens Night", "Nightwear", PYJAMAS, SOLID),
    (LADIES, "Lingeries/Tights", "Womens Night", "Nightwear", ROBE, SOLID),
    (KIDS, SMALL, "Kids Girl", "Kids Girl Jersey", TEE, SOLID),
    (KIDS, SMALL, "Kids Boy", "Kids Boy Trouser", TROUSERS, SOLID),
    (KIDS, SMALL, "Kids Girl", "Kids Girl Trouser", TROUSERS, SOLID),
    (KIDS, BIG, "Young Girl", "Young Girl Outdoor", COAT, SOLID),
    (KIDS, SMALL, "Kids Outerwear", "Kids Girl Outdoor", COAT, SOLID),
    (SPORT, SPORT, "Ladies Sport", "Ladies Sport Tops", TEE, SOLID),
    (SPORT, SPORT, "Men Sport", "Men Sport Bottoms", TROUSERS, SOLID),
    (SPORT, SPORT, "Ladies Sport", "Ladies Sport Bottoms", TROUSERS, SOLID),
    (SPORT, SPORT, "Ladies Sport", "Ladies Sport Outdoor", COAT, SOLID),
)
OF_EACH = 8


def a_shop_of_shelves(buyers: int = 3000) -> Inputs:
    """OF_EACH articles of each shelf; everybody buys two random ones of one audience."""
    count = len(SHELVES) * OF_EACH
    inputs = some_inputs(count, 0)
    frame, shelf = inputs.articles, np.arange(count) // OF_EACH
    columns = list(zip(*SHELVES, strict=True))
    names = ("index_group_name", "index_name", "section_name", "department_name")
    for name, values in zip(names, columns[:4], strict=True):
        frame[name] = np.array(values)[shelf]
    frame["product_type"] = np.array(columns[4], np.int32)[shelf]
    frame["appearance"] = np.array(columns[5], np.int32)[shelf]
    frame["index_group"] = pd.factorize(frame["index_group_name"])[0].astype(np.int32)
    frame["product"] = np.arange(count, dtype=np.int32) + 1
    frame["name"] = [f"thing {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(count)]
    frame["description"] = ""
    frame["colour"] = np.int32(9)
    rng = np.random.default_rng(5)
    group = frame["index_group"].to_numpy()
    first = rng.integers(0, count, buyers)
    second = np.array([rng.choice(np.flatnonzero(group == group[row])) for row in first])
    row = np.stack([first, second], axis=1).ravel().astype(np.int32)
    sales = Sales(
        day=np.repeat(np.sort(TODAY - rng.integers(0, 20, buyers)), 2).astype(np.int32),
        customer=np.repeat(np.arange(buyers), 2).astype(np.int32),
        row=row,
        age=np.full(len(row), 30, np.int32),
        price=np.full(len(row), 0.03, np.float32),
        channel=np.full(len(row), 2, np.int32),
    )
    return Inputs(frame, [sales], AS_OF)


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return a_shop_of_shelves()


@pytest.fixture(scope="module")
def shop(inputs: Inputs) -> Wardrobe:
    return trained_wardrobe(inputs, lambda line: None)


def look(shop: Wardrobe, shelf: int, wishes: Preferences | None = None) -> Look:
    bag = np.array([shelf * OF_EACH], np.int32)
    return assemble(shop, bag, wishes or Preferences(), None, 3)


def shelves_of(found: Look) -> list[tuple[str, str, str, str, int, int]]:
    rows = [piece.row for piece in found.pieces]
    rows += [row for piece in found.pieces for row in piece.alternatives]
    return [SHELVES[row // OF_EACH] for row in rows]


@pytest.mark.parametrize("shelf", range(len(SHELVES)))
def test_no_look_mixes_audiences_sizes_wearers_or_occasions(shop: Wardrobe, shelf: int) -> None:
    audience, index, section, _, kind, _ = SHELVES[shelf]
    night, swim = {PYJAMAS, ROBE}, {BIKINI_TOP, BIKINI_BOTTOM}
    for other in shelves_of(look(shop, shelf)):
        assert other[0] == audience
        assert (other[4] in night) == (kind in night)
        assert kind in swim or other[4] not in swim
        if audience == KIDS:
            assert other[1] == index
        for one, another in (
            ("Girl", "Boy"),
            ("Boy", "Girl"),
            ("Ladies", "Men"),
            ("Men", "Ladies"),
        ):
            assert not (one in section and another in other[2])


@pytest.mark.parametrize("bag", [(0,), (0, 40), (88, 128), (91, 116), (56,), ()])
def test_what_suits_a_bag_is_told_by_an_article_s_class(
    shop: Wardrobe, bag: tuple[int, ...]
) -> None:
    rows, own = np.arange(len(shop.article), dtype=np.int32), np.array(bag, np.int32)
    same = shop.index_group[rows][:, None] == shop.index_group[own]
    agree, slot = shop.wear.agree, shop.model.slot
    for occasion in range(len(shop.constraints.occasions)):
        expected = (shop.wear.occasions >> occasion & 1).astype(bool)
        expected |= ~np.isin(slot, [*shop.wears(occasion)])
        if bag:
            apart = disagree(shop.wear, agree, agree[:, own])
            expected &= same.any(axis=1) & ~(apart & same).any(axis=1)
        found = suitable(shop, own, occasion)[shop.classes.of]
        np.testing.assert_array_equal(found, expected)
    assert len(shop.classes.example) < len(rows)


@pytest.mark.parametrize("shelf", range(len(SHELVES)))
def test_a_look_has_shoes_or_says_why_not(shop: Wardrobe, shelf: int) -> None:
    found, shoes = look(shop, shelf), slots().number("shoes")
    own = int(shop.model.slot[shelf * OF_EACH])
    assert shoes in {own, *(piece.slot for piece in found.pieces), *found.missing_slots}


def test_beside_a_pattern_everything_is_plain(shop: Wardrobe) -> None:
    for shelf, (*_, appearance) in enumerate(SHELVES):
        pieces = [SHELVES[piece.row // OF_EACH][5] for piece in look(shop, shelf).pieces]
        assert sum(one != SOLID for one in [appearance, *pieces]) <= 1


def test_two_patterns_that_baskets_hold_together_stay_together(inputs: Inputs) -> None:
    """A striped tee and checked trousers, often bought together and never apart."""
    tee, trousers = 1 * OF_EACH, 2 * OF_EACH
    sales, many = inputs.sales, 400
    more = {
        "customer": np.repeat(np.arange(many) + 10_000, 2),
        "row": np.tile([tee, trousers], many),
        "day": np.repeat(np.sort(TODAY - np.arange(many) % 18), 2),
    }
    kept = ~np.isin(sales.row, [tee, trousers])
    joined = {
        name: np.concatenate([own[kept], np.asarray(more.get(name, own[: 2 * many]), own.dtype)])
        for name, own in vars(sales).items()
    }
    order = np.argsort(joined["day"], kind="stable")
    together = Sales(**{name: values[order] for name, values in joined.items()})
    shop = trained_wardrobe(replace(inputs, pieces=[together]), lambda line: None)
    assert trousers in [piece.row for piece in look(shop, 1).pieces]


def test_the_other_half_of_a_bikini_and_no_second_top(shop: Wardrobe) -> None:
    kinds = [kind[4] for kind in shelves_of(look(shop, 7))]
    assert BIKINI_BOTTOM in kinds
    assert BIKINI_TOP not in kinds


def test_the_halves_of_a_bikini_match_in_pattern(shop: Wardrobe) -> None:
    bottoms, pattern = range(8 * OF_EACH, 9 * OF_EACH), features.TABLES.index("appearance")
    for match in bottoms[:3]:
        groups = shop.model.groups.copy()
        other = groups[pattern, OF_EACH]
        groups[pattern, [row for row in bottoms if row != match]] = other
        shown = look(replace(shop, model=replace(shop.model, groups=groups)), 7)
        assert match in [piece.row for piece in shown.pieces]


def test_nightwear_has_a_dressing_gown_or_says_that_nothing_completes_it(shop: Wardrobe) -> None:
    night = slots().number("night")
    found = look(shop, 9)
    assert [piece.slot for piece in found.pieces] == [night]
    assert night not in found.missing_slots
    sold = ~np.isin(shop.product_type, [ROBE])
    pool = shop.pool.of(sold[shop.pool.rows])
    alone = look(replace(shop, pool=pool, lists=np.where(sold[shop.lists], shop.lists, -1)), 9)
    assert not alone.pieces
    reasons = {gap.slot: gap.reason for gap in gaps(shop, alone, bounded=False)}
    assert reasons["night"].startswith("No other nightwear")


def test_a_cardigan_is_worn_over_a_top_in_looks_alone(inputs: Inputs, shop: Wardrobe) -> None:
    frame = inputs.articles.copy()
    frame.loc[0, "product_type"] = CARDIGAN
    wear = constraints.constraints().wear(frame)
    knit = replace(shop, product_type=frame["product_type"].to_numpy(), wear=wear)
    assert knit.model.slot[0] == slots().of(frame)[0] == slots().number("top")
    names = {slots().names[piece.slot] for piece in look(knit, 0).pieces}
    assert "top" in names
    assert "outer" not in names


def test_a_dress_filed_under_tops_covers_what_trousers_would(
    inputs: Inputs, shop: Wardrobe
) -> None:
    assert look(shop, 0).covered_slots == []
    dressed = inputs.articles.copy()
    dressed.loc[0, "description"] = "Short dress in a rib knit."
    found = look(replace(shop, wear=constraints.constraints().wear(dressed)), 0)
    bottom = slots().number("bottom")
    assert bottom not in {piece.slot for piece in found.pieces}
    assert found.covered_slots == [bottom]
    reasons = {gap.slot: gap.reason for gap in gaps(shop, found, bounded=False)}
    assert reasons["bottom"] == "Another piece of the look covers it"


@pytest.mark.parametrize(("text", "open_"), [("Dungaree dress.", True), ("Short dress.", False)])
def test_a_top_is_worn_under_a_dungaree_dress_alone(
    inputs: Inputs, shop: Wardrobe, text: str, *, open_: bool
) -> None:
    dressed = inputs.articles.copy()
    dressed.loc[0:1, "product_type"], dressed.loc[0, "description"] = DRESS, text
    slot, wear = slots().of(dressed), constraints.constraints().wear(dressed)
    kinds = dressed["product_type"].to_numpy()
    model = replace(shop.model, slot=slot)
    found = look(replace(shop, model=model, product_type=kinds, wear=wear), 0)
    names = {slots().names[piece.slot] for piece in found.pieces}
    assert ("top" in names) == open_
    assert "bottom" not in names


@pytest.mark.parametrize(
    ("kind", "text"), [(265, "Dungarees in denim."), (254, "Lined sports bra in jersey.")]
)
def test_what_needs_a_top_is_never_added_to_a_look(kind: int, text: str) -> None:
    frame = some_inputs(2, 0).articles
    frame["product_type"], frame["description"] = kind, [text, "Set with a dress and a top."]
    assert constraints.constraints().wear(frame).filler.tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "office"), [("Top in sweatshirt fabric with a hood.", False), ("Fine jumper.", True)]
)
def test_a_hoodie_is_not_for_the_office(text: str, *, office: bool) -> None:
    frame = some_inputs(1, 0).articles
    frame["product_type"], frame["description"] = 252, text
    frame["section_name"], frame["index_group_name"] = "Contemporary Smart", "Menswear"
    found = constraints.constraints()
    number = [occasion.name for occasion in found.occasions].index("office")
    assert bool(found.wear(frame).occasions[0] >> number & 1) == office


@pytest.mark.parametrize(
    ("text", "jacket", "together"),
    [
        ("V-neck sports bralette.", "Padded front and back sections.", False),
        ("Short sports top with a racer back.", "Padded front and back sections.", False),
        ("V-neck sports bralette.", "Windbreaker.", True),
        ("Short-sleeved sports top.", "Padded front and back sections.", True),
    ],
)
def test_a_padded_jacket_is_not_worn_straight_over_a_bra(
    text: str, jacket: str, *, together: bool
) -> None:
    frame = some_inputs(2, 0).articles
    frame["product_type"], frame["description"] = [254, 262], [text, jacket]
    frame["index_group_name"] = SPORT
    wear = constraints.constraints().wear(frame)
    assert disagree(wear, wear.agree[:, :1], wear.agree[:, 1:])[0, 0] != together


@pytest.mark.parametrize(
    ("audience", "shoes", "other", "together"),
    [
        (LADIES, (93, "Slippers. Faux fur linings."), (255, "T-shirt."), True),
        (LADIES, (87, "Boots. Faux fur linings."), (255, "T-shirt."), False),
        (KIDS, (86, "Ballet pumps with a bow."), (259, "Shirt."), False),
        (KIDS, (94, "Trainers with a bow."), (259, "Shirt."), True),
    ],
)
def test_shoes_are_for_the_weather_and_the_wearer(
    audience: str, shoes: tuple[int, str], other: tuple[int, str], *, together: bool
) -> None:
    frame = some_inputs(2, 0).articles
    frame["product_type"], frame["description"] = [shoes[0], other[0]], [shoes[1], other[1]]
    frame["index_group_name"], frame["section_name"] = audience, ["Baby Shoes", "Baby Boy"]
    wear = constraints.constraints().wear(frame)
    assert disagree(wear, wear.agree[:, :1], wear.agree[:, 1:])[0, 0] != together


def test_a_top_of_an_unknown_type_covers_the_body_too() -> None:
    frame = some_inputs(2, 0).articles
    frame["product_type"], frame["garment_group"] = [-1, 265], 1003
    frame["description"] = ["Round-necked.", "Dress in jersey."]
    wear = constraints.constraints().wear(frame)
    assert disagree(wear, wear.agree[:, :1], wear.agree[:, 1:])[0, 0]


def test_a_slot_that_can_stay_open_is_not_filled_with_the_only_design(shop: Wardrobe) -> None:
    """Shoes are needed, a coat isn't; tees are too light for one."""
    ladies = shop.index_group == shop.index_group[0]
    tees, coats, shoes = (
        np.flatnonzero(ladies & (shop.product_type == kind)) for kind in (TEE, COAT, SNEAKERS)
    )
    outer, slot_of_shoes = slots().number("outer"), slots().number("shoes")

    def filled(designs: int) -> set[int]:
        left = np.concatenate([tees, shoes[designs:], coats[designs:]])
        return {piece.slot for piece in look(shop, 3, Preferences(exclude=left)).pieces}

    assert filled(CHOICE) >= {outer, slot_of_shoes}
    assert filled(CHOICE - 1) & {outer, slot_of_shoes} == {slot_of_shoes}


def test_a_slot_that_is_asked_for_is_filled_whatever_the_occasion(shop: Wardrobe) -> None:
    swim = slots().number("swim")
    found = look(shop, 0, Preferences(slots=frozenset({swim})))
    assert [piece.slot for piece in found.pieces] == [swim]


def test_sizes_and_occasions_are_read_from_the_names(inputs: Inputs, shop: Wardrobe) -> None:
    wear = constraints.constraints().wear(inputs.articles)
    size, wearer, *_ = wear.agree[:, ::OF_EACH]
    assert size[11] == size[12] != size[14]
    assert wearer[11] == wearer[13] != wearer[12]
    assert size[6] == NEUTRAL
    names = [occasion.name for occasion in constraints.constraints().occasions]
    assert [names[n] for n in wear.occasion[::OF_EACH][[0, 7, 9, 16]].tolist()] == [
        "everyday", "swim", "night", "sport",
    ]  # fmt: skip
    np.testing.assert_array_equal(wear.patterned[::OF_EACH].nonzero()[0], [1, 2, 4])


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"wears": ["underwear"]', '"wears": ["hat"]', "'hat', which is not a slot"),
        ('{"value": ["night"]', '{"value": ["nihgt"]', "'nihgt', which is no occasion"),
        ('"sizes 50-98"', '"sizes (50"', "no regular expression"),
        ('"patterned": {', '"patterned": 7, "x": {', "patterned"),
        ('"scale": ["hot", ', '"scale": [', "'hot', which is not on its scale"),
        ('"scale": ["hot", "mild", "cool", "cold"],', "", "within needs a scale"),
        ('["hair access"', '["hair (access"', "no regular expression"),
    ],
)
def test_a_fault_in_the_tables_is_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    file = tmp_path / "constraints.json"
    file.write_text(constraints.FILE.read_text().replace(old, new, 1))
    with pytest.raises(ConstraintsError, match=fault):
        constraints.read(file)


def test_a_feature_is_one_entry_of_the_registry(
    inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other edit is needed: training learns its weight and serving uses it, and a model that was
    trained before ranks as it did."""
    added = features.table("value_of_colour", "colour_value")
    registry = (*features.REGISTRY, added)
    names = tuple(feature.name for feature in registry)
    tables = tuple(f for f in registry if isinstance(f, features.Table))
    entries = {
        "REGISTRY": registry,
        "FEATURES": names,
        "OWN_TABLES": tables,
        "TABLES": tuple(own.name for own in tables),
        "RANKING": (*names, *(feature.name for feature in features.BAG_FEATURES)),
        "VALUES": {feature.name: feature.values for feature in registry},
    }
    from recommendations.outfits import listwise
    from recommendations.training.outfits import counting, fit, training

    before = trained_wardrobe(inputs, lambda line: None).model
    kept = {
        **model.to_arrays(before),
        **{name: vars(before)[name] for name in ("product", "vectors")},
    }
    kept["price"] = np.exp(before.log_price)
    bag, candidates = np.arange(2, dtype=np.int32), np.arange(len(before.slot), dtype=np.int32)
    demand = before.in_demand(bag, candidates)
    for module in (features, model, listwise, fit, counting, training):
        for name, value in entries.items():
            if hasattr(module, name):
                monkeypatch.setattr(module, name, value)
    older = model.from_arrays(kept)
    assert len(older.weights) == len(names)
    assert np.allclose(older.in_demand(bag, candidates), demand, atol=1e-5)
    shop = trained_wardrobe(inputs, lambda line: None)
    assert len(shop.model.weights) == len(names)
    assert shop.model.weights[names.index("value_of_colour")] != 0
    assert len(shop.model.tables) == len(tables)
    assert look(shop, 0).pieces


@pytest.mark.parametrize(
    ("kind", "text", "other", "other_text", "together"),
    [
        (272, "Joggers in sweatshirt fabric.", 90, "Pumps.", False),
        (272, "Joggers in sweatshirt fabric.", 94, "Trainers.", True),
        (272, "Chinos in twill.", 90, "Pumps.", True),
        (272, "Chinos in twill.", 67, "Leather belt.", True),
        (272, "Trousers with an elasticated waist.", 67, "Leather belt.", False),
        (308, "Top with a hood.", 465, "Derby shoes.", False),
        (262, "Puffer jacket with a hood.", 91, "Sandals.", False),
        (262, "Denim jacket.", 91, "Sandals.", True),
        (252, "Set with a top and leggings.", 273, "Leggings in jersey.", False),
        (254, "Short dress in a rib knit.", 272, "Chinos in twill.", False),
        (254, "Top to wear over a dress.", 272, "Chinos in twill.", True),
        (254, "Sports bra in functional fabric.", 306, "Sports bra.", False),
        (253, "Fully lined, ribbed sports bra.", 306, "Sports bra.", False),
        (272, "Joggers in sweatshirt fabric.", 87, "Ankle boots with block heels.", False),
        (272, "Joggers in sweatshirt fabric.", 87, "Boots with chunky soles.", True),
        (272, "Joggers in sweatshirt fabric.", 87, "Boots. Heel 10.5 cm.", False),
        (272, "Joggers in sweatshirt fabric.", 87, "Boots. Heel 3 cm.", True),
        (265, "Dress with a tie belt at the waist.", 67, "Leather belt.", False),
        (272, "Trousers with a detachable tie belt.", 67, "Leather belt.", False),
        (272, "Jeans with belt loops.", 67, "Leather belt.", True),
        (270, "Set with a jacket and trousers in pile.", 262, "Windbreaker.", False),
        (270, "Set with a top and trousers in jersey.", 262, "Windbreaker.", True),
        (308, "Fitted jacket in functional fabric.", 262, "Windbreaker.", False),
        (308, "Jacket in sweatshirt fabric.", 262, "Windbreaker.", True),
        (308, "Hoodie with a kangaroo pocket.", 262, "Parka with a lined hood.", False),
        (308, "Hoodie with a kangaroo pocket.", 262, "Parka with a detachable hood.", False),
        (308, "Hoodie with a kangaroo pocket.", 262, "Denim jacket.", True),
        (75, "Beanie.", 503, "Bucket hat.", False),
        (66, "Handbag.", 470, "Cross-body bag.", False),
        (66, "Handbag.", 75, "Beanie.", True),
        (82, "Bow tie.", 252, "Roll-neck jumper.", False),
        (82, "Bow tie.", 259, "Shirt in poplin.", True),
        (75, "Beanie.", 494, "Set with a hat and mittens.", False),
        (297, "Pyjamas with a shirt.", 255, "T-shirt.", False),
        (296, "Pyjama bottoms.", 255, "T-shirt.", True),
        (245, "Cardigan in a rib knit.", 252, "Jumper in a soft knit.", False),
        (245, "Cardigan in a rib knit.", 255, "T-shirt.", True),
        (245, "Cardigan in a rib knit.", 265, "Dress in a soft knit.", False),
        (245, "Cardigan in a rib knit.", 265, "Dress in jersey.", True),
        (262, "Kangol x H&M. Padded jacket.", 75, "Hat with a logo.", False),
        (262, "Puffer jacket.", 255, "T-shirt in jersey.", False),
        (262, "Puffer jacket.", 255, "Long-sleeved T-shirt in jersey.", True),
        (262, "Puffer jacket.", 252, "Jumper containing some wool.", True),
        (75, "Beanie.", 274, "Shorts in twill.", False),
        (75, "Beanie.", 255, "T-shirt in jersey.", True),
        (91, "Sandals.", 252, "Jumper containing some wool.", False),
        (272, "Joggers in sweatshirt fabric.", 264, "Blazer.", False),
        (253, "Vest top with an integral sports bra.", 306, "Sports bra.", False),
        (256, "Gift set with a bodysuit and trousers.", 272, "Trousers in jersey.", False),
        (75, "Hat in a soft rib knit.", 255, "T-shirt in jersey.", False),
        (496, "Hat in garter-stitched cotton.", 255, "T-shirt in jersey.", False),
        (496, "Set with gloves, a hat and a scarf.", 255, "T-shirt in jersey.", False),
        (75, "Hat in a soft rib knit.", 255, "Long-sleeved T-shirt in jersey.", True),
        (504, "Cap in cotton twill.", 255, "T-shirt in jersey.", True),
        (87, "Boots. Faux fur linings.", 255, "T-shirt in jersey.", False),
        (87, "Boots. Faux fur linings.", 252, "Jumper containing some wool.", True),
        (262, "Cardigan in sweatshirt fabric.", 308, "Hoodie.", False),
        (262, "Baseball jacket in soft sweatshirt fabric.", 252, "Jumper.", False),
        (262, "Baseball jacket in soft sweatshirt fabric.", 255, "Top with long sleeves.", True),
        (262, "Shirt jacket in sturdy jersey.", 308, "Hoodie.", False),
        (262, "Shirt jacket in sturdy jersey.", 252, "Jumper in a fine knit.", True),
        (264, "Bomber jacket in sturdy jersey.", 252, "Top with a lined hood.", False),
        (252, "Top in sweatshirt fabric with a hood.", 465, "Derby shoes.", False),
        (252, "Jumper in a fine knit.", 465, "Derby shoes.", True),
        (265, "Dress in jersey.", 255, "T-shirt.", False),
        (265, "Dungaree dress in corduroy.", 255, "T-shirt.", True),
        (265, "Short, gently fitted dungaree dress.", 255, "T-shirt.", True),
        (267, "Dungarees and a short-sleeved top.", 255, "T-shirt.", False),
    ],
)
def test_the_descriptions_tell_what_the_types_do_not(
    kind: int, text: str, other: int, other_text: str, together: bool
) -> None:
    frame = some_inputs(2, 0).articles
    frame["product_type"], frame["description"] = [kind, other], [text, other_text]
    frame["name"] = ["one", "other"]
    wear = constraints.constraints().wear(frame)
    assert disagree(wear, wear.agree[:, :1], wear.agree[:, 1:])[0, 0] != together


@pytest.mark.parametrize(
    ("kind", "text", "other", "together"),
    [
        (267, "Overall with full feet.", 144, False),
        (272, "Trousers with full feet.", 144, False),
        (267, "Overall with a collar.", 144, True),
        (267, "Overall with a hood.", 75, False),
        (271, "Overall in soft pile.", 265, False),
        (272, "Fully lined trousers in corduroy.", 255, False),
        (272, "Fully lined trousers in corduroy.", 252, True),
        (93, "Moccasins in soft faux fur.", 255, False),
        (93, "Moccasins in soft faux fur.", 504, False),
    ],
)
def test_what_a_baby_wears_covers_once_and_keeps_to_the_weather(
    kind: int, text: str, other: int, *, together: bool
) -> None:
    frame = some_inputs(2, 0).articles
    frame["product_type"], frame["description"] = [kind, other], [text, "Soft."]
    frame["index_group_name"] = KIDS
    wear = constraints.constraints().wear(frame)
    assert disagree(wear, wear.agree[:, :1], wear.agree[:, 1:])[0, 0] != together


@pytest.mark.parametrize(
    ("belt", "shoes", "together"), [(5, 5, True), (13, 5, False), (13, 13, True)]
)
def test_a_belt_is_of_the_colour_of_the_shoes(belt: int, shoes: int, *, together: bool) -> None:
    frame = some_inputs(2, 0).articles
    frame["product_type"], frame["colour_master"] = [67, 87], [belt, shoes]
    wear = constraints.constraints().wear(frame)
    assert disagree(wear, wear.agree[:, :1], wear.agree[:, 1:])[0, 0] != together


@pytest.mark.parametrize(("text", "beach"), [("Hat in felted wool.", False), ("Straw hat.", True)])
def test_a_felt_hat_is_not_for_the_beach(text: str, beach: bool) -> None:
    frame = some_inputs(1, 0).articles
    frame["product_type"], frame["description"] = 76, text
    found = constraints.constraints()
    swim = [occasion.name for occasion in found.occasions].index("swim")
    assert bool(found.wear(frame).occasions[0] >> swim & 1) == beach
