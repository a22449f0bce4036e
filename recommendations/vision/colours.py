"""The colours of a garment, from the pixels that stand out from the picture's background."""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from web.arrays import Floats

# Stored per colour: lightness, a, b (CIE L*a*b*) and its share of the garment.
COLOURS: Final = 3
PARTS: Final = 4
SMALL: Final = 48
# Pixels nearer to the background than this belong to it; nearer to each other they are one colour.
GROUND_DISTANCE: Final = 9.0
SAME_DISTANCE: Final = 14.0
# A garment fills at least this share of its picture; white on white fills less by its pixels.
MIN_GARMENT_SHARE: Final = 0.08
ROUNDS: Final = 6
SEEDS: Final = 5
MIN_SHARE: Final = 0.08
TO_XYZ: Final = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32
)
WHITE: Final = np.array([0.9505, 1.0, 1.089], np.float32)


def lab(rgb: npt.NDArray[np.uint8]) -> Floats:
    """sRGB bytes (… × 3) as CIE L*a*b* under D65."""
    value = rgb.astype(np.float32) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    xyz = linear @ TO_XYZ.T / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    found: Floats = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1).astype(np.float32)
    return found


def hex_of(colour: Floats) -> str:
    """One CIE L*a*b* colour as #rrggbb, cut off at the limits of sRGB."""
    y = (float(colour[0]) + 16) / 116
    f = np.array([y + float(colour[1]) / 500, y, y - float(colour[2]) / 200])
    xyz = np.where(f > 6 / 29, f**3, (f - 16 / 116) / 7.787) * WHITE
    linear = np.linalg.solve(TO_XYZ.astype(np.float64), xyz).clip(0.0, 1.0)
    value = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#{:02x}{:02x}{:02x}".format(*(round(part * 255) for part in value.tolist()))


def dominant_colours(picture: Image.Image) -> Floats:
    """COLOURS × PARTS, largest share first; unused lines are zero."""
    pixels = lab(np.asarray(picture.resize((SMALL, SMALL * 3 // 2))))
    garment = pixels[garment_mask(pixels)]
    centres, share = clusters(garment)
    found = np.zeros((COLOURS, PARTS), np.float32)
    order = [at for at in np.argsort(-share, kind="stable") if share[at] >= MIN_SHARE][:COLOURS]
    found[: len(order), :3] = centres[order]
    found[: len(order), 3] = share[order] / share[order].sum()
    return found


def garment_mask(pixels: Floats) -> npt.NDArray[np.bool_]:
    """What differs from the background along the edges; the middle if next to nothing does."""
    height, width = pixels.shape[:2]
    edge = np.concatenate([pixels[0], pixels[:, 0], pixels[:, -1]])
    grounds = [np.median(part, axis=0) for part in (pixels[0], pixels[:, 0], pixels[:, -1])]
    grounds.append(np.median(edge, axis=0))
    apart = np.min([np.linalg.norm(pixels - ground, axis=-1) for ground in grounds], axis=0)
    mask: npt.NDArray[np.bool_] = apart > GROUND_DISTANCE
    if mask.mean() < MIN_GARMENT_SHARE:
        mask = np.zeros((height, width), np.bool_)
        mask[height // 4 : -height // 4, width // 4 : -width // 4] = True
    return mask


def clusters(pixels: Floats) -> tuple[Floats, Floats]:
    """Centres and shares: k-means from seeds far apart, with similar centres merged."""
    centres = far_apart(pixels)
    for _ in range(ROUNDS):
        own = np.linalg.norm(pixels[:, None] - centres, axis=-1).argmin(axis=1)
        count = np.bincount(own, minlength=len(centres))
        sums = np.stack([np.bincount(own, pixels[:, n], len(centres)) for n in range(3)], axis=1)
        centres = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], centres)
    return merged(centres.astype(np.float32), (count / count.sum()).astype(np.float32))


def far_apart(pixels: Floats) -> Floats:
    """SEEDS pixels: the median, then repeatedly the one farthest from those chosen."""
    found = [np.median(pixels, axis=0)]
    distance = np.linalg.norm(pixels - found[0], axis=1)
    for _ in range(SEEDS - 1):
        found.append(pixels[distance.argmax()])
        distance = np.minimum(distance, np.linalg.norm(pixels - found[-1], axis=1))
    return np.stack(found)


def merged(centres: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Similar centres merged at their weighted mean, largest first."""
    kept: list[Floats] = []
    sizes: list[float] = []
    for at in np.argsort(-share, kind="stable").tolist():
        near = [n for n, c in enumerate(kept) if np.linalg.norm(c - centres[at]) < SAME_DISTANCE]
        if near:
            n, own = near[0], float(share[at])
            kept[n] = (kept[n] * sizes[n] + centres[at] * own) / max(sizes[n] + own, 1e-9)
            sizes[n] += own
        else:
            kept.append(centres[at])
            sizes.append(float(share[at]))
    return np.stack(kept), np.array(sizes, np.float32)
