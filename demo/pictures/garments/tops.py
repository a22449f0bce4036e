"""Tops: what is worn on the upper body indoors."""

from dataclasses import replace

from demo.pictures.garments.cut import Cut
from demo.pictures.garments.fits import any_fit, fitted, loose, slim
from demo.pictures.garments.shapes import Fill, Line, Mark, both, ellipse, mirrored, path
from demo.pictures.garments.spec import Dice, GarmentSpec
from demo.pictures.garments.upper import upper


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
        any_fit(spec, dice),
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
        slim(dice),
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
        loose(dice) if dice.chance(0.6) else Cut(),
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
        loose(dice),
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
        any_fit(spec, dice),
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
        loose(dice),
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
        any_fit(spec, dice),
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
