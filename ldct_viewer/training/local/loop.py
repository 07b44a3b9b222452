"""The loop of a training: steps, validations and checkpoints, and the wishes of whoever watches."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import Any

from ...denoise.network import PUNet
from ...errors import Cancelled, LdctError, WriteError
from .checkpoint import load_state, save_best, save_state
from .clock import ActiveClock
from .engine import Engine, MemoryRanOut
from .gate import rank
from .loader import Loader, Steps
from .metrics import Measures
from .pace import cosine, follow, measure_pace, minutes
from .plan import Plan
from .runs import Run
from .validation import Validator, write_previews
from .words import Said, said

Emit = Callable[[dict[str, Any]], None]
_SETTLED = 20  # steps of a process from which on its speed is believed
_WISH = {"run": 0, "pause": 1, "stop": 2, "cancel": 3}


@dataclass
class Progress:
    """Everything of a training that changes, apart from tensors; saved with every checkpoint."""

    step: int = 0
    total: int = 0
    interval: int = 0
    seconds: float = 0.0
    start: Measures | None = None
    low: Measures | None = None
    best: Measures | None = None
    best_step: int = 0
    since_best: int = 0
    curves: dict[str, list[float]] | None = None


def notice(what: Said) -> dict[str, Any]:
    """The event that tells of something out of the ordinary."""
    return {"event": "notice", "text": what.text, **what.to_json()}


class Loop:
    """Steps, validations and checkpoints, and the wishes of whoever watches."""

    def __init__(
        self, run: Run, plan: Plan, engine: Engine, steps: Steps, ema: PUNet, state: Progress, say: Emit
    ) -> None:
        self.run, self.plan, self.engine, self.steps = run, plan, engine, steps
        self.ema, self.state, self.say = ema, state, say
        self.validator: Validator | None = None
        self.held_text: Said = said("held_slices", slices=said("slices", n=0), n=1)
        self.clock = ActiveClock(of_cpu=plan.cpu_time)
        self._losses: list[float] = []
        self._recent: deque[float] = deque(maxlen=50)
        self._told = 0.0
        self._since = (0, 0.0)  # step and active seconds when this process began: its speed
        self._bad = 0
        self._unsaved = False
        self._wished, self._asked = "run", 0.0

    # -- beginning ----------------------------------------------------------------------------------

    def begin(self, from_model: bool) -> None:
        """Measure the start on the held-out slices, the speed on this machine, and save step 0."""
        state, plan = self.state, self.plan
        state.total, state.interval = self._length()
        state.total, state.interval = self.engine.agree(state.total, state.interval)
        if self.validator is not None:
            state.low, noisy = self.validator(None)
            start, pictures = self.validator(self.ema)
            state.start = start if from_model else None
            write_previews(self.run.folder, "before", noisy)
            write_previews(self.run.folder, "reference", [h.reference for h in self.validator.held])
            write_previews(self.run.folder, "start", pictures)
            write_previews(self.run.folder, "now", pictures)
            state.best = start if from_model else None
            if from_model:
                save_best(self.run.folder, self.ema)
            self._note_point(start, float("nan"))
            self._save()
        self._announce(plan, resumed=False)

    def resume(self) -> None:
        """Everything as it was at the last checkpoint."""
        info = load_state(self.run.folder, self.engine.bare, self.ema, self.engine.optimiser)
        for name in ("step", "total", "interval", "seconds", "best_step", "since_best", "curves"):
            setattr(self.state, name, info[name])
        for name in ("start", "low", "best"):
            setattr(self.state, name, Measures(**info[name]) if info[name] else None)
        self.clock = ActiveClock(self.state.seconds, self.plan.cpu_time)
        self._since = (self.state.step, self.state.seconds)
        if self.validator is not None and self.state.low is not None:
            self.validator.window = self.state.low.window
        self._announce(self.plan, resumed=True)

    def _length(self) -> tuple[int, int]:
        """(steps, steps between validations), by the plan or by a few measured steps."""
        plan = self.plan
        if plan.steps and plan.interval_steps:
            return plan.steps, plan.interval_steps
        pace = measure_pace(self.engine, self.steps)
        total = plan.steps or max(20, int(plan.minutes * 60 / pace))
        interval = plan.interval_steps or max(5, min(round(plan.interval_s / pace), total // 4 or 1))
        return total, interval

    def _announce(self, plan: Plan, resumed: bool) -> None:
        state, engine = self.state, self.engine
        self.say(
            {
                "event": "resumed" if resumed else "started",
                "step": state.step,
                "of": state.total,
                "interval": state.interval,
                "device": str(engine.device),
                "precision": engine.precision,
                "processes": engine.world,
                "objective": plan.objective,
                "start": state.start.to_json() if state.start else None,
                "low": state.low.to_json() if state.low else None,
                "held": self.held_text.text,
                "curves": state.curves,
            }
        )

    # -- the loop -------------------------------------------------------------------------------------

    def run_all(self) -> None:
        """All steps; returns when the plan is fulfilled or a stop was wished. Raises Cancelled."""
        state, plan, engine = self.state, self.plan, self.engine
        loader = Loader(self.steps, state.step)
        self.clock.skip()
        try:
            while state.step < state.total:
                if self._obey() == "stop":
                    break
                loss = self._one(loader.next(), plan)
                state.step += 1
                follow(self.ema, engine.bare, min(plan.ema, (1 + state.step) / (10 + state.step)))
                self._losses.append(loss)
                self._recent.append(loss)
                self._tick()
                if state.step % state.interval == 0 or state.step == state.total:
                    self._validate()
        finally:
            loader.close()

    def _one(self, batch: Any, plan: Plan) -> float:
        state = self.state
        rate = plan.learning_rate * min(1.0, (state.step + 1) / plan.warm_up) * cosine(state.step / state.total)
        while True:
            try:
                loss = self.engine.step(batch, rate, plan.clip)
                break
            except MemoryRanOut as ran_out:
                self.say(notice(said("memory", n=ran_out.size)))
        self._bad = self._bad + 1 if isnan(loss) else 0
        if self._bad >= 20:
            raise LdctError(
                "The training diverged: its loss is no longer a number.",
                "Start again with a smaller learning rate (Advanced).",
                code="diverged",
            )
        return loss

    def _obey(self) -> str:
        """Pause here while it is wished; returns "run" or "stop"; raises Cancelled."""
        while True:
            wish, total = self.engine.agree(_WISH[self._wish()], self.state.total)
            self.state.total = total
            if wish == _WISH["cancel"]:
                raise Cancelled
            if wish != _WISH["pause"]:
                return "stop" if wish == _WISH["stop"] else "run"
            if self._told >= 0:
                self._told = -1.0
                if self.engine.first:
                    self._save()
                self.say({"event": "paused", "step": self.state.step})
            time.sleep(0.2)
            self.clock.skip()

    def _wish(self) -> str:
        now = time.monotonic()
        if self.engine.first and now - self._asked > 0.3:
            self._asked, self._wished = now, self.run.wished
        return self._wished

    def _tick(self) -> None:
        """Count time, notice sleep, and tell how far it is, once a second."""
        state, engine = self.state, self.engine
        slept = self.clock.tick()
        if slept:
            self.say(notice(said("slept", time=minutes(slept))))
        state.seconds = self.clock.seconds
        if not self.plan.steps and engine.first and state.step - self._since[0] >= _SETTLED:
            self._replan()
        if state.seconds - self._told < 1.0 and state.step < state.total and self._told >= 0:
            return
        self._told = state.seconds
        pace = self._pace()
        recent = [x for x in self._recent if not isnan(x)]
        self.say(
            {
                "event": "progress",
                "step": state.step,
                "of": state.total,
                "loss": round(sum(recent) / max(len(recent), 1), 4),
                "elapsed_s": round(state.seconds, 1),
                "remaining_s": round(self._remaining(pace), 1),
                "patches_per_s": round(self.plan.batch / pace, 1) if pace else 0.0,
                "memory_gb": round(engine.memory_gb(), 2),
            }
        )

    def _remaining(self, pace: float) -> float:
        """Seconds: by the speed so far, and by the promised minutes, to which the steps are fitted as it goes."""
        by_steps = (self.state.total - self.state.step) * pace
        if self.plan.steps:
            return by_steps
        return min(by_steps, max(self.plan.minutes * 60 - self.clock.seconds, pace))

    def _pace(self) -> float:
        return (self.state.seconds - self._since[1]) / max(self.state.step - self._since[0], 1)

    # -- validation and checkpoint --------------------------------------------------------------------

    def _validate(self) -> None:
        state = self.state
        losses = [x for x in self._losses if not isnan(x)]
        loss = self.engine.mean(sum(losses) / max(len(losses), 1))
        self._losses.clear()
        if self.validator is None:  # the first process does it; the others wait for its next word
            return
        measures, pictures = self.validator(self.ema)
        better = state.best is None or rank(measures, state.start) > rank(state.best, state.start)
        if better:
            state.best, state.best_step, state.since_best = measures, state.step, 0
            self._try(lambda: save_best(self.run.folder, self.ema))
        else:
            state.since_best += 1
        write_previews(self.run.folder, "now", pictures)
        self._note_point(measures, loss)
        if state.since_best >= self.plan.patience and state.step > 0.3 * state.total:
            self.say(notice(said("early")))
            state.total = state.step
        self.clock.tick()
        state.seconds = self.clock.seconds
        self._save()

    def _replan(self) -> None:
        """Keep the promised minutes when the machine is slower or faster than its first steps said."""
        state = self.state
        left = self.plan.minutes * 60 - self.clock.seconds
        total = state.step + max(0, int(left / max(self._pace(), 1e-6)))
        if abs(total - state.total) > 0.05 * state.total and state.step < state.total:
            state.total = max(total, state.step)

    def _note_point(self, measures: Measures, loss: float) -> None:
        state = self.state
        assert state.curves is not None
        for name, value in (
            ("step", state.step),
            ("train", None if isnan(loss) else round(loss, 5)),
            ("validation", round(measures.loss, 5)),
            ("psnr", round(measures.psnr, 3)),
            ("rate", round(self.plan.learning_rate * cosine(state.step / max(state.total, 1)), 7)),
        ):
            state.curves[name].append(value)  # type: ignore[arg-type]
        self.say(
            {
                "event": "validated",
                "step": state.step,
                "train_loss": None if isnan(loss) else round(loss, 5),
                "psnr_start": state.start.psnr if state.start else None,
                "psnr_low": state.low.psnr if state.low else None,
                "best_step": state.best_step,
                **measures.to_json(),
            }
        )

    def _save(self) -> None:
        state = self.state
        info = {
            **{k: getattr(state, k) for k in ("step", "total", "interval", "best_step", "since_best", "curves")},
            "seconds": self.clock.seconds,
            **{k: (m.to_json() if m else None) for k, m in (("start", state.start), ("low", state.low))},
            "best": state.best.to_json() if state.best else None,
        }
        self._try(lambda: save_state(self.run.folder, self.engine.bare, self.ema, self.engine.optimiser, info))

    def _try(self, write: Callable[[], None]) -> None:
        """A disk that is full now may have room at the next interval: say so and go on."""
        try:
            write()
        except WriteError as error:
            self._unsaved = True
            self.say(notice(said("disk_full" if error.code == "disk_full" else "unwritable")))
        else:
            if self._unsaved:
                self._unsaved = False
                self.say(notice(said("saved_again")))
