"""A slim slider for the slice of one plane; shows what is read and what is denoised."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtCore, QtGui, QtWidgets

from ..state import ViewState
from .overlays import PLANE_COLORS, plane_name

_PAD = 8


class SliceSlider(QtWidgets.QSlider):
    """Upper line: read; lower line: denoised (place as well as colour tells them apart)."""

    def __init__(self, state: ViewState, plane: str, parent: QtWidgets.QWidget) -> None:
        super().__init__(QtCore.Qt.Orientation.Horizontal, parent)
        self.state, self.plane = state, plane
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAccessibleName(self.tr("{0} slice").format(plane_name(plane)))
        self.setToolTip(self.tr("Drag to scroll. Upper line: read. Lower line: denoised."))
        self.setPageStep(10)
        self._marks: QtGui.QImage | None = None
        self.valueChanged.connect(self._moved)

    def follow(self) -> None:
        """Take range and value from the state."""
        session = self.state.session
        count = 1 if session is None else session.planes[self.plane].count(session.low.shape)
        with QtCore.QSignalBlocker(self):
            self.setRange(0, count - 1)
            self.setValue(self.state.index(self.plane))
        self.setEnabled(session is not None)
        self.update()

    def refresh_marks(self) -> None:
        """Slices were read or denoised."""
        self._marks = None
        self.update()

    def _moved(self, value: int) -> None:
        self.state.set_index(self.plane, value)

    def _flags(self, flags: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        """0..1 for each slice of this plane: valid or not; across the stack the part that is valid."""
        n = self.maximum() + 1
        session = self.state.session
        if session is None or flags is None:
            return np.zeros(n, dtype=np.float32)
        if session.planes[self.plane].slice_axis == 0:
            return flags.astype(np.float32)
        return np.full(n, flags.mean(), dtype=np.float32)

    def _mark_image(self, width: int) -> QtGui.QImage:
        if self._marks is None or self._marks.width() != width:
            session = self.state.session
            n = self.maximum() + 1
            at = np.minimum(np.arange(width) * n // max(width, 1), n - 1)
            image = np.zeros((2, width, 4), dtype=np.uint8)
            if session is not None:
                for row, (flags, color) in enumerate(
                    ((session.loaded, (150, 150, 150)), (session.denoised_ready, (255, 163, 77)))
                ):
                    part = self._flags(flags)[at][:, None]
                    base = np.array((60, 60, 60), dtype=np.float32)  # BGR
                    image[row, :, :3] = base + (np.array(color, dtype=np.float32) - base) * part
            image[..., 3] = 255
            fmt = QtGui.QImage.Format.Format_RGB32
            self._marks = QtGui.QImage(image.tobytes(), width, 2, width * 4, fmt).copy()
        return self._marks

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Two mark lines and a handle in the plane's colour."""
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), QtGui.QColor("#1b1d20"))
        width = max(self.width() - 2 * _PAD, 1)
        mid = self.height() // 2
        marks = self._mark_image(width)
        painter.drawImage(QtCore.QRect(_PAD, mid - 3, width, 3), marks, QtCore.QRect(0, 0, width, 1))
        painter.drawImage(QtCore.QRect(_PAD, mid + 1, width, 3), marks, QtCore.QRect(0, 1, width, 1))
        span = max(self.maximum(), 1)
        x = _PAD + round(self.value() / span * (width - 1))
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtGui.QPen(QtGui.QColor("#ffffff" if self.hasFocus() else "#0c0d0e"), 1))
        painter.setBrush(QtGui.QColor(PLANE_COLORS[self.plane]))
        painter.drawRoundedRect(QtCore.QRectF(x - 4, mid - 6.5, 8, 13), 3, 3)
        painter.end()

    def _to(self, x: float) -> None:
        width = max(self.width() - 2 * _PAD - 1, 1)
        self.setValue(round((x - _PAD) / width * self.maximum()))

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Go there at once."""
        if event.button() == QtCore.Qt.MouseButton.LeftButton:
            self._to(event.position().x())

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        """Fast scroll."""
        if event.buttons() & QtCore.Qt.MouseButton.LeftButton:
            self._to(event.position().x())

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """Nothing is held."""

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        """A slice a notch."""
        self.setValue(self.value() + (1 if event.angleDelta().y() > 0 else -1))
        event.accept()
