"""Everything drawn over a picture: crosshair, texts, letters, ruler, colour bar, badges, marks."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui

from . import overlay_text as words
from .camera import ScreenMap
from .overlay_text import plane_name as plane_name  # noqa: PLC0414 - the views' one import
from .plane_source import Frame
from .text import draw_text, line_height

if TYPE_CHECKING:
    from .plane_view import PlaneView

# One colour per plane, always with its name beside it (VIEWER.md §2): axial red, coronal green, sagittal yellow.
PLANE_COLORS = {"axial": "#ff6b6b", "coronal": "#5fd37a", "sagittal": "#ffd24a"}
ACCENT = "#4da3ff"
AMBER = "#ffb84d"
_TINY = 300  # narrower views get the shortest texts
_MARGIN = 6
_TOP_TEXTS, _BOTTOM_TEXTS = 130, 100  # heights within which corner texts, banner and badge stay
CROSS_GAP = 14  # the crosshair is open around its point


def is_small(view: PlaneView) -> bool:
    """Room for short texts only. The axial pair speaks for the series: it keeps its texts longest."""
    return view.width() < (380 if view.plane == "axial" else 520)


def font_px(view: PlaneView) -> int:
    """Text size: by the room there is."""
    return 12 if view.width() >= 450 else 11


def paint_crosshair(painter: QtGui.QPainter, view: PlaneView, screen: ScreenMap) -> None:
    """Lines where the two other planes cut this one, open around the point itself; the pointer's twin."""
    state, grid = view.state, view.grid
    if grid is None or state.session is None:
        return
    if state.crosshair:
        x, y = screen.to_screen(*grid.from_voxel(state.position))
        x, y = math.floor(x), math.floor(y)
        view.cross_at = (x, y)
        planes = state.session.planes
        by_axis = {axes.slice_axis: PLANE_COLORS[name] for name, axes in planes.items()}
        gap, w, h = CROSS_GAP, view.width(), view.height()
        # Opaque one-pixel rectangles: a translucent line of this height goes to Qt's thread pool, which
        # costs 0.3 ms a line on a busy machine.
        across = QtGui.QColor(by_axis[grid.axes.row_axis]).darker(150)
        down = QtGui.QColor(by_axis[grid.axes.col_axis]).darker(150)
        painter.fillRect(0, y, max(x - gap, 0), 1, across)
        painter.fillRect(x + gap, y, max(w - x - gap, 0), 1, across)
        painter.fillRect(x, 0, 1, max(y - gap, 0), down)
        painter.fillRect(x, y + gap, 1, max(h - y - gap, 0), down)
    pointer = state.pointer
    if pointer is not None and state.pointer_plane == view.plane and not view.underMouse():
        x, y = screen.to_screen(*grid.from_voxel(pointer))
        for color, width in (("#000000", 3), ("#ffffff", 1)):
            painter.setPen(QtGui.QPen(QtGui.QColor(color), width))
            painter.drawLine(QtCore.QPointF(x - 6, y), QtCore.QPointF(x + 6, y))
            painter.drawLine(QtCore.QPointF(x, y - 6), QtCore.QPointF(x, y + 6))


def paint_missing(painter: QtGui.QPainter, view: PlaneView, frame: Frame, screen: ScreenMap) -> None:
    """Amber hatch over the parts that still show the low-dose. Part of the kept picture."""
    if not frame.missing or view.grid is None:
        return
    along_columns = view.grid.z_dim == 1
    hatch = QtGui.QBrush(QtGui.QColor(255, 184, 77, 60), QtCore.Qt.BrushStyle.BDiagPattern)
    for start, stop in frame.missing:
        if along_columns:
            rect = QtCore.QRectF(
                screen.x0 + start * screen.sx, screen.y0, (stop - start) * screen.sx, screen.rows * screen.sy
            )
        else:
            rect = QtCore.QRectF(
                screen.x0, screen.y0 + start * screen.sy, screen.cols * screen.sx, (stop - start) * screen.sy
            )
        painter.fillRect(rect, QtGui.QColor(255, 170, 60, 26))
        painter.fillRect(rect, hatch)


