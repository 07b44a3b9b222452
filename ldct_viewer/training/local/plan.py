"""What a training is to do: every choice in one frozen, JSON-able record."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

OBJECTIVES = ("pairs", "simulated", "self")
MODEL_SCRATCH = "scratch"  # ``start`` for "from random weights"
DEFAULT_DOSES = (0.15, 0.25, 0.5)  # dose fractions of the simulated low-dose side


@dataclass(frozen=True)
class Plan:
    """All that decides the result of a training, apart from the scans.

    The length is ``steps`` where given (reproducible to the bit of the schedule), else ``minutes`` at
    the speed measured on this machine. The order of data is a pure function of ``seed`` and the step.
    """

    objective: str = "simulated"
    doses: tuple[float, ...] = DEFAULT_DOSES
    start: str = ""  # model id or path; "" = the shipped default; "scratch" = random weights
    size: str = "fast"  # architecture where ``start`` is "scratch"
    minutes: float = 5.0
    cpu_time: bool = False  # minutes are of computing, all threads together: the same work on a busy machine
    steps: int = 0
    batch: int = 8
    crop: int = 96
    learning_rate: float = 4e-4
    warm_up: int = 50
    ema: float = 0.995
    clip: float = 1.0
    seed: int = 0
    device: str = "auto"
    threads: int = 0  # 0: all cores but one
    interval_s: float = 20.0  # between validations, each of which is also a checkpoint
    interval_steps: int = 0  # where given instead
    patience: int = 15  # validations without a better one after which it stops early
    memory_mb: int = 600  # of decoded slices kept at a time

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Plan:
        """Back from :meth:`to_json`; unknown keys of other versions are dropped."""
        known = {f.name for f in fields(cls)}
        kept = {k: v for k, v in data.items() if k in known}
        kept["doses"] = tuple(float(d) for d in kept.get("doses", DEFAULT_DOSES))
        return cls(**kept)
