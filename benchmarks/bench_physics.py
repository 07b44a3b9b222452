"""Physics: the demo, noise a slice, gridding against backprojection. ``python benchmarks/bench_physics.py``"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable

import torch

from ldct_viewer.physics.demo import make_demo
from ldct_viewer.physics.fbp import filtered_backprojection
from ldct_viewer.physics.kernels import STANDARD
from ldct_viewer.physics.noise import NoiseMaker
from ldct_viewer.physics.phantom import thorax


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
    with tempfile.TemporaryDirectory() as folder:
        demo = seconds(lambda: make_demo(folder), 1)
    return [
        row("noise, one 512² slice", ratio, f"{wall * 1000:.0f} ms", "≤ 50 ms", wall <= 0.05, cpu),
        row("gridding, one noise picture", ratio, f"{slow[0] / fast[0]:.0f} × as fast", "–", True, fast[1] / 2),
        row(
            "noise for 150 slices at a lower dose", "–", f"{150 * wall:.0f} s", "≤ 120 s", 150 * wall <= 120, 150 * cpu
        ),
        row("demo made, both series", "–", f"{demo[0]:.0f} s", "≤ 15 s", demo[0] <= 15, demo[1]),
    ]


def row(what: str, reference: str, measured: str, target: str, ok: bool, cpu: float) -> dict:
    """One line of the table; ``cpu`` in seconds."""
    note = f"{cpu:.2g} s of processor"
    return {"what": what, "reference": reference, "measured": measured, "target": target, "ok": ok, "note": note}


if __name__ == "__main__":
    for line in main():
        print(line["what"], "|", line["reference"], "|", line["measured"], "|", line["target"], "|", line["note"])
