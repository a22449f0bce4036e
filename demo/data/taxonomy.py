"""The synthetic shop's taxonomy, in H&M's code structure.

Product types, groups, colours, appearances, indexes and garment groups use H&M's public codes and
ordinary names, because readers of the files rely on them. Sections and departments are our own. As
in the original, numbers are unique but names aren't: "Umbrella" is two types, "Womens Other" two
sections, and a department such as "Knitwear" exists once per section.
"""

from typing import NamedTuple

UPPER, LOWER, FULL = "Garment Upper body", "Garment Lower body", "Garment Full body"
UNDERWEAR, SWIM, NIGHT = "Underwear", "Swimwear", "Nightwear"
ACCESSORIES, SHOES, LEGS = "Accessories", "Shoes", "Socks & Tights"
UNKNOWN = "Unknown"


class ProductType(NamedTuple):
    """A product type.

    price: usual price in money; peak: month of best sales; swing: how seasonal (0 = all year);
    weight: share of the catalogue; segments: letters of the segments that sell it.
    """

    no: int
    name: str
    group: str
    slot: str
    family: str
    garment_no: int
    price: float
    peak: int
    swing: float
    weight: float
    segments: str


# Segments: l ladies, d divided, m men, b baby, g girl, y boy, p/q/r sport of ladies, men, children.
SEGMENTS = "ldmbgypqr"
SEGMENT_ARTICLE_SHARE = (0.38, 0.14, 0.12, 0.10, 0.135, 0.095, 0.017, 0.008, 0.005)
ALL, GROWN, KIDS = "ldmbgypqr", "ldm", "bgy"

