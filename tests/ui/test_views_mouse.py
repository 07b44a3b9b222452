"""The mouse does what VIEWER.md §4 says."""

from __future__ import annotations

import pytest
from PySide6 import QtCore, QtTest

from ldct_viewer.window import Window

from .view_helpers import drag, send_move, wheel

Button = QtCore.Qt.MouseButton
Modifier = QtCore.Qt.KeyboardModifier


@pytest.fixture
def axial(page):
    return page.views["axial", "low"]


@pytest.mark.parametrize(("modifier", "by"), [(Modifier.NoModifier, 1), (Modifier.ShiftModifier, 10)])
def test_wheel_moves_slices(page, axial, modifier, by):
    wheel(axial, 1, modifier)
    assert page.state.index("axial") == 19 + by  # up = toward the head
    wheel(axial, -2, modifier)
    assert page.state.index("axial") == 19 - by


def test_wheel_moves_only_its_plane(page):
    wheel(page.views["coronal", "right"], 1)
    assert (page.state.index("axial"), page.state.index("sagittal")) == (19, 31)
    assert page.state.index("coronal") == 30  # up = toward the front


def test_small_touch_pad_steps_add_up(page, axial):
    for _ in range(3):
        wheel(axial, units=40)
    assert page.state.index("axial") == 20


def test_ctrl_wheel_zooms_at_the_pointer(page, axial):
    spot = QtCore.QPointF(0.6 * axial.width(), 0.4 * axial.height())
    before = axial.voxel_at(spot)
    wheel(axial, 2, Modifier.ControlModifier, at=(0.6, 0.4))
    assert page.state.camera("axial").zoom > 1.2
    assert axial.voxel_at(spot) == pytest.approx(before, abs=0.02)
    assert page.state.index("axial") == 19


def test_left_drag_is_window(page, axial):
    page.state.set_window(Window(400, 40))
    step = round(0.1 * axial.width())
    drag(axial, (0.4, 0.5), (0.4 + step / axial.width(), 0.5))
    assert page.state.window.level == 40
    # Each pixel widens by 1/200 of the width it finds, event by event.
    assert 400 + 2 * step < page.state.window.width < 400 * 1.005**step + 1


def test_drag_down_is_brighter_and_the_preference_turns_it(page, axial):
    page.state.set_window(Window(400, 40))
    drag(axial, (0.5, 0.4), (0.5, 0.5))
    assert page.state.window.level < 0
    page.state.set_window(Window(400, 40))
    page.state.down_is_brighter = False
    drag(axial, (0.5, 0.4), (0.5, 0.5))
    assert page.state.window.level > 80


@pytest.mark.parametrize(("modifier", "factor"), [(Modifier.ControlModifier, 4), (Modifier.ShiftModifier, 0.25)])
def test_ctrl_is_coarse_and_shift_is_fine(page, axial, modifier, factor):
    page.state.set_window(Window(400, 40))
    drag(axial, (0.5, 0.4), (0.5, 0.5))
    plain = 40 - page.state.window.level
    page.state.set_window(Window(400, 40))
    drag(axial, (0.5, 0.4), (0.5, 0.5), modifier=modifier)
    assert (40 - page.state.window.level) / plain == pytest.approx(factor, rel=0.01)


