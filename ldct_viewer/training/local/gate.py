"""The safety gate: is the trained model better than what it started from, and does it leave HU alone?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ... import __version__
from .metrics import Measures
from .plan import Plan
from .words import Said, said

MAX_BIAS_HU = 2.0
MIN_GAIN_DB = 0.02  # less is chance
MAX_LOSS_DB = 0.1  # on any one kind of scan, whatever is gained on others
FEW_STEPS = 150


@dataclass(frozen=True)
class Verdict:
    """``better``: it may be offered. ``head`` and ``why`` say so in plain words."""

    better: bool
    head: Said
    why: tuple[Said, ...]
    gain_db: float

    @property
    def headline(self) -> str:
        """The verdict in one sentence."""
        return self.head.text

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, sentence by sentence."""
        return tuple(one.text for one in self.why)

    def to_json(self) -> dict[str, Any]:
        """For cards and events."""
        return {
            "better": self.better,
            "headline": self.headline,
            "headline_said": self.head.to_json(),
            "reasons": list(self.reasons),
            "reasons_said": [one.to_json() for one in self.why],
            "gain_db": round(self.gain_db, 3),
        }


def judge(start: Measures | None, tuned: Measures, low: Measures, held: Said, steps: int = FEW_STEPS) -> Verdict:
    """Compare on the same held-out slices; ``start`` is ``None`` for a training from scratch.

    ``low`` are the measures of doing nothing; ``held`` says what was held out ("8 slices of …").
    """
    base, than = (start, said("the_start")) if start is not None else (low, said("nothing"))
    gain = tuned.psnr - base.psnr
    figures = {"tuned": f"{tuned.psnr:.2f}", "base": f"{base.psnr:.2f}", "gain": f"{gain:+.2f}"}
    kinds = gains(base, tuned)
    why = []
    if gain < MIN_GAIN_DB:
        why.append(said("no_gain", held=held, than=than, **figures))
    if tuned.psnr < low.psnr:
        why.append(said("worse_than_nothing", tuned=f"{tuned.psnr:.2f}", low=f"{low.psnr:.2f}"))
    for kind, gained in kinds.items():
        if gained < -MAX_LOSS_DB and len(kinds) > 1:
            why.append(said("worse_on", kind=kind.split(", "), than=than, gain=f"{gained:+.2f}"))
    for tissue, shift in tuned.bias_hu.items():
        if abs(shift) > MAX_BIAS_HU:
            why.append(said("shifts", tissue=tissue, shift=f"{shift:+.1f}", most=f"{MAX_BIAS_HU:g}"))
    if why:
        if gain < MIN_GAIN_DB and start is not None:
            why.append(said("why_no_gain_short", steps=steps) if steps < FEW_STEPS else said("why_no_gain"))
        return Verdict(False, said("not_better"), tuple(why), gain)
    tissue, worst = max(tuned.bias_hu.items(), key=lambda kv: abs(kv[1]), default=("tissue", 0.0))
    noise = {f"noise_{name}": _hu(m.noise_hu) for name, m in (("base", base), ("tuned", tuned), ("low", low))}
    why = [
        said("gain", held=held, than=than, **figures),
        said("ssim_noise", base=f"{base.ssim:.4f}", tuned=f"{tuned.ssim:.4f}", **noise),
        said("largest_shift", shift=f"{worst:+.1f}", tissue=tissue),
    ]
    if len(kinds) > 1:
        each = [said("kind_gain", kind=k.split(", "), gain=f"{v:+.2f}") for k, v in sorted(kinds.items())]
        why.insert(1, said("gain_each", kinds=each))
    return Verdict(True, said("better", gain=f"{gain:.2f}"), tuple(why), gain)


def gains(base: Measures, tuned: Measures) -> dict[str, float]:
    """dB gained by kind of scan, for the kinds that are in both."""
    return {k: v - base.kinds[k] for k, v in tuned.kinds.items() if k in base.kinds}


def rank(measures: Measures, base: Measures | None = None) -> tuple[float, float, float]:
    """Which of two states is kept: within the HU bound before outside, worse on no kind of scan, then PSNR."""
    over = max(0.0, measures.worst_bias - 0.9 * MAX_BIAS_HU)
    lost = max((-v for v in gains(base, measures).values()), default=0.0) if base is not None else 0.0
    return (-round(over, 1), -round(max(0.0, lost - 0.9 * MAX_LOSS_DB), 1), measures.psnr)


def make_card(
    plan: Plan,
    facts: dict[str, Any],
    start_name: str,
    architecture: dict[str, Any],
    measures: dict[str, Measures | None],
    verdict: Verdict,
    held: Said,
    curves: dict[str, list[float]],
    name: str,
) -> dict[str, Any]:
    """The card of a trained model: when, from what, how, how good; no patient, no path."""
    now = datetime.now(UTC)
    anatomy = ", ".join(facts.get("anatomy", [])) or "CT"
    how = {
        "pairs": "real low/full-dose pairs",
        "simulated": f"full-dose scans with simulated dose {', '.join(f'{d:.0%}' for d in plan.doses)}",
        "self": "low-dose scans alone (self-supervised)",
    }[plan.objective]
    start, tuned, low = measures["start"], measures["tuned"], measures["low"]
    assert tuned is not None and low is not None
    return {
        "name": name,
        "version": now.strftime("%Y.%m.%d"),
        "description": f"Trained on local data ({anatomy}) from {how}, starting from {start_name}. "
        "Research use, not for diagnosis.",
        "architecture": architecture,
        "trained_on": [
            f"local data: {facts['series']} series of {facts['patients']} patients, {facts['slices']} slices, {anatomy}"
        ],
        "licence": "belongs to whoever trained it; no training image is contained",
        "input_range_hu": [-1024, 3071],
        "quality": {
            "what": f"{held.text}, window {low.window}",
            "psnr_low": round(low.psnr, 3),
            "psnr": round(tuned.psnr, 3),
            **({"psnr_start": round(start.psnr, 3)} if start is not None else {}),
            "worst_bias_hu": round(tuned.worst_bias, 2),
        },
        "training": {
            "made": now.isoformat(timespec="seconds"),
            "program": __version__,
            "objective": plan.objective,
            "start": start_name,
            "data": facts,
            "held_out": held.text,
            "plan": {k: v for k, v in plan.to_json().items() if k not in ("start", "device", "threads", "memory_mb")},
            "measures": {k: (m.to_json() if m is not None else None) for k, m in measures.items()},
            "verdict": verdict.to_json(),
            "curves": curves,
        },
    }


def _hu(value: float) -> str:
    return f"{value:.1f} HU" if value >= 0 else "unknown"
