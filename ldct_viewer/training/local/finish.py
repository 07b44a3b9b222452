"""The end of a training: measure the best state, judge it, and offer it or keep it aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...denoise.model_file import ModelInfo, save_model
from ...errors import LdctError, WriteError
from ...paths import data_dir
from .checkpoint import load_best
from .checkpoint_files import BEST
from .gate import Verdict, judge, make_card
from .plan import Plan
from .runs import Run
from .words import TERMS, Said

if TYPE_CHECKING:
    from .trainer import Progress
    from .validation import Validator


@dataclass(frozen=True)
class Outcome:
    """``accepted``: it may be used. ``model``: the file written; ``verdict``: why."""

    accepted: bool
    model: ModelInfo | None
    verdict: Verdict | None


def finish(
    run: Run,
    plan: Plan,
    facts: dict[str, Any],
    start: ModelInfo | None,
    architecture: dict[str, Any],
    validator: Validator,
    state: Progress,
    held: Said,
    build: Callable[[dict[str, Any]], Any],
    say: Callable[[dict[str, Any]], None],
) -> Outcome:
    """Write the model to the user's models (or the plan's file), or aside, and tell."""
    if not (run.folder / BEST).is_file():
        raise LdctError(
            "The training ended before its first measurement.", "Train for longer.", run.folder, "too_short"
        )
    net = build(architecture)
    load_best(run.folder, net)
    net.to(validator.device).eval()
    tuned, pictures = validator(net)
    assert state.low is not None and state.curves is not None
    verdict = judge(state.start, tuned, state.low, held, state.step)
    start_name = start.name if start is not None else "random weights"
    name = _name(facts)
    measures = {"low": state.low, "start": state.start, "tuned": tuned}
    card = make_card(plan, facts, start_name, architecture, measures, verdict, held, state.curves, name)
    if start is not None:  # how much of what it takes for noise is taken off unasked
        card["recommended_strength"] = start.recommended_strength
    record = run.read()
    folder, model_id = _where(run, verdict.better, str(record.get("out", "")))
    try:
        info = save_model(net.cpu(), folder, model_id, card)
    except OSError as error:
        raise WriteError(
            "The model cannot be written.",
            "Free some space or choose another folder, then resume: the best state is kept.",
            folder,
            "unwritable",
        ) from error
    from .validation import write_previews

    write_previews(run.folder, "now", pictures)
    outcome = {
        "accepted": verdict.better,
        "model": info.id,
        "path": str(info.path),
        "name": info.name,
        "objective": plan.objective,
        "held": held.text,
        "seconds": round(state.seconds, 1),
        "steps": state.step,
        "best_step": state.best_step,
        "measures": {k: (m.to_json() if m else None) for k, m in measures.items()},
        "verdict": verdict.to_json(),
    }
    run.update(state="finished" if verdict.better else "rejected", outcome=outcome)
    say({"event": "finished", **outcome})
    return Outcome(verdict.better, info, verdict)


def _where(run: Run, better: bool, out: str) -> tuple[Path, str]:
    """(folder, id): the user's models, the file asked for, or the run's own folder for what is not offered."""
    if not better:
        return run.folder / "rejected", run.id
    if out:
        path = Path(out)
        return path.parent, path.name.removesuffix(".safetensors").removesuffix(".json")
    return data_dir() / "models", run.id


def _name(facts: dict[str, Any]) -> str:
    """``Local chest, 23 Nov 2026``."""
    anatomy = facts.get("anatomy") or []
    what = anatomy[0] if len(anatomy) == 1 and anatomy[0] in TERMS and anatomy[0] != "partialbody" else "CT"
    return f"Local {what}, {datetime.now():%d %b %Y %H:%M}"
