"""The shipped models' recipe, one command:

``python -m ldct_viewer.training.recipe --data FOLDER --out FOLDER --size fast --minutes 45``

Clean and drawn targets, scans as they came, simulated noise, held-out patients; on the way the clean targets are
cleaned by the network itself (a network shown only noisy targets learns to keep noise that looks like theirs).
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..denoise.device import choose_device
from ..denoise.model_file import load_model, save_model
from ..denoise.network import ARCHITECTURES, PUNet, build
from ..denoise.noise_level import estimate_sigma
from .data import MOST_NOISE_HU, REALISATIONS, Sampler
from .loop import Plan, train
from .sources import SOURCES, CleanVolume, ScannedVolume, Source, load_clean, load_scanned
from .validation import Held, held_out_pairs, score
from .widen import widen

CLEAN_AT = (0.15, 0.4)  # share of the training after which targets are cleaned by the network so far
OVERSTATE = 1.4  # told noise level of a target / its estimate: what the network was shown, it half keeps
EDGE_HU_PER_PIXEL = 25.0  # where a target is half cleaned


def main(
    argv: Sequence[str] | None = None,
    load: Callable[[Path, Source], CleanVolume] = load_clean,
    load_as_scanned: Callable[[Path, Source], ScannedVolume] = load_scanned,
) -> int:
    """Parse arguments, train, and leave the model in ``--out``."""
    args = _parser().parse_args(argv)
    device = choose_device(args.device).id
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    volumes = [load(args.data, source) for source in SOURCES]
    originals = [v for v in volumes if not v.source.held_out or args.all]
    held = held_out_pairs([v for v in volumes if v.source.held_out])
    scanned = [load_as_scanned(args.data, v.source) for v in originals if v.source.own_noise]
    sampler = Sampler(
        originals,
        rng,
        args.crop,
        realisations=args.realisations,
        physics_groups=args.physics_groups,
        scanned=scanned,
    )
    net = build(ARCHITECTURES[args.size])
    if args.start:
        start = load_model(args.start)
        if args.widen:
            widen(start.net, net, seed=args.seed)
        else:
            net.load_state_dict(start.net.state_dict())
    log = _Log(args, held)
    todo = [] if args.keep_targets else [0.0, 0.3] if args.start else list(CLEAN_AT)

    def between(done: float, ema: PUNet) -> None:
        if todo and done >= todo[0]:
            todo.pop(0)
            sampler.volumes = [cleaned(v, ema, args.bfloat16, device) for v in originals]
            log.say({"event": "targets cleaned", "progress": round(done, 3)})

    plan = Plan(
        args.steps,
        args.minutes * 60.0,
        args.batch,
        bfloat16=args.bfloat16,
        report_every=args.report_every,
        warmed=bool(args.start),
    )
    plan = replace(plan, learning_rate=args.learning_rate)
    train(net, sampler, plan, on_report=log.report, between=between, device=device)
    return 0


@torch.no_grad()
def cleaned(volume: CleanVolume, net: PUNet, bfloat16: bool = False, device: str = "cpu") -> CleanVolume:
    """The same targets with the network's noise taken off, except at edges, which stay as sharp as they were.

    ``device``: where the network is (torch's name).
    """
    from scipy.ndimage import gaussian_gradient_magnitude

    out = np.empty_like(volume.hu)
    for k, hu in enumerate(volume.hu):
        sigma = estimate_sigma(hu)
        x = torch.from_numpy(np.broadcast_to(hu, (1, 3, *hu.shape)).copy()).to(device)
        told = torch.tensor([sigma * OVERSTATE if sigma > 0 else -1.0], device=device)
        with torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=bfloat16):
            quiet = net(x, told)[0, 0].float().cpu().numpy()
        edge = gaussian_gradient_magnitude(quiet, 1.0) / EDGE_HU_PER_PIXEL
        out[k] = hu + (quiet - hu) / (1.0 + edge**2)
    return replace(volume, hu=out)


class _Log:
    """Writes a JSON line per report and saves the model as it stands.

    The last one is the one to ship, good or bad: choosing the best by the held-out patients would be
    tuning on them.
    """

    def __init__(self, args: argparse.Namespace, held: list[Held]) -> None:
        self.args, self.held = args, held
        self.start = time.monotonic()
        args.out.mkdir(parents=True, exist_ok=True)

    def say(self, entry: dict[str, Any]) -> None:
        entry["minutes"] = round((time.monotonic() - self.start) / 60, 2)
        with (self.args.out / "log.jsonl").open("a") as out:
            out.write(json.dumps(entry) + "\n")
        print(json.dumps(entry), file=sys.stderr, flush=True)

    def report(self, step: int, loss: float, net: PUNet) -> None:
        """Score on the held-out patients and save."""
        net = copy.deepcopy(net).cpu()
        quality = score(net, self.held)
        self.say({"step": step, "loss": None if math.isnan(loss) else round(loss, 4), **quality})
        save_model(net, self.args.out, self.args.size, _card(self.args, step, quality))


def _card(args: argparse.Namespace, step: int, quality: dict[str, float]) -> dict[str, Any]:
    train_on = [s for s in SOURCES if args.all or not s.held_out]
    return {
        "name": {"fast": "Fast", "quality": "Quality"}[args.size],
        "version": args.version,
        "description": "Residual U-Net behind a pixel-unshuffle, three slices in, trained on clean and drawn CT "
        "targets and on scans as they came, with simulated low-dose noise. Research use, not for diagnosis.",
        "architecture": ARCHITECTURES[args.size],
        "trained_on": [f"{s.name} ({s.licence})" for s in train_on],
        "split": {
            "by": "patient",
            "train": [s.name for s in train_on],
            "held_out": [] if args.all else [s.name for s in SOURCES if s.held_out],
        },
        "licence": "MIT (weights); no training image is contained",
        "input_range_hu": [-1024, 3071],
        "trained_noise_hu": [0, MOST_NOISE_HU],
        "quality": {
            "what": "held-out patients, simulated noise SD 15, 25, 40 HU, window [-160, 240] HU, data range 400",
            **quality,
        },
        "recipe": {
            "command": "python -m ldct_viewer.training.recipe",
            "seed": args.seed,
            "steps": step,
            "batch": [args.batch, args.realisations],
            "learning_rate": args.learning_rate,
            "start": Path(args.start).name if args.start else None,
        },
    }


def _parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True, help="folder that holds the series of training/sources.py")
    p.add_argument("--out", type=Path, required=True, help="folder for models and log")
    p.add_argument("--size", choices=sorted(ARCHITECTURES), default="fast")
    p.add_argument("--steps", type=int, default=0, help="length of the schedule in steps (reproducible)")
    p.add_argument("--minutes", type=float, default=45.0, help="length in minutes where --steps is not given")
    p.add_argument("--batch", type=int, default=6, help="clean pictures a step")
    p.add_argument("--realisations", type=int, default=REALISATIONS, help="of the noise on each clean picture")
    p.add_argument("--physics-groups", type=int, default=16, help="kernels of scanner-model noise at hand; 0: none")
    p.add_argument("--crop", type=int, default=80, help="side of a training picture in pixels")
    p.add_argument("--learning-rate", type=float, default=1.5e-3)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument(
        "--device", default="cpu", help="cpu, mps, cuda, cuda:N or auto; noise and crops are made on the CPU"
    )
    p.add_argument("--bfloat16", action="store_true", help="autocast; faster where the CPU has avx512_bf16 or amx")
    p.add_argument("--start", help="model to go on from")
    p.add_argument("--widen", action="store_true", help="--start is a narrower model of the same depth")
    p.add_argument("--keep-targets", action="store_true", help="do not clean targets by the network on the way")
    p.add_argument("--all", action="store_true", help="train on the held-out patients too (then scores mean nothing)")
    p.add_argument("--report-every", type=int, default=500)
    p.add_argument("--version", default="0.1")
    return p


if __name__ == "__main__":
    sys.exit(main())
