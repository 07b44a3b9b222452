"""Time spent training: without pauses, and without the hours a machine slept."""

from __future__ import annotations

import time

SLEPT_S = 60.0  # the wall clock ran on by so much more than the monotonic one, which stands still in sleep
STARVED_S = 900.0  # where both run on (Windows): no step takes so long, however busy the machine is


class ActiveClock:
    """Seconds of work. :meth:`tick` is called at every step and returns seconds slept, if it noticed any."""

    def __init__(self, already: float = 0.0, of_cpu: bool = False) -> None:
        """``of_cpu``: seconds the process has computed, in all its threads, however busy the machine is."""
        self.seconds = already
        self._of_cpu = of_cpu
        self._last = self._now()

    def _now(self) -> tuple[float, float]:
        return (time.process_time(),) * 2 if self._of_cpu else (time.monotonic(), time.time())

    def tick(self, expected: float = STARVED_S) -> float:
        """Count the time since the last tick; jumps beyond ``expected`` seconds count as sleep."""
        now = self._now()
        passed = max(now[0] - self._last[0], 0.0)
        wall = now[1] - self._last[1]  # keeps running during sleep where the monotonic clock stands still
        self._last = now
        gone = max(passed, wall)
        if (wall - passed > SLEPT_S or passed > max(expected, STARVED_S)) and gone < 30 * 86400:
            return gone
        self.seconds += passed
        return 0.0

    def skip(self) -> None:
        """Do not count the time since the last tick (a pause)."""
        self._last = self._now()
