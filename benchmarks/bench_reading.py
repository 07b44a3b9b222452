"""Reading: first slice after a drop, whole series in memory, header scan; against SimpleITK and pydicom."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import warnings
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
SCAN_FILES = 10_000

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


def mixed_folder(folder: Path, count: int = SCAN_FILES) -> None:
    """``count`` files: four fifths CT images with UIDs of their own, the odd cases among them; one fifth junk."""
    rng = np.random.default_rng(1)
    junk = [b"not a DICOM file " * 40, b"%PDF-1.4\n" + rng.bytes(20_000), b"\x89PNG\r\n\x1a\n" + rng.bytes(9_000)]
    odd = [p for p in sorted(SHARED.parent.glob("dicom-cases/[dr]*/**/*")) if p.is_file() and "d6" not in p.parts[-3]]
    files = [p for series in sorted(SHARED.glob("*/*")) for p in sorted(series.rglob("*")) if p.is_file()]
    sources = [(p.read_bytes(), *uids_of(p)) for p in files if p.stat().st_size < 2 << 20]
    sources = [item for item in sources if item[1]]
    for n in range(count):
        if n % 5 == 4:
            data = junk[n // 5 % len(junk)]
        elif n % 5 == 3 and n // 5 < len(odd) and odd[n // 5].stat().st_size < 2 << 20:
            data = odd[n // 5].read_bytes()
        else:
            data, sop, series = sources[n % len(sources)]
            for uid in (sop, series):
                data = data.replace(uid, other_uid(uid, n // len(sources)))
        target = folder / f"s{n // 200:03d}" / f"f{n:05d}"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)


def uids_of(path: Path) -> tuple[bytes, bytes]:
    """SOP and series instance UID; empty where it is no image."""
    import pydicom

    try:
        ds = pydicom.dcmread(path, stop_before_pixels=True)
        return str(ds.SOPInstanceUID).encode(), str(ds.SeriesInstanceUID).encode()
    except (pydicom.errors.InvalidDicomError, AttributeError):
        return b"", b""


def other_uid(uid: bytes, number: int) -> bytes:
    """Another UID of the same length, so that the file needs no other change."""
    digits = str(int(hashlib.sha256(uid + b"%d" % number).hexdigest(), 16))
    return b"2.25." + digits[: len(uid) - 5].encode() if number else uid


def scan_row() -> dict:
    import pydicom

    from ldct_viewer.dicom.header import WANTED
    from ldct_viewer.dicom.scan import scan_paths

    tags = sorted(WANTED)
    with tempfile.TemporaryDirectory(prefix="ldct-bench-") as folder:
        mixed_folder(Path(folder))
        warnings.simplefilter("ignore")

        def with_pydicom() -> tuple[float, float]:
            start, cpu = time.perf_counter(), time.process_time()
            for root, _, names in os.walk(folder):
                for name in names:
                    try:
                        pydicom.dcmread(os.path.join(root, name), stop_before_pixels=True, specific_tags=tags)
                    except Exception:  # noqa: BLE001 - whatever it says of the odd cases
                        continue
            return time.perf_counter() - start, time.process_time() - cpu

        def with_ours() -> tuple[float, float]:
            start, cpu = time.perf_counter(), time.process_time()
            counts = scan_paths([folder]).counts
            assert counts.seen == SCAN_FILES and counts.balanced
            return time.perf_counter() - start, time.process_time() - cpu

        with_pydicom(), with_ours()
        pairs = [(with_pydicom(), with_ours()) for _ in range(ROUNDS)]
    wall = [median(pair[side][0] for pair in pairs) for side in (0, 1)]
    cpu = [median(pair[side][1] for pair in pairs) for side in (0, 1)]
    ratio = wall[0] / wall[1]
    return {
        "what": f"scan of a folder of {SCAN_FILES} mixed files, headers only",
        "reference": f"pydicom, same headers, one thread: {wall[0]:.2f} s",
        "measured": f"{ratio:.1f} × as fast",
        "target": f"≥ {SCAN_TARGET:.0f} ×",
        "ok": ratio >= SCAN_TARGET,
        "note": f"{wall[1]:.2f} s for the whole scan, grouping and checks of duplicates included; "
        f"CPU time {cpu[0] / cpu[1]:.1f} ×; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
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