TYPES: tuple[ProductType, ...] = tuple(
    ProductType(*row)
    for row in (
        (252, "Sweater", UPPER, "top", "Knitwear", 1003, 24.99, 11, 0.8, 93, ALL),
        (255, "T-shirt", UPPER, "top", "Jersey", 1002, 9.99, 6, 0.5, 79, ALL),
        (254, "Top", UPPER, "top", "Jersey", 1005, 14.99, 6, 0.3, 42, "ldgpr"),
        (253, "Vest top", UPPER, "top", "Jersey", 1002, 8.99, 6, 0.8, 30, "ldmgyp"),
        (258, "Blouse", UPPER, "top", "Blouses", 1010, 22.99, 4, 0.2, 40, "ldgb"),
        (259, "Shirt", UPPER, "top", "Shirts", 1011, 22.99, 5, 0.1, 34, "ldmyb"),
        (256, "Bodysuit", UPPER, "top", "Jersey", 1005, 14.99, 5, 0.1, 9, "ldb"),
        (257, "Polo shirt", UPPER, "top", "Jersey", 1005, 14.99, 6, 0.5, 5, "my"),
        (245, "Cardigan", UPPER, "outer", "Knitwear", 1003, 26.99, 10, 0.6, 16, "ldbgy"),
        (308, "Hoodie", UPPER, "outer", "Jersey", 1005, 24.99, 10, 0.5, 24, "dmbgypqr"),
        (262, "Jacket", UPPER, "outer", "Outerwear", 1007, 44.99, 10, 0.6, 39, ALL),
        (264, "Blazer", UPPER, "outer", "Tailoring", 1008, 44.99, 9, 0.3, 11, "ldm"),
        (263, "Coat", UPPER, "outer", "Outerwear", 1007, 69.99, 11, 1.1, 6, "ldmg"),
        (272, "Trousers", LOWER, "bottom", "Trousers", 1009, 24.99, 9, 0.2, 112, ALL),
        (273, "Leggings/Tights", LOWER, "bottom", "Jersey", 1005, 14.99, 10, 0.3, 19, "ldbgpr"),
        (274, "Shorts", LOWER, "bottom", "Shorts", 1025, 14.99, 6, 1.2, 39, ALL),
        (275, "Skirt", LOWER, "bottom", "Skirts", 1012, 22.99, 5, 0.4, 27, "ldg"),
        (276, "Outdoor trousers", LOWER, "bottom", "Outerwear", 1007, 29.99, 12, 0.9, 2, "bgy"),
        (265, "Dress", FULL, "full", "Dresses", 1013, 29.99, 6, 0.5, 104, "ldbg"),
        (267, "Jumpsuit/Playsuit", FULL, "full", "Dresses", 1013, 29.99, 6, 0.5, 11, "ldg"),
        (268, "Dungarees", FULL, "full", "Trousers", 1016, 29.99, 5, 0.2, 3, "ldbg"),
        (270, "Garment Set", FULL, "full", "Jersey", 1005, 17.99, 5, 0.2, 13, "bgy"),
        (286, "Underwear bottom", UNDERWEAR, "brief", "Underwear", 1017, 9.99, 1, 0.1, 27, "ldmgy"),
        (306, "Bra", UNDERWEAR, "bra", "Underwear", 1017, 17.99, 1, 0.1, 22, "ldgp"),
        (283, "Underwear body", UNDERWEAR, "bra", "Underwear", 1017, 24.99, 12, 0.4, 2, "ld"),
        (305, "Robe", UNDERWEAR, "night", "Underwear", 1017, 29.99, 12, 0.5, 2, "lm"),
        (298, "Bikini top", SWIM, "swimtop", "Swimwear", 1018, 14.99, 6, 1.1, 9, "ldg"),
        (59, "Swimwear bottom", SWIM, "swimbottom", "Swimwear", 1018, 11.99, 6, 1.1, 13, "ldgy"),
        (57, "Swimsuit", SWIM, "swim", "Swimwear", 1018, 22.99, 6, 1.0, 7, "ldgb"),
        (299, "Swimwear set", SWIM, "swim", "Swimwear", 1018, 14.99, 6, 1.0, 2, "by"),
        (300, "Sarong", SWIM, "swim", "Swimwear", 1018, 12.99, 6, 1.0, 1, "l"),
        (297, "Pyjama set", NIGHT, "night", "Nightwear", 1017, 19.99, 12, 0.4, 11, "ldmbgy"),
        (296, "Pyjama bottom", NIGHT, "night", "Nightwear", 1017, 12.99, 12, 0.4, 3, "ldm"),
        (293, "Night gown", NIGHT, "night", "Nightwear", 1017, 17.99, 7, 0.2, 2, "lg"),
        (302, "Socks", LEGS, "legs", "Legwear", 1021, 5.99, 11, 0.3, 19, ALL),
        (304, "Underwear Tights", LEGS, "legs", "Legwear", 1021, 7.99, 11, 0.8, 6, "ldg"),
        (94, "Sneakers", SHOES, "shoes", "Shoes", 1020, 27.99, 4, 0.2, 16, "ldmbgy"),
        (87, "Boots", SHOES, "shoes", "Shoes", 1020, 39.99, 11, 1.0, 10, "ldmbgy"),
        (91, "Sandals", SHOES, "shoes", "Shoes", 1020, 17.99, 6, 1.2, 10, "ldmbg"),
        (86, "Ballerinas", SHOES, "shoes", "Shoes", 1020, 17.99, 4, 0.4, 4, "ldg"),
        (90, "Pumps", SHOES, "shoes", "Shoes", 1020, 27.99, 11, 0.2, 3, "ld"),
        (93, "Slippers", SHOES, "shoes", "Shoes", 1020, 12.99, 12, 0.8, 2, "lmg"),
        (66, "Bag", ACCESSORIES, "bag", "Bags", 1019, 19.99, 5, 0.1, 13, "ldmg"),
        (67, "Belt", ACCESSORIES, "accessory", "Accessories", 1019, 9.99, 9, 0.1, 5, "ldm"),
        (70, "Earring", ACCESSORIES, "accessory", "Jewellery", 1019, 7.99, 6, 0.2, 12, "ld"),
        (77, "Necklace", ACCESSORIES, "accessory", "Jewellery", 1019, 8.99, 6, 0.2, 6, "ld"),
        (79, "Ring", ACCESSORIES, "accessory", "Jewellery", 1019, 6.99, 6, 0.1, 2, "ld"),
        (80, "Scarf", ACCESSORIES, "accessory", "Accessories", 1019, 11.99, 11, 1.1, 10, "ldmg"),
        (75, "Hat/beanie", ACCESSORIES, "accessory", "Accessories", 1019, 7.99, 11, 1.0, 13, ALL),
        (69, "Cap/peaked", ACCESSORIES, "accessory", "Accessories", 1019, 8.99, 6, 0.5, 6, "dmby"),
        (71, "Gloves", ACCESSORIES, "accessory", "Accessories", 1019, 9.99, 12, 1.2, 4, "lmbgy"),
        (81, "Sunglasses", ACCESSORIES, "accessory", "Accessories", 1019, 7.99, 6, 1.1, 6, "ldm"),
        (74, "Hair/alice band", ACCESSORIES, "accessory", "Hair", 1019, 4.99, 6, 0.2, 9, "ldg"),
        (83, "Umbrella", ACCESSORIES, "accessory", "Accessories", 1019, 9.99, 10, 0.5, 1, "lm"),
        (532, "Umbrella", "Items", "accessory", "Accessories", 1019, 8.99, 10, 0.5, 1, "dg"),
        (467, "Backpack", "Bags", "bag", "Bags", 1019, 17.99, 8, 0.5, 1, "dgy"),
        (-1, "Unknown", UNKNOWN, "none", "Other", 1001, 14.99, 6, 0.0, 1.2, "ldmg"),
    )
)
TYPE_COUNT = len(TYPES)
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(t.group for t in TYPES))
GROUP_OF_TYPE: tuple[int, ...] = tuple(GROUPS.index(t.group) for t in TYPES)
# A group's target share of transaction lines, before outfits shift it.
GROUP_SALES_SHARE = {
    UPPER: 0.345, LOWER: 0.180, FULL: 0.135, SWIM: 0.130, UNDERWEAR: 0.102, ACCESSORIES: 0.050,
    SHOES: 0.020, LEGS: 0.024, NIGHT: 0.020, UNKNOWN: 0.006, "Items": 0.001, "Bags": 0.001,
}  # fmt: skip

