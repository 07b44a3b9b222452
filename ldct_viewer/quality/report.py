"""All measures of a volume in one report (plain data for JSON): with a reference, with its low dose, or alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..errors import OpenError
from ..volume import Volume
from . import detectability, noise, residual, resolution, similarity
from .tissue import TISSUES

REPORT_VERSION = 1
LESIONS_MM = (3.0, 5.0, 8.0, 10.0)
LESION_CONTRAST_HU = -20.0
_ROI_SIZES = (32, 24, 16)

Report = dict[str, Any]


@dataclass(frozen=True)
class Disc:
    """A round insert of a phantom: slice, row, column (voxels, fractions allowed) and radius in mm."""

    k: int
    j: float
    i: float
    radius_mm: float


def evaluate(
    image: Volume,
    reference: Volume | None = None,
    low: Volume | None = None,
    *,
    limit: int = 32,
    discs: Sequence[Disc] = (),
    progress: Progress = no_progress,
    cancel: CancelToken = NEVER,
) -> Report:
    """Measure ``image``; against ``reference`` (full dose, truth) and ``low`` (what it was made from) if given.

    At most ``limit`` slices, evenly spread, are looked at. Raises OpenError (code ``geometry``) where the
    volumes do not lie on the same grid.
    """
    volumes = {"image": image, "low": low, "reference": reference}
    present = {name: volume for name, volume in volumes.items() if volume is not None}
    for name, volume in present.items():
        _same_grid(name, volume, image)
    slices = spread(image.shape[0], limit)
    padding = image.padding
    guide = reference if reference is not None else image
    pixel_mm = (float(image.geometry.spacing_mm[1]), float(image.geometry.spacing_mm[2]))
    report: Report = {
        "report_version": REPORT_VERSION,
        "slices": slices,
        "shape": list(image.shape),
        "spacing_mm": list(image.geometry.spacing_mm),
        "tissues_hu": {name: list(limits) for name, limits in TISSUES.items()},
        "notes": [],
    }
    notes: list[str] = report["notes"]
    total = 6
    done = 0

    def step(name: str, value: Report) -> None:
        nonlocal done
        cancel.check()
        done += 1
        progress(done, total)
        report[name] = value

    progress(0, total)
    if reference is not None:
        step("similarity", _similarity(present, slices))
        step("hu_bias", _bias(present, slices, padding))
    step("noise", _noise(present, guide.hu, slices, padding))
    spectra = _spectra(present, guide.hu, slices, pixel_mm)
    step("spectrum", {name: _spectrum_data(s) for name, s in spectra.items()})
    if not spectra:
        notes.append("No flat soft tissue large enough for a noise power spectrum.")
    elif low is not None and spectra["low"].mean_per_mm > 0:
        shift = spectra["image"].mean_per_mm / spectra["low"].mean_per_mm - 1.0
        report["spectrum"]["image"]["mean_shift_from_low"] = shift
    edges = _edges(present, guide.hu, slices, pixel_mm, notes)
    report["resolution"] = _resolution(edges, present, discs, pixel_mm[0])
    step("detectability", _detectability(spectra, edges))
    if low is not None:
        step("residual", _residual(image.hu, low.hu, reference, slices, padding))
    progress(total, total)
    plain: Report = _plain(report)
    return plain


def spread(count: int, limit: int) -> list[int]:
    """At most ``limit`` slice numbers of ``count``, evenly spread, ends left out where there are many."""
    if count <= limit:
        return list(range(count))
    return sorted({int((n + 0.5) * count / limit) for n in range(limit)})


def _same_grid(name: str, volume: Volume, image: Volume) -> None:
    if volume.shape != image.shape:
        raise OpenError(
            f"The {name} volume has {volume.shape} voxels (z, y, x), the image {image.shape}.",
            "Give volumes of the same series: measures compare voxel with voxel.",
            code="geometry",
        )
    if not np.allclose(volume.geometry.spacing_mm, image.geometry.spacing_mm, rtol=0.01):
        raise OpenError(
            f"The {name} volume and the image differ in voxel spacing.",
            "Give volumes of the same series: measures compare voxel with voxel.",
            code="geometry",
        )


def _similarity(present: dict[str, Volume], slices: list[int]) -> Report:
    reference = present["reference"].hu
    found: Report = {}
    for name in ("image", "low"):
        if name in present:
            hu = present[name].hu
            found[name] = {
                window_name: asdict(similarity.similarity(hu, reference, window, slices))
                for window_name, window in similarity.METRIC_WINDOWS.items()
            }
            found[name]["rmse_hu"] = similarity.rmse_hu(hu, reference, slices)
            found[name]["rmse_clip_hu"] = list(similarity.RMSE_CLIP_HU)
    if "low" in found:
        found["gain"] = {
            window: {
                "psnr_db": found["image"][window]["psnr_db"] - found["low"][window]["psnr_db"],
                "ssim": found["image"][window]["ssim"] - found["low"][window]["ssim"],
            }
            for window in similarity.METRIC_WINDOWS
        }
    return found


def _bias(present: dict[str, Volume], slices: list[int], padding: NDArray[np.bool_] | None) -> Report:
    reference = present["reference"].hu
    return {
        name: {t: asdict(b) for t, b in similarity.tissue_bias(present[name].hu, reference, slices, padding).items()}
        for name in ("image", "low")
        if name in present
    }


def _noise(
    present: dict[str, Volume], guide: NDArray[Any], slices: list[int], padding: NDArray[np.bool_] | None
) -> Report:
    found: Report = {}
    for name, volume in present.items():
        sds = noise.soft_tissue_sd(volume.hu, guide, slices, padding)
        median, mode = noise.noise_level(sds)
        found[name] = {"median_sd_hu": median, "global_noise_level_hu": mode, "pixels": int(sds.size)}
    if "low" in found and found["low"]["median_sd_hu"] > 0:
        found["reduction"] = 1.0 - found["image"]["median_sd_hu"] / found["low"]["median_sd_hu"]
    return found


def _spectra(
    present: dict[str, Volume], guide: NDArray[Any], slices: list[int], pixel_mm: tuple[float, float]
) -> dict[str, noise.Nps]:
    """Spectra of all volumes and of the residual in the same flat places; empty where there are too few."""
    for size in _ROI_SIZES:
        places = noise.flat_places(guide, size, slices=slices)
        if len(places) >= 4:
            break
    if len(places) < 4:
        return {}
    regions = {name: noise.cut(volume.hu, places, size) for name, volume in present.items()}
    if "low" in regions:
        regions["residual"] = regions["low"] - regions["image"]
    return {name: noise.nps(stack, pixel_mm) for name, stack in regions.items()}


def _spectrum_data(s: noise.Nps) -> Report:
    return {
        "sd_hu": s.sd_hu,
        "peak_per_mm": s.peak_per_mm,
        "mean_per_mm": s.mean_per_mm,
        "frequency_per_mm": s.frequency,
        "power_hu2_mm2": s.power,
        "rois": s.rois,
        "roi_px": s.power_2d.shape[0],
    }


def _edges(
    present: dict[str, Volume],
    guide: NDArray[Any],
    slices: list[int],
    pixel_mm: tuple[float, float],
    notes: list[str],
) -> dict[str, resolution.Ttf]:
    """Transfer functions of the skin, by volume."""
    if not math.isclose(*pixel_mm, rel_tol=0.01):
        notes.append("Pixels are not square: no transfer function.")
        return {}
    found = {}
    for name, volume in present.items():
        ttf = resolution.skin_ttf(volume.hu, pixel_mm[0], guide, slices[:: max(len(slices) // 12, 1)])
        if ttf is None:
            notes.append("No clean border between skin and air: no transfer function of the patient.")
            return {}
        found[name] = ttf
    return found


def _resolution(
    edges: dict[str, resolution.Ttf], present: dict[str, Volume], discs: Sequence[Disc], pixel_mm: float
) -> Report:
    found: Report = {name: {"edge": "skin", **_ttf_data(ttf)} for name, ttf in edges.items()}
    for name in ("low", "reference"):
        if name in edges:
            found["image"][f"ttf50_ratio_to_{name}"] = edges["image"].ttf50 / edges[name].ttf50
    for number, disc in enumerate(discs):
        for name, volume in present.items():
            ttf = resolution.circular_ttf(volume.hu[disc.k], (disc.j, disc.i), disc.radius_mm, pixel_mm)
            found[f"{name}, disc {number + 1}"] = {"edge": f"disc of {disc.radius_mm:g} mm", **_ttf_data(ttf)}
    return found


def _ttf_data(ttf: resolution.Ttf) -> Report:
    return {
        "ttf50_per_mm": ttf.ttf50,
        "ttf10_per_mm": ttf.ttf10,
        "contrast_hu": ttf.contrast_hu,
        "frequency_per_mm": ttf.frequency[::4],
        "ttf": ttf.ttf[::4],
    }


def _detectability(spectra: dict[str, noise.Nps], edges: dict[str, resolution.Ttf]) -> Report:
    found: Report = {"observer": "NPW", "contrast_hu": LESION_CONTRAST_HU, "diameters_mm": list(LESIONS_MM)}
    for name in ("image", "low", "reference"):
        if name in spectra:
            values = [
                detectability.npw_dprime(d, LESION_CONTRAST_HU, spectra[name], edges.get(name)) for d in LESIONS_MM
            ]
            found[name] = {"dprime": values, "transfer": "skin edge" if name in edges else "none (taken as 1)"}
    if "low" in found and "image" in found:
        found["ratio_to_low"] = [a / b for a, b in zip(found["image"]["dprime"], found["low"]["dprime"], strict=True)]
    return found


def _residual(
    image: NDArray[Any],
    low: NDArray[Any],
    reference: Volume | None,
    slices: list[int],
    padding: NDArray[np.bool_] | None,
) -> Report:
    leak = residual.leakage(low, image, None if reference is None else reference.hu, slices)
    means = residual.residual_means(low, image, slices, padding)
    return {
        "mean_by_tissue": {name: asdict(value) for name, value in means.items()},
        "structure_leakage": None if leak is None else asdict(leak),
    }


def _plain(value: Any) -> Any:
    """JSON's own types; what is not a finite number becomes ``None``."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return [_plain(item) for item in value.tolist()]
    if isinstance(value, float | np.floating):
        return round(float(value), 6) if math.isfinite(value) else None
    return value
