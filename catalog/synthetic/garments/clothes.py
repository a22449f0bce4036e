"""Cuts for each kind of clothing: what makes a blazer of the upper body, jeans of the lower."""

from dataclasses import replace

from catalog.synthetic.garments.lower import Legs, SkirtCut, legs, skirt
from catalog.synthetic.garments.shapes import (
    Fill,
    Fold,
    Line,
    Mark,
    both,
    ellipse,
    mirrored,
    path,
    shift,
)
from catalog.synthetic.garments.spec import Dice, GarmentSpec
from catalog.synthetic.garments.upper import Cut, upper


def moved(marks: list[Mark], dx: float, dy: float, dim: int = 0) -> list[Mark]:
    """The marks moved, and with ``dim`` darker, as what lies behind is."""
    out: list[Mark] = []
    for mark in marks:
        points = shift(mark.points, dx, dy)
        if isinstance(mark, Fold):
            out.append(replace(mark, points=points))
        else:
            out.append(replace(mark, points=points, tone=mark.tone - dim))
    return out


def fitted(cut: Cut, spec: GarmentSpec) -> Cut:
    """The cut in a child's or a man's proportions."""
    if spec.is_child:
        return replace(
            cut,
            length=cut.length * 0.86,
            waist_at=min(cut.waist_at * 0.92, cut.length * 0.66),
            sleeve=cut.sleeve * 0.84,
            waist=max(cut.waist, cut.chest * 0.97),
            neck=cut.neck * 1.05,
        )
    if spec.is_man:
        wide = 1.07
        return replace(
            cut,
            chest=cut.chest * wide,
            shoulder=cut.shoulder * 1.09,
            waist=cut.chest * wide * 0.975,
            hem=max(cut.hem, cut.chest) * 1.03,
            length=cut.length * 1.06,
            sleeve=cut.sleeve * 1.03,
        )
    return cut


def _slim(dice: Dice) -> Cut:
    return Cut(chest=22, waist=19.5, hem=22.5, shoulder=17.5)


def _loose(dice: Dice) -> Cut:
    return Cut(chest=27, waist=27, hem=27, shoulder=21.5, drop=5)


def _fit(spec: GarmentSpec, dice: Dice) -> Cut:
    if spec.is_man or spec.is_child:
        return Cut()
    return dice.pick((_slim(dice), Cut(), Cut(), _loose(dice)))


