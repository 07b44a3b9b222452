"""Physics: the demo, noise a slice, a whole series, gridding against backprojection.

``python benchmarks/run.py --keep physics`` puts the rows into results.json and RESULTS.md; on a machine that does
nothing else, for the times are of the clock. The series is simulated whole, with overlapping slices, which are the
dearest; nothing is extrapolated from one slice.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch

from ldct_viewer.physics.demo import make_demo
from ldct_viewer.physics.dose import plan_dose, simulate_low_dose
from ldct_viewer.physics.fbp import filtered_backprojection
from ldct_viewer.physics.kernels import STANDARD
from ldct_viewer.physics.noise import NoiseMaker
from ldct_viewer.physics.phantom import geometry_of, thorax

SERIES = 150
SERIES_MM, THICKNESS_MM = 2.0, 3.0  # slices of 3 mm every 2 mm share noise: two white fields a slice instead of one


def seconds(work: Callable[[], object], repeats: int = 3) -> tuple[float, float]:
    """Best (wall, processor) seconds of some runs."""
    best = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        best.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(b[0] for b in best), min(b[1] for b in best)


def main() -> list[dict]:
    """Rows: what, reference, measured, target, ok, note."""
    torch.set_num_threads(2)
    hu = torch.from_numpy(thorax(512, 8).hu.astype("float32"))
    maker = NoiseMaker(512, 0.75, STANDARD)
    wall, cpu = (s / 8 for s in seconds(lambda: maker.draw(maker.log_sd(maker.line_integrals(hu), 0.25))))
    sinogram = torch.randn((2, maker.views, maker.bins))
    fast = seconds(lambda: maker.reconstruct(torch.complex(sinogram[:1], sinogram[1:])))
    slow = seconds(lambda: filtered_backprojection(sinogram, 512, 0.75, 0.75, STANDARD), 1)
    ratio = f"backprojection, same run: {slow[0] / 2:.2f} s a picture"
    series_hu()  # drawing it is not what is measured
    series = seconds(lambda: simulate_series("cpu"), 1)
    with tempfile.TemporaryDirectory() as folder:
        demo = seconds(lambda: make_demo(folder), 1)
    whole = f"{SERIES} slices of 512² simulated at 25 % dose, measuring the series included"
    return [
        row("noise, one 512² slice", ratio, f"{wall * 1000:.0f} ms", "≤ 50 ms", wall <= 0.05, cpu),
        row("gridding, one noise picture", ratio, f"{slow[0] / fast[0]:.0f} × as fast", "–", True, fast[1] / 2),
        row(f"{whole}, two cores", "–", f"{series[0]:.0f} s", "≤ 120 s", series[0] <= 120, series[1]),
        on_gpu(whole),
        row("demo made, both series", "–", f"{demo[0]:.0f} s", "≤ 15 s", demo[0] <= 15, demo[1]),
    ]


@lru_cache(maxsize=1)
def series_hu() -> np.ndarray:
    """The demo's thorax, every 20 mm of it ten times over: (150, 512, 512) int16 HU."""
    return np.repeat(thorax(512, SERIES // 10).hu, 10, axis=0)


def simulate_series(device: str) -> None:
    """What ``ldct-viewer simulate`` computes for a series of :data:`SERIES` slices, without reading and writing."""
    hu = series_hu()
    geometry = geometry_of(512, SERIES, 0.75, SERIES_MM)
    plan = plan_dose(hu, geometry, "B40f", device)
    simulate_low_dose(hu, geometry, 0.25, 1, plan=plan, thickness_mm=THICKNESS_MM, device=device)


def on_gpu(whole: str) -> dict:
    """The same on a GPU, if there is one."""
    what = f"{whole}, GPU"
    if not torch.cuda.is_available():
        none = row(what, "–", "–", "≤ 20 s", False, 0.0)
        return none | {"ok": None, "note": "no GPU here"}
    simulate_series("cuda")  # matrices and plans of the first run
    wall, cpu = seconds(lambda: simulate_series("cuda"), 1)
    return row(what, torch.cuda.get_device_name(), f"{wall:.1f} s", "≤ 20 s", wall <= 20, cpu)


def row(what: str, reference: str, measured: str, target: str, ok: bool, cpu: float) -> dict:
    """One line of the table; ``cpu`` in seconds."""
    note = f"{cpu:.2g} s of processor"
    return {"what": what, "reference": reference, "measured": measured, "target": target, "ok": ok, "note": note}


if __name__ == "__main__":
    for line in main():
        print(line["what"], "|", line["reference"], "|", line["measured"], "|", line["target"], "|", line["note"])
