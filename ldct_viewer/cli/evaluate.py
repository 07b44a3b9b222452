"""``ldct-viewer evaluate``: measure a volume, alone, against what it was made from, or against a reference."""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any

from ..errors import WriteError
from .arguments import must_exist, place, whole


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "image", metavar="IMAGE", type=place, help="what to measure: a series folder, .nii.gz, .nrrd, .mha"
    )
    parser.add_argument("--reference", metavar="PATH", type=place, help="full dose or truth, on the same voxels")
    parser.add_argument(
        "--low", metavar="PATH", type=place, help="the low dose that IMAGE was made from, on the same voxels"
    )
    series_help = "which series of IMAGE, as numbered by ldct-viewer info (default: the largest)"
    parser.add_argument("--series", type=whole(1), metavar="N", help=series_help)
    parser.add_argument("--slices", type=whole(1), default=32, metavar="N", help="look at most at N slices (32)")
    parser.add_argument(
        "--disc",
        action="append",
        default=[],
        type=_disc,
        metavar="K,J,I,MM",
        help="a round phantom insert for the TTF: slice, row, column (voxels from 0), radius in mm; repeatable",
    )
    parser.add_argument("--html", metavar="FILE", type=place, help="also write a page with pictures")
    parser.add_argument("--force", action="store_true", help="overwrite FILE")
    parser.add_argument("--json", action="store_true", help="the report as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Measure and report."""
    paths: dict[str, Path] = {name: path for name in ("image", "low", "reference") if (path := getattr(args, name))}
    for path in paths.values():
        must_exist(path)
    if args.html:
        _check_page(args.html, args.force)
    from ..dicom.read import load
    from ..quality.page import write_page
    from ..quality.report import evaluate

    volumes = {}
    for name, path in paths.items():
        print(f"reading {name}: {path}", file=sys.stderr)
        volumes[name] = load(path, number=args.series if name == "image" else None)
        for warning in volumes[name].warnings:
            print(f"note ({name}): {warning.message}", file=sys.stderr)
    print("measuring", file=sys.stderr)
    report = evaluate(
        volumes["image"], volumes.get("reference"), volumes.get("low"), limit=args.slices, discs=args.disc
    )
    report["input"] = {name: str(path) for name, path in paths.items()}
    if args.html:
        write_page(args.html, report, dict(volumes), {name: path.name for name, path in paths.items()})
        print(f"page: {args.html}", file=sys.stderr)
    print(json.dumps(report, ensure_ascii=False) if args.json else summary(report))
    return 0


def _check_page(page: Path, force: bool) -> None:
    """Refuse a place for the page now, not after the measuring."""
    if page.is_dir():
        raise WriteError("FILE is a folder.", "Name a file for the page.", page, "is_folder")
    if not page.absolute().parent.is_dir():
        raise WriteError("The folder for FILE does not exist.", "Make it first.", page.absolute().parent, "no_folder")
    if page.exists() and not force:
        raise WriteError("The page exists already.", "Add --force to overwrite it.", page, "exists")


def summary(report: dict[str, Any]) -> str:
    """The report in some lines for a person."""
    from ..quality.report import ORDER

    lines = _similarity(report.get("similarity", {}))
    for tissue, b in report.get("hu_bias", {}).get("image", {}).items():
        lines.append(f"HU bias in {tissue}: {b['mean_hu']:+.2f} HU")
    for name in ORDER:
        found = report["noise"].get(name)
        if found and found["median_sd_hu"] is not None:
            low, high = (found["sd_percentiles_hu"][p] for p in ("5", "95"))
            spectrum = report["spectrum"].get(name)
            shape = f", spectrum mean {spectrum['mean_per_mm']:.3f} /mm" if spectrum else ""
            lines.append(
                f"noise of {name} in soft tissue: {found['median_sd_hu']:.1f} HU ({low:.1f} to {high:.1f} HU in 90 %)"
                + shape
            )
    for name, t in report["resolution"].items():
        if t["ttf50_per_mm"] is not None:
            ratios = [
                f"{t[key]:.2f} × {other}"
                for other in ("low", "reference")
                if t.get(key := f"ttf50_ratio_to_{other}") is not None
            ]
            told = f" ({', '.join(ratios)})" if ratios else ""
            lines.append(f"TTF50 of {name} ({t['edge']}): {t['ttf50_per_mm']:.3f} /mm{told}")
    lines += _detectability(report["detectability"])
    if "residual" in report:
        means = report["residual"]["mean_by_tissue"]
        lines.append("taken away, mean: " + ", ".join(f"{t} {m['mean_hu']:+.2f} HU" for t, m in means.items()))
        leak = report["residual"]["structure_leakage"]
        if leak:
            lines.append(f"structure leakage {leak['index']:.3f} (worst slice {leak['worst']:.3f}; 0 is noise alone)")
    return "\n".join([*lines, *report["notes"]])


def _similarity(found: dict[str, Any]) -> list[str]:
    from ..quality.similarity import gain_text, psnr_text, window_text

    lines = []
    for name in ("low", "image"):
        entries = {window: s for window, s in found.get(name, {}).items() if isinstance(s, dict)}
        for window, s in entries.items():
            lines.append(
                f"{name}, {window} ({window_text(s)}): PSNR {psnr_text(s)}, SSIM {s['ssim']:.4f}, "
                f"RMSE {s['rmse_window_hu']:.2f} HU"
            )
        if entries:
            low, high = found[name]["rmse_clip_hu"]
            lines.append(f"{name}, full range ({low:g} to {high:g} HU): RMSE {found[name]['rmse_hu']:.2f} HU")
    for window, g in found.get("gain", {}).items():
        lines.append(f"gain, {window} ({window_text(g)}): PSNR {gain_text(g)}, SSIM {g['ssim']:+.4f}")
    return lines


def _detectability(found: dict[str, Any]) -> list[str]:
    from ..quality.report import ORDER

    lines = []
    for name in ORDER:
        for key, observer in (("dprime", "NPW"), ("dprime_npwe", "NPW with an eye's filter")):
            if name in found:
                values = zip(found["diameters_mm"], found[name][key], strict=True)
                listed = ", ".join(f"{d:g} mm {value:.2f}" for d, value in values if value is not None)
                head = f"d′ of {found['contrast_hu']:g} HU discs in {name} ({observer}, linear model)"
                lines.append(f"{head}: {listed or 'not measurable'}")
    return lines


def _disc(text: str) -> Any:
    from ..quality.report_tasks import Disc

    try:
        k, j, i, radius = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("four numbers K,J,I,MM") from None
    if not all(map(math.isfinite, (k, j, i, radius))) or radius <= 0 or k != int(k):
        raise argparse.ArgumentTypeError("K is a whole number and MM above 0")
    return Disc(int(k), j, i, radius)
