"""What covers the whole body: dresses, one-pieces and sets."""

from dataclasses import replace

from demo.pictures.garments.bottoms import a_skirt
from demo.pictures.garments.cut import Cut
from demo.pictures.garments.fits import fitted, leg_shape, moved
from demo.pictures.garments.lower import Legs, legs
from demo.pictures.garments.shapes import Fill, Line, Mark, path
from demo.pictures.garments.spec import Dice, GarmentSpec
from demo.pictures.garments.tops import sweater, t_shirt
from demo.pictures.garments.upper import upper


def dress(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    long = dice.pick((88, 94, 112, 126)) if not spec.is_child else 84
    cut = Cut(
        chest=21.5,
        waist=18.5,
        waist_at=39,
        hem=dice.between(29, 40),
        length=long,
        shoulder=17.5,
        gathers=dice.pick((4, 7, 9)),
        waist_seam=dice.pick(("seam", "elastic", "belt", "seam")),
        tiers=dice.pick((0, 0, 1, 2)),
        collar="none",
    )
    kind = dice.below(6)
    if kind == 0:
        cut = replace(cut, neckline="straps", depth=dice.between(2, 8), chest=20)
    elif kind == 1:
        cut = replace(
            cut, neckline="v", depth=19, front="wrap", sleeve=26, cuff=13, puff=4, sleeve_angle=26
        )
    elif kind == 2:
        cut = replace(
            cut,
            collar="shirt",
            neck=7.8,
            depth=7,
            front="buttons",
            sleeve=52,
            cuff=9,
            waist_seam="belt",
        )
    elif kind == 3:
        cut = replace(
            cut,
            neckline="crew",
            depth=7,
            sleeve=18,
            cuff=14,
            sleeve_angle=30,
            collar="rib",
            waist_seam="",
            waist=22,
            hem=30,
            gathers=2,
            tiers=0,
        )
    elif kind == 4:
        cut = replace(
            cut, neckline="square", depth=13, neck=11, sleeve=24, cuff=12, puff=6, sleeve_angle=30
        )
    else:  # bodycon, knitted
        cut = replace(
            cut,
            neckline="crew",
            collar=dice.pick(("rib", "turtle")),
            neck=8,
            depth=5,
            sleeve=54,
            cuff=8.5,
            waist_seam="",
            hem=22,
            gathers=0,
            tiers=0,
            length=min(long, 98),
        )
    return upper(fitted(cut, spec), dice)


def night_dress(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    cut = Cut(
        neckline="straps", depth=10, chest=21, waist=21, hem=28, length=88, collar="none", gathers=5
    )
    return upper(fitted(cut, spec), dice)


def robe(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    cut = Cut(
        neckline="v",
        neck=8.5,
        depth=38,
        chest=26,
        waist=23,
        hem=29,
        length=100,
        sleeve=46,
        cuff=16,
        collar="lapel",
        waist_seam="belt",
        front="wrap",
        pockets="patch",
        sleeve_angle=20,
    )
    return upper(fitted(cut, spec), dice)


def jumpsuit(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    short = dice.chance(0.3)
    top = Cut(
        neckline=dice.pick(("straps", "v", "crew")),
        depth=12,
        neck=9,
        chest=21.5,
        waist=19,
        waist_at=38,
        hem=20.5,
        length=43,
        sleeve=dice.pick((0, 20, 52)),
        cuff=12,
        collar="none",
        front=dice.pick(("closed", "buttons", "wrap")),
        sleeve_angle=20,
    )
    if top.neckline == "straps":
        top = replace(top, sleeve=0, front="closed", depth=5)
    bottom = Legs(
        waist=19,
        hip=25,
        hem=13 if short else 11,
        spread=16,
        knee=11,
        length=44 if short else 94,
        band=3,
    )
    under = moved(legs(bottom, dice), 0, 39)
    belt = replace(top, waist_at=42.5, waist=20, waist_seam=dice.pick(("belt", "elastic")))
    return under + upper(belt, dice)


def overall(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    """A one-piece for sleep, play or snow: closed, with a zip or buttons."""
    outdoor = spec.product_type == "Outdoor overall"
    top = Cut(
        chest=24,
        waist=24,
        hem=24,
        waist_at=40,
        length=46,
        sleeve=44,
        cuff=9.5,
        collar="hood" if outdoor else "rib",
        neck=8.5,
        depth=6,
        front="zip" if outdoor or dice.chance(0.5) else "buttons",
        sleeve_angle=22,
    )
    bottom = Legs(
        waist=24,
        hip=25,
        hem=8.5,
        spread=13.5,
        knee=10.5,
        length=74,
        style="jogger",
        band=2,
        rise=27,
    )
    return moved(legs(bottom, dice), 0, 36) + upper(replace(top, curved_hem=0), dice)


def dungarees(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    bottom = moved(
        legs(leg_shape(spec, Legs(style="jeans", hem=9.5, knee=11, length=92, waist=20)), dice),
        0,
        34,
    )
    bib = Fill(
        [(-11, 8), (11, 8), (13, 22), (20, 35), (20, 40), (-20, 40), (-20, 35), (-13, 22)], tone=126
    )
    straps: list[Mark] = []
    for s in (-1, 1):
        straps.append(Fill([(s * 18, 34), (s * 20, 34), (s * 8, -8), (s * 5, -8)], tone=84))
        straps.append(
            Fill([(s * 7, 12), (s * 10.6, 12), (s * 8.6, -8), (s * 5, -8)], tone=130, role="cloth")
        )
        straps.append(
            Fill(
                [(s * 6.6, 10), (s * 11, 10), (s * 11, 13.6), (s * 6.6, 13.6)],
                role="metal",
                tone=112,
            )
        )
    pocket = path((-6.5, 17), (6.5, 17), (6.5, 27), (0, 30), (-6.5, 27))
    lines: list[Mark] = [
        Line([*bib.points, bib.points[0]], tone=82),
        Fill(pocket, tone=132),
        Line([*pocket, pocket[0]], tone=128, role="stitch", dashed=True, width=0.6),
    ]
    return [*straps[0:1], *straps[3:4], *bottom, bib, *lines, *straps[1:3], *straps[4:]]


def pyjama_set(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    short = dice.chance(0.35)
    bottom = legs(
        leg_shape(
            spec, Legs(style="jogger", hem=10.5, knee=11.5, length=42 if short else 96, cord=True)
        ),
        dice,
    )
    if dice.chance(0.5) and not spec.is_child:
        top = upper(
            replace(
                Cut(),
                collar="shirt",
                neck=7.6,
                depth=8,
                front="buttons",
                sleeve=20 if short else 50,
                cuff=14 if short else 10,
                sleeve_angle=24,
                length=62,
                pockets="chest",
            ),
            dice,
        )
    else:
        top = upper(
            fitted(
                replace(
                    Cut(), sleeve=18 if short else 46, cuff=14 if short else 9.5, sleeve_angle=28
                ),
                spec,
            ),
            dice,
        )
    return moved(bottom, 10, 42 if not short else 34, 8) + moved(top, -6, 0)


def garment_set(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    bottom = (
        a_skirt(spec, dice)
        if dice.chance(0.3) and not spec.is_man
        else legs(leg_shape(spec, Legs(style="jogger", hem=7.5, length=90, cord=True)), dice)
    )
    top = sweater(spec, dice) if dice.chance(0.5) else t_shirt(spec, dice)
    return moved(bottom, 12, 40, 8) + moved(top, -8, 0)
