"""The mouse on a picture, as VIEWER.md §4 sets it. Holds the drag in progress, nothing else.

Left drag = the tool; middle drag = pan; right drag = zoom, right click = menu; both buttons or Alt+drag =
fast scroll; Shift+move = crosshair; wheel = slice, Shift+wheel = ten, Ctrl+wheel = zoom at the pointer.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui

from ...quality.roi import KINDS, Roi
from .camera import panned, zoomed_at
from .roi_paint import hit

if TYPE_CHECKING:
    from .plane_view import PlaneView

Button = QtCore.Qt.MouseButton
Modifier = QtCore.Qt.KeyboardModifier
_NOTCH = 120  # wheel units of one notch
_CLICK_PX = 4  # a shorter way is a click
_CURTAIN_PX = 8


class PaneMouse:
    """Turns the mouse events of one view into wishes to the ViewState."""

    def __init__(self, view: PlaneView) -> None:
        self.view = view
        self.state = view.state
        self.drag = ""  # window | crosshair | pan | zoom | scroll | curtain | draw | edit | probe
        self._start = self._last = QtCore.QPointF()
        self._moved = False
        self._wheel = 0
        self._scroll_rest = 0.0
        self._before: Roi | None = None
        self._handle = ""

    # -- buttons ----------------------------------------------------------------------------------------
    def press(self, event: QtGui.QMouseEvent) -> None:
        """Begin the drag that button and modifiers mean."""
        pos, button = event.position(), event.button()
        both = event.buttons() & Button.LeftButton and event.buttons() & Button.RightButton
        if self.drag and not both:
            return
        if both:
            self.cancel()
        self._start = self._last = pos
        self._moved = False
        self._scroll_rest = 0.0
        if both or (button == Button.LeftButton and event.modifiers() & Modifier.AltModifier):
            self.drag = "scroll"
        elif button == Button.MiddleButton:
            self.drag = "pan"
        elif button == Button.RightButton:
            self.drag = "zoom"
        elif button == Button.LeftButton:
            self._press_left(pos)

    def _press_left(self, pos: QtCore.QPointF) -> None:
        view, state = self.view, self.state
        curtain = view.curtain_x()
        if curtain is not None and abs(pos.x() - curtain) <= _CURTAIN_PX:
            self.drag = "curtain"
            return
        found = hit(view, pos)
        if found is not None:
            roi, self._handle = found
            state.rois.select(roi.id)
            self._before, self.drag = roi, "edit"
            return
        if state.rois.selected is not None:
            state.rois.select(None)
        if state.tool in KINDS:
            self.drag = "draw"
        else:
            self.drag = state.tool
            if self.drag == "crosshair":
                self._to_crosshair(pos)

    def move(self, event: QtGui.QMouseEvent) -> None:
        """Hover, or go on with the drag."""
        pos, view = event.position(), self.view
        dx, dy = pos.x() - self._last.x(), pos.y() - self._last.y()
        away = pos - self._start
        if not self._moved and (abs(away.x()) > _CLICK_PX or abs(away.y()) > _CLICK_PX):
            self._moved = True
        self.state.set_pointer(view.voxel_at(pos), view.plane)
        if not self.drag:
            if event.modifiers() & Modifier.ShiftModifier and not event.buttons():
                self._to_crosshair(pos)
            self._hover(pos)
            return
        self._last = pos
        if self.drag == "window":
            self._drag_window(dx, dy, event.modifiers())
        elif self.drag == "crosshair":
            self._to_crosshair(pos)
        elif self.drag == "pan":
            self._pan(dx, dy)
        elif self.drag == "zoom":
            if self._moved:
                self._zoom(math.exp(-dy * 0.01), self._start)
        elif self.drag == "scroll":
            self._drag_scroll(dy)
        elif self.drag == "curtain":
            self.state.set_compare(curtain=pos.x() / max(view.width(), 1))
        elif self.drag == "draw":
            self._draw(pos)
        elif self.drag == "edit" and self._before is not None and self._moved:
            self._edit(pos)

    def release(self, event: QtGui.QMouseEvent) -> None:
        """End the drag; a right button that did not move asks for the menu."""
        if event.button() == Button.RightButton and self.drag == "zoom" and not self._moved:
            self.view.menuRequested.emit(event.globalPosition().toPoint())
        if self.drag == "edit" and self._before is not None:
            self.state.rois.commit(self._before, self.view.tr("Change measurement"))
        elif self.drag == "draw" and self._before is not None:
            self.state.rois.finish(self._before.id, self.view.tr("Draw measurement"))
        if self.drag == "scroll" and event.buttons():
            return  # one of two buttons is still down
        self._before, self.drag = None, ""

    def cancel(self) -> bool:
        """Give up the drag; a shape being drawn or changed goes back. True if there was one."""
        drag, self.drag = self.drag, ""
        rois = self.state.rois
        if drag == "edit" and self._before is not None:
            rois.preview(self._before)
        elif drag == "draw" and self._before is not None:
            rois.drop(self._before.id)
        self._before = None
        return bool(drag)

    def wheel(self, event: QtGui.QWheelEvent) -> None:
        """Up = toward head, front or left by one slice a notch; touch pads add up to notches."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Modifier.ControlModifier:
            self._zoom(1.0015**delta, event.position())
            return
        if delta * self._wheel < 0:
            self._wheel = 0
        self._wheel += delta
        notches = int(self._wheel / _NOTCH)
        if notches == 0 or self.view.grid is None:
            return
        self._wheel -= notches * _NOTCH
        by = notches * (10 if event.modifiers() & Modifier.ShiftModifier else 1)
        self.state.step(self.view.plane, by * self.view.grid.up_sign())
        self.state.set_pointer(self.view.voxel_at(event.position()), self.view.plane)

    # -- what drags do ----------------------------------------------------------------------------------
    def _hover(self, pos: QtCore.QPointF) -> None:
        curtain = self.view.curtain_x()
        shape = QtCore.Qt.CursorShape.CrossCursor
        if curtain is not None and abs(pos.x() - curtain) <= _CURTAIN_PX:
            shape = QtCore.Qt.CursorShape.SplitHCursor
        elif self.state.rois.all and hit(self.view, pos) is not None:
            shape = QtCore.Qt.CursorShape.SizeAllCursor
        if self.view.cursor().shape() != shape:
            self.view.setCursor(shape)

    def _to_crosshair(self, pos: QtCore.QPointF) -> None:
        voxel = self.view.voxel_at(pos, clamp=True)
        if voxel is not None:
            self.state.set_position(voxel)

    def _drag_window(self, dx: float, dy: float, modifiers: QtCore.Qt.KeyboardModifier) -> None:
        speed = 4.0 if modifiers & Modifier.ControlModifier else 0.25 if modifiers & Modifier.ShiftModifier else 1.0
        state = self.state
        state.set_window(state.window.dragged(dx, dy, speed=speed, down_is_brighter=state.down_is_brighter))

    def _pan(self, dx: float, dy: float) -> None:
        screen = self.view.screen_map()
        if screen is not None:
            self.state.set_camera(self.view.plane, panned(self.state.camera(self.view.plane), dx, dy, screen))

    def _zoom(self, factor: float, at: QtCore.QPointF) -> None:
        screen, plane = self.view.screen_map(), self.view.plane
        if screen is not None:
            camera = zoomed_at(self.state.camera(plane), factor, (at.x(), at.y()), screen, self.view.view_size())
            self.state.set_camera(plane, camera)

    def _drag_scroll(self, dy: float) -> None:
        grid = self.view.grid
        if grid is None:
            return
        # The view's height is the whole stack, but never slower than a slice in four pixels.
        self._scroll_rest -= dy * max(grid.count / max(self.view.height(), 1), 0.25)
        whole = int(self._scroll_rest)
        if whole:
            self._scroll_rest -= whole
            self.state.step(self.view.plane, whole * grid.up_sign())

    def _draw(self, pos: QtCore.QPointF) -> None:
        view, rois = self.view, self.state.rois
        end = view.voxel_at(pos, clamp=True)
        if end is None or not self._moved:
            return
        if self._before is None:
            begin = view.voxel_at(self._start, clamp=True)
            if begin is not None:
                roi = Roi(self.state.tool, view.plane, view.source.index(), begin, end)
                self._before = rois.begin(roi)
            return
        self._before = replace(self._before, b=end)
        rois.preview(self._before)

    def _edit(self, pos: QtCore.QPointF) -> None:
        view, before = self.view, self._before
        now, then = view.voxel_at(pos, clamp=True), view.voxel_at(self._start, clamp=True)
        if before is None or now is None or then is None:
            return
        shift = tuple(n - t for n, t in zip(now, then, strict=True))

        def moved(corner: tuple[float, float, float], axes: tuple[int, ...]) -> tuple[float, float, float]:
            k, j, i = (v + shift[axis] if axis in axes else v for axis, v in enumerate(corner))
            return k, j, i

        if view.grid is None:
            return
        row, col = view.grid.axes.row_axis, view.grid.axes.col_axis
        both = (row, col)
        # Handles are named by which corner gives their row and column: "ab" = row of a, column of b.
        pick = {
            "": (both, both),
            "aa": (both, ()),
            "bb": ((), both),
            "ab": ((row,), (col,)),
            "ba": ((col,), (row,)),
        }[self._handle]
        self.state.rois.preview(replace(before, a=moved(before.a, pick[0]), b=moved(before.b, pick[1])))
