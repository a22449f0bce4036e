"""Product names and descriptions from our own word lists; nothing is taken from real articles."""

import numpy as np

from demo.data.taxonomy import ProductType

LINES = (
    "Alder", "Amaro", "Anwen", "Arlo", "Aster", "Birke", "Bram", "Brisa", "Calla", "Cedro",
    "Corin", "Dahl", "Darby", "Delfi", "Edda", "Elin", "Enzo", "Esker", "Fable", "Faro", "Fjell",
    "Fleur", "Galen", "Gilda", "Haven", "Hazel", "Iggy", "Inka", "Isla", "Juna", "Juno", "Kari",
    "Kelda", "Lark", "Lido", "Linnea", "Lotta", "Maple", "Marlo", "Mica", "Mira", "Nellie", "Nilo",
    "Nova", "Oda", "Olmo", "Opal", "Orla", "Pavo", "Petra", "Pilar", "Quill", "Rafa", "Rhea",
    "Roma", "Rune", "Sable", "Saga", "Sol", "Suri", "Tansy", "Tarn", "Thea", "Tilda", "Una", "Vale",
    "Vega", "Vida", "Wilma", "Wren", "Ylva", "Zadie", "Zora",
)  # fmt: skip
CUTS = {
    "garment": (
        "cropped", "relaxed", "slim", "wide", "boxy", "fitted", "draped", "pleated", "ribbed",
        "washed", "soft", "tied", "flared", "high-waist", "oversized", "wrap", "basic", "fine",
    ),
    "lingerie": ("lace", "seamless", "soft", "smooth", "padded", "ribbed", "high", "tied", "light"),
    "added": ("classic", "small", "big", "woven", "chunky", "braided", "soft", "plain", "metal"),
}  # fmt: skip
FABRICS = {
    "garment": (
        "soft cotton jersey", "an airy linen blend", "woven viscose", "crisp cotton poplin",
        "a fine-knit wool blend", "brushed sweatshirt fabric", "washed stretch denim",
        "lightweight twill", "crinkled cotton", "a rib knit", "satin", "recycled polyester",
    ),
    "lingerie": (
        "microfibre", "lace and mesh", "cotton jersey", "fast-drying fabric", "a silky weave",
        "modal jersey", "shiny stretch fabric",
    ),
    "added": (
        "imitation leather", "woven straw", "cotton canvas", "metal", "a soft knit",
        "imitation suede", "grained fabric", "plastic",
    ),
}  # fmt: skip
DETAILS = {
    "top": ("a round neckline", "short sleeves", "dropped shoulders", "a deep V at the back",
            "buttons down the front", "narrow shoulder straps", "a small collar"),
    "outer": ("a zip down the front", "patch pockets", "a lined hood", "long sleeves",
              "notched lapels", "a drawstring waist", "press-studs at the cuffs"),
    "bottom": ("an elasticated waist", "side pockets", "a zip fly", "straight legs",
               "a concealed side zip", "pleats at the front", "turned-up hems"),
    "full": ("a seam at the waist", "balloon sleeves", "a gently flared skirt", "a tie belt",
             "a concealed zip at the back", "a flounced hem", "a square neckline"),
    "lingerie": ("adjustable straps", "a lined gusset", "an elasticated edge", "a small bow",
                 "removable pads", "ties at the sides", "flat seams"),
    "added": ("an adjustable fastening", "a matte finish", "an inner compartment", "a soft lining",
              "a small buckle", "rounded edges", "a decorative seam"),
}  # fmt: skip
CLOSERS = (
    "Unlined.", "Lined.", "Soft, brushed inside.", "Made partly from recycled fibres.",
    "Slightly longer at the back.", "Sits just above the hip.", "Regular fit.", "Washes well.",
    "Good for layering.", "Comes with a slit at the hem.", "Fully lined in a tone that matches.",
    "The cotton content is grown with less water.", "A relaxed fit that falls straight.",
)  # fmt: skip


def _one(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(len(words)))]


def noun_of(kind: ProductType) -> str:
    """The type as used in a sentence: "Hat/beanie" → "beanie"."""
    if kind.no == -1:
        return "item"
    return kind.name.split("/")[-1].replace("Garment Set", "set").lower()


def product_name(rng: np.random.Generator, kind: ProductType, section_kind: str) -> str:
    """A short product name such as "Wilma ribbed sweater", sometimes without line or cut."""
    line, cut, noun = _one(rng, LINES), _one(rng, CUTS[section_kind]), noun_of(kind)
    forms = (f"{line} {cut} {noun}", f"{line} {noun}", f"{cut.capitalize()} {noun} {line}")
    return forms[int(rng.integers(len(forms)))]


def description(rng: np.random.Generator, kind: ProductType, section_kind: str) -> str:
    """One or two sentences in the style of a product page, about 140 characters."""
    fabric = _one(rng, FABRICS[section_kind])
    details = (
        DETAILS.get(kind.slot) or DETAILS["lingerie" if section_kind == "lingerie" else "added"]
    )
    first, second = rng.choice(len(details), size=2, replace=False)
    noun = noun_of(kind)
    opening = f"{_one(rng, CUTS[section_kind]).capitalize()} {noun} in {fabric}"
    sentence = f"{opening} with {details[first]} and {details[second]}."
    return f"{sentence} {_one(rng, CLOSERS)}" if rng.random() < 0.85 else sentence
