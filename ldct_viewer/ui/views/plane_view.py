"""One picture: a plane of the low-dose or of the right-hand side, with its overlays.

What is seen is drawn by pyqtgraph (canvas.py); this widget holds the geometry, the values and the events.
"""

from __future__ import annotations

import math
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from ...blend import blend
from ...quality.roi import Roi, RoiResult
from ..state import ViewState
from . import overlays
from .camera import Camera, ScreenMap
from .canvas import Canvas
from .mouse import PaneMouse
from .plane_grid import PlaneGrid, Voxel
from .plane_source import Frame, PlaneSource


class PlaneView(QtWidgets.QWidget):
    """``side`` is "low" or "right". Reads ViewState, draws, and turns the mouse into wishes to it."""

    menuRequested = QtCore.Signal(QtCore.QPoint)  # global position of a right click
    maximizeRequested = QtCore.Signal()
    activated = QtCore.Signal()  # focus, click or wheel: this plane is the one keys act on

    def __init__(self, state: ViewState, source: PlaneSource, side: str, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.state, self.source, self.side, self.plane = state, source, side, source.plane
        self.paints = 0  # counted for the benchmark
        self.mouse = PaneMouse(self)
        self.cross_at = (-1, -1)  # where the crosshair was last drawn
        self.canvas = Canvas(self)
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setMouseTracking(True)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.PreventContextMenu)
        self.setCursor(QtCore.Qt.CursorShape.CrossCursor)
        self.setMinimumSize(40, 40)
        self.setAccessibleName(self.tr("{0} view, {1}").format(overlays.plane_name(self.plane), self.side_name()))
        self.setAccessibleDescription(self.tr("CT picture; wheel or arrow keys change the slice."))

    def side_name(self) -> str:
        """Which side this is, in words."""
        return self.tr("low-dose") if self.side == "low" else self.tr("denoised")

    # -- geometry ---------------------------------------------------------------------------------------
    @property
    def grid(self) -> PlaneGrid | None:
        """The plane's pixel grid, or None without a session."""
        return self.source.grid

    def view_size(self) -> tuple[int, int]:
        """(width, height) in logical pixels."""
        return max(self.width(), 1), max(self.height(), 1)

    def screen_map(self) -> ScreenMap | None:
        """Map between this widget's pixels and the picture."""
        grid = self.grid
        if grid is None:
            return None
        return ScreenMap.of(self.state.camera(self.plane), self.view_size(), grid.shape, grid.mm)

    def voxel_at(self, pos: QtCore.QPointF, *, clamp: bool = False) -> Voxel | None:
        """Voxel under a point of the widget; None outside the picture unless ``clamp``."""
        screen, grid = self.screen_map(), self.grid
        if screen is None or grid is None:
            return None
        row, col = screen.to_picture(pos.x(), pos.y())
        if clamp:
            row = min(max(row, -0.5), grid.shape[0] - 0.5)
            col = min(max(col, -0.5), grid.shape[1] - 0.5)
        elif not screen.inside(row, col):
            return None
        return grid.to_voxel(self.source.index(), row, col)

    def point_of(self, voxel: Voxel) -> QtCore.QPointF | None:
        """Where a voxel lies in the widget (its slice is ignored)."""
        screen, grid = self.screen_map(), self.grid
        if screen is None or grid is None:
            return None
        return QtCore.QPointF(*screen.to_screen(*grid.from_voxel(voxel)))

    def one_to_one(self) -> Camera:
        """The camera at which one picture column is one pixel of the display."""
        screen, camera = self.screen_map(), self.state.camera(self.plane)
        if screen is None:
            return camera
        return Camera(camera.zoom / (screen.sx * self.devicePixelRatioF()), camera.cx, camera.cy)

    def zoom_percent(self) -> float:
        """Display pixels per picture column, in per cent."""
        screen = self.screen_map()
        return 100.0 if screen is None else 100.0 * screen.sx * self.devicePixelRatioF()

    # -- values -----------------------------------------------------------------------------------------
    def values_at(self, voxel: Voxel) -> tuple[int | None, int | None]:
        """Stored HU of the voxel on the low-dose and (blended) on the denoised side; None where not there."""
        session = self.state.session
        if session is None:
            return None, None
        k, j, i = (round(v) for v in voxel)
        if not all(0 <= v < n for v, n in zip((k, j, i), session.low.shape, strict=True)) or not session.loaded[k]:
            return None, None
        low = session.low.hu[k, j, i]
        if session.denoised is None or session.denoised_ready is None or not session.denoised_ready[k]:
            return int(low), None
        one = slice(i, i + 1)
        return int(low), int(blend(session.low.hu[k, j, one], session.denoised[k, j, one], self.state.strength)[0])

    def measure(self, roi: Roi) -> RoiResult:
        """Values of a measurement on both sides."""
        return self.source.measure(roi)

    # -- painting ---------------------------------------------------------------------------------------
    def frame(self) -> Frame | None:
        """What this view shows."""
        return self.source.frame(self.side)

    def curtain_x(self) -> float | None:
        """x of the curtain here, or None: it hangs on right-hand views that show something else than low."""
        if self.side != "right" or self.state.curtain is None or self.source.right_kind() == "low":
            return None
        return self.state.curtain * self.width()

    def update(self, *where: Any) -> None:
        """Repaint, all or a rectangle: what is seen is the canvas."""
        self.canvas.viewport().update(*where)

    def repaint(self, *where: Any) -> None:
        """Repaint at once."""
        self.canvas.viewport().repaint(*where)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """The canvas fills the view."""
        self.canvas.setGeometry(self.rect())

    def update_crosshair(self) -> None:
        """Repaint the lines of the crosshair that moved, where they were and where they go; nothing else."""
        point = self.point_of(self.state.position)
        if point is None or not self.state.crosshair:
            return
        (x0, y0), (x1, y1) = self.cross_at, (math.floor(point.x()), math.floor(point.y()))
        w, h, gap = self.width(), self.height(), overlays.CROSS_GAP + 1
        if y0 != y1:
            for y in (y0, y1):
                self.update(0, y - 1, w, 3)
                self.update(x1 - 1, y - gap, 3, 2 * gap)
        if x0 != x1:
            for x in (x0, x1):
                self.update(x - 1, 0, 3, h)
                self.update(x - gap, y1 - 1, 2 * gap, 3)

    # -- events: the mouse lives in mouse.py ------------------------------------------------------------
    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """A button went down."""
        self.activated.emit()
        self.mouse.press(event)

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        """Hover or drag."""
        self.mouse.move(event)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """A button went up."""
        self.mouse.release(event)

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        """Left: this pair fills the page, or back."""
        if event.button() == QtCore.Qt.MouseButton.LeftButton:
            self.mouse.cancel()
            self.maximizeRequested.emit()
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        """Slice, ten slices (Shift) or zoom (Ctrl)."""
        self.activated.emit()
        self.mouse.wheel(event)
        event.accept()

    def leaveEvent(self, event: QtCore.QEvent) -> None:
        """The pointer is on no picture."""
        self.state.set_pointer(None)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Del deletes the selected measurement, Esc drops one being drawn; all else is the window's."""
        key = event.key()
        if key == QtCore.Qt.Key.Key_Escape and self.mouse.cancel():
            return
        selected = self.state.rois.selected
        if key in (QtCore.Qt.Key.Key_Delete, QtCore.Qt.Key.Key_Backspace) and selected is not None:
            self.state.rois.remove(selected.id, self.tr("Delete measurement"))
            return
        event.ignore()

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        """Keys act on this plane from now on."""
        self.activated.emit()
        self.update()

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        """Take the focus frame away."""
        self.update()
