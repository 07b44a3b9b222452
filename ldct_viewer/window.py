"""Window width/level: presets, DICOM VOI functions and the mouse's step (VIEWER.md §3, §4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_WIDTH = 1.0
MAX_WIDTH = 65536.0


@dataclass(frozen=True)
class Window:
    """A display window in HU: ``width`` (WW) and ``level`` (WL, centre)."""

    width: float
    level: float

    def limits(self) -> tuple[float, float]:
        """(black, white) in HU by LINEAR_EXACT, level ± width/2 (PS3.3 C.11.2.1.3.2)."""
        half = self.width / 2.0
        return self.level - half, self.level + half

    def clamped(self) -> Window:
        """The same window with a width the display can show."""
        return Window(min(max(self.width, MIN_WIDTH), MAX_WIDTH), min(max(self.level, -32768.0), 32767.0))

    def dragged(self, dx_px: float, dy_px: float, *, speed: float = 1.0, down_is_brighter: bool = True) -> Window:
        """The window after a mouse drag: right widens; max(1, WW/200) HU a pixel times ``speed``."""
        step = max(1.0, self.width / 200.0) * speed
        level = self.level + (-dy_px if down_is_brighter else dy_px) * step
        return Window(self.width + dx_px * step, level).clamped()


@dataclass(frozen=True)
class Preset:
    """A named window; ``key`` is the number key (0–9, ``Shift+4`` …) or empty."""

    id: str
    name: str
    window: Window
    key: str = ""


PRESETS: tuple[Preset, ...] = (
    Preset("lung", "Lung", Window(1500, -600), "1"),
    Preset("mediastinum", "Mediastinum", Window(350, 50), "2"),
    Preset("abdomen", "Abdomen / soft tissue", Window(400, 40), "3"),
    Preset("liver", "Liver (contrast)", Window(150, 90), "4"),
    Preset("liver_plain", "Liver (plain)", Window(150, 30), "Shift+4"),
    Preset("bone", "Bone", Window(2000, 400), "5"),
    Preset("brain", "Brain", Window(80, 40), "6"),
    Preset("stroke", "Stroke (acute)", Window(40, 40), "7"),
    Preset("vessel", "Vessel / CTA", Window(600, 200), "8"),
    Preset("posterior_fossa", "Posterior fossa", Window(120, 40)),
    Preset("subdural", "Subdural", Window(200, 75)),
    Preset("temporal_bone", "Temporal bone", Window(4000, 700)),
    Preset("emphysema", "Emphysema", Window(500, -850)),
)
# Key 9 is "full range" and key 0 the header's own window: both depend on the series, see below.

DIFFERENCE_SOFT_HU = 50.0
DIFFERENCE_LUNG_HU = 150.0


def full_range(hu_min: float, hu_max: float) -> Window:
    """The window that spans all values (key 9)."""
    width = max(float(hu_max) - float(hu_min), MIN_WIDTH)
    return Window(width, (float(hu_max) + float(hu_min)) / 2.0)


def auto_window(hu: NDArray[np.int16], low: float = 1.0, high: float = 99.0) -> Window:
    """The window between two percentiles of ``hu`` (any shape, HU)."""
    lo, hi = np.percentile(hu, (low, high))
    return full_range(float(lo), float(hi))


def apply_voi(hu: NDArray[np.floating], window: Window, function: str = "LINEAR_EXACT") -> NDArray[np.float64]:
    """Grey in [0, 1] of HU values by a DICOM VOI LUT function.

    ``function`` is LINEAR (C.11.2.1.2.1), LINEAR_EXACT (C.11.2.1.3.2) or SIGMOID (C.11.2.1.3.1).
    Raises ValueError for another name.
    """
    x = np.asarray(hu, dtype=np.float64)
    c, w = window.level, window.width
    if function == "LINEAR":
        if w <= 1:
            return (x > c - 0.5).astype(np.float64)
        return np.clip((x - (c - 0.5)) / (w - 1.0) + 0.5, 0.0, 1.0)
    if function == "LINEAR_EXACT":
        return np.clip((x - c) / w + 0.5, 0.0, 1.0)
    if function == "SIGMOID":
        # Far outside a narrow window exp overflows to infinity: the grey is 0 there, as it should be.
        with np.errstate(over="ignore"):
            return 1.0 / (1.0 + np.exp(-4.0 * (x - c) / w))
    raise ValueError(f"unknown VOI LUT function {function!r}")


def voi_limits(window: Window, function: str = "LINEAR_EXACT") -> tuple[float, float]:
    """(black, white) HU for the linear functions; SIGMOID gets its near-linear span c ± w/2."""
    if function == "LINEAR" and window.width > 1:
        half = (window.width - 1.0) / 2.0
        return window.level - 0.5 - half, window.level - 0.5 + half
    return window.limits()
