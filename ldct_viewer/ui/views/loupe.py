"""The loupe: a round piece of both pictures under the pointer, enlarged at the same place on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui

from .camera import ScreenMap
from .plane_source import Frame

if TYPE_CHECKING:
    from .plane_view import PlaneView

FACTOR = 3.0
_RADIUS_PX = 90
_RING = "#e8e8e8"


def radius(view: PlaneView) -> float:
    """Half the width of the loupe, logical pixels: smaller in a small view."""
    return min(_RADIUS_PX, 0.3 * min(view.width(), view.height()))


def paint_loupe(painter: QtGui.QPainter, view: PlaneView, frame: Frame, screen: ScreenMap) -> None:
    """Draw it about the pointer, wherever on this plane's pair the pointer is."""
    state, grid = view.state, view.grid
    if not state.loupe or state.pointer is None or state.pointer_plane != view.plane or grid is None:
        return
    row, col = grid.from_voxel(state.pointer)
    x, y = screen.to_screen(row, col)
    curtain = view.curtain_x()
    shown = view.source.frame("low") if curtain is not None and x < curtain else frame
    if shown is None:
        return
    r = radius(view)
    half_w, half_h = r / (FACTOR * screen.sx), r / (FACTOR * screen.sy)
    circle = QtGui.QPainterPath()
    circle.addEllipse(QtCore.QPointF(x, y), r, r)
    target = QtCore.QRectF(x - r, y - r, 2 * r, 2 * r)
    piece = QtCore.QRectF(col + 0.5 - half_w, row + 0.5 - half_h, 2 * half_w, 2 * half_h)
    painter.save()
    painter.setClipPath(circle, QtCore.Qt.ClipOperation.IntersectClip)
    painter.fillRect(target, QtCore.Qt.GlobalColor.black)
    painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform, state.smooth)
    painter.drawImage(target, shown.image, piece)
    painter.restore()
    painter.save()
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    for width, colour in ((4.0, "#000000"), (1.6, _RING)):
        painter.setPen(QtGui.QPen(QtGui.QColor(colour), width))
        painter.drawEllipse(QtCore.QPointF(x, y), r, r)
    painter.restore()
