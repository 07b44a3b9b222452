"""The one place that shows what went wrong: a bar above the pictures, never a dialog in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6 import QtCore, QtGui, QtWidgets

from ...errors import LdctError
from ..theme.icons import icon
from ..words import told


@dataclass(frozen=True)
class Message:
    """What happened, what to do, which file; ``severity`` is "error", "warning", "info" or "question".

    A question stays until it is answered: ``answer`` is what its button says, ``act`` what that does.
    """

    text: str
    hint: str = ""
    path: str = ""
    severity: str = "error"
    code: str = ""
    answer: str = ""
    act: Callable[[], None] | None = field(default=None, compare=False)

    @classmethod
    def of(cls, error: LdctError) -> Message:
        """The message of an expected failure."""
        return cls(told(error.message), told(error.hint), str(error.path or ""), "error", error.code)


class MessageBar(QtWidgets.QFrame):
    """Shows the newest message; older ones wait behind it. Hidden while there are none."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self._messages: list[Message] = []
        self._icon = QtWidgets.QLabel()
        self._text = QtWidgets.QLabel(wordWrap=True, textFormat=QtCore.Qt.TextFormat.PlainText)
        self._text.setObjectName("strong")
        self._hint = QtWidgets.QLabel(wordWrap=True, textFormat=QtCore.Qt.TextFormat.PlainText)
        self._hint.setObjectName("hint")
        selectable = QtCore.Qt.TextInteractionFlag.TextSelectableByMouse
        self._text.setTextInteractionFlags(selectable)
        self._hint.setTextInteractionFlags(selectable)
        self._more = QtWidgets.QLabel()
        self._more.setObjectName("dim")
        self._details = QtWidgets.QPushButton(self.tr("Details"))
        self._details.clicked.connect(self._show_details)
        self._answer = QtWidgets.QPushButton()
        self._answer.setObjectName("primary")
        self._answer.clicked.connect(self._act)
        self._close = QtWidgets.QToolButton()
        self._close.setIcon(icon("cancel"))
        self._close.setToolTip(self.tr("Close this message"))
        self._close.setAccessibleName(self._close.toolTip())
        self._close.clicked.connect(self.dismiss)
        words = QtWidgets.QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._text)
        words.addWidget(self._hint)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        for widget in (self._more, self._details, self._answer, self._close):
            row.addWidget(widget)
        self._fade = QtCore.QTimer(self, singleShot=True, interval=6000)
        self._fade.timeout.connect(self._expire)
        self.hide()

    @property
    def messages(self) -> tuple[Message, ...]:
        """All messages not yet closed, oldest first."""
        return tuple(self._messages)

    def show_error(self, error: LdctError) -> None:
        """Show an expected failure."""
        self.show_message(Message.of(error))

    def show_message(self, message: Message) -> None:
        """Put ``message`` in front; the same message twice counts once. Infos leave by themselves."""
        self._messages = [m for m in self._messages if m != message and m.severity != "info"]
        self._messages.append(message)
        self._refresh()

    def inform(self, text: str, hint: str = "") -> None:
        """Show a short notice that leaves after six seconds."""
        self.show_message(Message(text, hint, severity="info"))

    def dismiss(self) -> None:
        """Close the message in front."""
        if self._messages:
            self._messages.pop()
        self._refresh()

    def clear(self) -> None:
        """Close all messages (another series is opened); what is asked is still asked."""
        self._messages = [m for m in self._messages if m.severity == "question"]
        self._refresh()

    def retheme(self) -> None:
        """Draw the icons in the theme's colours."""
        self._close.setIcon(icon("cancel"))
        self._refresh()

    def withdraw(self, code: str) -> None:
        """Close the messages of this code: what they said holds no more."""
        self._messages = [m for m in self._messages if m.code != code]
        self._refresh()

    def _act(self) -> None:
        if self._messages:
            act = self._messages[-1].act
            self.dismiss()
            if act is not None:
                act()

    def _expire(self) -> None:
        if self._messages and self._messages[-1].severity == "info":
            self.dismiss()

    def _refresh(self) -> None:
        self._fade.stop()
        if not self._messages:
            self.hide()
            return
        message = self._messages[-1]
        self.setProperty("severity", message.severity)
        self.style().polish(self)
        self._icon.setPixmap(icon({"error": "error", "warning": "warning"}.get(message.severity, "info")).pixmap(18))
        self._text.setText(message.text)
        where = _shortened(message.path) if message.path else ""
        self._hint.setText(" · ".join(part for part in (where, message.hint) if part))
        self._hint.setVisible(bool(self._hint.text()))
        waiting = len(self._messages) - 1
        self._more.setText(self.tr("+{} more").format(waiting) if waiting else "")
        self._details.setVisible(message.severity == "error")
        self._answer.setText(message.answer)
        self._answer.setVisible(bool(message.answer))
        if message.severity == "info":
            self._fade.start()
        self.show()

    def _show_details(self) -> None:
        box = QtWidgets.QMessageBox(self.window())
        box.setWindowTitle(self.tr("Details"))
        box.setIcon(QtWidgets.QMessageBox.Icon.NoIcon)
        box.setText("\n\n".join(_lines(m) for m in reversed(self._messages)))
        box.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
        copy = box.addButton(self.tr("Copy"), QtWidgets.QMessageBox.ButtonRole.ActionRole)
        box.addButton(QtWidgets.QMessageBox.StandardButton.Close)
        text = box.text()
        copy.clicked.connect(lambda: QtGui.QGuiApplication.clipboard().setText(text))
        box.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()


def _lines(message: Message) -> str:
    code = f"[{message.code}]" if message.code else ""
    return "\n".join(part for part in (message.text, message.path, message.hint, code) if part)


def _shortened(path: str, limit: int = 90) -> str:
    return path if len(path) <= limit else f"…{path[-limit:]}"
