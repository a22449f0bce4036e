"""Trousers, jeans, shorts, leggings and skirts."""

from dataclasses import replace

from demo.pictures.garments.fits import leg_shape
from demo.pictures.garments.lower import Legs, legs
from demo.pictures.garments.shapes import Mark
from demo.pictures.garments.skirts import SkirtCut, skirt
from demo.pictures.garments.spec import Dice, GarmentSpec


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
    return legs(leg_shape(spec, cut), dice)


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
    return legs(leg_shape(spec, cut), dice)


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
    return legs(leg_shape(spec, cut), dice)


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


def long_johns(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    return legs(
        leg_shape(spec, Legs(style="jogger", hem=6, knee=8, spread=12.5, hip=22, length=96)), dice
    )