GARMENT_GROUPS = {
    1001: "Unknown", 1002: "Jersey Basic", 1003: "Knitwear", 1005: "Jersey Fancy",
    1006: "Woven/Jersey/Knitted mix Baby", 1007: "Outdoor", 1008: "Dressed", 1009: "Trousers",
    1010: "Blouses", 1011: "Shirts", 1012: "Skirts", 1013: "Dresses Ladies",
    1014: "Dresses/Skirts girls", 1016: "Trousers Denim", 1017: "Under-, Nightwear",
    1018: "Swimwear", 1019: "Accessories", 1020: "Shoes", 1021: "Socks and Tights", 1025: "Shorts",
}  # fmt: skip

# index_code: (index_name, index_group_no, index_group_name)
INDEXES = {
    "A": ("Ladieswear", 1, "Ladieswear"),
    "B": ("Lingeries/Tights", 1, "Ladieswear"),
    "C": ("Ladies Accessories", 1, "Ladieswear"),
    "D": ("Divided", 2, "Divided"),
    "F": ("Menswear", 3, "Menswear"),
    "G": ("Baby Sizes 50-98", 4, "Baby/Children"),
    "H": ("Children Sizes 92-140", 4, "Baby/Children"),
    "I": ("Children Sizes 134-170", 4, "Baby/Children"),
    "J": ("Children Accessories, Swimwear", 4, "Baby/Children"),
    "S": ("Sport", 26, "Sport"),
}


class Colour(NamedTuple):
    """A colour group with its usual perceived value and master, and its family in harmony.py."""

    code: str
    name: str
    value: int
    master: int
    family: str
    weight: float