def t_shirt(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    neckline = dice.pick(
        (
            "crew",
            "crew",
            "v" if not spec.is_child else "crew",
            "scoop" if not spec.is_man else "crew",
        )
    )
    depth = {"crew": 7.5, "v": 15.0, "scoop": 13.0}[neckline]
    cut = replace(
        _fit(spec, dice),
        neckline=neckline,
        depth=depth,
        neck=10.5 if neckline == "scoop" else 9.0,
        sleeve=dice.between(15, 21),
        cuff=dice.between(14.5, 17),
        sleeve_angle=dice.between(30, 42),
        length=dice.pick((60, 63, 65, 52 if not spec.is_man else 66)),
        pockets="chest" if dice.chance(0.15) else "",
    )
    return upper(fitted(cut, spec), dice)


def long_top(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    if dice.chance(0.4):
        return t_shirt(spec, dice)
    if not spec.is_child and not spec.is_man and dice.chance(0.25):
        return vest_top(spec, dice)
    cut = replace(
        _slim(dice),
        neckline=dice.pick(("crew", "boat", "square", "v")),
        neck=dice.between(9, 12),
        depth=dice.between(6, 12),
        sleeve=dice.pick((30, 54, 56)),
        cuff=9.0,
        collar=dice.pick(("rib", "rib", "turtle")),
        puff=dice.pick((0, 0, 3)),
        length=dice.between(54, 62),
    )
    if cut.collar == "turtle":
        cut = replace(cut, neckline="crew", neck=8, depth=5)
    return upper(fitted(cut, spec), dice)


def vest_top(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    if spec.is_man or spec.is_child or dice.chance(0.5):
        cut = Cut(
            neckline="scoop",
            neck=8.5,
            depth=16,
            shoulder=13,
            chest=21.5,
            waist=20,
            hem=22.5,
            drop=1.5,
            length=61,
        )
    else:
        cut = Cut(
            neckline=dice.pick(("straps", "straps", "halter")),
            depth=dice.between(2, 9),
            chest=20.5,
            waist=19,
            hem=dice.between(21, 25),
            collar="none",
            length=dice.pick((58, 46)),
        )
    return upper(fitted(cut, spec), dice)


def sweater(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    collar = dice.pick(("rib", "rib", "rib", "turtle", "rib"))
    cut = replace(
        _loose(dice) if dice.chance(0.6) else Cut(),
        neckline="crew" if collar == "turtle" or dice.chance(0.75) else "v",
        depth=5.0 if collar == "turtle" else 8.0,
        neck=8.0 if collar == "turtle" else 9.5,
        collar=collar,
        sleeve=dice.between(52, 57),
        cuff=10.5,
        puff=dice.pick((0.0, 0.0, 2.6)) if not spec.is_man else 0.0,
        ribbed_hem=True,
        length=dice.between(56, 66),
    )
    if cut.neckline == "v":
        cut = replace(cut, depth=17)
    return upper(fitted(cut, spec), dice)


def hoodie(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    zipped = dice.chance(0.4)
    cut = replace(
        _loose(dice),
        collar="hood",
        neck=9.0,
        depth=10.0,
        sleeve=53,
        cuff=11,
        ribbed_hem=True,
        length=62,
        front="zip" if zipped else "closed",
        pockets="kangaroo" if not zipped else "welt",
    )
    return upper(fitted(cut, spec), dice)


def cardigan(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    front = dice.pick(("buttons", "buttons", "open"))
    cut = replace(
        _fit(spec, dice),
        neckline="v" if dice.chance(0.65) else "crew",
        depth=22,
        neck=8.5,
        sleeve=54,
        cuff=10,
        ribbed_hem=True,
        front=front,
        length=dice.pick((56, 62, 80)),
        pockets=dice.pick(("", "patch")),
    )
    if cut.neckline == "crew":
        cut = replace(cut, depth=8)
    return upper(fitted(cut, spec), dice)


def blouse(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    kind = dice.below(4)
    base = replace(
        _loose(dice),
        length=dice.between(60, 66),
        sleeve=52,
        cuff=9,
        puff=dice.pick((2.6, 4.5, 6.0)),
        collar="none",
        curved_hem=2,
    )
    if kind == 0:
        base = replace(base, collar="shirt", front="buttons", neck=8, depth=7, neckline="crew")
    elif kind == 1:
        base = replace(
            base,
            neckline="v",
            depth=20,
            front="wrap",
            waist=20,
            waist_seam="seam",
            hem=26,
            gathers=5,
        )
    elif kind == 2:
        base = replace(
            base,
            neckline="crew",
            depth=7,
            sleeve=24,
            cuff=14,
            puff=5.5,
            sleeve_angle=30,
            gathers=4,
            front="henley",
        )
    else:
        base = replace(base, neckline="v", depth=15, neck=9.5, collar="none", gathers=5)
    return upper(fitted(base, spec), dice)


def shirt(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    short = dice.chance(0.25)
    cut = replace(
        _fit(spec, dice),
        neckline="crew",
        neck=7.6,
        depth=7,
        collar="shirt",
        front="buttons",
        curved_hem=5,
        length=dice.between(66, 72),
        sleeve=22 if short else 55,
        cuff=16 if short else 9.5,
        sleeve_angle=30 if short else 16,
        pockets="chest" if dice.chance(0.6) else "",
    )
    return upper(fitted(cut, spec), dice)


def polo(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    cut = Cut(
        neck=7.6,
        depth=7,
        collar="polo",
        front="henley",
        sleeve=20,
        cuff=15.5,
        sleeve_angle=34,
        length=65,
    )
    return upper(fitted(cut, spec), dice)


def jacket(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    kind = dice.below(4)
    base = replace(
        _loose(dice), neck=8.5, depth=8, sleeve=56, cuff=11.5, length=dice.between(58, 64)
    )
    if kind == 0:  # bomber
        base = replace(
            base, collar="stand", depth=5, front="zip", ribbed_hem=True, pockets="welt", puff=1.5
        )
    elif kind == 1:  # trucker
        base = replace(
            base, collar="shirt", depth=7, front="buttons", pockets="chest flap", length=56
        )
    elif kind == 2:  # hooded
        base = replace(
            base,
            collar="hood",
            depth=7,
            front="zip",
            pockets="welt",
            length=70,
            tiers=2 if dice.chance(0.6) else 0,
            waist_at=26,
        )
    else:  # biker
        base = replace(
            base,
            collar="lapel",
            depth=20,
            front="zip",
            pockets="welt",
            length=55,
            chest=23,
            waist=21,
            hem=22,
        )
    return upper(fitted(base, spec), dice)


def blazer(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    double = dice.chance(0.4) and not spec.is_child
    cut = Cut(
        neckline="v",
        neck=8.6,
        depth=34 if not double else 30,
        shoulder=20.5,
        chest=24,
        waist=21.5,
        waist_at=40,
        hem=26,
        length=72,
        sleeve=56,
        cuff=11,
        collar="lapel",
        front="double" if double else "buttons",
        pockets="flap",
        sleeve_angle=14,
    )
    return upper(fitted(replace(cut, curved_hem=3), spec), dice)


def coat(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    kind = dice.below(3)
    cut = Cut(
        neckline="v",
        neck=9,
        depth=30,
        shoulder=21,
        chest=26,
        waist=24.5,
        hem=30,
        length=dice.between(92, 108),
        sleeve=58,
        cuff=12,
        collar="lapel",
        front="double",
        pockets="flap",
        sleeve_angle=12,
    )
    if kind == 1:
        cut = replace(cut, waist_seam="belt", waist=22, hem=32)
    elif kind == 2:
        cut = replace(
            cut,
            collar="hood",
            neckline="crew",
            depth=9,
            front="zip",
            length=84,
            pockets="patch",
            waist=25,
        )
    return upper(fitted(cut, spec), dice)


def waistcoat(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    if spec.product_type.startswith("Outdoor"):
        cut = Cut(
            neck=8.5,
            depth=5,
            collar="stand",
            front="zip",
            shoulder=17.5,
            length=62,
            tiers=3,
            waist_at=18,
            pockets="welt",
        )
    else:
        cut = Cut(
            neckline="v",
            neck=8,
            depth=28,
            shoulder=15.5,
            chest=22.5,
            waist=20,
            hem=22.5,
            length=58,
            front="buttons",
            collar="none",
            pockets="welt",
        )
    return upper(fitted(cut, spec), dice)


def bodysuit(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    sleeve = dice.pick((0, 17, 52))
    cut = Cut(
        chest=20.5,
        waist=18,
        hem=19.5,
        length=53,
        waist_at=36,
        sleeve=sleeve,
        cuff=14 if sleeve == 17 else 8.5,
        sleeve_angle=32 if sleeve == 17 else 17,
        neckline=dice.pick(("crew", "scoop", "v")),
        depth=9,
    )
    worn = fitted(cut, spec)
    end, half = worn.length, worn.hem
    leg = path(
        (half, end - 5),
        ((half + 0.6, end + 1), (half - 0.4, end + 3)),
        ((7.5, end + 5), (4.4, end + 16)),
        (0, end + 16.4),
    )
    brief = mirrored([(0, end - 5), *leg])
    edges = [Line(p, tone=90, width=0.6) for p in both([(x - 1.0, y - 0.3) for x, y in leg[9:19]])]
    snaps = [
        Fill(ellipse(x, end + 14.6, 0.6, 0.6), tone=104, role="metal") for x in (-2.4, 0.0, 2.4)
    ]
    return [*upper(worn, dice), Fill(brief), *edges, *snaps]


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


def _leg_shape(spec: GarmentSpec, cut: Legs) -> Legs:
    if spec.is_child:
        return replace(cut, length=cut.rise + (cut.length - cut.rise) * 0.74, hem=cut.hem * 1.08)
    if spec.is_man:
        return replace(
            cut,
            waist=cut.waist * 1.08,
            hip=cut.hip * 0.98,
            hem=cut.hem * 1.05,
            knee=cut.knee * 1.05,
        )
    return cut


def trousers(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    if spec.appearance == "Denim":
        return jeans(spec, dice)
    kind = dice.below(5)
    cut = Legs()
    if kind == 0:  # tailored
        cut = replace(cut, crease=True, hem=dice.between(8.5, 11), length=100)
    elif kind == 1:  # wide
        cut = replace(cut, hem=15, knee=13, spread=18, length=104, crease=dice.chance(0.5))
    elif kind in (2, 3):
        cut = replace(
            cut,
            style="jogger",
            cord=dice.chance(0.7),
            hem=6.5,
            knee=10.5,
            spread=14.5,
            hip=26,
            cargo=dice.chance(0.2),
        )
    else:  # chinos, turned up
        cut = replace(cut, turned_up=dice.chance(0.6), hem=8, knee=10, length=96)
    return legs(_leg_shape(spec, cut), dice)


def jeans(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    hem, knee, spread = dice.pick(
        ((6.8, 8.4, 14.0), (8.6, 9.4, 15.0), (13.0, 11.5, 17.5), (10.0, 11.0, 16.0))
    )
    cut = Legs(
        style="jeans",
        hem=hem,
        knee=knee,
        spread=spread,
        length=dice.between(96, 103),
        turned_up=dice.chance(0.15),
    )
    return legs(_leg_shape(spec, cut), dice)


def shorts(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    style = "jeans" if spec.appearance == "Denim" else dice.pick(("jogger", "trousers"))
    cut = Legs(
        style=style,
        length=dice.between(38, 46) if not spec.is_man else dice.between(47, 54),
        hem=13.2,
        spread=15.6,
        cord=style == "jogger",
        turned_up=style == "jeans" and dice.chance(0.5),
    )
    return legs(replace(cut, rise=28.0), dice)


def leggings(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    cut = Legs(
        style="legging",
        waist=16.5,
        hip=20.5,
        hem=4.6,
        knee=6.6,
        spread=11.2,
        length=dice.pick((78, 96)),
        band=dice.pick((3.0, 8.0)),
        rise=27,
    )
    return legs(_leg_shape(spec, cut), dice)


def a_skirt(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    styles = (
        SkirtCut(),
        SkirtCut(style="pencil", hem=21.5, hip=22.5, length=60),
        SkirtCut(style="pleated", hem=36, hip=22, length=dice.pick((44, 74)), elastic=True),
        SkirtCut(style="tiered", hem=38, length=78, elastic=True),
        SkirtCut(style="wrap", hem=30, length=66),
        SkirtCut(hem=31, length=40),
    )
    cut = (
        SkirtCut(style="jeans", hem=26, length=42)
        if spec.appearance == "Denim"
        else dice.pick(styles)
    )
    return skirt(cut, dice)


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
        legs(_leg_shape(spec, Legs(style="jeans", hem=9.5, knee=11, length=92, waist=20)), dice),
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
        _leg_shape(
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
        else legs(_leg_shape(spec, Legs(style="jogger", hem=7.5, length=90, cord=True)), dice)
    )
    top = sweater(spec, dice) if dice.chance(0.5) else t_shirt(spec, dice)
    return moved(bottom, 12, 40, 8) + moved(top, -8, 0)


def long_johns(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    return legs(
        _leg_shape(spec, Legs(style="jogger", hem=6, knee=8, spread=12.5, hip=22, length=96)), dice
    )
