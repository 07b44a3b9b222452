"""Pictures for a page without any other file: PNG and SVG, made by hand from arrays."""

from __future__ import annotations

import base64
import html
import math
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..window import Window, apply_voi

_COLOURS = ("#2563eb", "#d97706", "#059669", "#be185d", "#6b7280")


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG file of 8-bit grey (y, x) or colour (y, x, 3)."""
    rows, columns = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", columns, rows, 8, 2 if pixels.ndim == 3 else 0, 0, 0, 0)
    lines = pixels.reshape(rows, -1)
    raw = np.concatenate([np.zeros((rows, 1), np.uint8), lines], axis=1).tobytes()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw, 6)) + chunk(b"IEND", b"")


def image_tag(pixels: NDArray[np.uint8], caption: str) -> str:
    """An HTML figure with the picture inside it."""
    data = base64.b64encode(png(pixels)).decode("ascii")
    text = html.escape(caption)
    return f'<figure><img alt="{text}" src="data:image/png;base64,{data}"><figcaption>{text}</figcaption></figure>'


def grey(hu: NDArray[Any], window: Window) -> NDArray[np.uint8]:
    """A slice in a window as 8-bit grey."""
    return np.rint(apply_voi(np.asarray(hu, dtype=np.float64), window) * 255).astype(np.uint8)


def diverging(difference_hu: NDArray[Any], limit_hu: float) -> NDArray[np.uint8]:
    """Blue below 0, red above, mid-grey at 0; full colour at ± ``limit_hu``."""
    t = np.clip(np.asarray(difference_hu, dtype=np.float64) / limit_hu, -1.0, 1.0)[..., None]
    neutral = np.array([128.0, 128.0, 128.0])
    ends = np.where(t > 0, np.array([230.0, 40.0, 30.0]), np.array([30.0, 90.0, 230.0]))
    return np.rint(neutral + np.abs(t) * (ends - neutral)).astype(np.uint8)


def intensity(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Values from 0 (black) to their maximum (white) as 8-bit grey; all black where there is nothing above 0."""
    top = float(np.max(values))
    return np.rint(np.clip(np.asarray(values, dtype=np.float64) / (top if top > 0 else 1.0), 0, 1) * 255).astype(
        np.uint8
    )


def plot(title: str, x_label: str, y_label: str, curves: dict[str, tuple[Sequence[float], Sequence[float]]]) -> str:
    """An SVG line plot from zero: curves by name, each (x, y)."""
    width, height, left, bottom, top, right = 520, 300, 62, 44, 30, 24
    x_max = max((max(x) for x, _ in curves.values() if x), default=1.0) or 1.0
    y_max = _round_up(max((max(y) for _, y in curves.values() if y), default=1.0))

    def place(x: float, y: float) -> str:
        px = left + x / x_max * (width - left - right)
        return f"{px:.1f},{height - bottom - y / y_max * (height - bottom - top):.1f}"

    parts = [f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{html.escape(title)}">']
    parts.append(f'<text x="{left}" y="18" class="t">{html.escape(title)}</text>')
    for step in range(5):
        x, y = x_max * step / 4, y_max * step / 4
        start, end = place(0, y), place(x_max, y)
        (x1, y1), (x2, y2) = start.split(","), end.split(",")
        parts.append(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="g"/>')
        parts.append(f'<text x="{left - 6}" y="{float(y1) + 4:.1f}" text-anchor="end">{number_text(y)}</text>')
        across = place(x, 0).split(",")[0]
        parts.append(f'<text x="{across}" y="{height - bottom + 16}" text-anchor="middle">{x:.2g}</text>')
    middle = (left + width) // 2
    parts.append(f'<text x="{middle}" y="{height - 8}" text-anchor="middle">{html.escape(x_label)}</text>')
    parts.append(f'<text x="{width - right}" y="18" text-anchor="end">{html.escape(y_label)}</text>')
    for number, (name, (xs, ys)) in enumerate(curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(place(x, y) for x, y in zip(xs, ys, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
        row = top + 14 + 16 * number
        where = f'x="{width - right - 4}" y="{row}"'
        parts.append(f'<text {where} text-anchor="end" style="fill:{colour}">{html.escape(name)}</text>')
    return "".join([*parts, "</svg>"])


def number_text(value: float) -> str:
    """Three digits, never an exponent for what is a thousand or more: 0.123, 45.6, 1,230."""
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _round_up(value: float) -> float:
    """The next number whose quarters are short."""
    if not value > 0:
        return 1.0
    ten = 10.0 ** math.floor(math.log10(value))
    return next(step * ten for step in (1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 5.0, 6.0, 8.0, 10.0) if step * ten >= value)