COLOURS: tuple[Colour, ...] = tuple(
    Colour(*row)
    for row in (
        ("-1", "Unknown", -1, -1, "other", 0.3), ("01", "Other", 6, 14, "other", 1),
        ("02", "Transparent", 3, 9, "other", 0.3), ("03", "Silver", 4, 15, "metal", 7),
        ("04", "Bronze/Copper", 4, 15, "metal", 1), ("05", "Gold", 4, 15, "metal", 14),
        ("06", "Light Grey", 1, 12, "grey", 21), ("07", "Grey", 2, 12, "grey", 45),
        ("08", "Dark Grey", 4, 12, "grey", 27), ("09", "Black", 4, 5, "black", 215),
        ("10", "White", 3, 9, "white", 90), ("11", "Off White", 1, 9, "white", 26),
        ("12", "Light Beige", 1, 11, "beige", 32), ("13", "Beige", 2, 11, "beige", 26),
        ("14", "Dark Beige", 2, 11, "beige", 10), ("15", "Greyish Beige", 2, 1, "beige", 2),
        ("17", "Yellowish Brown", 2, 13, "brown", 14), ("19", "Greenish Khaki", 4, 20, "green", 26),
        ("20", "Other Yellow", 5, 8, "yellow", 2), ("21", "Light Yellow", 1, 8, "yellow", 9),
        ("22", "Yellow", 5, 8, "yellow", 15), ("23", "Dark Yellow", 7, 8, "yellow", 5),
        ("30", "Other Orange", 7, 3, "red", 1), ("31", "Light Orange", 1, 3, "red", 14),
        ("32", "Orange", 5, 3, "red", 7), ("33", "Dark Orange", 2, 3, "red", 8),
        ("40", "Other Red", 7, 18, "red", 1), ("41", "Light Red", 7, 18, "red", 3),
        ("42", "Red", 5, 18, "red", 29), ("43", "Dark Red", 4, 18, "red", 22),
        ("50", "Other Pink", 1, 4, "pink", 7), ("51", "Light Pink", 1, 4, "pink", 55),
        ("52", "Pink", 2, 4, "pink", 20), ("53", "Dark Pink", 7, 4, "pink", 8),
        ("60", "Other Purple", 2, 6, "purple", 0.5), ("61", "Light Purple", 1, 6, "purple", 5),
        ("62", "Purple", 2, 6, "purple", 2), ("63", "Dark Purple", 4, 6, "purple", 3),
        ("70", "Other Blue", 2, 2, "blue", 0.5), ("71", "Light Blue", 1, 2, "blue", 29),
        ("72", "Blue", 2, 2, "blue", 31), ("73", "Dark Blue", 4, 2, "navy", 115),
        ("80", "Other Turquoise", 7, 7, "blue", 0.2), ("81", "Light Turquoise", 1, 7, "blue", 10),
        ("82", "Turquoise", 7, 7, "blue", 4), ("83", "Dark Turquoise", 4, 7, "blue", 4),
        ("90", "Other Green", 2, 19, "green", 1), ("91", "Light Green", 1, 19, "green", 6),
        ("92", "Green", 7, 19, "green", 8), ("93", "Dark Green", 4, 19, "green", 20),
    )
)  # fmt: skip
FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(c.family for c in COLOURS))
FAMILY_COUNT = len(FAMILIES)
FAMILY_OF_COLOUR: tuple[int, ...] = tuple(FAMILIES.index(c.family) for c in COLOURS)

VALUES = {
    -1: "Unknown", 1: "Dusty Light", 2: "Medium Dusty", 3: "Light", 4: "Dark", 5: "Bright",
    6: "Undefined", 7: "Medium",
}  # fmt: skip
MASTERS = {
    -1: "Unknown", 1: "Mole", 2: "Blue", 3: "Orange", 4: "Pink", 5: "Black", 6: "Lilac Purple",
    7: "Turquoise", 8: "Yellow", 9: "White", 11: "Beige", 12: "Grey", 13: "Brown", 14: "undefined",
    15: "Metal", 18: "Red", 19: "Green", 20: "Khaki green",
}  # fmt: skip

# graphical_appearance_no: (name, share of the catalogue)
APPEARANCES = {
    1010016: ("Solid", 50.0), 1010001: ("All over pattern", 17.0), 1010010: ("Melange", 6.0),
    1010017: ("Stripe", 5.0), 1010023: ("Denim", 4.8), 1010008: ("Front print", 3.2),
    1010014: ("Placement print", 3.1), 1010004: ("Check", 2.2), 1010005: ("Colour blocking", 1.8),
    1010021: ("Lace", 1.5), 1010026: ("Other structure", 1.5), 1010002: ("Application/3D", 1.3),
    1010007: ("Embroidery", 1.1), 1010012: ("Mixed solid/pattern", 1.1),
    1010009: ("Glittering/Metallic", 0.9), 1010022: ("Jacquard", 0.8), 1010015: ("Sequin", 0.8),
    1010006: ("Dot", 0.7), 1010018: ("Treatment", 0.6), 1010013: ("Other pattern", 0.5),
    -1: ("Unknown", 0.05),
}  # fmt: skip

