"""``ldct-viewer info PATH``: every CT series below a path, its geometry and warnings; nothing is written."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ..dicom.read import SeriesReader, no_series
from ..dicom.scan import ScanResult, scan_paths
from ..dicom.series import FoundSeries
from ..errors import EXIT_INPUT, OpenError
from ..volume import SeriesWarning, Volume
from .arguments import must_exist, place


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the sub-command."""
    parser.add_argument("path", metavar="PATH", type=place, help="a folder, file or zip")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    parser.add_argument("--pixels", action="store_true", help="read the pixels too: HU minimum, maximum and mean")


def run(args: argparse.Namespace) -> int:
    """Print what lies below the path; raises OpenError when there is no CT series at all."""
    must_exist(args.path)
    result = scan_paths([args.path])
    series = [_describe(found, args.pixels) for found in result.series]
    if args.json:
        print(json.dumps(_report(result, series), indent=2, ensure_ascii=True))
    else:
        _print(result, series)
    if not result.series:
        error = no_series(args.path, (), [(i.path, i.reason, i.code, i.hint) for i in result.ignored])
        if not args.json:
            raise error
        print(f"ldct-viewer info: {error}", file=sys.stderr)
        return EXIT_INPUT
    return 0


def _report(result: ScanResult, series: list[dict[str, Any]]) -> dict[str, Any]:
    counts = result.counts
    return {
        "series": series,
        "ignored": [
            {"path": _name(i.path), "reason": i.reason, "code": i.code, "kind": i.kind, "hint": i.hint}
            for i in result.ignored
        ],
        "counts": {
            "seen": counts.seen,
            "accepted": counts.accepted,
            "duplicates": counts.duplicates,
            "excluded": counts.excluded,
            "rejected": counts.rejected,
        },
    }


def _name(path: str | Path) -> str:
    """A path as text that can be printed everywhere: undecodable bytes become escapes."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _describe(found: FoundSeries, pixels: bool) -> dict[str, Any]:
    """One series in the stable names of the JSON report."""
    volume: Volume | None = None
    failure: list[SeriesWarning] = []
    if pixels and found.state != "blocked":
        try:
            volume = SeriesReader(found).read()
        except OpenError as error:
            failure = [SeriesWarning(error.code, error.message, (str(error.path),) if error.path else ())]
    geometry = volume.geometry if volume else found.geometry
    warnings = [*failure, *(volume.warnings if volume else found.warnings)]
    matrix = geometry.matrix
    meta = found.meta
    blocked = found.state == "blocked" or bool(failure)
    entry: dict[str, Any] = {
        "uid": meta.uid,
        "description": meta.description,
        "modality": meta.modality,
        "slices": geometry.shape[0],
        "shape": list(geometry.shape),
        "spacing_mm": list(geometry.spacing_mm),
        "orientation": [float(v) for v in (*matrix[:, 0], *matrix[:, 1])],
        "kernel": meta.kernel,
        "kvp": meta.kvp,
        "tube_current_ma": meta.tube_current_ma,
        "transfer_syntax": meta.transfer_syntax,
        "state": "blocked" if blocked else "notes" if warnings else "ready",
        "phase": found.phase,
        "origin_mm": list(geometry.origin_lps),
        "normal_spacing_mm": _normal_spacing(geometry.spacing_mm[0], geometry.tilt_deg),
        "tilt_deg": round(geometry.tilt_deg, 3),
        "z_positions_mm": None if geometry.z_positions_mm is None else list(geometry.z_positions_mm),
        "warnings": [{"code": w.code, "message": w.message, "files": [_name(f) for f in w.files]} for w in warnings],
    }
    if volume:
        measured = volume.hu if volume.padding is None else volume.hu[~volume.padding]
        if measured.size:  # padding is outside the patient's picture: no value of it counts
            entry["hu_min"], entry["hu_max"] = int(measured.min()), int(measured.max())
            entry["hu_mean"] = round(float(measured.mean(dtype="float64")), 4)
    return entry


def _normal_spacing(step: float, tilt_deg: float) -> float:
    from math import cos, radians

    return round(step * cos(radians(tilt_deg)), 6)


def _print(result: ScanResult, series: list[dict[str, Any]]) -> None:
    for number, entry in enumerate(series, 1):
        nz, ny, nx = entry["shape"]
        dz, dy, dx = entry["spacing_mm"]
        phase = f" ({entry['phase']})" if entry["phase"] else ""
        print(f"{number}. {_clean(entry['description']) or 'no description'}{phase}   [{entry['state']}]")
        size = f"{_counted(nz, 'slice', 'slices')} of {nx} × {ny}"
        print(f"   {size}, spacing {dx:.3f} × {dy:.3f} × {dz:.3f} mm, {entry['transfer_syntax']}")
        kvp = "–" if entry["kvp"] is None else f"{entry['kvp']:g}"
        current = "–" if entry["tube_current_ma"] is None else f"{entry['tube_current_ma']:g}"
        print(f"   kernel {_clean(entry['kernel']) or '–'}, {kvp} kVp, {current} mA")
        if "hu_min" in entry:
            print(f"   HU {entry['hu_min']} … {entry['hu_max']}, mean {entry['hu_mean']:.3f}")
        for warning in entry["warnings"]:
            print(f"   ! {_clean(warning['message'])} [{warning['code']}]")
            for name in warning["files"][:5]:
                print(f"       {_clean(name)}")
    counts = result.counts
    entries, copies = _counted(counts.seen, "entry", "entries"), _counted(counts.duplicates, "copy", "copies")
    excluded = _counted(counts.excluded, "not a CT image", "not CT images")
    print(f"{entries}: {counts.accepted} in series, {copies}, {excluded}, {counts.rejected} not readable.")
    for ignored in result.ignored:
        print(f"   – {_clean(_name(ignored.path))}: {_clean(ignored.reason)}")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _clean(text: str) -> str:
    """No control characters of a header or file name reach the terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)
