"""The Send queue page of the PACS window: what waits, what was sent, what failed and why."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtWidgets

from .pacs_table import Column, Table, button, note
from .pacs_words import moment, pacs_tr

if TYPE_CHECKING:
    from ...pacs.queue import QueueItem


class QueuePage(QtWidgets.QWidget):
    """Shows items; its buttons emit wishes with the ids of the chosen ones."""

    retryWanted = QtCore.Signal(object)
    removeWanted = QtCore.Signal(object)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = Table(self._columns(), self.tr("Send queue"))
        self.table.selectionModel().selectionChanged.connect(self._refresh)
        self._said = note(self.tr("Nothing waits to be sent."))
        self._retry = button(self.tr("Try again now"), lambda: self.retryWanted.emit(self._ids()))
        self._remove = button(self.tr("Remove"), self._ask_remove)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(self._said, 1)
        row.addWidget(self._retry)
        row.addWidget(self._remove)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 10)
        column.addWidget(self.table, 1)
        column.addLayout(row)
        self._refresh()

    def _columns(self) -> list[Column]:
        return [
            Column(self.tr("Since"), lambda r: moment(r.created), 120, lambda r: r.created),
            Column(self.tr("What"), lambda r: r.label, 260),
            Column(self.tr("Archive"), lambda r: r.node_name, 130),
            Column(self.tr("Images"), lambda r: f"{r.sent} / {r.total}", 100, lambda r: r.sent, right=True),
            Column(self.tr("State"), self.state_text, 0),
        ]

    def state_text(self, item: QueueItem) -> str:
        """State, next try, last trouble."""
        words = {
            "waiting": self.tr("waiting"),
            "sending": self.tr("sending"),
            "done": self.tr("sent"),
            "failed": self.tr("failed"),
        }
        parts = [words.get(item.state, item.state)]
        if item.state == "waiting" and item.next_try > time.time():
            parts.append(self.tr("next try {}").format(moment(item.next_try)))
        if item.warnings:
            parts.append(self.tr("{} stored with a remark").format(item.warnings))
        if item.failed:
            parts.append(self.tr("{} refused").format(item.failed))
        if item.message:
            parts.append(pacs_tr(item.message))
        return " · ".join(parts)

    def set_items(self, items: Sequence[QueueItem]) -> None:
        """The whole queue, newest first; what was chosen stays so."""
        kept = set(self._ids())
        rows = sorted(items, key=lambda item: item.created, reverse=True)
        self.table.set_rows(rows)
        for number, item in enumerate(rows):
            if item.id in kept:
                self.table.choose(number)
        self._refresh()

    def set_item(self, item: QueueItem) -> None:
        """One item has gone on."""
        for number, row in enumerate(self.table.model_.rows):
            if row.id == item.id:
                self.table.model_.replace(number, item)
                self._refresh()
                return
        self.set_items([*self.table.model_.rows, item])

    def _ids(self) -> list[str]:
        return [item.id for item in self.table.chosen()]

    def _ask_remove(self) -> None:
        chosen = self.table.chosen()
        unsent = [item for item in chosen if item.state != "done"]
        if unsent:
            question = self.tr("{} job(s) are not sent yet. Remove them from the queue?").format(len(unsent))
            yes = QtWidgets.QMessageBox.StandardButton.Yes
            if QtWidgets.QMessageBox.question(self, self.tr("Send queue"), question) != yes:
                return
        self.removeWanted.emit([item.id for item in chosen])

    def _refresh(self, *_: object) -> None:
        items, chosen = self.table.model_.rows, self.table.chosen()
        waiting = sum(item.state in ("waiting", "sending") for item in items)
        if waiting:
            self._said.setText(self.tr("{} of {} wait; sending goes on after a restart.").format(waiting, len(items)))
        else:
            self._said.setText(self.tr("Nothing waits to be sent."))
        self._retry.setEnabled(any(item.state in ("waiting", "failed") for item in chosen))
        self._remove.setEnabled(bool(chosen))