GARMENT_SLOTS = frozenset({"top", "outer", "bottom", "full", "none"})
LINGERIE_SLOTS = frozenset({"bra", "brief", "night", "legs", "swim", "swimtop", "swimbottom"})

# segment: kind of slot → sections as (number, name), of which each product takes one
SECTIONS: dict[str, dict[str, tuple[tuple[int, str], ...]]] = {
    "l": {
        "garment": (
            (15, "Womens Daily"), (11, "Womens Smart"), (6, "Womens Weekend"),
            (18, "Womens Season"), (8, "Womens Maternity"), (2, "Womens Plus"),
            (16, "Womens Essentials"), (4, "Womens Other"), (17, "Womens Other"),
        ),
        "lingerie": ((61, "Womens Underwear"), (60, "Womens Beach"), (62, "Womens Night & Legs")),
        "added": ((66, "Womens Accessories"), (64, "Womens Shoes"), (65, "Womens Bags")),
    },
    "d": {
        "garment": ((53, "Divided Season"), (51, "Divided Essentials"), (57, "Denim Studio")),
        "lingerie": ((54, "Divided Underwear & Beach"),),
        "added": ((52, "Divided Accessories & Shoes"),),
    },
    "m": {
        "garment": (
            (20, "Mens Smart"), (21, "Mens Weekend"), (55, "Mens Street"), (56, "Mens Denim"),
        ),
        "lingerie": ((26, "Mens Underwear"),),
        "added": ((25, "Mens Accessories"), (27, "Mens Shoes")),
    },
    "b": {
        "garment": ((40, "Baby Girls"), (41, "Baby Boys"), (44, "Baby Essentials")),
        "lingerie": ((44, "Baby Essentials"),),
        "added": ((42, "Childrens Shoes"), (43, "Childrens Accessories & Beach")),
    },
    "g": {
        "garment": ((76, "Girls Small"), (77, "Girls Big"), (45, "Childrens Outdoor")),
        "lingerie": ((79, "Girls Underwear"),),
        "added": ((42, "Childrens Shoes"), (43, "Childrens Accessories & Beach")),
    },
    "y": {
        "garment": ((46, "Boys Small"), (47, "Boys Big"), (45, "Childrens Outdoor")),
        "lingerie": ((72, "Boys Underwear"),),
        "added": ((42, "Childrens Shoes"), (43, "Childrens Accessories & Beach")),
    },
    "p": {"any": ((5, "Womens Active"),)},
    "q": {"any": ((22, "Mens Active"),)},
    "r": {"any": ((49, "Childrens Active"),)},
}  # fmt: skip


def section_kind(slot: str) -> str:
    """Which of a segment's section lists a slot belongs to."""
    if slot in GARMENT_SLOTS:
        return "garment"
    return "lingerie" if slot in LINGERIE_SLOTS else "added"


def sections_for(segment: str, slot: str) -> tuple[tuple[int, str], ...]:
    """The sections that a product of this segment and slot may belong to."""
    by_kind = SECTIONS[segment]
    return by_kind.get("any") or by_kind[section_kind(slot)]


def index_for(segment: str, slot: str, big_child: bool) -> str:
    """A product's index code, e.g. B for ladies' underwear."""
    kind = section_kind(slot)
    if segment in "ldm":
        return {"l": {"garment": "A", "lingerie": "B", "added": "C"}[kind], "d": "D", "m": "F"}[
            segment
        ]
    if segment in "pqr":
        return "S"
    if kind == "added" or slot.startswith("swim"):
        return "J"
    return "G" if segment == "b" else ("I" if big_child else "H")


def garment_group_for(segment: str, kind: ProductType) -> int:
    """The garment group; children's wear has different ones from adults'."""
    if segment == "b" and kind.slot in {"top", "bottom", "full"}:
        return 1006
    if segment == "g" and kind.garment_no in {1012, 1013}:
        return 1014
    return kind.garment_no


def department_numbers() -> dict[tuple[int, str], int]:
    """(section number, type family) → department number; the department's name is the family."""
    pairs = {
        (no, t.family)
        for t in TYPES
        for segment in t.segments
        for no, _ in sections_for(segment, t.slot)
    }
    return {pair: 1200 + 7 * place for place, pair in enumerate(sorted(pairs))}
