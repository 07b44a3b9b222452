"""Peak memory of the whole program with a 300 × 512² series and its denoised twin on screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SHAPE = (300, 512, 512)
TARGET_MB = 315 + 900

CHILD = """
import json, resource, sys
from pathlib import Path
from PySide6 import QtCore
from ldct_viewer.app import run_window

def usable(window):
    def report(well):
        session = window.state.session
        kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ready = bool(well and session is not None and session.denoised_ready.all())
        shape = session.low.shape if session else None
        print(json.dumps({"mb": kb / 1024, "ready": ready, "shape": shape}), flush=True)
        window.close()
    window.denoising.finished.connect(report)
    window.opening.settled.connect(lambda well: None if well else report(False))

sys.exit(run_window([sys.argv[1]], on_usable=usable))
"""

WRITE = """
import sys
import numpy as np
from ldct_viewer.dicom.write import write_series
from ldct_viewer.volume import Geometry, SeriesMeta

shape = tuple(int(n) for n in sys.argv[2:5])
rng = np.random.default_rng(0)
tile = rng.normal(0, 30, (4, *shape[1:]))
y, x = np.mgrid[: shape[1], : shape[2]] / shape[1] - 0.5
body = np.where(x**2 / 0.18 + y**2 / 0.1 < 1, 40.0, -1000.0)
hu = np.empty(shape, dtype=np.int16)
for k in range(shape[0]):
    hu[k] = np.maximum(body + tile[k % 4], -1024)
write_series(sys.argv[1], hu, Geometry(shape, (1.0, 0.7, 0.7)), SeriesMeta(description="memory"))
"""


def main() -> list[dict]:
    """Rows: what, reference, measured, target, ok, note."""
    row = {
        "what": "peak memory, 300 × 512² with its denoised twin",
        "reference": "two int16 volumes: 315 MB",
        "measured": "–",
        "target": f"≤ 315 + 900 = {TARGET_MB} MB",
        "ok": None,
        "note": "",
    }
    if not sys.platform.startswith("linux"):
        return [row | {"note": "measured on Linux only (ru_maxrss)"}]
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"LDCT_CACHE_DIR": f"{folder}/cache", "LDCT_SETTINGS": f"{folder}/settings.ini"}
        env["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
        if not env.get("DISPLAY") and not env.get("WAYLAND_DISPLAY"):
            env.setdefault("QT_QPA_PLATFORM", "offscreen")
        series = f"{folder}/series"
        subprocess.run([sys.executable, "-c", WRITE, series, *map(str, SHAPE)], env=env, check=True, timeout=300)
        done = subprocess.run(
            [sys.executable, "-c", CHILD, series], env=env, capture_output=True, text=True, check=False, timeout=900
        )
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return [row | {"ok": False, "note": f"the program ended with {done.returncode}: {done.stderr[-200:]}"}]
    answer = json.loads(lines[-1])
    ok = answer["ready"] and answer["shape"] == list(SHAPE) and answer["mb"] <= TARGET_MB
    over = answer["mb"] - TARGET_MB
    note = "peak RSS of the whole process: Qt, torch, both volumes" + (f"; {over:.0f} MB over" if over > 0 else "")
    return [row | {"measured": f"{answer['mb']:.0f} MB", "ok": ok, "note": note}]


if __name__ == "__main__":
    for line in main():
        print(" | ".join(str(line[key]) for key in ("what", "reference", "measured", "target", "ok", "note")))
