"""The loupe shows both pictures three times larger, at the same place."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtCore, QtGui

from ldct_viewer.ui.views.loupe import FACTOR, radius
from tests.window_kit import make_window, open_and_wait, write_ct

from .view_helpers import send_move


def grabbed(view) -> np.ndarray:
    """Grey of what is seen in a view, (y, x)."""
    image = view.grab().toImage().convertToFormat(QtGui.QImage.Format.Format_Grayscale8)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return raw[:, : image.width()].astype(int)


@pytest.fixture
def window(qtbot, tmp_path):
    window = make_window(qtbot, tmp_path, overlays="none", crosshair=False, smooth=False)
    open_and_wait(qtbot, window, write_ct(tmp_path / "ct"))
    window.viewing.set_layout("axial")
    window.state.set_strength(1.0)
    session = window.state.session
    session.low.hu[:] = -1000
    session.low.hu[:, 60:64, 60:64] = 400  # a block of 4 × 4 voxels
    session.denoised = np.full_like(session.low.hu, -1000)
    session.denoised_ready = np.ones(24, dtype=bool)
    window.state.announce(list(range(24)))
    return window


@pytest.mark.parametrize("over", ["low", "right"])
def test_what_is_under_the_pointer_is_enlarged_on_both_sides(qtbot, window, over):
    views = {side: window.page.views["axial", side] for side in ("low", "right")}
    at = views["low"].point_of((12, 61.5, 61.5))
    before = int((grabbed(views["low"]) > 128).sum())
    send_move(views[over], at.toPoint())
    window.qactions["loupe"].trigger()
    assert window.qactions["loupe"].isChecked()
    seen = grabbed(views["low"])
    r = round(radius(views["low"]))
    x, y = round(at.x()), round(at.y())
    inner = seen[y - r // 2 : y + r // 2, x - r // 2 : x + r // 2]
    assert (inner > 128).sum() == pytest.approx(before * FACTOR**2, rel=0.15)
    right = grabbed(views["right"])
    # There the denoised picture, which has no block, is enlarged (beside the cross that marks the pointer's twin) …
    assert right[y + 9 : y + r // 2, x + 9 : x + r // 2].max() < 80
    assert right[y, x + r - 2 : x + r + 3].max() > 128  # … within the ring
    window.qactions["loupe"].trigger()
    window.state.set_pointer(None)
    assert int((grabbed(views["low"]) > 128).sum()) == before


def test_without_a_pointer_on_the_picture_there_is_no_loupe(qtbot, window):
    view = window.page.views["axial", "low"]
    before = grabbed(view)
    window.state.set_loupe(True)
    window.state.set_pointer(None)
    np.testing.assert_array_equal(grabbed(view), before)
    assert QtCore.QPointF(view.point_of((12, 0, 0))).x() > 0
