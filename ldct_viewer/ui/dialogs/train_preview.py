"""A held-out slice before, now and as it should be, side by side: scrolled, windowed, zoomed, moved together.

Left drag: window. Wheel: slice; Ctrl + wheel or right drag: zoom. Middle drag, or left drag with Shift: move.
Double click: as a whole again. All three pictures show the same part.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtCore, QtGui, QtWidgets

from ...window import PRESETS, Window
from ..actions import translated
from ..views.lut import colourize, gray_lut
from .train_words import label

MAX_ZOOM = 12.0


class Part:
    """Which part of the slices is seen: ``zoom`` ≥ 1 (1: all of it), centre in fractions of the slice."""

    def __init__(self) -> None:
        self.zoom, self.x, self.y = 1.0, 0.5, 0.5

    def zoomed(self, factor: float, x: float, y: float) -> None:
        """Enlarge; the place at fractions (x, y) of the slice stays where it is."""
        new = min(max(self.zoom * factor, 1.0), MAX_ZOOM)
        keep = self.zoom / new
        self.zoom = new
        self.moved_to(x + (self.x - x) * keep, y + (self.y - y) * keep)

    def moved_to(self, x: float, y: float) -> None:
        """Centre there, as far as the slice reaches."""
        half = 0.5 / self.zoom
        self.x, self.y = min(max(x, half), 1 - half), min(max(y, half), 1 - half)

    def reset(self) -> None:
        """All of it."""
        self.zoom, self.x, self.y = 1.0, 0.5, 0.5


class Picture(QtWidgets.QWidget):
    """One slice, as large as fits; it says what the mouse wishes and is told what to show."""

    dragged = QtCore.Signal(float, float)
    scrolled = QtCore.Signal(int)
    zoomed = QtCore.Signal(float, float, float)  # factor, place (fractions of the slice)
    moved = QtCore.Signal(float, float)  # fractions of the slice
    reset = QtCore.Signal()

    def __init__(self, part: Part) -> None:
        super().__init__()
        self._part = part
        self._image: QtGui.QImage | None = None
        self._pixels: NDArray[np.uint32] | None = None
        self._last: QtCore.QPointF | None = None
        self._wheel = 0
        self._drag = ""
        self.setMinimumSize(170, 170)
        self.setCursor(QtCore.Qt.CursorShape.CrossCursor)

    def show_hu(self, hu: NDArray[np.int16] | None, window: Window) -> None:
        """Draw ``hu`` (y, x), or nothing."""
        if hu is None:
            self._image = self._pixels = None
        else:
            self._pixels = np.empty(hu.shape, np.uint32)
            colourize(np.ascontiguousarray(hu), gray_lut(window, "LINEAR", False), self._pixels)
            height, width = hu.shape
            form = QtGui.QImage.Format.Format_RGB32
            self._image = QtGui.QImage(self._pixels.data, width, height, 4 * width, form)
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Black surround, picture centred."""
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), QtGui.QColor("black"))
        if self._image is None:
            return
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self._whole(), self._image)

    def _whole(self) -> QtCore.QRectF:
        """Where all of the slice would lie on the widget: beyond its edges when enlarged."""
        assert self._image is not None
        fit = QtCore.QSizeF(self._image.size()).scaled(
            QtCore.QSizeF(self.size()), QtCore.Qt.AspectRatioMode.KeepAspectRatio
        )
        width, height = fit.width() * self._part.zoom, fit.height() * self._part.zoom
        left = self.width() / 2 - self._part.x * width
        top = self.height() / 2 - self._part.y * height
        return QtCore.QRectF(left, top, width, height)

    def _place(self, at: QtCore.QPointF) -> tuple[float, float]:
        """A point of the widget as fractions of the slice."""
        whole = self._whole()
        return (at.x() - whole.left()) / whole.width(), (at.y() - whole.top()) / whole.height()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """A drag begins."""
        buttons = QtCore.Qt.MouseButton
        shift = bool(event.modifiers() & QtCore.Qt.KeyboardModifier.ShiftModifier)
        self._drag = {buttons.MiddleButton: "move", buttons.RightButton: "zoom"}.get(
            event.button(), "move" if shift else "window"
        )
        self._first = self._last = event.position()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        """Window: right widens, down brightens. Zoom: up enlarges. Move: the slice follows."""
        if self._last is None or self._image is None:
            return
        move = event.position() - self._last
        self._last = event.position()
        if self._drag == "window":
            self.dragged.emit(move.x(), move.y())
        elif self._drag == "zoom":
            self.zoomed.emit(1.01 ** -move.y(), *self._place(self._first))
        else:
            whole = self._whole()
            self.moved.emit(-move.x() / whole.width(), -move.y() / whole.height())

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        """All of it again."""
        self.reset.emit()

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """The drag is over."""
        self._last = None

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        """One notch, one slice; with Ctrl it enlarges."""
        if event.modifiers() & QtCore.Qt.KeyboardModifier.ControlModifier:
            if self._image is not None:
                self.zoomed.emit(1.2 ** (event.angleDelta().y() / 120), *self._place(event.position()))
            event.accept()
            return
        self._wheel += event.angleDelta().y()
        while abs(self._wheel) >= 120:
            by = 1 if self._wheel > 0 else -1
            self._wheel -= by * 120
            self.scrolled.emit(-by)
        event.accept()


