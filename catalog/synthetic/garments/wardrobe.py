"""Which drawing an article gets: by product type, else by product group, else something folded."""

from collections.abc import Callable
from dataclasses import dataclass

from catalog.synthetic.garments import clothes, extras, shoes, smalls
from catalog.synthetic.garments.shapes import Mark
from catalog.synthetic.garments.spec import Dice, GarmentSpec

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
    "T-shirt": Drawing(clothes.t_shirt),
    "Top": Drawing(clothes.long_top),
    "Vest top": Drawing(clothes.vest_top, (0.7, 0.72)),
    "Sweater": Drawing(clothes.sweater, relief=_KNIT),
    "Cardigan": Drawing(clothes.cardigan, relief=_KNIT),
    "Hoodie": Drawing(clothes.hoodie),
    "Blouse": Drawing(clothes.blouse),
    "Shirt": Drawing(clothes.shirt),
    "Polo shirt": Drawing(clothes.polo),
    "Jacket": Drawing(clothes.jacket),
    "Blazer": Drawing(clothes.blazer),
    "Coat": Drawing(clothes.coat, (0.84, 0.84)),
    "Outdoor Waistcoat": Drawing(clothes.waistcoat, (0.68, 0.72)),
    "Tailored Waistcoat": Drawing(clothes.waistcoat, (0.66, 0.7)),
    "Bodysuit": Drawing(clothes.bodysuit, (0.74, 0.76)),
    "Underwear body": Drawing(smalls.swimsuit, (0.6, 0.76)),
    "Dress": Drawing(clothes.dress, (0.8, 0.86)),
    "Costumes": Drawing(clothes.dress, (0.8, 0.82)),
    "Underdress": Drawing(clothes.night_dress, (0.66, 0.82)),
    "Night gown": Drawing(clothes.night_dress, (0.66, 0.82)),
    "Robe": Drawing(clothes.robe, (0.84, 0.84)),
    "Trousers": Drawing(clothes.trousers, (0.72, 0.85)),
    "Outdoor trousers": Drawing(clothes.trousers, (0.72, 0.85)),
    "Shorts": Drawing(clothes.shorts, (0.7, 0.62)),
    "Leggings/Tights": Drawing(clothes.leggings, (0.6, 0.84)),
    "Long John": Drawing(clothes.long_johns, (0.64, 0.82), relief=_KNIT),
    "Skirt": Drawing(clothes.a_skirt, (0.76, 0.74)),
    "Jumpsuit/Playsuit": Drawing(clothes.jumpsuit, (0.76, 0.86)),
    "Garment Set": Drawing(clothes.garment_set, (0.84, 0.84)),
    "Dungarees": Drawing(clothes.dungarees, (0.68, 0.85)),
    "Outdoor overall": Drawing(clothes.overall, (0.82, 0.84)),
    "Pyjama jumpsuit/playsuit": Drawing(clothes.overall, (0.82, 0.84)),
    "Pyjama set": Drawing(clothes.pyjama_set, (0.84, 0.84)),
    "Pyjama bottom": Drawing(clothes.long_johns, (0.68, 0.83)),
    "Bra": Drawing(smalls.bra, _SMALL),
    "Underwear bottom": Drawing(smalls.briefs, (0.68, 0.5)),
    "Underwear set": Drawing(smalls.underwear_set, (0.68, 0.72)),
    "Underwear corset": Drawing(clothes.vest_top, (0.6, 0.62)),
    "Kids Underwear top": Drawing(clothes.vest_top, (0.66, 0.68)),
    "Swimsuit": Drawing(smalls.swimsuit, (0.6, 0.78)),
    "Bikini top": Drawing(smalls.bikini_top, _SMALL),
    "Swimwear top": Drawing(smalls.bikini_top, _SMALL),
    "Swimwear bottom": Drawing(smalls.bikini_bottom, (0.66, 0.5)),
    "Swimwear set": Drawing(smalls.swim_set, (0.66, 0.72)),
    "Sarong": Drawing(smalls.sarong, (0.7, 0.74)),
    "Sleeping sack": Drawing(smalls.sleep_bag, (0.62, 0.76)),
    "Sleep Bag": Drawing(smalls.sleep_bag, (0.62, 0.76)),
    "Socks": Drawing(smalls.socks, (0.62, 0.6), relief=_KNIT),
    "Leg warmers": Drawing(smalls.socks, (0.62, 0.6), relief="cable"),
    "Underwear Tights": Drawing(smalls.tights, (0.5, 0.86)),
    "Sneakers": Drawing(shoes.sneakers, _SHOE),
    "Boots": Drawing(shoes.boots, (0.8, 0.66)),
    "Bootie": Drawing(shoes.boots, _SHOE),
    "Sandals": Drawing(shoes.sandals, _SHOE),
    "Heeled sandals": Drawing(shoes.sandals, _SHOE),
    "Slippers": Drawing(shoes.slides, _SHOE),
    "Flip flop": Drawing(shoes.flip_flops, (0.62, 0.62)),
    "Bag": Drawing(extras.bag, (0.74, 0.66)),
    "Backpack": Drawing(extras.bag, (0.64, 0.64)),
    "Wallet": Drawing(extras.wallet, (0.62, 0.42)),
    "Hat/beanie": Drawing(extras.beanie, (0.58, 0.5), relief=_KNIT),
    "Beanie": Drawing(extras.beanie, (0.58, 0.5), relief=_KNIT),
    "Cap/peaked": Drawing(extras.cap, (0.72, 0.46)),
    "Cap": Drawing(extras.cap, (0.72, 0.46)),
    "Bucket hat": Drawing(extras.bucket_hat, (0.7, 0.46)),
    "Scarf": Drawing(extras.scarf, (0.6, 0.74)),
    "Belt": Drawing(extras.belt, (0.72, 0.56)),
    "Sunglasses": Drawing(extras.sunglasses, (0.76, 0.44)),
    "Eyeglasses": Drawing(extras.sunglasses, (0.76, 0.44)),
    "Necklace": Drawing(extras.necklace, (0.56, 0.6)),
    "Bracelet": Drawing(extras.bracelet, (0.58, 0.44)),
    "Watch": Drawing(extras.bracelet, (0.4, 0.62)),
    "Ring": Drawing(extras.ring, (0.52, 0.44)),
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
    ("Hat/brim", "Felt hat", "Straw hat"), Drawing(extras.brim_hat, (0.8, 0.5))
)
_BY_TYPE |= dict.fromkeys(("Earring", "Earrings"), Drawing(extras.earrings, _TINY))
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
    Drawing(extras.hair_accessory, _TINY),
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
