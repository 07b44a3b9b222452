"""The task-based part of the report: sharpness of the skin and of phantom discs, and d′ of faint discs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ..errors import OpenError
from ..volume import Geometry, Volume
from . import detectability, noise, observers, resolution

LESIONS_MM = (3.0, 5.0, 8.0, 10.0)
LESION_CONTRAST_HU = -20.0

Data = dict[str, Any]


@dataclass(frozen=True)
class Disc:
    """A round insert of a phantom: slice, row, column (voxels, fractions allowed) and radius in mm."""

    k: int
    j: float
    i: float
    radius_mm: float


def check_disc(disc: Disc, geometry: Geometry) -> None:
    """Raises OpenError (code ``geometry``) where the disc does not lie wholly in a picture of the grid."""
    count, rows, columns = geometry.shape
    _, dy, dx = geometry.spacing_mm
    name = f"The disc of {disc.radius_mm:g} mm at slice {disc.k}, row {disc.j:g}, column {disc.i:g}"
    if not 0 <= disc.k < count:
        raise OpenError(f"{name} names a slice the image does not have.", f"Slices: 0 to {count - 1}.", code="geometry")
    ry, rx = disc.radius_mm / dy, disc.radius_mm / dx
    if not (ry <= disc.j <= rows - 1 - ry and rx <= disc.i <= columns - 1 - rx):
        raise OpenError(
            f"{name} does not lie wholly in the picture of {rows} × {columns} pixels of {dy:.3g} × {dx:.3g} mm.",
            "Give its slice, row and column as voxels counted from 0, and its radius in mm.",
            code="geometry",
        )


def skin_edges(
    present: dict[str, Volume],
    guide: NDArray[Any],
    slices: list[int],
    pixel_mm: tuple[float, float],
    notes: list[str],
) -> dict[str, resolution.Ttf]:
    """Transfer functions of the skin, by volume."""
    if not math.isclose(*pixel_mm, rel_tol=0.01):
        notes.append("Pixels are not square: no transfer function of the skin.")
        return {}
    found = {}
    for name, volume in present.items():
        ttf = resolution.skin_ttf(volume.hu, pixel_mm[0], guide, slices[:: max(len(slices) // 12, 1)])
        if ttf is None:
            notes.append("No clean border between skin and air: no transfer function of the patient.")
            return {}
        found[name] = ttf
    return found


def resolution_data(
    edges: dict[str, resolution.Ttf],
    present: dict[str, Volume],
    discs: Sequence[Disc],
    pixel_mm: tuple[float, float],
) -> Data:
    """Sharpness of the skin (``edges``) and of the discs' rims, by volume; frequencies in cycles/mm.

    Raises OpenError (code ``geometry``) where a rim has too few pixels.
    """
    found = _edge_data(edges, "skin", "")
    for number, disc in enumerate(discs, 1):
        rims = {name: _disc_ttf(volume, disc, pixel_mm) for name, volume in present.items()}
        found |= _edge_data(rims, f"disc of {disc.radius_mm:g} mm", f", disc {number}")
    return found


def _disc_ttf(volume: Volume, disc: Disc, pixel_mm: tuple[float, float]) -> resolution.Ttf:
    try:
        return resolution.circular_ttf(volume.hu[disc.k], (disc.j, disc.i), disc.radius_mm, pixel_mm)
    except ValueError as error:
        raise OpenError(
            f"The disc of {disc.radius_mm:g} mm at slice {disc.k}, row {disc.j:g}, column {disc.i:g} is too small: "
            "its rim has too few pixels for a transfer function.",
            "Give the radius in mm; it must be several pixels.",
            code="geometry",
        ) from error


def _edge_data(edges: dict[str, resolution.Ttf], edge: str, suffix: str) -> Data:
    """The transfer functions of one edge by volume, and how the image's TTF50 compares with the others'."""
    found: Data = {f"{name}{suffix}": {"edge": edge, **_ttf_data(ttf)} for name, ttf in edges.items()}
    for name in ("low", "reference"):
        if name in edges:
            found[f"image{suffix}"][f"ttf50_ratio_to_{name}"] = edges["image"].ttf50 / edges[name].ttf50
    return found


def _ttf_data(ttf: resolution.Ttf) -> Data:
    return {
        "ttf50_per_mm": ttf.ttf50,
        "ttf10_per_mm": ttf.ttf10,
        "contrast_hu": ttf.contrast_hu,
        "frequency_per_mm": ttf.frequency[::4],
        "ttf": ttf.ttf[::4],
    }


def detectability_data(spectra: dict[str, noise.Nps], edges: dict[str, resolution.Ttf], notes: list[str]) -> Data:
    """d′ of discs by the non-prewhitening observer, without and with an eye's filter; ``None`` where not measurable."""
    found: Data = {
        "observer": "NPW",
        "contrast_hu": LESION_CONTRAST_HU,
        "diameters_mm": list(LESIONS_MM),
        "eye_filter": {
            "observer": "NPWE",
            "response": "f^1.3 exp(-c f^2), f in cycles/degree, greatest at 4 (Burgess 1994)",
            "distance_mm": observers.EYE_MM,
            "zoom": observers.EYE_ZOOM,
            "internal_noise": 0.0,
        },
    }
    for name in ("image", "low", "reference"):
        if name in spectra:
            spectrum, ttf = spectra[name], edges.get(name)
            found[name] = {
                **{key: _dprimes(spectrum, ttf, eye) for key, eye in (("dprime", False), ("dprime_npwe", True))},
                "transfer": "skin edge" if name in edges else "none (taken as 1)",
            }
    if "low" in found and "image" in found:
        for key, ratio in (("dprime", "ratio_to_low"), ("dprime_npwe", "ratio_to_low_npwe")):
            pairs = zip(found["image"][key], found["low"][key], strict=True)
            found[ratio] = [None if a is None or b is None else a / b for a, b in pairs]
    if "image" in spectra:
        side = spectra["image"].side_mm
        large = [f"{d:g}" for d in LESIONS_MM if d > detectability.LARGEST_SHARE * side]
        if large:
            which = f"The flat places are {side:.0f} mm wide, less than twice a disc of {large[0]} mm"
            notes.append(f"{which}: no d′ for {', '.join(large)} mm.")
    return found


def _dprimes(spectrum: noise.Nps, transfer: resolution.Ttf | None, eye: bool) -> list[float | None]:
    return [
        None
        if d > detectability.LARGEST_SHARE * spectrum.side_mm
        else detectability.npw_dprime(d, LESION_CONTRAST_HU, spectrum, transfer, eye)
        for d in LESIONS_MM
    ]
