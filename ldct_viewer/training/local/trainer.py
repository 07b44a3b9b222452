"""The training, in the six steps of any: data, dataset and loader, model, loss, optimiser, training."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from ...denoise.network import build
from .batch import collate
from .choices import describe, make_objective, select, starting_model
from .engine import Engine
from .examples import Example
from .finish import Outcome, finish
from .loader import Steps
from .loop import Emit, Loop, Progress, notice
from .pace import measure_pace
from .plan import Plan
from .report import DataReport
from .runs import Run
from .sources import Material
from .split import split
from .store import SliceStore
from .validation import Validator
from .words import said

_PACE_NOISE_HU = 30.0  # of the crops on which the speed is measured; it does not depend on it


def train(run: Run, report: DataReport, emit: Emit, engine: Engine | None = None) -> Outcome:
    """Train in ``run``'s folder until its plan is fulfilled, resuming where it was left. See ``cli.train``."""
    plan = run.plan
    engine = engine or Engine(plan)
    say = emit if engine.first else _silent

    # 1. Load data: series are read in place, slice by slice, within a memory bound.
    say(stage("reading"))
    chosen, pairs = select(report, plan.objective)
    store = SliceStore(
        [s.found for s in chosen.series],
        plan.memory_mb << 19,
        lambda note: say(notice(note)),
    )
    base, architecture = starting_model(plan)
    cleaner = copy.deepcopy(base.net).eval() if base.info is not None else None
    material = Material(chosen.series, store, cleaner, plan.memory_mb << 19)
    parts = split(chosen.series, plan.seed)

    # 2. Dataset and loader: the batch of a step is a function of the seed and the step alone.
    say(stage("measuring_noise"))
    objective = make_objective(material, parts, plan, pairs)
    plan = replace(plan, batch=max(plan.batch // engine.world, 1) * engine.world)
    steps = Steps(objective, plan.batch, engine.rank, engine.world)

    # 3. Model: fine-tuned from a shipped one, and its running average, which is what is kept.
    net = build(architecture)
    net.load_state_dict(base.net.state_dict())
    net.train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    ema = copy.deepcopy(net).eval().requires_grad_(False)

    # 4. Loss: losses.batch_loss, by the kind of target of each example.
    # 5. Optimiser: AdamW; warm-up, then a cosine.
    optimiser = torch.optim.AdamW(net.parameters(), lr=plan.learning_rate, weight_decay=1e-4, betas=(0.9, 0.99))
    engine.setup(net, optimiser)
    ema.to(engine.fabric.device)

    # 6. Training.
    state = Progress(curves={"step": [], "train": [], "validation": [], "psnr": [], "rate": []})
    loop = Loop(run, plan, engine, steps, ema, state, say)
    if engine.first:
        say(stage("measuring_start"))
        held = objective.held()
        loop.validator = Validator(held, engine.fabric.device, engine.fabric.autocast)
        loop.held_text = describe(parts, chosen, len(held))
    if run.resumable:
        loop.resume()
    else:
        loop.begin(from_model=base.info is not None)
    loop.run_all()
    if not engine.first:
        return Outcome(False, None, None)
    say(stage("measuring_result"))
    assert loop.validator is not None
    facts = replace(chosen, pairs=tuple(pairs)).facts()
    return finish(run, plan, facts, base.info, architecture, loop.validator, state, loop.held_text, build, say)


def steps_a_minute(plan: Plan) -> dict[str, Any]:
    """How fast this machine trains ``plan``, by a few steps on noise: for the times a window offers.

    ``{"steps_a_minute": …, "device": …, "start": name of the model}``. Raises what making the engine or the
    model raises (DeviceError, ModelError).
    """
    engine = Engine(plan)
    base, architecture = starting_model(plan)
    net = build(architecture).train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    engine.setup(net, torch.optim.AdamW(net.parameters()))
    batch = collate([_noise_alone(plan.crop, seed) for seed in range(plan.batch)])
    pace = measure_pace(engine, [batch, batch])
    name = base.info.name if base.info is not None else "random weights"
    return {"steps_a_minute": round(60 / pace, 1), "device": str(engine.device), "start": name}


def _noise_alone(size: int, seed: int) -> Example:
    """A crop (side ``size``, a multiple of 8) of water under white noise: costs what a real one costs."""
    noisy = np.random.default_rng(seed).normal(0.0, _PACE_NOISE_HU, (3, size, size)).astype(np.float32)
    target = np.zeros((1, size, size), np.float32)
    return Example(noisy, target, _PACE_NOISE_HU, _PACE_NOISE_HU, np.ones_like(target), target, noisy_target=False)


def stage(code: str) -> dict[str, Any]:
    """The event that says what is being done."""
    what = said(code)
    return {"event": "stage", "text": what.text, **what.to_json()}


def _silent(event: dict[str, Any]) -> None:
    """Processes other than the first say nothing."""
