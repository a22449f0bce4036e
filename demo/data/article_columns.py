"""The 25 text columns of articles.csv, with the original's quirks.

Names and descriptions belong to the product; a few variants have another name or section.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from demo.data import names
from demo.data.seeds import Bools, Ints, choose, stream
from demo.data.taxonomy import (
    APPEARANCES,
    COLOURS,
    GARMENT_GROUPS,
    INDEXES,
    MASTERS,
    SEGMENTS,
    TYPES,
    VALUES,
    ProductType,
    department_numbers,
    garment_group_for,
    index_for,
    section_kind,
    sections_for,
)


@dataclass(frozen=True)
class Products:
    """One row per product, sorted by launch."""

    segment: Ints
    kind: Ints
    basic: Bools
    launch: Ints
    variants: Ints


def _article_ids(rng: np.random.Generator, product: Ints, position: Ints) -> pd.DataFrame:
    """Codes that increase with the launch and leave gaps: 0123456 and 0123456001."""
    count = int(product[-1]) + 1
    codes = np.sort(rng.choice(np.arange(100_000, 960_000), count, replace=False))[product]
    steps = np.cumsum(rng.integers(1, 3, len(product)))
    starts = np.flatnonzero(position == 0)
    suffix = steps - steps[starts][product] + 1
    code = pd.Series(codes).astype(str).str.zfill(7)
    return pd.DataFrame(
        {"article_id": code + pd.Series(suffix).astype(str).str.zfill(3), "product_code": code}
    )


def _texts(seed: int, products: Products) -> tuple[list[str], list[str]]:
    """Name and description per product; about 0.4 %, and at least one, have no description."""
    rng = stream(seed, "names")
    titles, texts = [], []
    for kind in products.kind:
        spec = TYPES[kind]
        kind_of_section = section_kind(spec.slot)
        titles.append(names.product_name(rng, spec, kind_of_section))
        text = names.description(rng, spec, kind_of_section)
        texts.append("" if rng.random() < 0.004 else text)
    texts[int(rng.integers(len(texts)))] = ""
    return titles, texts


def _sections(
    rng: np.random.Generator, products: Products, product: Ints, kind: Ints, later: Bools
) -> list[tuple[int, str]]:
    """Section per article: the product's own, except for about 1 % of the later variants."""
    draw = rng.random(len(products.kind))[product]
    odd = later & (rng.random(len(product)) < 0.012)
    draw = np.where(odd, rng.random(len(product)), draw)
    letters = [SEGMENTS[s] for s in products.segment[product]]
    choices = [sections_for(a, TYPES[k].slot) for a, k in zip(letters, kind, strict=True)]
    return [c[int(u * len(c))] for c, u in zip(choices, draw, strict=True)]


def _colour_columns(rng: np.random.Generator, colour: Ints) -> dict[str, list[str]]:
    """The six colour columns; a seventh of the articles have an unusual perceived value."""
    odd = rng.random(len(colour)) < 0.15
    other = rng.integers(1, 6, len(colour))
    specs = [COLOURS[c] for c in colour]
    values = [
        int(o) if strange and s.value > 0 else s.value
        for s, strange, o in zip(specs, odd, other, strict=True)
    ]
    return {
        "colour_group_code": [s.code for s in specs],
        "colour_group_name": [s.name for s in specs],
        "perceived_colour_value_id": [str(v) for v in values],
        "perceived_colour_value_name": [VALUES[v] for v in values],
        "perceived_colour_master_id": [str(s.master) for s in specs],
        "perceived_colour_master_name": [MASTERS[s.master] for s in specs],
    }


def _appearance_columns(rng: np.random.Generator, count: int) -> dict[str, list[str]]:
    numbers = list(APPEARANCES)
    drawn = choose(rng, np.array([share for _, share in APPEARANCES.values()]), count)
    return {
        "graphical_appearance_no": [str(numbers[d]) for d in drawn],
        "graphical_appearance_name": [APPEARANCES[numbers[d]][0] for d in drawn],
    }


def _place_columns(
    types: list[ProductType], letters: list[str], sections: list[tuple[int, str]], big: Bools
) -> dict[str, list[str]]:
    """Department, index, index group, section and garment group."""
    departments = department_numbers()
    codes = [index_for(s, t.slot, bool(b)) for s, t, b in zip(letters, types, big, strict=True)]
    garments = [garment_group_for(s, t) for s, t in zip(letters, types, strict=True)]
    numbers = [departments[no, t.family] for (no, _), t in zip(sections, types, strict=True)]
    return {
        "department_no": [str(number) for number in numbers],
        "department_name": [t.family for t in types],
        "index_code": codes,
        "index_name": [INDEXES[code][0] for code in codes],
        "index_group_no": [str(INDEXES[code][1]) for code in codes],
        "index_group_name": [INDEXES[code][2] for code in codes],
        "section_no": [str(no) for no, _ in sections],
        "section_name": [name for _, name in sections],
        "garment_group_no": [str(no) for no in garments],
        "garment_group_name": [GARMENT_GROUPS[no] for no in garments],
    }


def article_frame(
    seed: int,
    rng: np.random.Generator,
    products: Products,
    product: Ints,
    position: Ints,
    kind: Ints,
    segment: Ints,
    colour: Ints,
) -> pd.DataFrame:
    """The 25 columns of articles.csv as text, in Kaggle's order."""
    later = position > 0
    types = [TYPES[k] for k in kind]
    titles, texts = _texts(seed, products)
    renamed = later & (rng.random(len(product)) < 0.05)
    sections = _sections(rng, products, product, kind, later)
    big = (rng.random(len(products.kind)) < 0.45)[product]
    return _article_ids(rng, product, position).assign(
        prod_name=[
            titles[p] + (" (1)" if r else "") for p, r in zip(product, renamed, strict=True)
        ],
        product_type_no=[str(t.no) for t in types],
        product_type_name=[t.name for t in types],
        product_group_name=[t.group for t in types],
        **_appearance_columns(rng, len(product)),
        **_colour_columns(rng, colour),
        **_place_columns(types, [SEGMENTS[s] for s in segment], sections, big),
        detail_desc=[texts[p] for p in product],
    )
