"""A training's events on standard output: JSON lines, or lines a person can follow."""

from __future__ import annotations

import json
import os
from typing import Any


class Speaker:
    """Events as JSON lines, or as lines a person can follow."""

    def __init__(self, as_json: bool) -> None:
        self._json = as_json
        self.alone = True  # nobody will look at the pictures afterwards
        self._mute = int(os.environ.get("RANK", "0")) != 0
        self._broken = False

    def __call__(self, event: dict[str, Any]) -> None:
        """Say it, in the first process only, as long as someone listens."""
        if self._mute or self._broken:
            return
        text = json.dumps(event, ensure_ascii=False) if self._json else self._words(event)
        if text:
            try:
                print(text, flush=True)
            except OSError:  # whoever listened is gone; the training goes on, the run's folder has it all
                self._broken = True

    @staticmethod
    def _words(event: dict[str, Any]) -> str:
        kind = event["event"]
        if kind == "report":
            lines = [f"Found: {event['summary']}.", *(f"  · {x}" for x in event["labels"][:12])]
            lines += [f"  ! {n['text']}" for n in event["refused"] + event["notes"]]
            return "\n".join([*lines, f"Objective: {event['objective']}. {event['reason']}"])
        if kind == "run":
            return f"Run {event['run']}"
        if kind in ("started", "resumed"):
            where = f"on {event['device']}, {event['precision']}"
            return f"{kind.capitalize()} at step {event['step']} of about {event['of']} {where}."
        if kind == "validated":
            start = event["psnr_start"] if event["psnr_start"] is not None else event["psnr_low"]
            bias = max(event["bias_hu"].values(), key=abs, default=0.0)
            return (
                f"step {event['step']:>6}  loss {event['train_loss'] or float('nan'):.4f} / {event['loss']:.4f}  "
                f"PSNR {event['psnr']:.2f} dB ({event['psnr'] - start:+.2f})  HU {bias:+.1f}"
            )
        if kind in ("stage", "notice"):
            return f"{event['text']}"
        if kind == "finished":
            return "\n".join([event["verdict"]["headline"], *event["verdict"]["reasons"], f"Model: {event['path']}"])
        if kind == "pace":
            return f"About {event['steps_a_minute']:.0f} steps a minute on {event['device']}."
        return ""
