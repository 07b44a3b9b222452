"""Keys that Qt's shortcuts cannot do alone: held keys, and letters typed with a Korean input method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui, QtWidgets

from .actions import ACTIONS

if TYPE_CHECKING:
    from .main_window import MainWindow

BLINK_MS = 500  # half a period: 1 Hz, well below the 3 Hz limit for flashes (WCAG 2.3.1)

# Dubeolsik letters and the Latin key they share (plain and shifted), after KS X 5002.
_HANGUL = dict(
    zip(
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ",
        "QWERTYUIOPASDFGHJKLZXCVBNMQWERTOP",
        strict=True,
    )
)

# Physical keys by scan code: evdev on X11 and Wayland (evdev + 8), set 1 on Windows. Same rows in both.
_ROWS = ((16, "QWERTYUIOP"), (30, "ASDFGHJKL"), (44, "ZXCVBNM"))
_SCAN = {start + i: letter for start, letters in _ROWS for i, letter in enumerate(letters)}


def latin_key(event: QtGui.QKeyEvent, platform: str) -> str:
    """The Latin letter on the key that was pressed, or "" where the text is no Hangul."""
    text = event.text()
    if not text or not ("ㄱ" <= text <= "ㆎ" or "가" <= text <= "힣"):
        return ""
    if platform in ("xcb", "wayland"):
        return _SCAN.get(event.nativeScanCode() - 8, _HANGUL.get(text, ""))
    if platform == "windows":
        return _SCAN.get(event.nativeScanCode() & 0xFF, _HANGUL.get(text, ""))
    return _HANGUL.get(text, "")


class Keys(QtCore.QObject):
    """An event filter on the window; never acts while text is typed."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._state = window, window.state
        self._held: set[str] = set()
        self._before_hold = False
        self._blink = QtCore.QTimer(self, interval=BLINK_MS)
        self._blink.timeout.connect(self._flip)
        self._holds = {key.upper(): spec.slot for spec in ACTIONS if spec.hold for key in spec.key_list}
        self._plain = {key: spec.id for spec in ACTIONS if not spec.hold for key in spec.key_list if len(key) == 1}

    def attach(self) -> None:
        """Listen on the native window, once it is there: few events pass through it, unlike the application."""
        handle = self._window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Held keys and Hangul letters; everything else goes on."""
        kind = event.type()
        if kind == QtCore.QEvent.Type.FocusOut:
            self._release_all()
        if kind not in (QtCore.QEvent.Type.KeyPress, QtCore.QEvent.Type.KeyRelease):
            return False
        if not isinstance(event, QtGui.QKeyEvent) or _types_text(QtWidgets.QApplication.focusWidget()):
            return False
        modifiers = event.modifiers() & ~QtCore.Qt.KeyboardModifier.KeypadModifier
        latin = latin_key(event, QtGui.QGuiApplication.platformName())
        name = latin or _plain_name(event)
        if kind == QtCore.QEvent.Type.KeyRelease:
            return self._released(name, event.isAutoRepeat())
        if modifiers == QtCore.Qt.KeyboardModifier.NoModifier and name in self._holds:
            return self._pressed(name, event.isAutoRepeat())
        if latin and modifiers == QtCore.Qt.KeyboardModifier.NoModifier and latin in self._plain:
            self._window.qactions[self._plain[latin]].trigger()
            return True
        return False

    def _pressed(self, name: str, repeat: bool) -> bool:
        if repeat:
            if self._holds[name] == "keys.flicker" and name in self._held and not self._blink.isActive():
                self._blink.start()
            return True
        self._held.add(name)
        if self._holds[name] == "keys.original":
            self._before_hold = self._state.show_original
            self._state.set_compare(show_original=True)
        else:
            self._flip()
        return True

    def _released(self, name: str, repeat: bool) -> bool:
        if name not in self._held or repeat:
            return False
        self._held.discard(name)
        if self._holds[name] == "keys.original":
            self._state.set_compare(show_original=self._before_hold)
        self._blink.stop()
        return True

    def _release_all(self) -> None:
        for name in list(self._held):
            self._released(name, False)

    def _flip(self) -> None:
        self._state.set_compare(show_original=not self._state.show_original)


def _plain_name(event: QtGui.QKeyEvent) -> str:
    if event.key() == QtCore.Qt.Key.Key_QuoteLeft:
        return "`"
    return chr(event.key()) if QtCore.Qt.Key.Key_A <= event.key() <= QtCore.Qt.Key.Key_Z else ""


def _types_text(widget: QtWidgets.QWidget | None) -> bool:
    text_widgets = (QtWidgets.QLineEdit, QtWidgets.QAbstractSpinBox, QtWidgets.QTextEdit, QtWidgets.QPlainTextEdit)
    return isinstance(widget, text_widgets)