def test_crosshair_tool_moves_all_planes(page, axial):
    page.state.set_tool("crosshair")
    QtTest.QTest.mouseClick(axial, Button.LeftButton, pos=QtCore.QPoint(axial.width() // 2 + 60, axial.height() // 2))
    k, j, i = page.state.position
    assert k == 19
    assert i == pytest.approx(31.5 + 60 / axial.screen_map().sx, abs=0.2)
    assert page.state.index("sagittal") == round(i)
    drag(axial, (0.5, 0.5), (0.5, 0.6))
    assert page.state.index("coronal") > round(j)


def test_shift_and_move_is_crosshair_with_any_tool(page, axial):
    before = page.state.position
    send_move(axial, QtCore.QPoint(axial.width() // 2 + 40, axial.height() // 2 + 20))
    assert page.state.position == before
    send_move(axial, QtCore.QPoint(axial.width() // 2 + 40, axial.height() // 2 + 20), modifier=Modifier.ShiftModifier)
    assert page.state.position != before


def test_middle_drag_pans_the_pair(page, axial):
    spot = QtCore.QPointF(0.5 * axial.width(), 0.5 * axial.height())
    before = axial.voxel_at(spot)
    drag(axial, (0.5, 0.5), (0.6, 0.5), Button.MiddleButton)
    moved = QtCore.QPointF(spot.x() + round(0.6 * axial.width()) - round(0.5 * axial.width()), spot.y())
    assert axial.voxel_at(moved) == pytest.approx(before, abs=0.05)
    assert page.views["axial", "right"].screen_map() == axial.screen_map()


def test_right_drag_zooms_and_right_click_asks_for_the_menu(page, axial, qtbot):
    with qtbot.assertNotEmitted(page.contextMenuRequested):
        drag(axial, (0.5, 0.5), (0.5, 0.3), Button.RightButton)
    assert page.state.camera("axial").zoom > 1.5
    with qtbot.waitSignal(page.contextMenuRequested) as caught:
        QtTest.QTest.mouseClick(axial, Button.RightButton)
    assert caught.args[:2] == ["axial", "low"]


def test_alt_drag_scrolls_fast(page, axial):
    drag(axial, (0.5, 0.5), (0.5, 0.2), modifier=Modifier.AltModifier)
    assert page.state.index("axial") > 25
    assert page.state.window == Window(400, 40)


def test_both_buttons_scroll_fast(page, axial):
    start = QtCore.QPoint(axial.width() // 2, axial.height() // 2)
    QtTest.QTest.mousePress(axial, Button.LeftButton, pos=start)
    both = Button.LeftButton | Button.RightButton
    from PySide6 import QtGui, QtWidgets

    local = QtCore.QPointF(start)
    where, kind = axial.mapToGlobal(local), QtCore.QEvent.Type.MouseButtonPress
    press = QtGui.QMouseEvent(kind, local, where, Button.RightButton, both, Modifier.NoModifier)
    QtWidgets.QApplication.sendEvent(axial, press)
    for n in range(1, 6):
        send_move(axial, start - QtCore.QPoint(0, 20 * n), both)
    assert page.state.index("axial") > 20


def test_pointer_is_reported_and_taken_back(page, axial):
    send_move(axial, QtCore.QPoint(axial.width() // 2, axial.height() // 2))
    assert page.state.pointer is not None and page.state.pointer_plane == "axial"
    send_move(axial, QtCore.QPoint(1, 1))  # beside the picture
    assert page.state.pointer is None


@pytest.mark.parametrize("kind", ["ellipse", "rectangle", "distance"])
def test_draw_select_move_delete_undo(page, axial, kind):
    state = page.state
    state.set_tool(kind)
    drag(axial, (0.45, 0.45), (0.55, 0.6))
    (made,) = state.rois.all
    assert (made.kind, made.plane, made.index) == (kind, "axial", 19)
    assert state.rois.selected == made

    # Move it by a corner-less grip: the outline.
    a = axial.point_of(made.a)
    b = axial.point_of(made.b)
    grip = QtCore.QPointF((a.x() + b.x()) / 2, (a.y() + b.y()) / 2 if kind == "distance" else a.y())
    start = (grip.x() / axial.width(), grip.y() / axial.height())
    drag(axial, start, (start[0] + 0.05, start[1]))
    (moved,) = state.rois.all
    assert moved.id == made.id
    assert moved.b[2] - moved.a[2] == pytest.approx(made.b[2] - made.a[2])
    assert moved.a[2] > made.a[2]

    # Resize by the handle at its second corner.
    b = axial.point_of(moved.b)
    start = (b.x() / axial.width(), b.y() / axial.height())
    drag(axial, start, (start[0], start[1] + 0.05))
    (sized,) = state.rois.all
    assert sized.a == moved.a and sized.b[1] > moved.b[1]

    QtTest.QTest.keyClick(axial, QtCore.Qt.Key.Key_Delete)
    assert state.rois.all == ()
    state.undo_stack.undo()
    assert state.rois.all == (sized,)
    state.undo_stack.undo()
    assert state.rois.all == (moved,)


def test_a_click_with_a_shape_tool_leaves_nothing(page, axial):
    page.state.set_tool("ellipse")
    QtTest.QTest.mouseClick(axial, Button.LeftButton)
    assert page.state.rois.all == ()


def test_escape_drops_the_shape_being_drawn(page, axial):
    page.state.set_tool("ellipse")
    QtTest.QTest.mousePress(axial, Button.LeftButton, pos=QtCore.QPoint(300, 300))
    send_move(axial, QtCore.QPoint(320, 320), Button.LeftButton)
    send_move(axial, QtCore.QPoint(350, 350), Button.LeftButton)
    assert len(page.state.rois.all) == 1
    QtTest.QTest.keyClick(axial, QtCore.Qt.Key.Key_Escape)
    assert page.state.rois.all == ()
    assert not page.state.undo_stack.canUndo()


def test_curtain_is_dragged_by_its_line_without_touching_the_window(page):
    page.state.set_layout("single")
    page.state.set_compare(curtain=0.5)
    view = page.views["axial", "right"]
    drag(view, (0.5, 0.3), (0.7, 0.3))
    assert page.state.curtain == pytest.approx(0.7, abs=0.01)
    assert page.state.window == Window(400, 40)


def test_keys_the_view_does_not_know_go_on_to_the_window(page, axial, qtbot):
    seen = []
    page.keyPressEvent = lambda event: seen.append(event.key())
    axial.setFocus()
    QtTest.QTest.keyClick(axial, QtCore.Qt.Key.Key_W)
    assert seen == [QtCore.Qt.Key.Key_W]
