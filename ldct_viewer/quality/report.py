"""All measures of a volume in one report (plain data for JSON): with a reference, with its low dose, or alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..errors import OpenError
from ..volume import Volume
from . import noise, residual, similarity
from .grid import common_grid
from .report_tasks import Disc, check_disc, detectability_data, resolution_data, skin_edges
from .tissue import TISSUES

REPORT_VERSION = 2
ORDER = ("low", "image", "reference")  # in which volumes are told of
_ROI_SIZES = (32, 24, 16)

Report = dict[str, Any]


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
    volumes do not lie on the same voxels of the patient, where slices are too small for SSIM, and where a disc does
    not lie in the picture.
    """
    volumes = {"image": image, "low": low, "reference": reference}
    present = {name: volume for name, volume in volumes.items() if volume is not None}
    geometry, places = common_grid(present)
    if reference is not None:
        _check_matrix(image)
    for disc in discs:
        check_disc(disc, geometry)
    slices = spread(image.shape[0], limit)
    paddings = [volume.padding for volume in present.values() if volume.padding is not None]
    padding = np.logical_or.reduce(paddings) if paddings else None
    guide = reference if reference is not None else image
    pixel_mm = (float(geometry.spacing_mm[1]), float(geometry.spacing_mm[2]))
    report: Report = {
        "report_version": REPORT_VERSION,
        "slices": slices,
        "shape": list(image.shape),
        "spacing_mm": list(geometry.spacing_mm),
        "tissues_hu": {name: list(limits) for name, limits in TISSUES.items()},
        "notes": places,
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
    edges = skin_edges(present, guide.hu, slices, pixel_mm, notes)
    report["resolution"] = resolution_data(edges, present, discs, pixel_mm)
    step("detectability", detectability_data(spectra, edges, notes))
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


def _check_matrix(image: Volume) -> None:
    least = similarity.SSIM_BOX_PX
    if min(image.shape[1:]) < least:
        rows, columns = image.shape[1:]
        raise OpenError(
            f"Slices of {rows} × {columns} pixels are too small for SSIM, which needs {least} × {least}.",
            "Give larger slices, or measure without a reference.",
            image.files[0] if image.files else None,
            "geometry",
        )


def _similarity(present: dict[str, Volume], slices: list[int]) -> Report:
    """Every entry carries its window (HU) and data range, or the HU it was clipped to."""
    reference = present["reference"].hu
    names = [name for name in ("image", "low") if name in present]
    found: Report = {name: {} for name in names}
    gains: Report = {}
    for window_name, window in similarity.METRIC_WINDOWS.items():
        rows = {name: similarity.scores(present[name].hu, reference, window, slices) for name in names}
        for name in names:
            found[name][window_name] = asdict(similarity.averaged(rows[name], window))
        if "low" in rows:
            gains[window_name] = asdict(similarity.gain(rows["image"], rows["low"], window))
    for name in names:
        found[name]["rmse_hu"] = similarity.rmse_hu(present[name].hu, reference, slices)
        found[name]["rmse_clip_hu"] = list(similarity.RMSE_CLIP_HU)
    if gains:
        found["gain"] = gains
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
        found[name] = {
            "median_sd_hu": median,
            "global_noise_level_hu": mode,
            "sd_percentiles_hu": noise.sd_percentiles(sds),
            "box_px": noise.BOX_PX,
            "pixels": int(sds.size),
        }
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
    fy, fx = s.axes_per_mm
    return {
        "sd_hu": s.sd_hu,
        "peak_per_mm": s.peak_per_mm,
        "mean_per_mm": s.mean_per_mm,
        "frequency_per_mm": s.frequency,
        "power_hu2_mm2": s.power,
        "rois": s.rois,
        "roi_px": s.power_2d.shape[0],
        "detrend_order": s.detrend,
        # Rows by columns, zero frequency where both axes are zero; four digits are more than a spectrum knows.
        "power_2d_hu2_mm2": [[float(f"{v:.4g}") for v in row] for row in s.power_2d],
        "frequency_rows_per_mm": fy,
        "frequency_columns_per_mm": fx,
    }


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
