"""A held-out slice before, now and as it should be, side by side: scrolled, windowed and zoomed together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtCore, QtGui, QtWidgets

from ...window import PRESETS, Window
from ..theme import current
from ..views.lut import colourize, gray_lut
from .train_words import label


class Picture(QtWidgets.QWidget):
    """One slice, as large as fits; drags change the window, the wheel the slice."""

    dragged = QtCore.Signal(float, float)
    scrolled = QtCore.Signal(int)
    zoomed = QtCore.Signal(float, QtCore.QPointF)

    def __init__(self) -> None:
        super().__init__()
        self._image: QtGui.QImage | None = None
        self._pixels: NDArray[np.uint32] | None = None
        self._last: QtCore.QPointF | None = None
        self._wheel = 0
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
        size = self._image.size().scaled(self.size(), QtCore.Qt.AspectRatioMode.KeepAspectRatio)
        box = QtCore.QRect(QtCore.QPoint(0, 0), size)
        box.moveCenter(self.rect().center())
        painter.drawImage(box, self._image)

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """A drag begins."""
        self._last = event.position()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        """Right widens, down brightens."""
        if self._last is not None:
            move = event.position() - self._last
            self._last = event.position()
            self.dragged.emit(move.x(), move.y())

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """The drag is over."""
        self._last = None

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        """One notch, one slice."""
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
        self._pictures = {name: Picture() for name in self.NAMES}
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
            picture.setAccessibleName(title)
        grid.setRowStretch(1, 1)
        self.slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self.slider.setRange(0, 0)
        self.slider.setAccessibleName(self.tr("Held-out slice"))
        self.slider.valueChanged.connect(self._draw)
        self.presets = QtWidgets.QComboBox()
        for preset in PRESETS[:7]:
            self.presets.addItem(preset.name, preset.window)
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
        self.setStyleSheet(f"QComboBox {{ background: {current().raised}; }}")

    def clear(self) -> None:
        """No pictures yet."""
        self._stacks.clear()
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

    def _scroll(self, by: int) -> None:
        self.slider.setValue(self.slider.value() + by)

    def _draw(self) -> None:
        k = self.slider.value()
        box = _body_box(self._stacks.get("reference"))
        for name, picture in self._pictures.items():
            stack = self._stacks.get(name)
            picture.show_hu(stack[k][box] if stack is not None and k < len(stack) else None, self._window)
        count = self.slider.maximum() + 1 if self._stacks else 0
        self._numbers.setText(
            f"{k + 1} / {count}   W {self._window.width:.0f}  L {self._window.level:.0f}" if count else ""
        )


def _body_box(stack: NDArray[np.int16] | None) -> tuple[slice, slice]:
    """Rows and columns where there is a body in any slice, with a rim; all of it where there is none."""
    if stack is None:
        return np.s_[:, :]
    there = (stack > -300).mean(axis=0) > 0
    rows, cols = (np.flatnonzero(there.sum(axis=axis) > 12) for axis in (1, 0))
    if not len(rows) or not len(cols):
        return np.s_[:, :]
    return np.s_[max(rows[0] - 8, 0) : rows[-1] + 9, max(cols[0] - 8, 0) : cols[-1] + 9]
