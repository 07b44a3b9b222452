"""``ldct-viewer simulate IN OUT``: a series as a lower dose would show it, DICOM to DICOM."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..dicom.exposure import is_plausible
from ..dicom.provenance import AI_DENOISED, SIMULATED_DOSE
from ..errors import DeviceError, OpenError, WriteError
from .arguments import UsageError, must_exist, place, positive, share
from .denoise import SERIES_HELP, SUFFIXES

if TYPE_CHECKING:
    from ..denoise.device import Device
    from ..dicom.series import FoundSeries
    from ..physics.kernels import Kernel
    from ..volume import SeriesMeta, Volume

_THICKEST_MM = 50.0
_OFF_AXIS_MM = 10.0
_MANY = 0.2  # of the slices


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("input", metavar="IN", type=place, help="a DICOM series folder")
    parser.add_argument("output", metavar="OUT", type=place, help="new folder for the simulated DICOM series")
    level = parser.add_mutually_exclusive_group(required=True)
    level.add_argument("--dose", type=_dose, help="fraction of the scan's own dose, 0.01 to 1 (or 1%% to 100%%)")
    level.add_argument("--mas", type=positive, help="target tube current-time product, mAs (the header must state it)")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same noise (default 0)")
    kernel_help = "smooth, standard, detail, sharp or a vendor's name (default: fitted to the picture's noise)"
    parser.add_argument("--kernel", type=_kernel, help=kernel_help)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N (default: auto)")
    parser.add_argument("--series", type=int, metavar="N", help=SERIES_HELP)
    parser.add_argument("--json", action="store_true", help="a JSON summary on stdout")


def run(args: argparse.Namespace) -> int:
    """Simulate IN into OUT; OUT must not exist."""
    started = time.monotonic()
    if os.path.lexists(args.output):
        raise WriteError(
            "OUT exists already; nothing is ever overwritten.", "Name a new folder.", args.output, "exists"
        )
    _check_name(args.output)
    found, volume = _read(args.input, args.series)
    _check_origin(found.image_type, args)
    meta = volume.meta
    dose = args.dose if args.dose is not None else _dose_of(args.mas, meta, args.input)
    for warning in volume.warnings:
        _say(warning.message)
    device = _device(args.device)
    from ..physics.dose import axis_of, plan_dose, simulate_low_dose, square_field, truncated_share

    try:
        pixel_mm = square_field(volume.geometry)[1]
    except OpenError as error:
        raise OpenError(error.message, error.hint, args.input, error.code) from None
    axis_mm = axis_of(volume.geometry, meta.rotation_centre_lps)
    off_mm = math.hypot(*axis_mm)
    if off_mm > _OFF_AXIS_MM:
        _say(f"the picture's middle lies {off_mm:.0f} mm off the scanner's axis; the model takes that into account.")
    cut = truncated_share(volume.hu, pixel_mm)
    if cut > _MANY:
        _say(
            f"in {cut:.0%} of the slices the body reaches the edge of the picture; what lies outside is missing from "
            "the rays, so the noise is somewhat too low there."
        )
    # where thickness and step change along the stack the header's one thickness says nothing of the others
    thickness_mm = None if volume.geometry.usual_steps_mm else _thickness(meta.slice_thickness_mm)
    with _memory():
        plan = plan_dose(volume.hu, volume.geometry, args.kernel or meta.kernel, device.id, axis_mm)
        if math.isnan(plan.source_sd_hu):
            _say("no even tissue to measure the scan's noise; a usual scanner is assumed.")
        low = simulate_low_dose(
            volume.hu,
            volume.geometry,
            dose,
            args.seed,
            plan=plan,
            thickness_mm=thickness_mm,
            device=device.id,
            progress=_show("simulating"),
        )
    from ..dicom.derive import write_derived
    from ..dicom.provenance import simulated_low_dose

    report = write_derived(
        found, low, args.output, simulated_low_dose(dose, args.seed), volume=volume, progress=_show("writing")
    )
    for warning in report.warnings:
        _say(warning.message)
    seconds = round(time.monotonic() - started, 3)
    mas = None
    if meta.exposure_mas and is_plausible(meta.exposure_mas) and SIMULATED_DOSE not in found.image_type:
        mas = {"source": meta.exposure_mas, "simulated": round(dose * meta.exposure_mas, 2), "from": meta.exposure_from}
    if args.json:
        summary = {
            "input": str(args.input),
            "output": str(args.output),
            "dose": dose,
            "mas": mas,
            "seed": args.seed,
            "slices": int(low.shape[0]),
            "kernel": {"cutoff_per_mm": round(plan.kernel.cutoff_per_mm, 3), "boost": plan.kernel.boost},
            "source_sd_hu": None if math.isnan(plan.source_sd_hu) else round(plan.source_sd_hu, 2),
            "slice_thickness_mm": thickness_mm,
            "axis_mm": [round(value, 1) for value in axis_mm],
            "truncated_share": round(cut, 2),
            "device": device.id,
            "seconds": seconds,
        }
        print(json.dumps(summary, ensure_ascii=False))
    else:
        stated = f" ({mas['simulated']:g} of {mas['source']:g} mAs, {mas['from']})" if mas else ""
        print(f"{low.shape[0]} slices at {dose:.1%} dose{stated} → {args.output} in {seconds:.1f} s")
    return 0


def _read(path: Path, number: int | None) -> tuple[FoundSeries, Volume]:
    """:func:`.read.open_series` of DICOM files only."""
    from ..dicom.read import open_series

    must_exist(path)
    found, volume = open_series(path, number=number)
    if found.volume_file is not None:
        raise OpenError("Simulation needs a DICOM series.", "This file has no DICOM headers.", path, "not_dicom")
    return found, volume


def _check_name(output: Path) -> None:
    """A folder called like a file would be taken for one. Raises UsageError."""
    if output.name.lower().endswith((*SUFFIXES, ".nii")):
        raise UsageError("simulate writes a DICOM folder.", "Give OUT a name without such an ending.", output, "suffix")


def _check_origin(image_type: Sequence[str], args: argparse.Namespace) -> None:
    """Of what this program made itself no dose can be lowered as of a scan. Raises OpenError."""
    if AI_DENOISED in image_type:
        raise OpenError(
            "This series was denoised by this program: it no longer has the noise that tells its dose.",
            "Simulate from the original series.",
            args.input,
            "ai_denoised",
        )
    if SIMULATED_DOSE not in image_type:
        return
    if args.mas is not None:
        raise OpenError(
            "This series is a simulated low dose; its header still states the mAs of the scan it was made from.",
            "Give --dose (a fraction of the simulated dose) instead of --mas.",
            args.input,
            "simulated",
        )
    _say("this series is a simulated low dose already; --dose is taken as a fraction of that.")


def _dose_of(mas: float, meta: SeriesMeta, path: Path) -> float:
    """``mas`` as a fraction of the series' mean mAs."""
    stated = meta.exposure_mas
    if not stated:
        raise OpenError("The header states no exposure (mAs).", "Give --dose instead of --mas.", path, "no_exposure")
    if not is_plausible(stated):
        raise OpenError(
            f"The header states {stated:g} mAs ({meta.exposure_from}), which no CT slice is taken with.",
            "Give --dose instead of --mas.",
            path,
            "exposure_range",
        )
    dose = mas / stated
    if not 0.01 <= dose <= 1:
        raise OpenError(
            f"{mas:g} mAs is {100 * dose:.3g} % of the scan's {stated:g} mAs; it must lie between 1 % and 100 %.",
            "Give a lower --mas." if dose > 1 else "Give a higher --mas.",
            path,
            "dose_range",
        )
    return dose


