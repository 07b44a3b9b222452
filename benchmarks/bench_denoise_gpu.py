"""Denoising on a GPU: slices a second and the share of the card's own matrix rate, the product's way and compiled.

``python benchmarks/bench_denoise_gpu.py`` (a minute where there is a CUDA card, else rows that say so). Three rates of
each shipped model: the product as it is (gathering, noise estimate, copies, rounding), the network alone on a batch
that lies on the card, and the same through ``torch.compile``. The reference is the best matrix product of that card in
the same number format in the same run; arithmetic is counted by definition (``bench_denoise.gflop``).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
TARGET = 0.4  # of the matrix rate; or bound by memory
SLICES, BATCH, SIZE = 320, 16, 512
SQUARES = (4096, 8192)
REPEATS = 5


def main() -> list[dict]:
    """Two rows a model: what the target speaks of, and what reaches the user."""
    import torch

    from benchmarks.bench_denoise import row
    from ldct_viewer.denoise.model_file import list_models

    models = [m.id for m in list_models() if m.shipped]
    if not torch.cuda.is_available():
        what = "GPU: share of the card's matrix rate"
        return [row(f"{what}, {m} model", "–", "–", f"≥ {TARGET:.0%}", None, "no CUDA device here") for m in models]
    name = torch.cuda.get_device_name()
    return [line for m in models for line in rows_of(m, name, measure(m, "cuda"))]


def rows_of(model: str, card: str, seen: dict[str, float]) -> list[dict]:
    """The rows of what :func:`measure` found."""
    from benchmarks.bench_denoise import row

    best = max(seen["bare"], seen["compiled"]) * seen["gflop"] / 1e3
    reference = f"{card}, matrix product: {seen['matrix']:.0f} TFLOP/s"
    note = (f"{seen['gflop']:.1f} GFLOP a slice; network alone {seen['bare']:.0f} slices/s, compiled "
            f"{seen['compiled']:.0f}, batches of {BATCH}")  # fmt: skip
    share = best / seen["matrix"]
    return [
        row(f"GPU: share of the card's matrix rate, {model} model", reference, f"{share:.0%}", f"≥ {TARGET:.0%}",
            share >= TARGET, note),
        row(f"GPU: whole series through the product, {model} model", reference, f"{seen['product']:.0f} slices/s",
            "report", None, f"{seen['product'] * seen['gflop'] / 1e3 / seen['matrix']:.0%} of the matrix rate"),
    ]  # fmt: skip


def measure(model: str, device: str, slices: int = SLICES, batch: int = BATCH, size: int = SIZE) -> dict[str, float]:
    """Slices a second ("product", "bare", "compiled"; 0 where it does not compile), TFLOP/s of a matrix product."""
    import torch

    from benchmarks.bench_denoise import gflop
    from ldct_viewer.denoise.device import fast_bfloat16
    from ldct_viewer.denoise.engine import Denoiser
    from ldct_viewer.denoise.fused import in_dtype
    from ldct_viewer.denoise.model_file import load_model
    from ldct_viewer.volume import Geometry, Volume

    loaded = load_model(model)
    denoiser = Denoiser(loaded, device)
    hu = np.random.default_rng(0).normal(40, 20, (slices, size, size)).astype(np.int16)
    volume = Volume(hu, Geometry(hu.shape, (2.0, 0.75, 0.75)))
    denoiser.denoise(volume)
    product = slices / _seconds(lambda: denoiser.denoise(volume), device, 2)
    place = torch.device(device)
    dtype = torch.bfloat16 if fast_bfloat16(place) else torch.float32
    net = in_dtype(loaded.net, dtype).to(place)
    x = torch.randn((batch, 3, size, size), device=place) * 20 + 40
    sigma = torch.full((batch,), 20.0, device=place)
    with torch.inference_mode():
        bare = batch / _seconds(lambda: net(x, sigma), device)
        try:
            fast = torch.compile(net)
            fast(x, sigma)
            compiled = batch / _seconds(lambda: fast(x, sigma), device)
        except (RuntimeError, ImportError, OSError) as problem:  # no compiler on this machine: that is an answer, too
            print(f"not compiled: {type(problem).__name__}", file=sys.stderr)
            compiled = 0.0
    return {
        "product": product,
        "bare": bare,
        "compiled": compiled,
        "matrix": _matrix_rate(device, dtype, SQUARES if size == SIZE else (size,)),
        "gflop": gflop(**loaded.info.architecture, pixels=size * size),
    }


def _seconds(work: Callable[[], object], device: str, repeats: int = REPEATS) -> float:
    """Median time of a call, until the card is done."""
    import torch

    wait = torch.cuda.synchronize if device.startswith("cuda") else lambda: None
    work()
    times = []
    for _ in range(repeats):
        wait()
        start = time.perf_counter()
        work()
        wait()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def _matrix_rate(device: str, dtype, sides: tuple[int, ...]) -> float:
    """Best TFLOP/s of a square matrix product."""
    import torch

    best = 0.0
    for n in sides:
        a, b = (torch.randn((n, n), device=device).to(dtype) for _ in range(2))
        best = max(best, 2 * n**3 / _seconds(lambda a=a, b=b: a @ b, device, 20) / 1e12)
    return best


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    for line in main():
        print(" | ".join(str(v) for v in line.values()))
