"""Exports killed, on full disks, over changing sources and existing targets: all or nothing, sources unchanged.

The long run of tests/dicom/test_derive_faults.py. A child is forked for each kill, so that two hundred take
a minute. POSIX only; the full disk needs root (a tmpfs is mounted).
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

KILLS, FULL_DISKS, CHANGES, EXISTING = 200, 50, 20, 8
COUNT, SIZE = 24, 128
SOURCES_OK = "sources' hashes unchanged"


def main() -> list[dict]:
    if not hasattr(os, "fork"):
        return [row("exports interrupted", "–", None, "needs POSIX")]
    with tempfile.TemporaryDirectory(prefix="ldct-bench-") as folder:
        os.environ["LDCT_DATA_DIR"] = folder + "/appdata"
        Path(folder, "appdata").mkdir()
        return [work(Path(folder)) for work in (kills, full_disks, changes, existing)]


def hashes(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def series(folder: Path) -> tuple:
    from tests.dicom.derive_kit import make_series, opened

    return opened(make_series(folder, count=COUNT, size=SIZE))


def export(found, volume, target: Path, **how: object) -> None:
    from ldct_viewer.dicom.derive import write_derived
    from tests.dicom.derive_kit import DENOISED

    write_derived(found, volume.hu, target, DENOISED, volume=volume, **how)


def complete(target: Path, volume) -> bool:
    from tests.dicom.derive_kit import opened

    return len(os.listdir(target)) == COUNT and bool(np.array_equal(opened(target)[1].hu, volume.hu))


def kills(folder: Path) -> dict:
    """SIGKILL at random moments of the whole export."""
    from ldct_viewer.dicom.transaction import sweep_all

    found, volume = series(folder / "kill-source")
    before = hashes(folder / "kill-source")
    rng = np.random.default_rng(7)
    start = time.perf_counter()
    export(found, volume, folder / "probe")
    span = 1.3 * (time.perf_counter() - start)
    seen: Counter[str] = Counter()
    for n in range(KILLS):
        target = folder / "kill" / f"out{n}"
        target.parent.mkdir(exist_ok=True)
        child = os.fork()
        if child == 0:
            try:
                export(found, volume, target)
                time.sleep(60)
            finally:
                os._exit(1)
        time.sleep(float(rng.uniform(0, span)))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        partial = any(name.endswith(".ldct-partial") for name in os.listdir(target.parent))
        if target.exists():
            seen["complete" if complete(target, volume) else "BROKEN"] += 1
        else:
            seen["absent, leftovers swept" if partial else "absent"] += 1
        sweep_all()
        if any(name.endswith(".ldct-partial") for name in os.listdir(target.parent)):
            seen["NOT SWEPT"] += 1
    return judged(f"{KILLS} × kill −9 during an export", seen, KILLS, before == hashes(folder / "kill-source"))


def full_disks(folder: Path) -> dict:
    """A small disk with more and more free space, until the export fits."""
    from ldct_viewer.dicom import transaction
    from ldct_viewer.errors import WriteError

    what = f"{FULL_DISKS} × disk full during an export"
    found, volume = series(folder / "full-source")
    before = hashes(folder / "full-source")
    disk, seen = folder / "disk", Counter[str]()
    disk.mkdir()
    need = COUNT * SIZE * SIZE * 2 // 1024
    margin, transaction.SPACE_MARGIN = transaction.SPACE_MARGIN, 0.0  # the estimate would stop it before it begins
    try:
        for n in range(FULL_DISKS):
            size = f"size={8 + need * n // (FULL_DISKS - 1)}k"
            if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", str(disk)], check=False).returncode:
                return row(what, "–", None, "a tmpfs cannot be mounted here (root?)")
            try:
                export(found, volume, disk / "out")
                seen["complete" if complete(disk / "out", volume) else "BROKEN"] += 1
            except WriteError as error:
                clean = error.code == "disk_full" and not os.listdir(disk)
                seen["absent, 'disk full', nothing left" if clean else f"BROKEN {error.code}"] += 1
            finally:
                subprocess.run(["umount", str(disk)], check=False)
    finally:
        transaction.SPACE_MARGIN = margin
    return judged(what, seen, FULL_DISKS, before == hashes(folder / "full-source"))


def changes(folder: Path) -> dict:
    """One byte of the pixels of one source: before the export or at any of its steps."""
    from ldct_viewer.errors import WriteError

    seen: Counter[str] = Counter()
    for n in range(CHANGES):
        source = folder / f"change-source{n}"
        found, volume = series(source)
        victim = source / f"slice{n % COUNT}.dcm"

        def edit(done: int = 0, total: int = 0, victim: Path = victim, when: int = n * 2) -> None:
            if done == when:
                data = bytearray(victim.read_bytes())
                data[-100] ^= 1
                victim.write_bytes(data)

        edit()
        try:
            export(found, volume, folder / f"changed{n}", progress=edit)
            seen["NOT SEEN"] += 1
        except WriteError as error:
            told = error.code == "source_changed" and victim.name in error.message
            seen["stopped, file named" if told else f"BROKEN {error.code}"] += 1
        if (folder / f"changed{n}").exists():
            seen["BROKEN: target exists"] += 1
    return judged(f"{CHANGES} × a source edited between opening and the end of the export", seen, CHANGES, True)


def existing(folder: Path) -> dict:
    """Files, folders, full folders and links where the target should be."""
    from ldct_viewer.errors import WriteError

    found, volume = series(folder / "there-source")
    before = hashes(folder / "there-source")
    makers: list[Callable[[Path], object]] = [
        lambda p: p.write_text("mine"),
        lambda p: p.mkdir(),
        lambda p: (p.mkdir(), (p / "IM0001.dcm").write_text("mine")),
        lambda p: p.symlink_to(folder / "nowhere"),
    ]
    seen: Counter[str] = Counter()
    for n in range(EXISTING):
        target = folder / f"there{n}"
        makers[n % 4](target)
        state = (target.is_symlink(), sorted(os.listdir(target)) if target.is_dir() else None)
        try:
            export(found, volume, target)
            seen["OVERWRITTEN"] += 1
        except WriteError as error:
            same = state == (target.is_symlink(), sorted(os.listdir(target)) if target.is_dir() else None)
            seen["refused, untouched" if error.code == "exists" and same else f"BROKEN {error.code}"] += 1
    return judged(f"{EXISTING} × existing target", seen, EXISTING, before == hashes(folder / "there-source"))


def judged(what: str, seen: Counter[str], expected: int, sources: bool) -> dict:
    bad = [name for name in seen if name.upper().startswith(("BROKEN", "NOT", "OVER"))]
    measured = "; ".join(f"{number} {name}" for name, number in seen.most_common())
    note = SOURCES_OK if sources else "SOURCES CHANGED"
    return row(what, measured, not bad and sources and seen.total() == expected, note)


def row(what: str, measured: str, ok: bool | None, note: str) -> dict:
    target = "target absent or complete, sources unchanged"
    return {"what": what, "reference": "–", "measured": measured, "target": target, "ok": ok, "note": note}


if __name__ == "__main__":
    for line in main():
        print(line["what"], "|", line["measured"], "|", line["ok"], "|", line["note"], flush=True)
