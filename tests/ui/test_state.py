"""ViewState announces what changes, and only that."""

from __future__ import annotations

import pytest

from ldct_viewer.quality.roi import Roi
from ldct_viewer.ui.state import ViewState
from ldct_viewer.ui.views.camera import Camera
from ldct_viewer.window import Window

from .view_helpers import make_session


@pytest.fixture
def state(qapp):
    s = ViewState()
    s.open(make_session())
    return s


def test_opens_at_the_middle(state):
    assert [state.index(p) for p in ("axial", "coronal", "sagittal")] == [19, 31, 31]


def test_position_is_clamped_and_announced_once(state, qtbot):
    with qtbot.waitSignal(state.positionChanged):
        state.set_position((99, -5, 3))
    assert state.position == (39, 0, 3)
    with qtbot.assertNotEmitted(state.positionChanged):
        state.set_position((500, -1, 3))


def test_step_moves_one_plane_only(state):
    state.step("coronal", 3)
    assert [state.index(p) for p in ("axial", "coronal", "sagittal")] == [19, 34, 31]


@pytest.mark.parametrize(
    ("setter", "value", "signal"),
    [
        ("set_window", Window(1500, -600), "windowChanged"),
        ("set_invert", True, "invertChanged"),
        ("set_strength", 0.4, "strengthChanged"),
        ("set_layout", "grid", "layoutChanged"),
        ("set_right_mode", "difference", "rightModeChanged"),
        ("set_tool", "ellipse", "toolChanged"),
        ("set_smooth", False, "smoothChanged"),
        ("set_overlays", "none", "overlaysChanged"),
        ("set_note", "paused", "noteChanged"),
    ],
)
def test_every_setter_announces_a_change_and_is_silent_without_one(state, qtbot, setter, value, signal):
    with qtbot.waitSignal(getattr(state, signal)):
        getattr(state, setter)(value)
    with qtbot.assertNotEmitted(getattr(state, signal)):
        getattr(state, setter)(value)


@pytest.mark.parametrize(
    ("setter", "value"), [("set_layout", "x"), ("set_right_mode", "x"), ("set_tool", "x"), ("set_overlays", "x")]
)
def test_unknown_names_are_refused(state, setter, value):
    with pytest.raises(ValueError, match="x"):
        getattr(state, setter)(value)


def test_camera_belongs_to_a_plane_and_is_forgotten_with_the_series(state, qtbot):
    with qtbot.waitSignal(state.viewRectChanged) as caught:
        state.set_camera("coronal", Camera(3.0, 0.2, 0.3))
    assert caught.args == ["coronal"]
    assert state.camera("axial") == Camera()
    state.open(make_session())
    assert state.camera("coronal") == Camera()


def test_curtain_and_difference_range(state):
    state.set_compare(curtain=1.7)
    assert state.curtain == 1.0
    state.set_compare(difference_hu=150)
    assert (state.curtain, state.difference_hu) == (1.0, 150)
    state.set_compare(curtain=None)
    assert state.curtain is None


ROI = Roi("ellipse", "axial", 19, (19, 10, 10), (19, 20, 20))


def test_measurements_can_be_undone_and_redone(state):
    made = state.rois.add(ROI)
    state.rois.remove(made.id)
    assert state.rois.all == ()
    state.undo_stack.undo()
    assert state.rois.all == (made,)
    state.undo_stack.undo()
    assert state.rois.all == ()
    state.undo_stack.redo()
    assert state.rois.all == (made,)


def test_a_drag_is_one_step_of_undo(state):
    made = state.rois.add(ROI)
    for n in range(5):
        state.rois.preview(Roi("ellipse", "axial", 19, (19, 10, 10), (19, 21 + n, 20), made.id))
    state.rois.commit(made)
    assert state.rois.all[0].b == (19, 25, 20)
    state.undo_stack.undo()
    assert state.rois.all == (made,)


def test_clearing_all_is_one_step_of_undo(state):
    state.rois.add(ROI)
    state.rois.add(ROI)
    state.rois.clear()
    assert state.rois.all == ()
    state.undo_stack.undo()
    assert len(state.rois.all) == 2


def test_another_series_forgets_measurements(state):
    state.rois.add(ROI)
    state.open(make_session())
    assert state.rois.all == ()
    assert not state.undo_stack.canUndo()
