"""Low- and full-dose series of the same anatomy: matched by study and place, told apart by mAs and noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...dicom.exposure import is_plausible
from ...dicom.provenance import SIMULATED_DOSE
from .report import Pair
from .words import Said, said

if TYPE_CHECKING:
    from .report import Examined

MAX_SHIFT_PX = 0.5  # beyond, a network learns to blur
_SAME_MM = 0.2
_MIN_RATIO = 1.25  # of mAs (or of noise variance): less is the same dose


def find_pairs(
    series: Sequence[Examined], read: Callable[[int, int], NDArray[np.int16]]
) -> tuple[list[Pair], list[Said]]:
    """Pairs whose shift (measured on three slices) is small; a note for each refused one."""
    pairs: list[Pair] = []
    notes: list[Said] = []
    for a in range(len(series)):
        for b in range(a + 1, len(series)):
            if not _same_place(series[a], series[b]):
                continue
            order = _low_and_full(series, a, b)
            if order is None:
                continue
            low, full, dose = order
            shift = measured_shift(series, low, full, read)
            if shift is None:
                notes.append(said("pair_unlike", low=low + 1, full=full + 1))
                continue
            spacing = series[low].found.geometry.spacing_mm
            mm = (shift[0] * spacing[1], shift[1] * spacing[2])
            if max(abs(shift[0]), abs(shift[1])) > MAX_SHIFT_PX:
                where = {"mm": f"{np.hypot(*mm):.1f}", "across": f"{mm[1]:+.1f}", "down": f"{mm[0]:+.1f}"}
                notes.append(said("pair_shifted", low=low + 1, full=full + 1, **where))
                continue
            pairs.append(Pair(low, full, dose, mm))
    return _best_of_each(pairs), notes


def _same_place(a: Examined, b: Examined) -> bool:
    """Same patient, frame of reference, matrix, spacing and origin in the plane; overlapping in z."""
    x, y = a.found.geometry, b.found.geometry
    if a.patient != b.patient or x.shape[1:] != y.shape[1:]:
        return False
    frames = a.found.meta.frame_of_reference_uid, b.found.meta.frame_of_reference_uid
    if frames[0] and frames[1] and frames[0] != frames[1]:
        return False
    if not np.allclose(x.spacing_mm, y.spacing_mm, rtol=0.02, atol=0.005):
        return False
    if not np.allclose(x.matrix, y.matrix, atol=0.01):
        return False
    k, j, i = y.lps_to_index(x.index_to_lps(0, 0, 0))
    if abs(j) * y.spacing_mm[1] > 2.0 or abs(i) * y.spacing_mm[2] > 2.0:
        return False
    overlap = min(x.shape[0], y.shape[0] - k) - max(0.0, -k)
    return bool(overlap >= 3 and abs(k - round(k)) * y.spacing_mm[0] < _SAME_MM)


def _low_and_full(series: Sequence[Examined], a: int, b: int) -> tuple[int, int, float] | None:
    """(low, full, dose fraction) by mAs; by noise where mAs is not told; ``None`` for the same dose.

    A simulated dose keeps the mAs of the scan it was made from: its noise tells. So it does where the two headers
    state mAs in different attributes (one may count the pitch, or the time of the whole scan, and the other not), and
    where one states what no scanner does.
    """
    metas = [series[n].found.meta for n in (a, b)]
    mas = [meta.exposure_mas for meta in metas]
    alike = metas[0].exposure_from == metas[1].exposure_from
    simulated = any(SIMULATED_DOSE in series[n].found.image_type for n in (a, b))
    if mas[0] and mas[1] and alike and all(map(is_plausible, mas)) and not simulated:
        ratio = mas[0] / mas[1]
    elif series[a].noise_hu > 0 and series[b].noise_hu > 0 and _same_kernel(series[a], series[b]):
        ratio = (series[b].noise_hu / series[a].noise_hu) ** 2
    else:
        return None
    if 1 / _MIN_RATIO < ratio < _MIN_RATIO:
        return None
    return (a, b, ratio) if ratio < 1 else (b, a, 1 / ratio)


def _same_kernel(a: Examined, b: Examined) -> bool:
    return a.found.meta.kernel == b.found.meta.kernel


def measured_shift(
    series: Sequence[Examined], low: int, full: int, read: Callable[[int, int], NDArray[np.int16]]
) -> tuple[float, float] | None:
    """Median (down, across) shift in pixels of ``full`` against ``low`` over three slices; None: unlike."""
    x, y = series[low].found.geometry, series[full].found.geometry
    shifts = []
    for k in sorted({int(v) for v in np.linspace(0.25, 0.75, 3) * (x.shape[0] - 1)}):
        at = round(y.lps_to_index(x.index_to_lps(k, 0, 0))[0])
        if 0 <= at < y.shape[0] and (found := shift_of(read(low, k), read(full, at))) is not None:
            shifts.append(found)
    if not shifts:
        return None
    return float(np.median([s[0] for s in shifts])), float(np.median([s[1] for s in shifts]))


def shift_of(a: NDArray[np.int16], b: NDArray[np.int16]) -> tuple[float, float] | None:
    """(down, across) in pixels that ``b`` is shifted against ``a``; ``None`` where they are not alike.

    Phase correlation of smoothed, windowed pictures; the peak is refined by a parabola.
    """
    from scipy.ndimage import gaussian_filter

    x, y = (gaussian_filter(np.clip(v, -1000, 400).astype(np.float32), 1.5) for v in (a, b))
    if min(x.std(), y.std()) < 1.0:
        return None
    window = np.hanning(x.shape[0])[:, None] * np.hanning(x.shape[1])[None, :]
    fx, fy = (np.fft.fft2((v - v.mean()) * window) for v in (x, y))
    cross = fy * np.conj(fx)
    surface = np.fft.ifft2(cross / (np.abs(cross) + 1e-3 * np.abs(cross).max())).real
    top = np.unravel_index(int(surface.argmax()), surface.shape)
    shift = [_refined(surface, top, axis) for axis in (0, 1)]
    moved = np.roll(y, (-round(shift[0]), -round(shift[1])), axis=(0, 1))
    alike = float(np.corrcoef(x.ravel()[::7], moved.ravel()[::7])[0, 1])
    return (shift[0], shift[1]) if alike > 0.9 else None


def _refined(surface: NDArray[np.float64], top: tuple[np.intp, ...], axis: int) -> float:
    n = surface.shape[axis]

    def at(offset: int) -> float:
        where = list(top)
        where[axis] = np.intp((int(top[axis]) + offset) % n)
        return float(surface[tuple(where)])

    left, middle, right = at(-1), at(0), at(1)
    curve = left - 2 * middle + right
    part = 0.0 if curve == 0 else 0.5 * (left - right) / curve
    whole = int(top[axis])
    return (whole - n if whole > n / 2 else whole) + float(np.clip(part, -0.5, 0.5))


def _best_of_each(pairs: list[Pair]) -> list[Pair]:
    """Each low-dose series keeps its highest-dose partner; a series that is a target is not an input too."""
    best: dict[int, Pair] = {}
    for pair in pairs:
        if pair.low not in best or pair.dose < best[pair.low].dose:
            best[pair.low] = pair
    full = {p.full for p in best.values()}
    return [p for p in best.values() if p.low not in full]
