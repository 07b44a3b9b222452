"""Denoising on the CPU: slices a second against RED-CNN, the whole covid-P001, the first slice, memory.

``python benchmarks/bench_denoise.py --quality DATA`` prints the quality table instead (minutes).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
CHEST = ROOT.parent / "shared" / "data" / "chest-covid-ct-md" / "covid-P001"
REPEATS = 3
RED_CNN_GFLOP = 917  # of a 512² slice: 2 × multiplications (../shared/design/DENOISE.md)


def main() -> list[dict]:
    """Speed and memory that issue 3 and the plan ask of the network; each part in a process of its own."""
    rows = []
    speed = _child("speed")
    for model, target in (("fast", 150), ("quality", 40)):
        if model not in speed:
            continue
        red, one = speed["redcnn"], speed[model]
        rows.append(
            row(
                f"one 512² slice through the {model} model, CPU",
                f"RED-CNN float32 eager, {speed['cores']} thread(s): {red:.2f} s",
                f"{red / one:.0f} ×",
                f"≥ {target} ×",
                red / one >= target,
                f"{one * 1e3:.1f} ms a slice ({speed['dtype']}), noise estimate and rounding included; "
                f"{speed['cores']} slices side by side; medians of {REPEATS} interleaved runs",
            )
        )
        rate = speed["gflop"][model] / one / speed["cores"]
        rows.append(
            row(
                f"share of the CPU's matrix rate, {model} model, everything included",
                f"matrix product, {speed['dtype']}, one core, best shape: {speed['matrix']:.0f} GFLOP/s",
                f"{rate / speed['matrix']:.0%}",
                "report",
                None,
                f"{speed['gflop'][model]:.1f} GFLOP a slice by definition, {rate:.0f} GFLOP/s a core; "
                f"RED-CNN {RED_CNN_GFLOP} GFLOP: {RED_CNN_GFLOP / red / speed['cores']:.0f} GFLOP/s a core in float32",
            )
        )
    if CHEST.is_dir():
        chest = _child("chest")
        seconds, first = chest["all"], chest["first"]
        note = f"{chest['slices']} slices, all cores; after model load {chest['load']:.2f} s (torch imported before)"
        rows.append(row("whole covid-P001 denoised on the CPU", "–", f"{seconds:.1f} s", "≤ 10 s", seconds <= 10, note))
        up = chest["load"] + first
        note = f"model load {chest['load']:.2f} s + first slice {first:.2f} s, all cores but one, cold kernels"
        rows.append(row("first denoised slice after the series is up", "–", f"{up:.2f} s", "≤ 0.5 s", up <= 0.5, note))
    else:
        rows.append(row("whole covid-P001 denoised on the CPU", "–", "–", "≤ 10 s", None, "../shared/data not present"))
    memory = _child("memory")
    more = memory["peak_mb"] - memory["volumes_mb"]
    rows.append(
        row(
            "peak memory, 300 × 512² with its denoised twin (no window)",
            f"two int16 volumes: {memory['volumes_mb']:.0f} MB",
            f"{memory['peak_mb']:.0f} MB",
            "≤ volumes + 900 MB",
            more <= 900,
            f"{more:.0f} MB above the volumes, torch included",
        )
    )
    return rows


def row(what: str, reference: str, measured: str, target: str, ok: bool | None, note: str) -> dict:
    return {"what": what, "reference": reference, "measured": measured, "target": target, "ok": ok, "note": note}


def _child(part: str) -> dict:
    done = subprocess.run(
        [sys.executable, __file__, "--part", part], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return json.loads(done.stdout.splitlines()[-1])


def _volume(slices: int):
    from ldct_viewer.volume import Geometry, Volume

    rng = np.random.default_rng(0)
    y, x = np.mgrid[:512, :512] / 512 - 0.5
    body = np.where(x**2 / 0.16 + y**2 / 0.08 < 1, 40, -1000)
    tile = (body + rng.normal(0, 25, (8, 512, 512))).astype(np.int16)
    hu = np.empty((slices, 512, 512), dtype=np.int16)
    for k in range(slices):
        hu[k] = tile[k % 8]
    return Volume(hu, Geometry(hu.shape, (2.0, 0.75, 0.75)))


def _speed() -> dict:
    import torch

    from benchmarks.redcnn import red_cnn
    from ldct_viewer.denoise.engine import Denoiser
    from ldct_viewer.denoise.model_file import list_models, load_model

    cores = _cores()
    count = 8 * cores
    volume, reference = _volume(count), red_cnn()
    models = {m.id: Denoiser(load_model(m), "cpu", threads=cores) for m in list_models() if m.shipped}
    picture = torch.randn(1, 1, 512, 512)
    times: dict[str, list[float]] = {"redcnn": []} | {name: [] for name in models}
    for denoiser in models.values():
        denoiser.warm_up()
        denoiser.denoise(volume)
    for _ in range(REPEATS):
        torch.set_num_threads(cores)
        start = time.perf_counter()
        with torch.inference_mode():
            reference(picture)
        times["redcnn"].append(time.perf_counter() - start)
        for name, denoiser in models.items():
            start = time.perf_counter()
            denoiser.denoise(volume)
            times[name].append((time.perf_counter() - start) / count)
    result: dict = {name: float(np.median(values)) for name, values in times.items()}
    dtype = next(iter(models.values()))._dtype
    flop = {name: gflop(**denoiser.model.info.architecture) for name, denoiser in models.items()}
    return result | {
        "cores": cores,
        "dtype": str(dtype).removeprefix("torch."),
        "gflop": flop,
        "matrix": _matrix_rate(dtype),
    }


def _cores() -> int:
    """Cores this process may use: ``taskset -c 0`` makes it one slice and one RED-CNN thread at a time."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def gflop(channels: list[int], blocks: list[int], family: str = "pu", pixels: int = 512 * 512) -> float:
    """2 × multiplications of the PU network for one slice, in 10⁹; nothing counted that padding adds."""
    assert family == "pu"
    c1, c2, c3 = channels
    n1, n2, n3 = blocks
    half = 9 * 14 * c1 + 4 * n1 * 9 * c1 * c1 + 9 * c1 * 4 + c2 * c1
    quarter = 4 * c1 * c2 + 4 * n2 * 9 * c2 * c2 + c3 * c2
    eighth = 4 * c2 * c3 + 2 * n3 * 9 * c3 * c3
    return 2 * pixels * (half / 4 + quarter / 16 + eighth / 64) / 1e9


