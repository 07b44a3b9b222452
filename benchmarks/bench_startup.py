"""From process start to a window that reacts, and what was imported on the way. A fresh process each time."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARGET_S = 1.0
RUNS = 7
HEAVY = ("torch", "SimpleITK", "scipy", "imagecodecs", "pydicom", "pyqtgraph")

# "Usable": painted, and the event loop has come back to a timer set after the first paint.
CHILD = """
import json, sys, time
from PySide6 import QtCore
from ldct_viewer.app import run_window

def usable(window):
    def answer():
        print(json.dumps({"at": time.time(), "modules": sorted(sys.modules), "cpu": time.process_time()}), flush=True)
        window.close()
    QtCore.QTimer.singleShot(0, answer)

sys.exit(run_window([], on_usable=usable))
"""


def start_once(folder: str) -> tuple[float, float, list[str]]:
    """(seconds from process start until usable, CPU seconds, heavy modules imported)."""
    env = os.environ | {"LDCT_CACHE_DIR": folder, "LDCT_SETTINGS": f"{folder}/settings.ini"}
    env["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
    if not env.get("DISPLAY") and not env.get("WAYLAND_DISPLAY"):
        env.setdefault("QT_QPA_PLATFORM", "offscreen")
    begin = time.time()
    done = subprocess.run(
        [sys.executable, "-c", CHILD], env=env, capture_output=True, text=True, check=True, timeout=120
    )
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["at"] - begin, answer["cpu"], [m for m in HEAVY if m in answer["modules"]]


def main() -> list[dict]:
    """Rows: what, reference, measured, target, ok, note."""
    with tempfile.TemporaryDirectory() as folder:
        start_once(folder)  # warms the disk
        runs = [start_once(folder) for _ in range(RUNS)]
    seconds = [run[0] for run in runs]
    median, cpu = statistics.median(seconds), statistics.median(run[1] for run in runs)
    heavy = sorted({name for run in runs for name in run[2]})
    return [
        {
            "what": "window usable after process start (warm disk)",
            "reference": "–",
            "measured": f"{median:.2f} s",
            "target": f"≤ {TARGET_S:.1f} s",
            "ok": median <= TARGET_S,
            "note": f"median of {RUNS}, {min(seconds):.2f}–{max(seconds):.2f} s; {cpu:.2f} s of CPU; "
            f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        },
        {
            "what": "heavy modules imported before the window is usable",
            "reference": "–",
            "measured": ", ".join(heavy) or "none",
            "target": "no torch",
            "ok": "torch" not in heavy,
            "note": f"looked for {', '.join(HEAVY)}",
        },
    ]


if __name__ == "__main__":
    for row in main():
        print(" | ".join(str(row[key]) for key in ("what", "reference", "measured", "target", "ok", "note")))
