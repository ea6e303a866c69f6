"""A round seal that a grey or bilevel scan shows as black as print: its rings and star taken out of the picture.

A seal of the State has a diameter of 32 to 42 mm (Circular 21/2012/TT-BCA), a thick outer ring, thin rings within and a
star. Rings are the only long arcs beside a signature, so that they are known surely; strokes of print that cross them
stay. Letters between the rings stay too: nothing tells them from print.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

Mask = npt.NDArray[np.bool_]
Far = npt.NDArray[np.float64]

_RADII = 43.0, 61.0
"""Points: 15 to 21.5 mm."""
_COARSE_DPI = 36
_SEEN = 0.75
"""Share of the circle that is ink from which it is a ring; half of it may be where strokes of print lie by chance."""
_RING = 0.6
"""The same for each row of pixels of a ring. Thin ones that are frayed stay: they mislead less than print that is lost
with them."""
_INK_UNDER = 128
_STAR = 4.5
"""Points: bold print of 14 points has stems of 2, a seal's star is thicker."""


@dataclass(frozen=True, slots=True)
class _Circle:
    """Middle and radius in pixels."""

    across: float
    down: float
    radius: float


def without_black_seal(grey: Image.Image, dpi: float) -> Image.Image:
    """The grey picture without a black seal's rings and star; the picture itself where none is seen."""
    pixels = np.asarray(grey)
    ink = pixels < _INK_UNDER
    seal = _seal_in(ink, dpi)
    if seal is None:
        return grey
    faded = pixels.copy()
    faded[_rings(ink, seal, dpi) | _star(ink, seal, dpi)] = 255
    return Image.fromarray(faded)


def _seal_in(ink: Mask, dpi: float) -> _Circle | None:
    """The outer ring: found at low resolution, then by the circle that is most of it."""
    rough = _roughly(ink, dpi)
    if rough is None:
        return None
    down, across = (places.astype(np.float64) for places in np.nonzero(ink))
    near = np.abs(np.hypot(across - rough.across, down - rough.down) - rough.radius) < 0.06 * dpi
    down, across, best = down[near], across[near], rough
    for fineness in (1.0, 0.4, 0.15):
        tried = [(_shares(one, across, down), one) for one in _around(best, fineness * dpi / 72)]
        shares, best = max(tried, key=lambda pair: float(pair[0].max()))
    radius = int(shares.argmax())
    return _Circle(best.across, best.down, float(radius)) if shares[radius] >= _SEEN else None


def _shares(circle: _Circle, across: Far, down: Far) -> Far:
    """Of each circle around the middle, by its radius, the share that these points are."""
    far = np.hypot(across - circle.across, down - circle.down)
    counts = np.bincount(np.rint(far).astype(np.intp))
    shares: Far = counts / np.maximum(1.0, 2 * np.pi * np.arange(len(counts)))
    return shares


def _around(circle: _Circle, step: float) -> Iterator[_Circle]:
    for right in (-2, -1, 0, 1, 2):
        for below in (-2, -1, 0, 1, 2):
            yield _Circle(circle.across + right * step, circle.down + below * step, circle.radius)


def _roughly(ink: Mask, dpi: float) -> _Circle | None:
    """The circle of a seal's size on which most ink lies, at low resolution."""
    factor = dpi / _COARSE_DPI
    size = max(1, round(ink.shape[1] / factor)), max(1, round(ink.shape[0] / factor))
    small = np.asarray(Image.fromarray(ink).convert("L").resize(size, Image.Resampling.BOX), dtype=np.float64) > 60
    least, most = (points * _COARSE_DPI / 72 for points in _RADII)
    wide = round(most) + 2
    shape = tuple(np.array(small.shape) + 2 * wide)
    seen = np.fft.rfft2(small, shape)
    found = None
    for radius in np.arange(least, most, 0.75):
        ring = _thin_ring(radius, wide)
        votes = np.fft.irfft2(seen * np.conj(np.fft.rfft2(ring, shape)), shape) / ring.sum()
        place = np.unravel_index(votes.argmax(), votes.shape)
        if found is None or votes[place] > found[0]:
            found = votes[place], place, radius
    if found is None or found[0] < _RING:
        return None
    corner = zip(found[1], small.shape, shape, strict=True)
    top, left = (int(at) if at < edge else int(at) - full for at, edge, full in corner)
    return _Circle((left + wide) * factor, (top + wide) * factor, float(found[2]) * factor)