def _thickness(stated: float | None) -> float | None:
    return stated if stated and 0 < stated <= _THICKEST_MM else None


def _device(wanted: str) -> Device:
    """As ``denoise`` chooses; the noise needs sparse matrices, which Apple's GPU has not in torch."""
    from ..denoise.device import choose_device

    device = choose_device(wanted)
    if device.kind == "mps":
        _say("torch has no sparse matrices on Apple's GPU; computing on the CPU.")
        device = choose_device("cpu")
    return device


@contextmanager
def _memory() -> Iterator[None]:
    """A device that runs full is worded for people."""
    import torch

    try:
        yield
    except torch.OutOfMemoryError as error:
        raise DeviceError(
            "The device has not enough free memory.", "Use --device cpu.", code="device_memory"
        ) from error


def _kernel(text: str) -> Kernel:
    """One of our kernels or a vendor's name; what nobody knows is refused, not guessed."""
    from ..physics.kernels import known_kernel

    kernel = known_kernel(text)
    if kernel is None:
        raise argparse.ArgumentTypeError(
            f"unknown kernel {text!r}; give smooth, standard, detail, sharp or a vendor's name such as Br40, FC18, LUNG"
        )
    return kernel


def _say(text: str) -> None:
    print(f"note: {text}", file=sys.stderr)


def _dose(text: str) -> float:
    value = share(text)
    if value < 0.01:
        raise argparse.ArgumentTypeError("a dose below 0.01 (1%) is none that a scanner gives")
    return value


def _show(what: str) -> Any:
    """Progress on stderr, every tenth of the work."""
    last = -1

    def show(done: int, total: int) -> None:
        nonlocal last
        tenth = 10 * done // max(total, 1)
        if tenth != last:
            last = tenth
            print(f"{what} {done}/{total}", file=sys.stderr, flush=True)

    return show
