"""Held keys and Korean input."""

from __future__ import annotations

import pytest
from PySide6 import QtCore, QtGui

from ldct_viewer.ui.keys import latin_key
from tests.window_kit import make_window

Key = QtCore.Qt.Key
PRESS, RELEASE = QtCore.QEvent.Type.KeyPress, QtCore.QEvent.Type.KeyRelease


def key_event(kind, key=0, text="", scan=0, repeat=False):
    none = QtCore.Qt.KeyboardModifier.NoModifier
    return QtGui.QKeyEvent(kind, int(key), none, scan, 0, 0, text, repeat)


@pytest.fixture
def window(qtbot, tmp_path):
    window = make_window(qtbot, tmp_path)
    window.setFocus()
    return window


def send(window, event):
    return window.keys.eventFilter(window.windowHandle(), event)


@pytest.mark.parametrize(
    ("text", "letter"), [("ㅈ", "W"), ("ㅅ", "T"), ("ㅋ", "Z"), ("ㅊ", "C"), ("ㅑ", "I"), ("ㄱ", "R"), ("ㅃ", "Q")]
)
def test_hangul_text_means_the_key_it_is_printed_on(text, letter):
    assert latin_key(key_event(PRESS, text=text), "offscreen") == letter


def test_the_physical_key_decides_where_the_system_tells_it():
    # evdev 17 is the key of W; X11 adds 8. A three-set layout prints another jamo there.
    assert latin_key(key_event(PRESS, text="ㅏ", scan=25), "xcb") == "W"
    assert latin_key(key_event(PRESS, text="ㅏ", scan=0x11), "windows") == "W"


def test_latin_text_is_left_to_the_ordinary_shortcuts():
    assert latin_key(key_event(PRESS, Key.Key_W, "w", 25), "xcb") == ""


def test_a_korean_letter_chooses_the_tool(window):
    window.state.set_tool("pan")
    assert send(window, key_event(PRESS, text="ㅈ"))
    assert window.state.tool == "window"


@pytest.mark.parametrize("event", [(Key.Key_X, "x"), (Key.Key_QuoteLeft, "`"), (0, "ㅌ")], ids=["X", "backquote", "ㅌ"])
def test_the_original_is_shown_while_the_key_is_down(window, event):
    send(window, key_event(PRESS, *event))
    assert window.state.show_original
    send(window, key_event(PRESS, *event, repeat=True))
    assert window.state.show_original
    send(window, key_event(RELEASE, *event))
    assert not window.state.show_original


def test_v_flips_once_for_each_press(window):
    for expected in (True, False):
        send(window, key_event(PRESS, Key.Key_V, "v"))
        send(window, key_event(RELEASE, Key.Key_V, "v"))
        assert window.state.show_original is expected


def test_blinking_stays_below_three_flashes_a_second(window, qtbot):
    send(window, key_event(PRESS, Key.Key_V, "v"))
    send(window, key_event(PRESS, Key.Key_V, "v", repeat=True))
    changes = []
    window.state.compareChanged.connect(lambda: changes.append(1))
    qtbot.wait(1100)
    send(window, key_event(RELEASE, Key.Key_V, "v"))
    assert 1 <= len(changes) <= 6  # two changes make one flash


def test_keys_typed_into_a_number_box_stay_there(window, qtbot):
    window.activateWindow()
    window.tool_bar.width_box.setFocus()
    qtbot.waitUntil(window.tool_bar.width_box.hasFocus, timeout=2000)
    assert not send(window, key_event(PRESS, Key.Key_X, "x"))
    assert not window.state.show_original
