"""Which drawing an article gets: by product type, else by product group, else something folded."""

from collections.abc import Callable
from dataclasses import dataclass

from demo.pictures.garments import (
    bags,
    bottoms,
    dresses,
    extras,
    headwear,
    jewellery,
    outerwear,
    sandals,
    shoes,
    swimwear,
    tops,
    underwear,
)
from demo.pictures.garments.shapes import Mark
from demo.pictures.garments.spec import Dice, GarmentSpec

Maker = Callable[[GarmentSpec, Dice], list[Mark]]


@dataclass(frozen=True)
class Drawing:
    """How to draw a kind of article; ``reach`` is the share of the picture's width and height it
    may fill, ``relief`` what its cloth is like where the appearance does not say."""

    make: Maker
    reach: tuple[float, float] = (0.84, 0.78)
    relief: str = "grain"


_SMALL, _TINY, _SHOE = (0.74, 0.56), (0.56, 0.46), (0.82, 0.6)
_KNIT = "knit"

_BY_TYPE: dict[str, Drawing] = {
    "T-shirt": Drawing(tops.t_shirt),
    "Top": Drawing(tops.long_top),
    "Vest top": Drawing(tops.vest_top, (0.7, 0.72)),
    "Sweater": Drawing(tops.sweater, relief=_KNIT),
    "Cardigan": Drawing(tops.cardigan, relief=_KNIT),
    "Hoodie": Drawing(tops.hoodie),
    "Blouse": Drawing(tops.blouse),
    "Shirt": Drawing(tops.shirt),
    "Polo shirt": Drawing(tops.polo),
    "Jacket": Drawing(outerwear.jacket),
    "Blazer": Drawing(outerwear.blazer),
    "Coat": Drawing(outerwear.coat, (0.84, 0.84)),
    "Outdoor Waistcoat": Drawing(outerwear.waistcoat, (0.68, 0.72)),
    "Tailored Waistcoat": Drawing(outerwear.waistcoat, (0.66, 0.7)),
    "Bodysuit": Drawing(tops.bodysuit, (0.74, 0.76)),
    "Underwear body": Drawing(swimwear.swimsuit, (0.6, 0.76)),
    "Dress": Drawing(dresses.dress, (0.8, 0.86)),
    "Costumes": Drawing(dresses.dress, (0.8, 0.82)),
    "Underdress": Drawing(dresses.night_dress, (0.66, 0.82)),
    "Night gown": Drawing(dresses.night_dress, (0.66, 0.82)),
    "Robe": Drawing(dresses.robe, (0.84, 0.84)),
    "Trousers": Drawing(bottoms.trousers, (0.72, 0.85)),
    "Outdoor trousers": Drawing(bottoms.trousers, (0.72, 0.85)),
    "Shorts": Drawing(bottoms.shorts, (0.7, 0.62)),
    "Leggings/Tights": Drawing(bottoms.leggings, (0.6, 0.84)),
    "Long John": Drawing(bottoms.long_johns, (0.64, 0.82), relief=_KNIT),
    "Skirt": Drawing(bottoms.a_skirt, (0.76, 0.74)),
    "Jumpsuit/Playsuit": Drawing(dresses.jumpsuit, (0.76, 0.86)),
    "Garment Set": Drawing(dresses.garment_set, (0.84, 0.84)),
    "Dungarees": Drawing(dresses.dungarees, (0.68, 0.85)),
    "Outdoor overall": Drawing(dresses.overall, (0.82, 0.84)),
    "Pyjama jumpsuit/playsuit": Drawing(dresses.overall, (0.82, 0.84)),
    "Pyjama set": Drawing(dresses.pyjama_set, (0.84, 0.84)),
    "Pyjama bottom": Drawing(bottoms.long_johns, (0.68, 0.83)),
    "Bra": Drawing(underwear.bra, _SMALL),
    "Underwear bottom": Drawing(underwear.briefs, (0.68, 0.5)),
    "Underwear set": Drawing(underwear.underwear_set, (0.68, 0.72)),
    "Underwear corset": Drawing(tops.vest_top, (0.6, 0.62)),
    "Kids Underwear top": Drawing(tops.vest_top, (0.66, 0.68)),
    "Swimsuit": Drawing(swimwear.swimsuit, (0.6, 0.78)),
    "Bikini top": Drawing(swimwear.bikini_top, _SMALL),
    "Swimwear top": Drawing(swimwear.bikini_top, _SMALL),
    "Swimwear bottom": Drawing(swimwear.bikini_bottom, (0.66, 0.5)),
    "Swimwear set": Drawing(swimwear.swim_set, (0.66, 0.72)),
    "Sarong": Drawing(swimwear.sarong, (0.7, 0.74)),
    "Sleeping sack": Drawing(underwear.sleep_bag, (0.62, 0.76)),
    "Sleep Bag": Drawing(underwear.sleep_bag, (0.62, 0.76)),
    "Socks": Drawing(underwear.socks, (0.62, 0.6), relief=_KNIT),
    "Leg warmers": Drawing(underwear.socks, (0.62, 0.6), relief="cable"),
    "Underwear Tights": Drawing(underwear.tights, (0.5, 0.86)),
    "Sneakers": Drawing(shoes.sneakers, _SHOE),
    "Boots": Drawing(shoes.boots, (0.8, 0.66)),
    "Bootie": Drawing(shoes.boots, _SHOE),
    "Sandals": Drawing(sandals.sandals, _SHOE),
    "Heeled sandals": Drawing(sandals.sandals, _SHOE),
    "Slippers": Drawing(sandals.slides, _SHOE),
    "Flip flop": Drawing(sandals.flip_flops, (0.62, 0.62)),
    "Bag": Drawing(bags.bag, (0.74, 0.66)),
    "Backpack": Drawing(bags.bag, (0.64, 0.64)),
    "Wallet": Drawing(bags.wallet, (0.62, 0.42)),
    "Hat/beanie": Drawing(headwear.beanie, (0.58, 0.5), relief=_KNIT),
    "Beanie": Drawing(headwear.beanie, (0.58, 0.5), relief=_KNIT),
    "Cap/peaked": Drawing(headwear.cap, (0.72, 0.46)),
    "Cap": Drawing(headwear.cap, (0.72, 0.46)),
    "Bucket hat": Drawing(headwear.bucket_hat, (0.7, 0.46)),
    "Scarf": Drawing(extras.scarf, (0.6, 0.74)),
    "Belt": Drawing(extras.belt, (0.72, 0.56)),
    "Sunglasses": Drawing(jewellery.sunglasses, (0.76, 0.44)),
    "Eyeglasses": Drawing(jewellery.sunglasses, (0.76, 0.44)),
    "Necklace": Drawing(jewellery.necklace, (0.56, 0.6)),
    "Bracelet": Drawing(jewellery.bracelet, (0.58, 0.44)),
    "Watch": Drawing(jewellery.bracelet, (0.4, 0.62)),
    "Ring": Drawing(jewellery.ring, (0.52, 0.44)),
    "Gloves": Drawing(extras.gloves, (0.68, 0.54), relief=_KNIT),
    "Tie": Drawing(extras.tie, (0.6, 0.76)),
    "Umbrella": Drawing(extras.umbrella, (0.74, 0.66)),
    "Soft Toys": Drawing(extras.soft_toy, (0.6, 0.6)),
    "Toy": Drawing(extras.soft_toy, (0.6, 0.6)),
    "Waterbottle": Drawing(extras.bottle, (0.4, 0.6)),
    "Fine cosmetics": Drawing(extras.bottle, (0.34, 0.5)),
    "Chem. cosmetics": Drawing(extras.bottle, (0.34, 0.5)),
    "Cushion": Drawing(extras.cushion, (0.7, 0.6)),
    "Side table": Drawing(extras.side_table, (0.7, 0.6)),
}
_BY_TYPE |= dict.fromkeys(
    ("Ballerinas", "Pumps", "Heels", "Wedge", "Flat shoe", "Flat shoes", "Other shoe", "Moccasins"),
    Drawing(shoes.pumps, _SHOE),
)
_BY_TYPE |= dict.fromkeys(
    ("Hat/brim", "Felt hat", "Straw hat"), Drawing(headwear.brim_hat, (0.8, 0.5))
)
_BY_TYPE |= dict.fromkeys(("Earring", "Earrings"), Drawing(jewellery.earrings, _TINY))
_BY_TYPE |= dict.fromkeys(
    (
        "Hair/alice band",
        "Alice band",
        "Hairband",
        "Headband",
        "Hair clip",
        "Hair string",
        "Hair ties",
    ),
    Drawing(headwear.hair_accessory, _TINY),
)

_BY_GROUP: dict[str, Drawing] = {
    "Garment Upper body": _BY_TYPE["Top"],
    "Garment Lower body": _BY_TYPE["Trousers"],
    "Garment Full body": _BY_TYPE["Dress"],
    "Nightwear": _BY_TYPE["Pyjama set"],
    "Underwear": _BY_TYPE["Underwear bottom"],
    "Underwear/nightwear": _BY_TYPE["Night gown"],
    "Swimwear": _BY_TYPE["Swimsuit"],
    "Socks & Tights": _BY_TYPE["Socks"],
    "Shoes": _BY_TYPE["Sneakers"],
    "Bags": _BY_TYPE["Bag"],
    "Cosmetic": _BY_TYPE["Fine cosmetics"],
    "Garment and Shoe care": _BY_TYPE["Fine cosmetics"],
}
_OTHER = Drawing(extras.folded, (0.66, 0.5))

PRODUCT_TYPES = tuple(_BY_TYPE)


def drawing_for(spec: GarmentSpec) -> Drawing:
    return _BY_TYPE.get(spec.product_type) or _BY_GROUP.get(spec.product_group, _OTHER)
