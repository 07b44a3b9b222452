"""The action table and what is made from it."""

from __future__ import annotations

import inspect

import pytest
from PySide6 import QtCore, QtGui

from ldct_viewer.ui.actions import ACTIONS, BY_ID
from ldct_viewer.window import PRESETS, Window
from tests.window_kit import make_window, open_and_wait, write_ct

Key = QtCore.Qt.Key
Modifier = QtCore.Qt.KeyboardModifier


@pytest.fixture
def window(qtbot, tmp_path):
    return make_window(qtbot, tmp_path)


def test_every_id_is_unique():
    assert len(BY_ID) == len(ACTIONS)


def test_no_key_is_bound_twice():
    keys = [QtGui.QKeySequence(key).toString() for spec in ACTIONS for key in spec.key_list]
    assert len(keys) == len(set(keys)), sorted(k for k in keys if keys.count(k) > 1)


def test_every_key_is_one_that_qt_knows():
    for spec in ACTIONS:
        for key in spec.key_list:
            assert QtGui.QKeySequence(key).toString(), (spec.id, key)


def test_every_slot_exists_and_takes_its_argument(window):
    for spec in ACTIONS:
        if spec.hold:
            continue
        controller, method = spec.slot.split(".")
        target = window if controller == "window" else getattr(window, controller)
        act = getattr(target, method)
        if controller != "window" or spec.argument is not None:
            inspect.signature(act).bind(*([] if spec.argument is None else [spec.argument]))


def test_every_action_is_in_a_menu(window):
    def walk(menu):
        for action in menu.actions():
            yield action
            if action.menu():
                yield from walk(action.menu())

    found = {a.objectName() for top in window.menuBar().actions() for a in walk(top.menu())}
    assert set(BY_ID) <= found


def test_every_key_is_on_the_shortcuts_page(window):
    from ldct_viewer.ui.dialogs.shortcuts import ShortcutsDialog, keys_text

    page = ShortcutsDialog(window)._html()
    for spec in ACTIONS:
        if spec.keys:
            assert keys_text(spec).split(",")[0] in page.replace("&#x27;", "'"), spec.id


@pytest.mark.parametrize("preset", [p for p in PRESETS if p.key], ids=lambda p: p.id)
def test_number_keys_set_the_preset(window, qtbot, preset):
    window.activateWindow()
    shift = Modifier.ShiftModifier if preset.key.startswith("Shift+") else Modifier.NoModifier
    qtbot.keyClick(window, getattr(Key, f"Key_{preset.key[-1]}"), shift)
    assert window.state.window == preset.window


def test_space_goes_through_three_overlay_levels(window, qtbot):
    seen = []
    for _ in range(3):
        qtbot.keyClick(window, Key.Key_Space)
        seen.append(window.state.overlays)
    assert seen == ["minimal", "none", "all"]


@pytest.mark.parametrize(
    ("key", "tool"),
    [
        ("W", "window"),
        ("T", "pan"),
        ("Z", "zoom"),
        ("D", "distance"),
        ("O", "ellipse"),
        ("B", "rectangle"),
        ("P", "probe"),
    ],
)
def test_letters_choose_tools(window, qtbot, key, tool):
    qtbot.keyClick(window, getattr(Key, f"Key_{key}"))
    assert window.state.tool == tool
    assert window.qactions[f"tool_{tool}"].isChecked()


def test_layout_right_side_invert_and_curtain_keys(window, qtbot):
    qtbot.keyClick(window, Key.Key_2, Modifier.ControlModifier)
    assert window.state.layout_name == "grid"
    qtbot.keyClick(window, Key.Key_G)
    assert window.state.right_mode == "difference"
    qtbot.keyClick(window, Key.Key_G)
    assert window.state.right_mode == "denoised"
    qtbot.keyClick(window, Key.Key_I)
    assert window.state.invert
    qtbot.keyClick(window, Key.Key_Y)
    assert window.state.curtain == 0.5


def test_brackets_change_the_strength_by_five_per_cent(window, qtbot):
    window.state.set_strength(0.8)
    qtbot.keyClick(window, Key.Key_BracketLeft)
    qtbot.keyClick(window, Key.Key_BracketLeft)
    assert window.state.strength == pytest.approx(0.7)
    qtbot.keyClick(window, Key.Key_BracketRight)
    assert window.tool_bar.strength.value() == 75


def test_arrow_and_page_keys_scroll_by_one_and_ten(window, qtbot, tmp_path):
    open_and_wait(qtbot, window, write_ct(tmp_path))
    start = window.state.index("axial")
    qtbot.keyClick(window, Key.Key_Down)
    assert abs(window.state.index("axial") - start) == 1
    qtbot.keyClick(window, Key.Key_Up)
    assert window.state.index("axial") == start
    qtbot.keyClick(window, Key.Key_PageDown)
    assert abs(window.state.index("axial") - start) == 10
    qtbot.keyClick(window, Key.Key_Home)
    first = window.state.index("axial")
    qtbot.keyClick(window, Key.Key_End)
    assert {first, window.state.index("axial")} == {0, 23}


def test_typed_numbers_set_the_window(window, qtbot):
    window.tool_bar.width_box.setValue(1234)
    window.tool_bar.level_box.setValue(-56)
    assert window.state.window == Window(1234, -56)


def test_undo_takes_back_a_preset(window, qtbot):
    before = window.state.window
    window.viewing.set_preset("bone")
    window.viewing.undo()
    assert window.state.window == before
    window.viewing.redo()
    assert window.state.window == Window(2000, 400)


def test_actions_that_need_a_series_are_grey_without_one(window, qtbot, tmp_path):
    assert not window.qactions["save_picture"].isEnabled()
    open_and_wait(qtbot, window, write_ct(tmp_path))
    assert window.qactions["save_picture"].isEnabled()


def test_cine_steps_through_the_slices(window, qtbot, tmp_path):
    open_and_wait(qtbot, window, write_ct(tmp_path))
    window.viewing.set_cine_rate(60)
    start = window.state.index("axial")
    window.viewing.toggle_cine()
    qtbot.waitUntil(lambda: window.state.index("axial") != start, timeout=2000)
    window.viewing.toggle_cine()
    assert not window.qactions["cine"].isChecked()


def test_the_range_of_the_difference_can_be_changed(qtbot, tmp_path):
    """±150 HU, which the lung preset sets, shows nothing of the noise of an ordinary chest scan."""
    window = make_window(qtbot, tmp_path)
    window.viewing.set_preset("lung")
    act = window.qactions["difference_range"].trigger
    act()
    assert window.state.right_mode == "difference"
    seen = []
    for _ in range(5):
        act()
        seen.append(window.state.difference_hu)
    assert set(seen) == {10.0, 25.0, 50.0, 150.0} and seen[0] != seen[1] and seen[4] == seen[0]