class Preview(QtWidgets.QWidget):
    """Three pictures of one run's folder; reads ``preview-*.npy`` when told."""

    NAMES = ("before", "now", "reference")

    def __init__(self, now: str = "") -> None:
        super().__init__()
        self._stacks: dict[str, NDArray[np.int16]] = {}
        self._window = next(p.window for p in PRESETS if p.id == "abdomen")
        self._part = Part()
        self._pictures = {name: Picture(self._part) for name in self.NAMES}
        titles = (self.tr("Before"), now or self.tr("Now"), self.tr("Reference"))
        grid = QtWidgets.QGridLayout()
        grid.setSpacing(4)
        for n, (picture, title) in enumerate(zip(self._pictures.values(), titles, strict=True)):
            words = label(title, "dim", 11, wrap=False)
            words.setAlignment(QtCore.Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(words, 0, n)
            grid.addWidget(picture, 1, n)
            picture.dragged.connect(self._drag)
            picture.scrolled.connect(self._scroll)
            picture.zoomed.connect(self._zoom)
            picture.moved.connect(lambda dx, dy: self._move(self._part.x + dx, self._part.y + dy))
            picture.reset.connect(self._reset)
            picture.setToolTip(
                self.tr("Drag: window. Wheel: slice. Ctrl + wheel: zoom. Shift + drag: move. Double click: all of it.")
            )
            picture.setAccessibleName(title)
        grid.setRowStretch(1, 1)
        self.slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self.slider.setRange(0, 0)
        self.slider.setAccessibleName(self.tr("Held-out slice"))
        self.slider.valueChanged.connect(self._draw)
        self.presets = QtWidgets.QComboBox()
        for preset in PRESETS[:7]:
            self.presets.addItem(translated(preset.name), preset.window)
        self.presets.setCurrentIndex(2)
        self.presets.activated.connect(lambda: self.set_window(self.presets.currentData()))
        self._numbers = label("", "dim", 11, wrap=False)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(label(self.tr("Slice"), "dim", 11, wrap=False))
        row.addWidget(self.slider, 1)
        row.addWidget(self._numbers)
        row.addWidget(self.presets)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid, 1)
        column.addLayout(row)

    def clear(self) -> None:
        """No pictures yet."""
        self._stacks.clear()
        self._part.reset()
        self.slider.setRange(0, 0)
        self._draw()

    def load(self, folder: Path) -> None:
        """Read what lies in a run's folder; what is being replaced right now is read next time."""
        for name in self.NAMES:
            try:
                stack = np.load(folder / f"preview-{name}.npy", allow_pickle=False)
            except (OSError, ValueError, EOFError):
                continue
            if stack.ndim == 3 and stack.dtype == np.int16:
                self._stacks[name] = stack
        count = min((len(s) for s in self._stacks.values()), default=0)
        first = self.slider.maximum() == 0
        self.slider.setRange(0, max(count - 1, 0))
        if first and count:
            self.slider.setValue(count // 2)
        self._draw()

    def set_window(self, window: Window) -> None:
        """Show all three in this window."""
        self._window = window
        self._draw()

    @property
    def shown(self) -> bool:
        """True once there is something to see."""
        return bool(self._stacks)

    def _drag(self, dx: float, dy: float) -> None:
        self.set_window(self._window.dragged(dx, dy))

    def _zoom(self, factor: float, x: float, y: float) -> None:
        self._part.zoomed(factor, x, y)
        self._repaint()

    def _move(self, x: float, y: float) -> None:
        self._part.moved_to(x, y)
        self._repaint()

    def _reset(self) -> None:
        self._part.reset()
        self._repaint()

    def _repaint(self) -> None:
        for picture in self._pictures.values():
            picture.update()
        self._tell()

    def _scroll(self, by: int) -> None:
        self.slider.setValue(self.slider.value() + by)

    def _draw(self) -> None:
        k = self.slider.value()
        box = _body_box(self._stacks.get("reference"))
        for name, picture in self._pictures.items():
            stack = self._stacks.get(name)
            picture.show_hu(stack[k][box] if stack is not None and k < len(stack) else None, self._window)
        self._tell()

    def _tell(self) -> None:
        count = self.slider.maximum() + 1 if self._stacks else 0
        words = f"{self.slider.value() + 1} / {count}   W {self._window.width:.0f}  L {self._window.level:.0f}"
        zoom = f"   {self._part.zoom:.1f} ×" if self._part.zoom > 1 else ""
        self._numbers.setText(words + zoom if count else "")


def _body_box(stack: NDArray[np.int16] | None) -> tuple[slice, slice]:
    """Rows and columns where there is a body in any slice, with a rim; all of it where there is none."""
    if stack is None:
        return np.s_[:, :]
    there = (stack > -300).mean(axis=0) > 0
    rows, cols = (np.flatnonzero(there.sum(axis=axis) > 12) for axis in (1, 0))
    if not len(rows) or not len(cols):
        return np.s_[:, :]
    return np.s_[max(rows[0] - 8, 0) : rows[-1] + 9, max(cols[0] - 8, 0) : cols[-1] + 9]