def paint(painter: QtGui.QPainter, view: PlaneView, frame: Frame, screen: ScreenMap, area: QtCore.QRect) -> None:
    """Texts and marks by the overlay level; the AI badge in every level. ``area`` is what is repainted."""
    level = view.state.overlays
    # A moved crosshair repaints a strip: texts that it cannot touch are not even asked.
    texts = area.top() < _TOP_TEXTS or area.bottom() > view.height() - _BOTTOM_TEXTS
    if level != "none":
        _letters(painter, view, frame)
        if area.right() > view.width() - 60:
            _ruler(painter, view, screen)
        if texts:
            _corners(painter, view, frame, full=level == "all")
            _banner(painter, view)
    if frame.kind == "difference":
        _color_bar(painter, view)
    _curtain(painter, view, labels=level != "none")
    _notes(painter, view, frame, screen)
    _probe(painter, view, screen)
    if texts:
        _badge(painter, view, frame)
    if view.hasFocus():
        painter.setPen(QtGui.QColor(ACCENT))
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        painter.drawRect(0, 0, view.width() - 1, view.height() - 1)


def _letters(painter: QtGui.QPainter, view: PlaneView, frame: Frame) -> None:
    grid = view.grid
    if grid is None:
        return
    px = 13 if is_small(view) else 15
    left, right, top, bottom = grid.axes.letters
    w, h, half = view.width(), view.height(), line_height(px) / 2
    options = {"px": px, "bold": True, "color": "#f2d16b"}
    draw_text(painter, left, _MARGIN, h / 2 - half, **options)  # type: ignore[arg-type]
    draw_text(painter, right, w - _MARGIN - 22, h / 2 - half, align="right", **options)  # type: ignore[arg-type]
    # In a small view the title takes the first line.
    draw_text(painter, top, w / 2, _MARGIN + (24 if is_small(view) else 0), align="center", **options)  # type: ignore[arg-type]
    # … and the badge reaches the middle of the last.
    raised = line_height(font_px(view)) + 8 if is_small(view) and words.badge(view, frame) else 0
    draw_text(painter, bottom, w / 2, h - _MARGIN - raised - 2 * half, align="center", **options)  # type: ignore[arg-type]


def ruler_cm(px_per_mm: float, room_px: float) -> int:
    """Length of the ruler: the longest of 1, 2, 5, 10, 20 cm in the room; 0 if none fits."""
    fitting = [cm for cm in (1, 2, 5, 10, 20) if cm * 10 * px_per_mm <= room_px]
    return fitting[-1] if fitting else 0


