"""Export of a denoised series as DICOM against copying its source files."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "shared" / "data" / "chest-covid-ct-md" / "covid-P001"
REPEATS = 3
TARGET = 1.5


def main() -> list[dict]:
    """Rows for RESULTS.md; the target speaks of lossless compressed export."""
    what = "export of covid-P001 as DICOM, every file verified"
    if not SOURCE.is_dir():
        return [row(what, "–", "–", None, "needs ../shared/data")]
    with tempfile.TemporaryDirectory(prefix="ldct-bench-") as folder:
        os.environ["LDCT_DATA_DIR"] = folder + "/appdata"
        return list(measure(what, Path(folder)))


def measure(what: str, folder: Path) -> list[dict]:
    """Copies and exports interleaved; medians. Copies with and without flushing to disk."""
    from ldct_viewer.dicom.derive import ExportOptions, write_derived
    from ldct_viewer.dicom.provenance import denoised
    from ldct_viewer.dicom.read import SeriesReader
    from ldct_viewer.dicom.scan import scan_paths

    (found,) = scan_paths([SOURCE]).series
    volume = SeriesReader(found).read()
    how = denoised("PU-M", "1.0", "0" * 64, 0.6)
    times: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}

    def timed(name: str, work: Callable[[Path], object]) -> None:
        target = folder / name
        start, start_cpu = time.perf_counter(), time.process_time()
        work(target)
        cpu.setdefault(name, []).append(time.process_time() - start_cpu)
        times.setdefault(name, []).append(time.perf_counter() - start)
        sizes[name] = sum(p.stat().st_size for p in target.iterdir())
        shutil.rmtree(target)

    def export(compress: str) -> Callable[[Path], object]:
        options = ExportOptions(compress=compress)
        return lambda target: write_derived(found, volume.hu, target, how, options, volume=volume)

    for _ in range(REPEATS):
        timed("copy", lambda target: shutil.copytree(SOURCE, target))
        timed("durable copy", durable_copy)
        for compress in ("none", "rle", "htj2k", "jpegls"):
            timed(compress, export(compress))
    spent = {name: statistics.median(values) for name, values in cpu.items()}
    median = {name: statistics.median(values) for name, values in times.items()}
    rows = []
    for compress in ("rle", "htj2k", "jpegls", "none"):
        for reference in ("copy", "durable copy"):
            ratio = median[compress] / median[reference]
            rows.append(
                row(
                    f"{what}, {compress}",
                    f"{reference} of its files, {sizes['copy'] / 1e6:.0f} MB: {median[reference]:.3f} s",
                    f"{ratio:.1f} × ({median[compress]:.2f} s, {sizes[compress] / 1e6:.0f} MB)",
                    ratio <= TARGET if compress != "none" else None,
                    f"CPU {spent[compress]:.2f} s against {spent[reference]:.2f} s; {note(compress, ratio)}",
                )
            )
    return rows


def note(compress: str, ratio: float) -> str:
    """What the number contains."""
    work = "each slice coded, flushed, read back, decoded and compared; each source hashed"
    if compress == "none":
        return f"not what the target speaks of (uncompressed); {work}"
    return (
        work
        if ratio <= TARGET
        else f"missed by {ratio / TARGET:.1f} ×: {work}; a copy codes, decodes and compares nothing"
    )


def durable_copy(target: Path) -> None:
    """Copy and flush every file, as the export does."""
    target.mkdir()
    for path in sorted(SOURCE.iterdir()):
        shutil.copyfile(path, target / path.name)
        descriptor = os.open(target / path.name, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def row(what: str, reference: str, measured: str, ok: bool | None, comment: str) -> dict:
    """One line of the table."""
    return {
        "what": what, "reference": reference, "measured": measured,
        "target": f"≤ {TARGET} ×", "ok": ok, "note": comment,
    }  # fmt: skip


if __name__ == "__main__":
    for line in main():
        print(line["what"], "|", line["reference"], "|", line["measured"], "|", line["ok"], "|", line["note"])
