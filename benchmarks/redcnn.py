"""RED-CNN, the reference of the field, trained on the recipe's own batches for a given CPU time.

``python benchmarks/redcnn.py --data FOLDER --out FOLDER --cpu-minutes 30`` leaves ``redcnn.safetensors`` and
``redcnn.json`` in ``--out`` (a new one every two minutes of CPU). Chen et al., IEEE TMI 36 (2017) 2524, widths and
depth as in LDCT-Benchmark (96 channels, 5 × 5, ten layers, 1.85 M parameters); one slice in, squared error, Adam.
Targets are the recipe's: clean, drawn, and scans as they came; but never cleaned by a network on the way. Inputs are
centred on soft tissue, as LDCT-Benchmark normalises them, so the last layer is linear; the paper's are positive.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
LOW_HU, HIGH_HU = -1024.0, 3072.0
# Soft tissue near 0: bfloat16 steps are 0.1 to 0.5 HU there. The paper's [0, 1] would make them 8 HU.
LEVEL_HU, SCALE_HU = 40.0, 500.0
_SAVE_EVERY_S = 120.0


def red_cnn(width: int = 96):
    """RED-CNN: five 5 × 5 convolutions, five transposed, three shortcuts."""
    import torch
    from torch import nn

    class RedCnn(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.ModuleList(nn.Conv2d(1 if i == 0 else width, width, 5) for i in range(5))
            self.deconv = nn.ModuleList(nn.ConvTranspose2d(width, 1 if i == 4 else width, 5) for i in range(5))

        def forward(self, x):
            kept = [x]
            for i, layer in enumerate(self.conv):
                x = torch.relu(layer(x))
                if i in (1, 3):
                    kept.append(x)
            for i, layer in enumerate(self.deconv):
                x = layer(x)
                if i in (0, 2, 4):
                    x = x + kept.pop()
                if i < 4:
                    x = torch.relu(x)
            return x

    return RedCnn().eval()


def denoise(net, hu: np.ndarray) -> np.ndarray:
    """One slice (y, x) HU through a trained RED-CNN, in bfloat16 where that is fast."""
    import torch

    from ldct_viewer.denoise.device import fast_bfloat16

    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, fast_bfloat16(torch.device("cpu"))):
        y = net(_normalised(torch.from_numpy(np.asarray(hu, np.float32))[None, None]))
    return (y.float() * SCALE_HU + LEVEL_HU)[0, 0].numpy()


def _normalised(hu):
    return (hu.clamp(LOW_HU, HIGH_HU) - LEVEL_HU) / SCALE_HU


def load(path: Path):
    """The network of a ``redcnn.safetensors``."""
    from safetensors.torch import load_file

    weights = load_file(path)
    net = red_cnn(len(weights["conv.0.bias"]))
    net.load_state_dict(weights)
    return net.eval()


def train(args: argparse.Namespace, volumes: list | None = None, scanned: list | None = None) -> None:
    """Train until ``args.cpu_minutes`` of this process's CPU time are spent (reading the data not counted)."""
    import torch

    from ldct_viewer.training.data import Sampler
    from ldct_viewer.training.sources import SOURCES, load_clean, load_scanned

    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    if volumes is None:
        volumes = [load_clean(args.data, s) for s in SOURCES if not s.held_out]
        scanned = [load_scanned(args.data, s) for s in SOURCES if s.own_noise and not s.held_out]
    rng = np.random.default_rng(args.seed)
    sampler = Sampler(
        volumes,
        rng,
        args.crop,
        realisations=args.realisations,
        physics_groups=args.physics_groups,
        scanned=scanned or (),
    )  # the recipe's, with its noise
    net = red_cnn(args.width).train().to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(net.parameters(), lr=args.learning_rate)
    budget, start = args.cpu_minutes * 60.0, time.process_time()
    saved, step, losses = 0.0, 0, []
    while (spent := time.process_time() - start) < budget:
        done = spent / budget
        for group in optimiser.param_groups:
            group["lr"] = args.learning_rate * min((step + 1) / 50, 0.5 + 0.5 * math.cos(math.pi * done))
        batch = sampler.batch(args.batch)
        noisy = torch.from_numpy(batch.noisy[:, :, 1]).flatten(0, 1)[:, None]
        clean = torch.from_numpy(batch.clean).repeat_interleave(batch.noisy.shape[1], 0)
        with torch.autocast("cpu", torch.bfloat16, args.bfloat16):
            out = net(_normalised(noisy))
        loss = ((out.float() - _normalised(clean)) ** 2).mean() * SCALE_HU**2
        optimiser.zero_grad(set_to_none=True)
        (loss / SCALE_HU**2 * 1e2).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        losses.append(float(loss.detach()))
        sampler.refresh(step)
        if spent - saved > _SAVE_EVERY_S:
            saved = spent
            _save(net, args, step, spent, losses)
    _save(net, args, step, time.process_time() - start, losses)


def _save(net, args: argparse.Namespace, step: int, spent: float, losses: list[float]) -> None:
    """Both files, each replaced in one step."""
    from safetensors.torch import save

    args.out.mkdir(parents=True, exist_ok=True)
    note = {
        "cpu_minutes": round(spent / 60, 2), "of": args.cpu_minutes, "steps": step, "crop": args.crop,
        "batch": [args.batch, args.realisations], "learning_rate": args.learning_rate, "seed": args.seed,
        "rmse_hu_last_50_batches": round(float(np.sqrt(np.mean(losses[-50:]))), 2),
    }  # fmt: skip
    contents = {
        "redcnn.safetensors": save({k: v.detach().contiguous() for k, v in net.state_dict().items()}),
        "redcnn.json": (json.dumps(note, indent=1) + "\n").encode(),
    }
    for name, data in contents.items():
        (args.out / f"{name}.new").write_bytes(data)
        os.replace(args.out / f"{name}.new", args.out / name)
    print(json.dumps(note), file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True, help="folder that holds the series of training/sources.py")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--cpu-minutes", type=float, default=30.0)
    p.add_argument("--crop", type=int, default=64)
    p.add_argument("--batch", type=int, default=4, help="clean pictures a step")
    p.add_argument("--realisations", type=int, default=2, help="of the noise on each clean picture")
    p.add_argument("--physics-groups", type=int, default=16)
    p.add_argument("--learning-rate", type=float, default=3e-4)
    p.add_argument("--width", type=int, default=96)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--float32", dest="bfloat16", action="store_false", help="no bfloat16 autocast")
    return p


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    train(parser().parse_args())