@lru_cache(maxsize=32)
def ruler_picture(cm: int, px_per_cm: float, ratio: float) -> QtGui.QPixmap:
    """The ruler, 12 px wide with its line at the right: a tick for each centimetre, dark edge."""
    length = round(cm * px_per_cm)
    pixmap = QtGui.QPixmap(round(12 * ratio), round((length + 3) * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QtCore.Qt.GlobalColor.transparent)
    ticks = [(10, 1, 1, length + 1)]
    for n in range(0, cm + 1, 1 if px_per_cm >= 4 else cm):
        wide = 9 if n in (0, cm) or n == cm / 2 else 5
        ticks.append((10 - wide, 1 + round(n * px_per_cm), wide, 1))
    painter = QtGui.QPainter(pixmap)
    for x, y, w, h in ticks:
        painter.fillRect(x - 1, y - 1, w + 2, h + 2, QtGui.QColor(0, 0, 0))
    for tick in ticks:
        painter.fillRect(*tick, QtGui.QColor("#e8e8e8"))
    painter.end()
    return pixmap


def _ruler(painter: QtGui.QPainter, view: PlaneView, screen: ScreenMap) -> None:
    """Vertical ruler at the right edge, a tick for each centimetre."""
    if view.grid is None:
        return
    per_mm = screen.sy / view.grid.mm[0]
    cm = ruler_cm(per_mm, view.height() * 0.4)
    if cm == 0:
        return
    length = cm * 10 * per_mm
    x, top = view.width() - _MARGIN - 1, round(view.height() / 2 - length / 2)
    painter.drawPixmap(x - 10, top - 1, ruler_picture(cm, round(10 * per_mm, 2), view.devicePixelRatioF()))
    label = view.tr("{0} cm").format(cm)
    draw_text(painter, label, x + 2, top + length + 3, px=11, align="right")


def _corners(painter: QtGui.QPainter, view: PlaneView, frame: Frame, *, full: bool) -> None:
    w, h = view.width(), view.height()
    small = is_small(view)
    px = font_px(view)
    step = line_height(px)
    chip = words.title(view, frame)
    room = max(w // 2 - 18, 40)
    _chip(painter, view, chip, px, max(w - 40 if small else w // 2 - 18, 60))
    if full and not small:
        for n, line in enumerate(words.top_left(view)):
            draw_text(painter, line, _MARGIN, _MARGIN + 24 + n * step, px=px, width=room)
        for n, line in enumerate(words.top_right(view)):
            draw_text(painter, line, w - _MARGIN, _MARGIN + n * step, px=px, align="right", width=room)
    left = words.bottom_left(view, full=full, small=small, tiny=w < _TINY)
    for n, (line, color) in enumerate(reversed(left)):
        draw_text(painter, line, _MARGIN, h - _MARGIN - (n + 1) * step, px=px, color=color, width=room)
    raised = step + 8 if words.badge(view, frame) else 0
    for n, line in enumerate(reversed(words.bottom_right(view, full=full, small=small))):
        y = h - _MARGIN - raised - (n + 1) * step
        draw_text(painter, line, w - _MARGIN, y, px=px, align="right", width=room)
    if full and view.state.session is not None and view.state.session.low.meta.lossy:
        top = _MARGIN + (step * len(words.top_right(view)) if not small else 0) + 3
        text = view.tr("LOSSY")
        draw_text(painter, text, w - _MARGIN, top, px=px, align="right", color="#ffffff", bold=True, back="#b3261e")


def text_boxes(view: PlaneView, frame: Frame) -> list[QtCore.QRectF]:
    """Where the texts of the corners stand: labels of measurements keep off them."""
    level = view.state.overlays
    full, small, px = level == "all", is_small(view), font_px(view)
    w, h, step = view.width(), view.height(), line_height(px)
    badge = 1 if words.badge(view, frame) else 0
    # (left or right, top or bottom, lines, widest they may be)
    corners = [("right", "bottom", badge, w // 2)]
    if level != "none":
        top = len(words.top_left(view)) if full and not small else 0
        corners = [
            ("left", "top", 1 + top, w // 2),
            ("right", "top", len(words.top_right(view)) if top else 0, 240),
            ("left", "bottom", 3, 250),  # as if the pointer were on the picture: no label moves when it comes
            ("right", "bottom", len(words.bottom_right(view, full=full, small=small)) + badge, 200),
        ]
    boxes = []
    for side, edge, lines, widest in corners:
        if lines:
            wide, high = min(widest, w // 2), step * lines + 8
            x = _MARGIN if side == "left" else w - _MARGIN - wide
            boxes.append(QtCore.QRectF(x, _MARGIN if edge == "top" else h - _MARGIN - high, wide, high))
    return boxes


def _chip(painter: QtGui.QPainter, view: PlaneView, text: str, px: int, width: int) -> None:
    """Title of the view: plane colour as a bar, and words."""
    painter.fillRect(QtCore.QRectF(_MARGIN, _MARGIN, 4, line_height(px) + 2), QtGui.QColor(PLANE_COLORS[view.plane]))
    draw_text(painter, text, _MARGIN + 6, _MARGIN, px=px, bold=True, color="#ffffff", back="#c0202428", width=width)


def _banner(painter: QtGui.QPainter, view: PlaneView) -> None:
    y = _MARGIN + (46 if is_small(view) else 28)
    width = max(view.width() - 16, 60) if is_small(view) else max(view.width() // 3, 260)
    options = {"px": 11, "color": "#1b1300", "back": "#e6ffb84d", "width": width}
    for n, text in enumerate(words.geometry_banner(view)):
        draw_text(painter, text, view.width() / 2, y + 20 * n, align="center", **options)  # type: ignore[arg-type]


def _badge(painter: QtGui.QPainter, view: PlaneView, frame: Frame) -> None:
    text = words.badge(view, frame, short=view.width() < 400)
    if text:
        px = font_px(view)
        top = view.height() - _MARGIN - line_height(px) - 2
        width = max(view.width() // 2 + 30, 60)
        right = view.width() - _MARGIN
        draw_text(painter, text, right, top, px=px, align="right", color="#ffffff", back="#d0285ea8", width=width)


def _notes(painter: QtGui.QPainter, view: PlaneView, frame: Frame, screen: ScreenMap) -> None:
    """In words what the black or hatched parts are: in the largest of them, or on top where all is meant."""
    text = words.progress_note(view, frame)
    if not text:
        return
    x, y = view.width() / 2, _MARGIN + 26.0
    grid = view.grid
    if frame.missing and grid is not None and grid.z_dim is not None:
        start, stop = max(frame.missing, key=lambda run: run[1] - run[0])
        middle = (start + stop - 1) / 2
        if grid.z_dim == 0:
            y = screen.to_screen(middle, 0)[1] - 10
        else:
            x = screen.to_screen(0, middle)[0]
        x = min(max(x, 60.0), max(view.width() - 60.0, 60.0))
        y = min(max(y, _MARGIN + 26.0), max(view.height() - 60.0, 26.0))
    width = max(view.width() - 20, 60)
    options = {"px": font_px(view) + 1, "color": "#1b1300", "back": "#e6ffb84d"}
    draw_text(painter, text, x, y, align="center", width=width, **options)  # type: ignore[arg-type]


def _color_bar(painter: QtGui.QPainter, view: PlaneView) -> None:
    from .lut import difference_lut

    small = is_small(view)
    height, top = min(140.0, view.height() * 0.24), view.height() * 0.5 + 24
    box = QtCore.QRectF(_MARGIN + 2, top, 10, height)
    half = view.state.difference_hu
    lut = difference_lut(half)
    gradient = QtGui.QLinearGradient(box.topLeft(), box.bottomLeft())
    for n in range(11):
        value = round(half * (1 - n / 5))
        gradient.setColorAt(n / 10, QtGui.QColor.fromRgb(int(lut[value & 0xFFFF])))
    painter.fillRect(box, gradient)
    painter.setPen(QtGui.QColor(0, 0, 0, 200))
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.drawRect(box)
    unit = "" if small else " HU"
    for text, y in ((f"+{half:.0f}{unit}", top), (f"0{unit}", top + height / 2), (f"−{half:.0f}{unit}", top + height)):
        draw_text(painter, text, box.right() + 4, y - line_height(11) / 2, px=11)


def _probe(painter: QtGui.QPainter, view: PlaneView, screen: ScreenMap) -> None:
    """With the probe tool the values stand beside the pointer, on both sides."""
    state, grid = view.state, view.grid
    if state.tool != "probe" or state.pointer is None or grid is None:
        return
    lines = words.pointer_lines(view, small=True)
    if not lines:
        return
    x, y = screen.to_screen(*grid.from_voxel(state.pointer))
    # On the side of the pointer where there is room.
    align, dx = ("left", 14) if x < view.width() - 150 else ("right", -14)
    top = min(max(y + 12, 4), view.height() - 22 * len(lines) - 4)
    for n, line in enumerate(lines):
        draw_text(painter, line, x + dx, top + n * 20, px=12, align=align, back="#d0101214", color="#9be7ff")


def _curtain(painter: QtGui.QPainter, view: PlaneView, *, labels: bool) -> None:
    x = view.curtain_x()
    if x is None:
        return
    h = view.height()
    for color, width in (("#000000", 4), ("#ffffff", 2)):
        painter.setPen(QtGui.QPen(QtGui.QColor(color), width))
        painter.drawLine(QtCore.QPointF(x, 0), QtCore.QPointF(x, h))
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setPen(QtGui.QPen(QtGui.QColor("#000000"), 1))
    painter.setBrush(QtGui.QColor("#ffffff"))
    grip = QtCore.QPointF(x, h * 0.62)
    painter.drawEllipse(grip, 11, 11)
    painter.setBrush(QtGui.QColor("#202428"))
    for side in (-1, 1):
        points = [grip + QtCore.QPointF(side * dx, dy) for dx, dy in ((7, 0), (2.5, -4), (2.5, 4))]
        painter.drawPolygon(QtGui.QPolygonF(points))
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing, False)
    if labels:
        y = _MARGIN + 24  # off the anatomy, and below the texts of the corners
        if view.state.overlays == "all" and not is_small(view):
            y += max(len(words.top_left(view)), len(words.top_right(view)) - 1) * line_height(font_px(view))
        draw_text(painter, words.low_title(view), x - 8, y, px=12, align="right", back="#c0202428")
        draw_text(painter, words.right_title(view), x + 8, y, px=12, back="#c0202428")
