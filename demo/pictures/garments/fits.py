"""Proportions: a cut for a child or a man, slim or loose; and a piece moved beside another."""

from dataclasses import replace

from demo.pictures.garments.cut import Cut
from demo.pictures.garments.lower import Legs
from demo.pictures.garments.shapes import Fold, Mark, shift
from demo.pictures.garments.spec import Dice, GarmentSpec


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


def slim(dice: Dice) -> Cut:
    return Cut(chest=22, waist=19.5, hem=22.5, shoulder=17.5)


def loose(dice: Dice) -> Cut:
    return Cut(chest=27, waist=27, hem=27, shoulder=21.5, drop=5)


def any_fit(spec: GarmentSpec, dice: Dice) -> Cut:
    if spec.is_man or spec.is_child:
        return Cut()
    return dice.pick((slim(dice), Cut(), Cut(), loose(dice)))


def leg_shape(spec: GarmentSpec, cut: Legs) -> Legs:
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
