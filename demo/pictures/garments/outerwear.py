"""Jackets, blazers, coats and waistcoats."""

from dataclasses import replace

from demo.pictures.garments.cut import Cut
from demo.pictures.garments.fits import fitted, loose
from demo.pictures.garments.shapes import Mark
from demo.pictures.garments.spec import Dice, GarmentSpec
from demo.pictures.garments.upper import upper


def jacket(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    kind = dice.below(4)
    base = replace(
        loose(dice), neck=8.5, depth=8, sleeve=56, cuff=11.5, length=dice.between(58, 64)
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
