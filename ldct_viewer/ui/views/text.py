"""Overlay text: plain, elided, with a dark halo, drawn once and kept as a small picture."""

from __future__ import annotations

from collections import OrderedDict

from PySide6 import QtCore, QtGui

_KEEP = 600
_HALO = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1))
_cache: OrderedDict[tuple[object, ...], tuple[QtGui.QPixmap, int, int]] = OrderedDict()


def clean(text: str) -> str:
    """One line of printable text: header fields may hold line breaks or control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def line_height(px: int) -> int:
    """Height of a line of ``px``-pixel text, with its halo."""
    return px + 5


def draw_text(
    painter: QtGui.QPainter,
    text: str,
    x: float,
    y: float,
    *,
    px: int = 12,
    color: str = "#e8e8e8",
    align: str = "left",
    width: int = 10000,
    bold: bool = False,
    back: str | None = None,
) -> int:
    """Draw one line whose top is ``y`` and whose left, right or centre is ``x``; returns its width.

    Wider than ``width`` is elided. ``back`` puts a rounded patch of that colour behind instead of a halo.
    """
    if not text:
        return 0
    device = painter.device()
    ratio = device.devicePixelRatio() if device is not None else 1.0
    family = QtGui.QGuiApplication.font().family()
    key = (text, px, color, width, bold, back, ratio, family)
    found = _cache.get(key)
    if found is None:
        found = _cache[key] = _render(text, px, color, width=width, bold=bold, back=back, ratio=ratio)
        if len(_cache) > _KEEP:
            _cache.popitem(last=False)
    else:
        _cache.move_to_end(key)
    pixmap, w, _ = found
    left = x if align == "left" else x - w if align == "right" else x - w / 2
    # On whole device pixels, or the letters blur.
    painter.drawPixmap(QtCore.QPointF(round(left * ratio) / ratio, round(y * ratio) / ratio), pixmap)
    return w


def _render(
    text: str, px: int, color: str, *, width: int, bold: bool, back: str | None, ratio: float
) -> tuple[QtGui.QPixmap, int, int]:
    font = QtGui.QFont(QtGui.QGuiApplication.font())
    font.setPixelSize(px)
    font.setBold(bold)
    metrics = QtGui.QFontMetrics(font)
    pad = 6 if back else 2
    shown = metrics.elidedText(clean(text), QtCore.Qt.TextElideMode.ElideRight, max(width - 2 * pad, 8))
    w, h = metrics.horizontalAdvance(shown) + 2 * pad, line_height(px) + (2 if back else 0)
    pixmap = QtGui.QPixmap(round(w * ratio), round(h * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(pixmap)
    painter.setRenderHints(QtGui.QPainter.RenderHint.Antialiasing | QtGui.QPainter.RenderHint.TextAntialiasing)
    painter.setFont(font)
    base = QtCore.QPointF(pad, (h - metrics.height()) / 2 + metrics.ascent())
    if back:
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(QtGui.QColor(back))
        painter.drawRoundedRect(QtCore.QRectF(0, 0, w, h), 4, 4)
    else:
        painter.setPen(QtGui.QColor(0, 0, 0, 110))
        for dx, dy in _HALO:
            painter.drawText(base + QtCore.QPointF(dx, dy), shown)
    painter.setPen(QtGui.QColor(color))
    painter.drawText(base, shown)
    painter.end()
    return pixmap, w, h
