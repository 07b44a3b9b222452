"""Reading: first slice after a drop, whole series in memory, header scan; against SimpleITK and pydicom."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
SERIES = {
    "covid-P001": SHARED / "chest-covid-ct-md" / "covid-P001",
    "A0001": SHARED / "chest-lung-pet-ct-dx" / "A0001-philips-5mm-kernelB",
}
FIRST_TARGET, WHOLE_TARGET, SCAN_TARGET = 0.15, 0.6, 3.0
ROUNDS = 5
SCAN_FILES = 3000

# What a running window has imported already: numpy and our ground floor, none of the decoders.
_COLD = """
import sys, time
import numpy, ldct_viewer.volume, ldct_viewer.errors
start = time.perf_counter()
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.dicom.read import SeriesReader
found = scan_paths([sys.argv[1]]).series[0]
class First(Exception): pass
def tell(batch): print(time.perf_counter() - start, flush=True); raise First
try: SeriesReader(found).read(on_slice=tell)
except First: pass
"""


def simpleitk(folder: Path) -> tuple[float, np.ndarray]:
    import SimpleITK

    start = time.perf_counter()
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
    hu = SimpleITK.GetArrayFromImage(reader.Execute())
    return time.perf_counter() - start, hu


def ours(folder: Path) -> tuple[float, float, np.ndarray]:
    """(first slice, whole series, HU) in seconds from the drop, scan included."""
    from ldct_viewer.dicom.read import SeriesReader
    from ldct_viewer.dicom.scan import scan_paths

    first: list[float] = []
    start = time.perf_counter()
    found = scan_paths([folder]).series[0]
    volume = SeriesReader(found).read(on_slice=lambda batch: first.append(time.perf_counter() - start))
    return first[0], time.perf_counter() - start, volume.hu


def cold_first(folder: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _COLD, str(folder)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[1],
    )
    return float(done.stdout)


def reading_rows(name: str, folder: Path) -> list[dict]:
    times: dict[str, list[float]] = {"sitk": [], "first": [], "whole": [], "cold": []}
    ours(folder)  # decoders and threads are there
    identical = True
    for _ in range(ROUNDS):
        seconds, theirs = simpleitk(folder)
        first, whole, hu = ours(folder)
        identical &= bool(np.array_equal(theirs, hu))
        for key, value in (("sitk", seconds), ("first", first), ("whole", whole), ("cold", cold_first(folder))):
            times[key].append(value)
    t = {key: median(values) for key, values in times.items()}
    reference = f"SimpleITK ImageSeriesReader, {name}: {t['sitk']:.2f} s"
    rows = [
        {
            "what": f"whole series in memory, {name}, HU identical",
            "reference": reference,
            "measured": f"{t['whole'] / t['sitk']:.2f} ×",
            "target": f"≤ {WHOLE_TARGET} ×",
            "ok": t["whole"] / t["sitk"] <= WHOLE_TARGET and identical,
            "note": f"{t['whole']:.2f} s with the header scan; HU {'identical' if identical else 'DIFFER'}",
        }
    ]
    if name == "covid-P001":
        rows.insert(
            0,
            {
                "what": "first slice after a drop (read, not yet painted)",
                "reference": reference,
                "measured": f"{t['first'] / t['sitk']:.2f} ×",
                "target": f"≤ {FIRST_TARGET} ×",
                "ok": t["first"] / t["sitk"] <= FIRST_TARGET,
                "note": f"{t['first']:.2f} s; first drop of a process, decoders not imported yet: "
                f"{t['cold']:.2f} s = {t['cold'] / t['sitk']:.2f} ×",
            },
        )
    return rows


def scan_row() -> dict:
    import pydicom

    from ldct_viewer.dicom.header import WANTED
    from ldct_viewer.dicom.scan import scan_paths

    sources = [path for folder in SERIES.values() for path in sorted(folder.rglob("*")) if path.is_file()]
    with tempfile.TemporaryDirectory(prefix="ldct-bench-") as folder:
        for n in range(SCAN_FILES):  # four fifths real headers, one fifth junk
            target = Path(folder) / f"f{n:05d}"
            data = b"not a DICOM file " * 40 if n % 5 == 4 else sources[n % len(sources)].read_bytes()
            target.write_bytes(data)
        tags = sorted(WANTED)

        def with_pydicom() -> float:
            start = time.perf_counter()
            for path in sorted(Path(folder).iterdir()):
                try:
                    pydicom.dcmread(path, stop_before_pixels=True, specific_tags=tags)
                except pydicom.errors.InvalidDicomError:
                    continue
            return time.perf_counter() - start

        def with_ours() -> float:
            from ldct_viewer.dicom import scan

            start = time.perf_counter()
            ignored: list = []
            files = list(scan._walk([Path(folder)], ignored, scan.NEVER))
            with scan.ThreadPoolExecutor(scan._THREADS) as pool:
                chunks = [files[i : i + 32] for i in range(0, len(files), 32)]
                list(pool.map(lambda chunk: scan._examine_all(chunk, scan.NEVER), chunks))
            return time.perf_counter() - start

        with_ours()
        theirs, mine = zip(*((with_pydicom(), with_ours()) for _ in range(3)), strict=True)
        whole = time.perf_counter()
        scan_paths([folder])
        whole = time.perf_counter() - whole
    ratio = median(theirs) / median(mine)
    return {
        "what": f"scan of {SCAN_FILES} mixed files, headers only",
        "reference": f"pydicom, same headers, one thread: {median(theirs):.2f} s",
        "measured": f"{ratio:.1f} × as fast",
        "target": f"≥ {SCAN_TARGET:.0f} ×",
        "ok": ratio >= SCAN_TARGET,
        "note": f"{median(mine):.2f} s; with grouping and comparing the copies' pixels {whole:.2f} s",
    }


def main() -> list[dict]:
    rows: list[dict] = []
    for name, folder in SERIES.items():
        if folder.is_dir():
            rows += reading_rows(name, folder)
        else:
            rows.append(
                {
                    "what": f"whole series in memory, {name}",
                    "reference": "SimpleITK ImageSeriesReader",
                    "measured": "–",
                    "target": f"≤ {WHOLE_TARGET} ×",
                    "ok": None,
                    "note": "../shared/data is not here",
                }
            )
    if all(folder.is_dir() for folder in SERIES.values()):
        rows.append(scan_row())
    return rows


if __name__ == "__main__":
    for row in main():
        print(
            row["what"],
            "|",
            row["reference"],
            "|",
            row["measured"],
            "|",
            row["target"],
            "|",
            row["ok"],
            "|",
            row["note"],
        )
