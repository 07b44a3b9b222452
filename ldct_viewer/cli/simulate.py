"""``ldct-viewer simulate IN OUT``: a series as a lower dose would show it, DICOM to DICOM."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OpenError, WriteError
from .denoise import SERIES_HELP

if TYPE_CHECKING:
    from ..volume import SeriesMeta


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("input", metavar="IN", type=Path, help="a DICOM series folder")
    parser.add_argument("output", metavar="OUT", type=Path, help="new folder for the simulated DICOM series")
    level = parser.add_mutually_exclusive_group(required=True)
    level.add_argument("--dose", type=_dose, help="fraction of the scan's own dose, 0.01 to 1")
    level.add_argument(
        "--mas", type=_positive, help="target tube current-time product, mAs (needs Exposure in the header)"
    )
    parser.add_argument("--seed", type=int, default=0, help="same seed, same noise (default 0)")
    parser.add_argument("--kernel", help="smooth, standard, detail or sharp (default: fitted to the picture's noise)")
    parser.add_argument("--device", default="cpu", help="torch device (default cpu)")
    parser.add_argument("--series", type=int, metavar="N", help=SERIES_HELP)
    parser.add_argument("--json", action="store_true", help="a JSON summary on stdout")


def run(args: argparse.Namespace) -> int:
    """Simulate IN into OUT; OUT must not exist."""
    started = time.monotonic()
    if os.path.lexists(args.output):
        raise WriteError(
            "OUT exists already; nothing is ever overwritten.", "Name a new folder.", args.output, "exists"
        )
    found, volume = _read(args.input, args.series)
    dose = args.dose if args.dose is not None else _dose_of(args.mas, volume.meta)
    for warning in volume.warnings:
        print(f"note: {warning.message}", file=sys.stderr)
    from ..physics.dose import plan_dose, simulate_low_dose
    from ..physics.kernels import kernel_from_name

    kernel = kernel_from_name(args.kernel) if args.kernel else volume.meta.kernel
    plan = plan_dose(volume.hu, volume.geometry, kernel, args.device)
    if math.isnan(plan.source_sd_hu):
        print("note: no even tissue to measure the scan's noise; a usual scanner is assumed.", file=sys.stderr)
    low = simulate_low_dose(
        volume.hu, volume.geometry, dose, args.seed, plan=plan, device=args.device, progress=_show("simulating")
    )
    from ..dicom.derive import write_derived
    from ..dicom.provenance import simulated_low_dose

    write_derived(
        found, low, args.output, simulated_low_dose(dose, args.seed), volume=volume, progress=_show("writing")
    )
    seconds = round(time.monotonic() - started, 3)
    if args.json:
        summary = {
            "input": str(args.input),
            "output": str(args.output),
            "dose": dose,
            "seed": args.seed,
            "slices": int(low.shape[0]),
            "kernel": {"cutoff_per_mm": round(plan.kernel.cutoff_per_mm, 3), "boost": plan.kernel.boost},
            "source_sd_hu": None if math.isnan(plan.source_sd_hu) else round(plan.source_sd_hu, 2),
            "seconds": seconds,
        }
        print(json.dumps(summary, ensure_ascii=False))
    else:
        print(f"{low.shape[0]} slices at {dose:.1%} dose → {args.output} in {seconds:.1f} s")
    return 0


def _read(path: Path, number: int | None) -> tuple[Any, Any]:
    """(found series, volume): the chosen CT series below ``path``, or the largest."""
    from ..dicom.read import SeriesReader, choose
    from ..dicom.scan import scan_paths

    if not path.exists():
        raise OpenError("There is no such file or folder.", "Check the path.", path, "not_found")
    series = scan_paths([path]).series
    found = choose(series, number, path)
    if found is None:
        raise OpenError("No readable CT series was found.", "ldct-viewer info says why.", path, "no_series")
    if len(series) > 1 and number is None:
        print(f"note: {len(series)} series found, the largest is taken.", file=sys.stderr)
    if getattr(found, "volume_file", None) is not None:
        raise OpenError("Simulation needs a DICOM series.", "This file has no DICOM headers.", path, "not_dicom")
    return found, SeriesReader(found).read()


def _dose_of(mas: float, meta: SeriesMeta) -> float:
    if not meta.exposure_mas:
        raise OpenError("The header states no exposure (mAs).", "Give --dose instead of --mas.", code="no_exposure")
    dose = mas / meta.exposure_mas
    if not 0.01 <= dose <= 1:
        raise OpenError(
            f"{mas:g} mAs is {dose:.2g} of the scan's {meta.exposure_mas:g} mAs; it must lie between 1 % and 100 %.",
            "Give a lower --mas.",
            code="dose_range",
        )
    return dose


def _dose(text: str) -> float:
    value = float(text)
    if not 0.01 <= value <= 1:
        raise argparse.ArgumentTypeError("must lie between 0.01 and 1")
    return value


def _positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError("must be above 0")
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
