"""The Retrieve page of the PACS window: what is coming, what came, and where it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtWidgets

from ...errors import LdctError
from ...jobs.job import JobSlot
from ...jobs.pacs_jobs import Fetched, RetrieveJob
from .pacs_table import Column, Table, button, note
from .pacs_words import failure

if TYPE_CHECKING:
    from ...pacs.client import SeriesRow
    from ...pacs.nodes import PacsNode

WAITING, COMING, THERE, FAILED, STOPPED = "waiting", "coming", "there", "failed", "stopped"


@dataclass(frozen=True)
class Fetch:
    """One line of the table. ``total`` 0: the archive has not said."""

    request: int
    node: PacsNode
    series: SeriesRow
    state: str = WAITING
    done: int = 0
    total: int = 0
    folder: Path | None = None
    message: str = ""


class RetrievePage(QtWidgets.QWidget):
    """Fetches one request after another; ``arrived(folders, request)`` when all of one is there."""

    arrived = QtCore.Signal(object, int)
    openWanted = QtCore.Signal(object)
    trouble = QtCore.Signal(object)  # LdctError
    activity = QtCore.Signal(int, int)  # images of the series that is coming; 0, 0: none
    folderWanted = QtCore.Signal()

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._requests = 0
        self._running = -1
        self._first = 0  # row of the running request's first series
        self._root = Path()
        self._job = JobSlot(self)
        self._job.progress.connect(self._progress)
        self._job.chunk.connect(self._came)
        self._job.done.connect(self._all_came)
        self._job.failed.connect(self._failed)
        self._job.finished.connect(self._next)
        self.table = Table(self._columns(), self.tr("Retrieved series"))
        self.table.selectionModel().selectionChanged.connect(self._refresh)
        self.table.doubleClicked.connect(lambda _: self.open_chosen())
        self._place = note()
        self._stop = button(self.tr("Cancel"), self.cancel_chosen)
        self._open = button(self.tr("Open"), self.open_chosen, primary=True)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(self._place, 1)
        kept = button(self.tr("Open all kept…"), lambda: self.openWanted.emit([self._root]))
        kept.setToolTip(self.tr("Choose among all series ever retrieved into this folder"))
        row.addWidget(kept)
        row.addWidget(button(self.tr("Keep elsewhere…"), self.folderWanted.emit))
        row.addWidget(self._stop)
        row.addWidget(self._open)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 10)
        column.addWidget(self.table, 1)
        column.addLayout(row)
        self._refresh()

    def _columns(self) -> list[Column]:
        return [
            Column(self.tr("Archive"), lambda r: r.node.name, 130),
            Column(self.tr("No."), lambda r: r.series.number, 68, right=True),
            Column(self.tr("Series"), lambda r: r.series.description, 0, identity=True),
            Column(self.tr("Images"), self._images, 100, lambda r: r.done, right=True),
            Column(self.tr("State"), self._state, 280),
        ]

    @staticmethod
    def _images(row: Fetch) -> str:
        if row.state == WAITING:
            return "" if row.series.images is None else str(row.series.images)
        return f"{row.done} / {row.total}" if row.total and row.state != THERE else str(row.done)

    def _state(self, row: Fetch) -> str:
        word = {
            WAITING: self.tr("waiting"),
            COMING: self.tr("coming"),
            THERE: self.tr("there"),
            FAILED: self.tr("failed"),
            STOPPED: self.tr("cancelled"),
        }[row.state]
        return f"{word}: {row.message}" if row.message else word

    # -- wishes -------------------------------------------------------------------------------------
    def set_folder(self, folder: Path) -> None:
        """Where the next ones go."""
        self._root = folder
        self._place.setText(self.tr("Kept in {}").format(folder))

    def fetch(self, node: PacsNode, series: Sequence[SeriesRow]) -> int:
        """Put a request at the end; returns its number."""
        self._requests += 1
        rows = self.table.model_.rows
        self.table.set_rows([*rows, *(Fetch(self._requests, node, one, total=one.images or 0) for one in series)])
        if not self._job.busy:
            self._next()
        return self._requests

    def cancel_chosen(self) -> None:
        """Stop the requests of the chosen lines (or what is coming)."""
        wanted = {row.request for row in self.table.chosen()} or {self._running}
        for number, row in enumerate(self.table.model_.rows):
            if row.request in wanted and row.state in (WAITING, COMING):
                self.table.model_.replace(number, replace(row, state=STOPPED))
        if self._running in wanted:
            self._job.cancel()
            self._next()
        self._refresh()

    def open_chosen(self) -> None:
        """Show the chosen series that are there."""
        folders = [row.folder for row in self.table.chosen() if row.folder is not None]
        if folders:
            self.openWanted.emit(folders)

    # -- what happens -------------------------------------------------------------------------------
    def _next(self) -> None:
        self.activity.emit(0, 0)
        self._running = -1
        rows = self.table.model_.rows
        for number, row in enumerate(rows):
            if row.state == WAITING:
                self._running, self._first = row.request, number
                series = [other.series for other in rows if other.request == row.request]
                self._job.start(RetrieveJob(row.node, series, self._root))
                break
        self._refresh()

    def _progress(self, done: int, total: int, number: str) -> None:
        at = self._first + int(number)
        row = self.table.model_.rows[at]
        self.table.model_.replace(at, replace(row, state=COMING, done=done, total=total))
        self.activity.emit(done, total or row.total)
        self._refresh()

    def _came(self, part: Fetched) -> None:
        at, result = self._first + part.number, part.result
        notes = "; ".join(result.notes)
        if result.failed:
            notes = self.tr("{} images did not come. {}").format(result.failed, notes).strip()
        row = replace(
            self.table.model_.rows[at],
            state=THERE if result.files else FAILED,
            done=len(result.files),
            folder=part.folder if result.files else None,
            message=notes,
        )
        self.table.model_.replace(at, row)

    def _all_came(self, parts: list[Fetched]) -> None:
        folders = [part.folder for part in parts if part.result.files]
        missing = sum(part.result.failed for part in parts)
        if missing:
            notes = "; ".join(note for part in parts for note in part.result.notes)
            text = self.tr("{} images of the retrieved series did not come.").format(missing)
            self.trouble.emit(LdctError(text, notes, code="incomplete"))
        if folders:
            self.arrived.emit(folders, self._running)

    def _failed(self, error: LdctError) -> None:
        for number, row in enumerate(self.table.model_.rows):
            if row.request == self._running and row.state in (WAITING, COMING):
                self.table.model_.replace(number, replace(row, state=FAILED, message=failure(error)[0]))
        self.trouble.emit(error)

    def _refresh(self, *_: object) -> None:
        chosen = self.table.chosen()
        self._open.setEnabled(any(row.folder is not None for row in chosen))
        self._stop.setEnabled(
            any(row.state in (WAITING, COMING) for row in chosen) or (not chosen and self._running >= 0)
        )
