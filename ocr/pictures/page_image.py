"""What a page's picture is: its colour and ink; and how it is made ready for the engine.

Pictures are upright grey ("L") unless said otherwise.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

from ocr.words import Box

Pixels = npt.NDArray[np.uint8]

READING_DPI = 250
"""Measured best on 300 dpi scans: 0.11 % character errors, against 0.22 % at 200 and 0.20 % at 300."""
PAGE_DPI = 200
"""At which a whole page is read, a tenth cheaper than at 250 and with as many errors (README); what is read again in
parts has `READING_DPI`: short words of small capitals and names under a seal need it."""
ENLARGE_UNDER_DPI = 150
_MOST_ENLARGED = 12_000_000
"""Pixels beyond which nothing is enlarged (A4 at 300 dpi has 9 million)."""
_DARK = 80
"""Level under which most of a negative's pixels lie; the shadow of a photograph is lighter."""
_LOOKED_AT = 4
"""Every so many pixels one is asked whether it is red."""
_SMALL = 700
"""Longer side, in pixels, of the thumbnail on which ink, blankness and skew are judged."""
_PAPER_TO_INK = 45
"""Levels under the paper's from which a pixel of the reduced page is ink (faint print at 35 % contrast has 84)."""


def on_white(picture: Image.Image) -> Image.Image:
    """The picture as it looks on white paper, in "L" or "RGB"."""
    if picture.mode in ("L", "RGB"):
        return picture
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("L" if picture.mode == "1" else "RGB")
    clear = picture.convert("RGBA")
    paper = Image.new("RGB", clear.size, "white")
    paper.paste(clear, mask=clear.getchannel("A"))
    return paper


def positive(picture: Image.Image) -> Image.Image:
    """Dark ink on light paper: a negative, as some fax coders store it, is turned round."""
    small = picture.resize((60, 80), Image.Resampling.NEAREST).convert("L")
    dark = sum(small.histogram()[:_DARK])
    return ImageChops.invert(picture) if picture.mode in ("L", "RGB") and dark > 0.6 * 60 * 80 else picture


def without_seal(picture: Image.Image) -> Image.Image:
    """Grey picture without red seals: the red channel, lifted where red prevails.

    Measured under a seal: plain grey 6.2 % errors, red channel 1.6 %. What is left of the seal's ring and letters in
    the red channel still misleads the engine's layout, hence the lift.
    """
    if picture.mode not in ("RGB", "RGBA"):
        return picture if picture.mode == "L" else picture.convert("L")
    grey, place = picture.getchannel("R"), _place_of_red(picture)
    if place is not None:
        inside = picture.crop(place)
        grey.paste(ImageChops.add(inside.getchannel("R"), _redness(inside).point(_LIFTED)), place)
    return grey


def _redness(picture: Image.Image) -> Image.Image:
    red, green, blue = picture.split()[:3]
    return ImageChops.subtract(red, ImageChops.lighter(green, blue))


