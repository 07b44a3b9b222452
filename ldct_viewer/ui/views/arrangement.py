"""Where the six views and three sliders lie on the page: pure rectangles."""

from __future__ import annotations

from dataclasses import dataclass

from ...planes import PLANES

GAP = 2
SLIDER = 18
Rect = tuple[int, int, int, int]  # x, y, width, height


@dataclass(frozen=True)
class Pair:
    """Rectangles of one plane's views (``low`` None = only the right view) and slider."""

    low: Rect | None
    right: Rect
    slider: Rect


def arrange(layout: str, width: int, height: int, aspects: dict[str, float]) -> dict[str, Pair]:
    """Pairs on screen in ``layout``. ``aspects``: width / height in mm of each plane's picture."""
    if layout == "single":
        return {"axial": Pair(None, (0, 0, width, height - SLIDER), (0, height - SLIDER, width, SLIDER))}
    if layout in PLANES:
        return {layout: _pair(0, 0, width, height)}
    if layout == "grid":
        return _grid(width, height)
    columns, rows = _columns(width, height, aspects), _rows(width, height)
    return max((columns, rows), key=lambda pairs: _seen(pairs, aspects))


def _pair(x: int, y: int, w: int, h: int) -> Pair:
    half = (w - GAP) // 2
    high = h - SLIDER
    return Pair((x, y, half, high), (x + half + GAP, y, w - half - GAP, high), (x, y + high, w, SLIDER))


def _columns(width: int, height: int, aspects: dict[str, float]) -> dict[str, Pair]:
    """Axial pair left, coronal above sagittal on the right."""
    wide = min(0.68 * width, 2 * (height - SLIDER) * aspects["axial"])
    left = int(max(wide, 0.5 * width)) - GAP
    x, upper = left + GAP, (height - GAP) // 2
    return {
        "axial": _pair(0, 0, left, height),
        "coronal": _pair(x, 0, width - x, upper),
        "sagittal": _pair(x, upper + GAP, width - x, height - upper - GAP),
    }


def _rows(width: int, height: int) -> dict[str, Pair]:
    """Axial pair on top, coronal and sagittal side by side below."""
    upper, half = int(0.62 * height) - GAP, (width - GAP) // 2
    y = upper + GAP
    return {
        "axial": _pair(0, 0, width, upper),
        "coronal": _pair(0, y, half, height - y),
        "sagittal": _pair(half + GAP, y, width - half - GAP, height - y),
    }


def _grid(width: int, height: int) -> dict[str, Pair]:
    high = (height - SLIDER - GAP) // 2
    pairs = {}
    for n, plane in enumerate(PLANES):
        x, end = n * (width + GAP) // 3, (n + 1) * (width + GAP) // 3 - GAP
        w = end - x
        low, right = (x, 0, w, high), (x, high + GAP, w, height - SLIDER - high - GAP)
        pairs[plane] = Pair(low, right, (x, height - SLIDER, w, SLIDER))
    return pairs


def _seen(pairs: dict[str, Pair], aspects: dict[str, float]) -> float:
    """Picture area on screen, the small planes counting half."""
    area = 0.0
    for plane, pair in pairs.items():
        _, _, w, h = pair.right
        fitted = min(w, h * aspects[plane])
        area += fitted * fitted / aspects[plane] * (1.0 if plane == "axial" else 0.5)
    return area