def _matrix_rate(dtype) -> float:
    """Best rate of a matrix product on one core, GFLOP/s, over some shapes."""
    import torch

    torch.set_num_threads(1)
    best = 0.0
    for m, k, n in ((2048, 2048, 2048), (1024, 1024, 1024), (4096, 576, 64), (4096, 1152, 256), (512, 4096, 512)):
        a, b = torch.randn(m, k).to(dtype), torch.randn(k, n).to(dtype)
        for _ in range(8):
            start = time.perf_counter()
            torch.mm(a, b)
            best = max(best, 2 * m * k * n / (time.perf_counter() - start) / 1e9)
    return best


def _chest() -> dict:
    import torch  # noqa: F401 - the window imports it while the series is read

    from ldct_viewer.denoise.engine import Denoiser
    from ldct_viewer.denoise.model_file import default_model, load_model
    from ldct_viewer.denoise.order import OrderQueue
    from ldct_viewer.dicom.read import load

    volume = load(CHEST)
    start = time.perf_counter()
    denoiser = Denoiser(load_model(default_model()), "cpu")
    loaded = time.perf_counter() - start
    stamps: list[float] = []
    start = time.perf_counter()
    one = OrderQueue(len(volume.hu)).next(1)
    denoiser.run(volume, one, np.empty_like(volume.hu), on_slices=lambda s: stamps.append(time.perf_counter() - start))
    first = stamps[0]
    start = time.perf_counter()
    denoiser.denoise(volume)
    return {"load": loaded, "first": first, "all": time.perf_counter() - start, "slices": len(volume.hu)}


def _memory() -> dict:
    import resource

    from ldct_viewer.denoise.engine import Denoiser
    from ldct_viewer.denoise.model_file import default_model, load_model

    volume = _volume(300)
    out = np.empty_like(volume.hu)
    Denoiser(load_model(default_model()), "cpu").run(volume, range(300), out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"peak_mb": peak, "volumes_mb": (volume.hu.nbytes + out.nbytes) / 1e6}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if sys.argv[1:2] == ["--part"]:
        print(json.dumps({"speed": _speed, "chest": _chest, "memory": _memory}[sys.argv[2]]()))
    elif sys.argv[1:2] == ["--quality"]:
        from benchmarks.denoise_quality import table

        print(table(Path(sys.argv[2])))
    else:
        for line in main():
            print(" | ".join(str(v) for v in line.values()))