def _place_of_red(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """Pixels around all that is red (left, top, right, bottom); None where nothing is clearly so.

    Every fourth pixel of every fourth row is looked at: a seal's ring and a red letter are met somewhere, dust is not.
    """
    few = max(1, picture.width // _LOOKED_AT), max(1, picture.height // _LOOKED_AT)
    redness = _redness(picture.resize(few, Image.Resampling.NEAREST))
    if redness.getextrema()[1] <= 40:  # type: ignore[operator]
        return None
    seen = redness.point([0] * _TINT + [255] * (256 - _TINT)).getbbox()
    if seen is None:
        return None
    left, top, right, bottom = ((edge + side) * _LOOKED_AT for edge, side in zip(seen, (-4, -4, 5, 5), strict=True))
    return max(0, left), max(0, top), min(picture.width, right), min(picture.height, bottom)


def without_coloured_ink(picture: Image.Image) -> Image.Image:
    """Grey picture without red seals and blue pen strokes: the lightest channel, lifted where there is colour."""
    red, green, blue = picture.convert("RGB").split()
    lightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    colour = ImageChops.subtract(lightest, ImageChops.darker(ImageChops.darker(red, green), blue))
    return ImageChops.add(lightest, colour.point(_LIFTED))


def darkest_ink(grey: Image.Image) -> Image.Image:
    """Black print alone, where a seal on a grey scan is only lighter than it (92 of 255, print 25)."""
    levels = grey.histogram()
    least = 0.002 * sum(levels)
    dark = next(level for level, seen in enumerate(accumulate(levels)) if seen >= least)
    reach = max(12.0, 0.28 * (_paper_level(levels) - dark))
    return grey.point([max(0, min(255, round(255 * (level - dark) / reach))) for level in range(256)])


_TINT = 24
_LIFTED = [0 if level < _TINT else min(255, round(1.3 * level)) for level in range(256)]
"""What colour adds to brightness; the tint of paper and of print's edges adds nothing."""


def colour_seen(picture: Image.Image) -> Literal["colour", "grey", "bilevel"]:
    """What the pixels show, whatever the file declares: a grey scan stored as RGB is grey."""
    if picture.mode == "1":
        return "bilevel"
    small = picture.resize((160, 220), Image.Resampling.NEAREST).convert("RGB")
    if _chroma(small) > 2:
        return "colour"
    levels = small.getchannel("R").histogram()
    between = sum(levels[12:244])
    return "bilevel" if between == 0 else "grey"


def without_idle_colour(picture: Image.Image) -> Image.Image:
    """A picture that shows no colour, in "L": pages that are drawn are "RGB", and grey scans are often stored so."""
    return picture if picture.mode == "L" or colour_seen(picture) == "colour" else picture.convert("L")


def _chroma(picture: Image.Image) -> int:
    red, green, blue = picture.split()
    spread = ImageChops.subtract(
        ImageChops.lighter(ImageChops.lighter(red, green), blue), ImageChops.darker(ImageChops.darker(red, green), blue)
    )
    highest = spread.getextrema()[1]
    return int(highest) if isinstance(highest, (int, float)) else 0


def ready_for_reading(picture: Image.Image, dpi: float) -> tuple[Image.Image, float]:
    """Grey picture at the resolution measured best, and that resolution."""
    grey = even_light(without_seal(picture))
    if dpi > READING_DPI * 1.04:
        return _scaled(grey, READING_DPI / dpi), READING_DPI
    if dpi < ENLARGE_UNDER_DPI:
        factor = max(1.0, min(4.0, 300 / max(dpi, 20.0), (_MOST_ENLARGED / max(1, grey.width * grey.height)) ** 0.5))
        return _scaled(grey, factor), dpi * factor
    return grey, dpi


def ready_as_a_page(ready: Image.Image, dpi: float) -> tuple[Image.Image, float]:
    """The same at the resolution at which whole pages are read, its paper quiet, and that resolution."""
    part, part_dpi = (_scaled(ready, PAGE_DPI / dpi), PAGE_DPI) if dpi > PAGE_DPI * 1.04 else (ready, dpi)
    return _with_quiet_paper(part), part_dpi


def _with_quiet_paper(grey: Image.Image) -> Image.Image:
    """White paper, where print is far darker: its grain, packed and unpacked line by line, takes the engine a tenth."""
    levels = grey.histogram()
    white = _paper_level(levels) - _GRAIN
    if white - _threshold(levels) < _CLEAR_OF_PRINT:
        return grey
    return grey.point([min(255, round(255 * level / white)) for level in range(256)])


_GRAIN = 25
"""Levels by which the paper's own may be darker (a scanner's noise has a deviation of some 5)."""
_CLEAR_OF_PRINT = 50
"""Levels between paper's grain and Otsu's threshold from which no faint print is taken for grain."""


def _scaled(picture: Image.Image, factor: float) -> Image.Image:
    size = max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
    return picture.resize(size, Image.Resampling.HAMMING if factor < 1 else Image.Resampling.BICUBIC)


def even_light(grey: Image.Image) -> Image.Image:
    """Photos have shadows: where the paper's own brightness varies much, it is subtracted (halves their errors)."""
    coarse = grey.reduce(max(1, max(grey.size) // 160))
    paper = Image.fromarray(_lightest_near(np.asarray(coarse), 4)).filter(ImageFilter.GaussianBlur(4))
    levels = sorted(paper.resize((24, 32), Image.Resampling.BOX).tobytes())
    if levels[-8] - levels[len(levels) // 10] < 45:
        return grey
    return ImageChops.subtract(grey, paper.resize(grey.size, Image.Resampling.BILINEAR), 1.0, 255)


def _lightest_near(pixels: Pixels, reach: int) -> Pixels:
    """The lightest of the square of pixels around each: ImageFilter.MaxFilter(2 * reach + 1) at a tenth of its cost."""
    for axis in (0, 1):
        padded = np.pad(pixels, [(reach, reach) if one == axis else (0, 0) for one in (0, 1)], mode="edge")
        pixels = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=axis).max(axis=-1)
    return np.ascontiguousarray(pixels)


def ink_mask(grey: Image.Image) -> Image.Image:
    """Thumbnail in which ink is 255 and paper 0, by Otsu's threshold, never lighter than 200."""
    small = thumbnail(grey)
    edge = min(200, max(60, otsu(small)))
    return small.point([255 if level < edge else 0 for level in range(256)])


def thumbnail(grey: Image.Image) -> Image.Image:
    """At most `_SMALL` pixels long, without a copy of the whole; of a thumbnail the same.

    Skew, direction and fingerprint are judged on it, so a page's is made once and given to each of them.
    """
    factor = min(1.0, _SMALL / max(grey.size))
    size = max(1, round(grey.width * factor)), max(1, round(grey.height * factor))
    return grey.resize(size, Image.Resampling.BOX, reducing_gap=2.0)


def otsu(grey: Image.Image) -> int:
    """Otsu's threshold between dark and light."""
    return _threshold(grey.histogram())


def _threshold(levels: list[int]) -> int:
    """The same from the histogram."""
    total = sum(levels)
    whole = sum(level * count for level, count in enumerate(levels))
    best, threshold, seen, weight = -1.0, 128, 0, 0
    for level, count in enumerate(levels):
        seen += count
        weight += level * count
        if seen in (0, total):
            continue
        between = (whole * seen / total - weight) ** 2 / (seen * (total - seen))
        if between > best:
            best, threshold = between, level
    return threshold + 1


def ink_share(grey: Image.Image) -> float:
    """Share of the page's inner part (scan edges left out) that is ink, from 0 to 1."""
    width, height = grey.size
    inner = grey.crop((width // 25, height // 25, width - width // 25, height - height // 25))
    levels = thumbnail(inner).histogram()
    paper = _paper_level(levels)
    dark = sum(levels[: max(1, paper - _PAPER_TO_INK)])
    return dark / max(1, sum(levels))


def _paper_level(levels: list[int]) -> int:
    """Brightness of the paper: the level that most pixels of the light half have."""
    return max(range(96, 256), key=lambda level: levels[level])


def inked_part(small: Image.Image) -> Box:
    """Around all that is darker than the paper on a thumbnail; shares of its sides, the whole of an empty one."""
    wide, high = small.size
    edge = _paper_level(small.histogram()) - _PAPER_TO_INK
    left, top, right, bottom = small.point([255 * (level < edge) for level in range(256)]).getbbox() or (
        0,
        0,
        wide,
        high,
    )
    return Box(left / wide, top / high, right / wide, bottom / high)


def inkiest_band(grey: Image.Image, share: float) -> float:
    """Where the horizontal band of this share of the height begins that holds most ink; a share of the height."""
    rows = np.asarray(ink_mask(grey), dtype=np.float64).mean(axis=1)
    wide = max(1, round(share * len(rows)))
    sums = np.convolve(rows, np.ones(wide), mode="valid")
    return float(sums.argmax() / len(rows))


def lines_run_down(grey: Image.Image) -> bool:
    """Ink and paper alternate from column to column, not from row to row: the page lies on its side."""
    mask = ink_mask(grey)
    across = _alternation(mask.resize((1, mask.height), Image.Resampling.BOX).tobytes())
    down = _alternation(mask.resize((mask.width, 1), Image.Resampling.BOX).tobytes())
    return down > 1.6 * across


def _alternation(profile: bytes) -> float:
    """Mean square of the steps from one line of pixels to the next."""
    return sum((after - before) ** 2 for before, after in pairwise(profile)) / max(1, len(profile) - 1)


_GROUND = 110
"""Level under which the middle pixel of a row or column of pixels lies where it shows a desk or a scanner's lid."""


def share_of_paper(picture: Image.Image) -> float:
    """The share of the picture's width that paper takes where dark ground lies on all its four sides; else 1."""
    levels = np.asarray(picture.resize((150, 200), Image.Resampling.NEAREST).convert("L"))
    columns, rows = np.median(levels, axis=0) >= _GROUND, np.median(levels, axis=1) >= _GROUND
    light = np.flatnonzero(columns)
    if columns[0] or columns[-1] or rows[0] or rows[-1] or not light.size:
        return 1.0
    return float(light[-1] + 1 - light[0]) / len(columns)


_EDGE_INK = 70
"""Levels under the brightest nearby from which the averaged edge is ink: shadows of photos are no ink."""


def strokes_over_edges(picture: Image.Image, dpi: float) -> tuple[int, int, int, int]:
    """How many strokes of ink run over the left, top, right and bottom edge of a scan: letters that were cut off.

    Counted are runs under 3 mm along the edge that also stand a third of a millimetre further in. A scanner's black
    rim is longer, its dust shallower.
    """
    deep, reach = max(2, round(dpi * 0.012)), max(3, round(dpi * 0.12))
    (wide, high), both = picture.size, 2 * deep
    if min(wide, high) < both:
        return 0, 0, 0, 0
    left = _grey_of(picture, (0, 0, both, high)).transpose(Image.Transpose.ROTATE_270)
    top = _grey_of(picture, (0, 0, wide, both))
    right = _grey_of(picture, (wide - both, 0, wide, high)).transpose(Image.Transpose.ROTATE_90)
    bottom = _grey_of(picture, (0, high - both, wide, high)).transpose(Image.Transpose.ROTATE_180)
    return _strokes_in(left, reach), _strokes_in(top, reach), _strokes_in(right, reach), _strokes_in(bottom, reach)


def _grey_of(picture: Image.Image, part: tuple[int, int, int, int]) -> Image.Image:
    return picture.crop(part).convert("L")


def _strokes_in(edge: Image.Image, reach: int) -> int:
    """Strokes over the upper side of this strip: ink in its outer half that goes on in its inner half."""
    rows = np.asarray(edge.resize((edge.width, 2), Image.Resampling.BOX), dtype=np.int16)
    near = np.pad(rows[0], reach, mode="edge")
    brightest = np.lib.stride_tricks.sliding_window_view(near, 2 * reach + 1).max(axis=1)
    outer, inner = rows < brightest - _EDGE_INK
    steps = np.diff(outer.astype(np.int8), prepend=0, append=0)
    runs = zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True)
    return sum(bool(end - start <= reach and inner[max(0, start - 2) : end + 2].any()) for start, end in runs)


def fingerprint(grey: Image.Image) -> int:
    """Difference hash of 16 x 17 cells, for finding the same page twice in a document."""
    cells = grey.resize((17, 16), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(16):
        for column in range(16):
            here = cells[row * 17 + column]
            bits = (bits << 1) | (here < cells[row * 17 + column + 1])
    return bits