def _thin_ring(radius: float, wide: int) -> Far:
    down, across = np.mgrid[-wide : wide + 1, -wide : wide + 1]
    ring: Far = (np.abs(np.hypot(across, down) - radius) < 0.6).astype(np.float64)
    return ring


def _rings(ink: Mask, seal: _Circle, dpi: float) -> Mask:
    """The ink of all rings around the middle but where strokes cross them."""
    down, across = np.mgrid[: ink.shape[0], : ink.shape[1]]
    right, below = across - seal.across, down - seal.down
    far = np.hypot(right, below)
    row = np.rint(far).astype(np.intp)
    most = round(seal.radius + 0.05 * dpi)
    share = _shares(seal, across[ink].astype(np.float64), down[ink].astype(np.float64))[: most + 1]
    taken = np.zeros_like(ink)
    for first, last in _runs(share > _RING, round(0.4 * seal.radius)):
        band = ink & (row >= first - 1) & (row <= last + 1)
        taken |= band & ~_crossed(ink, band, (right, below, far), (first - 1, last + 1), dpi)
    return taken


def _runs(rows: Mask, least: int) -> list[tuple[int, int]]:
    """First and last of each run of rows from `least` on; gaps of one are no gaps."""
    places = [int(at) for at in np.flatnonzero(rows) if at >= least]
    runs: list[tuple[int, int]] = []
    for at in places:
        if runs and at - runs[-1][1] <= 2:
            runs[-1] = runs[-1][0], at
        else:
            runs.append((at, at))
    return runs


def _crossed(ink: Mask, band: Mask, polar: tuple[Far, Far, Far], edges: tuple[int, int], dpi: float) -> Mask:
    """Of the band the ink that goes on both within and without it. `polar`: right, below, from the middle."""
    right, below, far = polar
    rows, columns = np.nonzero(band)
    reach = max(1, round(dpi / 110))
    grown = _grown(ink & ~band, 1)
    both = np.ones(len(rows), dtype=bool)
    for edge in (edges[0] - reach, edges[1] + reach):
        scale = edge / np.maximum(1.0, far[rows, columns])
        y = np.clip(np.rint(rows + below[rows, columns] * (scale - 1)).astype(int), 0, ink.shape[0] - 1)
        x = np.clip(np.rint(columns + right[rows, columns] * (scale - 1)).astype(int), 0, ink.shape[1] - 1)
        both &= grown[y, x]
    found = np.zeros_like(ink)
    found[rows[both], columns[both]] = True
    return found


def _grown(mask: Mask, reach: int) -> Mask:
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(mask, reach), (2 * reach + 1,) * 2)
    grown: Mask = np.asarray(windows.any(axis=(2, 3)))
    return grown


def _star(ink: Mask, seal: _Circle, dpi: float) -> Mask:
    """What is thicker than print, with its tips."""
    side = max(3, round(_STAR * dpi / 72))
    solid = np.lib.stride_tricks.sliding_window_view(np.pad(ink, (0, side - 1)), (side, side)).all(axis=(2, 3))
    core = np.zeros_like(ink)
    rows, columns = np.nonzero(solid)
    if not len(rows):
        return core
    core[rows.min() : rows.max() + side, columns.min() : columns.max() + side] = True
    down, across = np.mgrid[: ink.shape[0], : ink.shape[1]]
    star: Mask = ink & core & (np.hypot(across - seal.across, down - seal.down) < 0.45 * seal.radius)
    return star
