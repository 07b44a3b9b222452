"""A small series for window tests whose every voxel tells where it is, and a page on it."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtTest

from ldct_viewer.ui.state import Session
from ldct_viewer.volume import Geometry, SeriesMeta, Volume

META = SeriesMeta(
    patient_name="Hong^Gildong",
    patient_id="ID-4711",
    patient_birth_date="19700203",
    study_date="20240506",
    institution="Seoul Clinic",
    description="Thorax 1.0",
    kernel="B40f",
    kvp=120.0,
)


def make_session(shape=(40, 64, 64), *, denoised=True, complete=True, spacing=(2.0, 1.0, 1.0), **geometry) -> Session:
    """HU = 10 z + y (denoised: 100 HU less)."""
    z, y, _ = np.ogrid[: shape[0], : shape[1], : shape[2]]
    hu = np.broadcast_to(10 * z + y, shape).astype(np.int16)
    session = Session.of(Volume(hu, Geometry(shape, spacing, **geometry), META), complete=complete)
    if denoised:
        session.denoised = (hu - 100).astype(np.int16)
        session.denoised_ready = np.ones(shape[0], dtype=bool)
    return session


def drag(view, start, end, button=QtCore.Qt.MouseButton.LeftButton, modifier=QtCore.Qt.KeyboardModifier.NoModifier):
    """A drag as a hand does it: several small moves. Points are fractions of the view."""
    points = [(start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t) for t in (0, 0.25, 0.5, 0.75, 1)]
    pixels = [QtCore.QPoint(round(x * view.width()), round(y * view.height())) for x, y in points]
    QtTest.QTest.mousePress(view, button, modifier, pixels[0])
    for pixel in pixels[1:]:
        send_move(view, pixel, button, modifier)
    QtTest.QTest.mouseRelease(view, button, modifier, pixels[-1])


def send_move(view, pixel, buttons=QtCore.Qt.MouseButton.NoButton, modifier=QtCore.Qt.KeyboardModifier.NoModifier):
    """A mouse move with buttons and modifiers held (QTest.mouseMove knows neither)."""
    from PySide6 import QtGui, QtWidgets

    local = QtCore.QPointF(pixel)
    event = QtGui.QMouseEvent(
        QtCore.QEvent.Type.MouseMove,
        local,
        view.mapToGlobal(local),
        QtCore.Qt.MouseButton.NoButton,
        QtCore.Qt.MouseButton(buttons),
        modifier,
    )
    QtWidgets.QApplication.sendEvent(view, event)


def wheel(view, notches=1, modifier=QtCore.Qt.KeyboardModifier.NoModifier, at=(0.5, 0.5), units=None):
    """Turn the wheel over a view."""
    from PySide6 import QtGui, QtWidgets

    local = QtCore.QPointF(at[0] * view.width(), at[1] * view.height())
    delta = QtCore.QPoint(0, units if units is not None else 120 * notches)
    event = QtGui.QWheelEvent(
        local,
        view.mapToGlobal(local),
        QtCore.QPoint(),
        delta,
        QtCore.Qt.MouseButton.NoButton,
        modifier,
        QtCore.Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QtWidgets.QApplication.sendEvent(view, event)
