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


def main() -> None:
    torch.set_num_threads(2)
    rows = []
    hu = torch.from_numpy(thorax(512, 8).hu.astype("float32"))
    maker = NoiseMaker(512, 0.75, STANDARD)
    noise = seconds(lambda: maker.draw(maker.log_sd(maker.line_integrals(hu), 0.25)))
    rows.append(("noise, one 512² slice", noise[0] / 8, noise[1] / 8, "≤ 0.05 s"))
    sinogram = torch.randn((2, maker.views, maker.bins))
    fast = seconds(lambda: maker.reconstruct(torch.complex(sinogram[:1], sinogram[1:])))
    slow = seconds(lambda: filtered_backprojection(sinogram, 512, 0.75, 0.75, STANDARD), 1)
    rows.append(("gridding, two pictures", *fast, ""))
    rows.append(("backprojection, two pictures", *slow, f"ratio {slow[1] / fast[1]:.0f} ×"))
    rows.append(("150 slices at a lower dose", 150 * noise[0] / 8, 150 * noise[1] / 8, "≤ 120 s"))
    with tempfile.TemporaryDirectory() as folder:
        rows.append(("demo, both series", *seconds(lambda: make_demo(folder), 1), "≤ 15 s"))
    print("| what | wall s | processor s | target |\n|---|---|---|---|")
    for name, wall, cpu, target in rows:
        print(f"| {name} | {wall:.3f} | {cpu:.3f} | {target} |")


if __name__ == "__main__":
    main()
