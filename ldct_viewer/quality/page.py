"""The report as one HTML page that needs no other file: tables, curves, pictures."""

from __future__ import annotations

import html
import os
from pathlib import Path
from typing import Any

import numpy as np

from .. import RESEARCH_NOTICE, __version__
from ..errors import WriteError
from ..volume import Volume
from ..window import Window
from .noise import BOX_PX, local_sd
from .pictures import diverging, grey, image_tag, intensity, number_text, plot
from .report import ORDER, Report
from .similarity import gain_text, psnr_text, window_text

_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em}
body{color:#222;background:#fff}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em;border-bottom:1px solid #ddd}
table{border-collapse:collapse;margin:.6em 0}td,th{padding:.25em .8em;text-align:right;border-bottom:1px solid #eee}
td:first-child,th:first-child{text-align:left}.row{display:flex;flex-wrap:wrap;gap:12px}figure{margin:0;width:340px}
img{width:100%;image-rendering:auto;background:#000}figcaption{font-size:13px;color:#555}svg{width:520px;max-width:100%}
svg text{font:11px system-ui,sans-serif;fill:#444}svg .t{font-size:13px;font-weight:600}svg .g{stroke:#e5e5e5}
.nps{width:400px;max-width:100%}.nps figure{width:194px}.nps img{image-rendering:pixelated}
.note{color:#555;font-size:13px}"""


def write_page(path: Path, report: Report, volumes: dict[str, Volume | None], names: dict[str, str]) -> None:
    """Write the page; ``volumes`` and ``names`` by "image", "low", "reference". Raises WriteError."""
    text = page(report, volumes, names)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        why = error.strerror or str(error)
        raise WriteError(f"The page could not be written: {why}.", "Choose another place.", path, "write") from error


def page(report: Report, volumes: dict[str, Volume | None], names: dict[str, str]) -> str:
    """The page's HTML."""
    present = {name: volume for name in ORDER if (volume := volumes.get(name)) is not None}
    given = ", ".join(f"{name}: {html.escape(names[name])}" for name in present if name in names)
    z, y, x = report["shape"]
    spacing = " × ".join(f"{mm:.3g}" for mm in report["spacing_mm"])
    parts = [
        f"<p>{given}<br>{z} × {y} × {x} voxels of {spacing} mm; {len(report['slices'])} slices measured</p>",
        _pictures(present, report),
        _similarity(report),
        _bias(report),
        _noise(report),
        _resolution(report),
        _detectability(report),
        _residual(report),
        *(f'<p class="note">{html.escape(note)}</p>' for note in report["notes"]),
        f'<p class="note">LDCT Viewer {__version__}. {html.escape(RESEARCH_NOTICE)}</p>',
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Image quality</title>'
        f"<style>{_STYLE}</style></head><body><h1>Image quality</h1>{''.join(parts)}</body></html>"
    )


def _pictures(present: dict[str, Volume], report: Report) -> str:
    k = report["slices"][len(report["slices"]) // 2]
    window = Window(400, 40)
    figures = [
        image_tag(grey(v.hu[k], window), f"{name}, slice {k + 1}, level {window.level:g}, width {window.width:g} HU")
        for name, v in present.items()
    ]
    if "low" in present:
        taken = present["low"].hu[k].astype(float) - present["image"].hu[k]
        figures.append(image_tag(diverging(taken, 50.0), "residual low − image, ± 50 HU"))
    if "reference" in present:
        error = present["image"].hu[k].astype(float) - present["reference"].hu[k]
        figures.append(image_tag(diverging(error, 50.0), "error image − reference, ± 50 HU"))
    # One scale for all maps, that of the noisiest, so that they can be compared.
    medians = [report["noise"][name]["median_sd_hu"] or 0.0 for name in present]
    top = max(2.5 * max(medians), 1.0) if any(medians) else 30.0
    for name, v in present.items():
        sd = grey(local_sd(v.hu[k]), Window(top, top / 2))
        figures.append(image_tag(sd, f"local SD of the {name} in {BOX_PX} × {BOX_PX} pixels, 0 … {top:.0f} HU"))
    return f'<div class="row">{"".join(figures)}</div>'


def _similarity(report: Report) -> str:
    found = report.get("similarity", {})
    rows = []
    for name in ("low", "image"):
        entries = {window: s for window, s in found.get(name, {}).items() if isinstance(s, dict)}
        for window, s in entries.items():
            cells = (psnr_text(s), _n(s["psnr_sd_db"], 2), _n(s["ssim"], 4), _n(s["rmse_window_hu"], 2))
            rows.append((f"{name}, {window} ({window_text(s)})", *cells))
        if entries:
            low, high = found[name]["rmse_clip_hu"]
            rows.append((f"{name}, full range ({low:g} to {high:g} HU)", "", "", "", _n(found[name]["rmse_hu"], 2)))
    for window, g in found.get("gain", {}).items():
        rows.append((f"gain, image over low, {window} ({window_text(g)})", gain_text(g), "", f"{g['ssim']:+.4f}", ""))
    if not rows:
        return ""
    note = (
        '<p class="note">Means over slices, after LDCT-Benchmark: clipped to the window, scaled to 0 … 1 (data range '
        "1), SSIM in squares of 7 × 7 pixels. Slices equal to the reference in a window have no finite PSNR and are "
        "left out of its mean and of its gain; SSIM and RMSE are over all slices.</p>"
    )
    return _section("Similarity", _table(("against the reference", "PSNR", "± SD dB", "SSIM", "RMSE HU"), rows) + note)


def _bias(report: Report) -> str:
    rows = [
        (f"{name}, {tissue}", _n(b["mean_hu"], 2), _n(b["rms_hu"], 2), f"{b['voxels']:,}")
        for name in ("low", "image")
        for tissue, b in report.get("hu_bias", {}).get(name, {}).items()
    ]
    head = ("minus the reference", "mean HU", "RMS HU", "voxels")
    return _section("HU bias by tissue", _table(head, rows)) if rows else ""


def _noise(report: Report) -> str:
    spectra = _ordered(report["spectrum"])
    rows = []
    for name in ORDER:
        if name in report["noise"]:
            n, s = report["noise"][name], spectra.get(name, {})
            rows.append(
                (
                    name,
                    _n(n["median_sd_hu"], 1),
                    _n(n["global_noise_level_hu"], 1),
                    *(_n(sd, 1) for sd in n["sd_percentiles_hu"].values()),
                    _n(s.get("peak_per_mm"), 3),
                    _n(s.get("mean_per_mm"), 3),
                )
            )
    percentiles = [f"{p} %" for p in report["noise"]["image"]["sd_percentiles_hu"]]
    head = ("local SD in soft tissue, HU", "median", "mode", *percentiles, "NPS peak /mm", "NPS mean /mm")
    text = _table(head, rows)
    if report["noise"].get("reduction") is not None:
        shift = spectra.get("image", {}).get("mean_shift_from_low")
        text += f"<p>Noise {-100 * report['noise']['reduction']:+.0f} %"
        text += "" if shift is None else f"; mean noise frequency {100 * shift:+.0f} %"
        text += ".</p>"
    curves = {name: (s["frequency_per_mm"], s["power_hu2_mm2"]) for name, s in spectra.items()}
    if curves:
        rois = spectra["image"]
        radial = plot("Noise power spectrum, radial mean", "cycles / mm", "HU² mm²", curves)
        pictures = "".join(_spectrum(name, s) for name, s in spectra.items())
        text += f'<div class="row">{radial}<div class="row nps">{pictures}</div></div>'
        text += (
            f'<p class="note">{rois["rois"]} flat squares of {rois["roi_px"]} px in soft tissue, the same in all '
            f"volumes; trend of order {rois['detrend_order']} removed. Pictures: zero frequency in the middle, each "
            "from black (0) to its own maximum.</p>"
        )
    return _section("Noise", text)


def _spectrum(name: str, s: dict[str, Any]) -> str:
    """The 2-D spectrum as a picture."""
    power = np.asarray(s["power_2d_hu2_mm2"])
    across, down = (max(map(abs, s[f"frequency_{axis}_per_mm"])) for axis in ("columns", "rows"))
    caption = f"{name}: 0 … {number_text(power.max())} HU² mm²; across ± {across:.2f}, down ± {down:.2f} /mm"
    return image_tag(intensity(power), caption)


def _resolution(report: Report) -> str:
    found = _ordered(report["resolution"])
    if not found:
        return ""
    rows = [
        (
            f"{name} ({t['edge']})",
            *(_n(t[key], 3) for key in ("ttf50_per_mm", "ttf10_per_mm")),
            *(_n(t.get(f"ttf50_ratio_to_{other}"), 2) for other in ("low", "reference")),
            _n(t["contrast_hu"], 0),
        )
        for name, t in found.items()
    ]
    curves = {name: (t["frequency_per_mm"], t["ttf"]) for name, t in found.items()}
    head = ("edge", "TTF50 /mm", "TTF10 /mm", "TTF50 / low", "TTF50 / reference", "contrast HU")
    return _section("Resolution", _table(head, rows) + plot("Task transfer function", "cycles / mm", "TTF", curves))


def _detectability(report: Report) -> str:
    found = report["detectability"]
    rows = []
    for observer, key, ratio in (("NPW", "dprime", "ratio_to_low"), ("NPWE", "dprime_npwe", "ratio_to_low_npwe")):
        rows += [(f"{observer}, {name}", *(_n(d, 2) for d in found[name][key])) for name in ORDER if name in found]
        if ratio in found:
            rows.append((f"{observer}, image / low", *(_n(d, 2) for d in found[ratio])))
    if not rows:
        return ""
    head = (f"d′ of {found['contrast_hu']:g} HU discs", *(f"{d:g} mm" for d in found["diameters_mm"]))
    eye = found["eye_filter"]
    sharp = "the sharpness of the skin" if found["image"]["transfer"] == "skin edge" else "a perfectly sharp image"
    note = (
        f'<p class="note">Non-prewhitening observer (NPW) from the measured spectrum and {sharp}, as if the image were '
        f"made by a linear system; NPWE: the same through an eye {eye['distance_mm']:g} mm away, picture "
        f"{eye['zoom']:g} times life size, {html.escape(eye['response'])}, without internal noise. A network may keep "
        "the skin and eat a faint lesion: for a denoised image this is an upper bound, and a study with inserted "
        "lesions (quality.lesions, with a channelised Hotelling observer) decides.</p>"
    )
    return _section("Detectability", _table(head, rows) + note)


def _residual(report: Report) -> str:
    found = report.get("residual")
    if not found:
        return ""
    rows = [(t, _n(m["mean_hu"], 2), _n(m["sd_hu"], 1), f"{m['voxels']:,}") for t, m in found["mean_by_tissue"].items()]
    text = _table(("low − image", "mean HU", "SD HU", "voxels"), rows)
    leak = found["structure_leakage"]
    if leak:
        text += (
            f"<p>Structure leakage index {leak['index']:.3f} (median; worst {leak['worst']:.3f} on slice "
            f"{leak['worst_slice'] + 1}; 0 is noise alone), edge ratio {_n(leak['edge_ratio'], 2)} (1: as much is "
            "taken away at edges as in flat places).</p>"
        )
        if leak["own_slice"]:
            text += '<p class="note">One or two slices: the anatomy is the image itself, and the index too high.</p>'
    return _section("Residual: what was taken away", text)


def _ordered(found: dict[str, Any]) -> dict[str, Any]:
    """Entries by volume ("low", "image, disc 1" …) in the page's one order, what is no volume last."""
    places = {name: place for place, name in enumerate(ORDER)}
    return dict(sorted(found.items(), key=lambda item: places.get(item[0].partition(",")[0], len(places))))


def _section(title: str, content: str) -> str:
    return f"<h2>{html.escape(title)}</h2>{content}"


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    top = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"


def _n(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
