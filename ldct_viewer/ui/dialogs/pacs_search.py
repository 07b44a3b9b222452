"""The Search page of the PACS window: a form, the studies that match, the series of the chosen one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtGui, QtWidgets

from ...errors import LdctError
from ...jobs.job import JobSlot
from ...jobs.pacs_jobs import SeriesJob, StudiesJob
from ..words import person
from .pacs_table import Column, Table, button, note
from .pacs_words import clock, count, day, failure

if TYPE_CHECKING:
    from ...pacs.client import SeriesRow, StudyQuery
    from ...pacs.nodes import PacsNode

LIMIT = 500
_PAUSE_MS = 250  # walking through the studies with the arrow keys asks only for where one stays
_WILD = set("*?")


class SearchPage(QtWidgets.QWidget):
    """Emits ``wanted(node, series)`` for what is to be retrieved."""

    wanted = QtCore.Signal(object, object)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._node: PacsNode | None = None
        self._studies_job, self._series_job = JobSlot(self), JobSlot(self)
        self._studies_job.done.connect(self._found)
        self._studies_job.failed.connect(self._failed)
        self._studies_job.finished.connect(self._refresh)
        self._studies_job.cancelled.connect(self._refresh)
        self._series_job.done.connect(self._series_found)
        self._series_job.failed.connect(self._failed)
        self._pause = QtCore.QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask_series)
        self.studies = Table(self._study_columns(), self.tr("Studies"))
        self.series = Table(self._series_columns(), self.tr("Series of the study"))
        self.studies.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.SingleSelection)
        self.said = note()
        self.fetch = button(self.tr("Retrieve and open"), self.retrieve, primary=True)
        self.fetch.setToolTip(self.tr("Copy the chosen series to this computer and show them"))
        self.studies.selectionModel().selectionChanged.connect(self._study_changed)
        self.series.selectionModel().selectionChanged.connect(self._refresh)
        self.series.doubleClicked.connect(lambda _: self.retrieve())
        split = QtWidgets.QSplitter(QtCore.Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        for table in (self.studies, self.series):
            table.setMinimumHeight(90)
            split.addWidget(table)
        split.setSizes([300, 170])
        foot = QtWidgets.QHBoxLayout()
        foot.addWidget(self.said, 1)
        foot.addWidget(self.fetch)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 10)
        column.addLayout(self._form())
        column.addWidget(split, 1)
        column.addLayout(foot)
        self._refresh()

    # -- building -----------------------------------------------------------------------------------
    def _form(self) -> QtWidgets.QLayout:
        self.patient_id, self.patient_name = QtWidgets.QLineEdit(), QtWidgets.QLineEdit()
        self.patient_id.setPlaceholderText(self.tr("Patient ID"))
        self.patient_name.setPlaceholderText(self.tr("Patient name"))
        for edit in (self.patient_id, self.patient_name):
            edit.setAccessibleName(edit.placeholderText())
            edit.setToolTip(self.tr("* stands for any letters, ? for one. Parts of a name are found as they are."))
            edit.setClearButtonEnabled(True)
            edit.returnPressed.connect(self.search)
        self.modality = QtWidgets.QComboBox()
        for value in ("CT", "PT", ""):
            self.modality.addItem(value or self.tr("Any kind"), value)
        self.modality.setAccessibleName(self.tr("Modality"))
        self.modality.setToolTip(self.modality.accessibleName())
        self.first, self.last = QtWidgets.QDateEdit(), QtWidgets.QDateEdit()
        for date, words in ((self.first, self.tr("From")), (self.last, self.tr("To"))):
            date.setCalendarPopup(True)
            date.setDisplayFormat("yyyy-MM-dd")
            date.setAccessibleName(words)
            date.dateChanged.connect(self._dates_edited)
        self.when: dict[str, QtWidgets.QToolButton] = {}
        group = QtWidgets.QButtonGroup(self)
        dates = QtWidgets.QHBoxLayout()
        dates.setSpacing(3)
        for name, text in (
            ("today", self.tr("Today")),
            ("week", self.tr("7 days")),
            ("any", self.tr("Any day")),
            ("dates", self.tr("From – to")),
        ):
            made = QtWidgets.QToolButton()
            made.setText(text)
            made.setCheckable(True)
            group.addButton(made)
            made.clicked.connect(lambda _=False, n=name: self.set_when(n))
            self.when[name] = made
            dates.addWidget(made)
        dates.addWidget(self.first)
        dates.addWidget(self.last)
        dates.addStretch(1)
        self.go = button(self.tr("Search"), self.search_or_stop, primary=True)
        who = QtWidgets.QHBoxLayout()
        who.addWidget(self.patient_id, 2)
        who.addWidget(self.patient_name, 3)
        who.addWidget(self.modality)
        who.addWidget(self.go)
        form = QtWidgets.QVBoxLayout()
        form.addLayout(who)
        form.addLayout(dates)
        self.set_when("week")
        return form

    def _study_columns(self) -> list[Column]:
        return [
            Column(self.tr("Patient"), lambda r: person(r.patient_name), 196, identity=True),
            Column(self.tr("Patient ID"), lambda r: r.patient_id, 112, identity=True),
            Column(self.tr("Born"), lambda r: day(r.birth_date), 98, identity=True),
            Column(
                self.tr("Study"),
                lambda r: f"{day(r.study_date)} {clock(r.study_time)}".strip(),
                142,
                lambda r: r.study_date + r.study_time,
            ),
            Column(self.tr("Description"), lambda r: r.description, 0, identity=True),
            Column(self.tr("Kinds"), lambda r: " ".join(r.modalities), 72),
            Column(self.tr("Series"), lambda r: count(r.series), 66, lambda r: r.series or 0, right=True),
            Column(self.tr("Images"), lambda r: count(r.images), 76, lambda r: r.images or 0, right=True),
        ]

    def _series_columns(self) -> list[Column]:
        return [
            Column(self.tr("No."), lambda r: r.number, 68, lambda r: _whole(r.number), right=True),
            Column(self.tr("Kind"), lambda r: r.modality, 62),
            Column(self.tr("Description"), lambda r: r.description, 0, identity=True),
            Column(self.tr("Body part"), lambda r: r.body_part, 130),
            Column(self.tr("Images"), lambda r: count(r.images), 76, lambda r: r.images or 0, right=True),
        ]

    # -- the form -----------------------------------------------------------------------------------
    def set_when(self, name: str) -> None:
        """Date range: "today", "week", "any" or "dates" (as the two fields say)."""
        self.when[name].setChecked(True)
        today = QtCore.QDate.currentDate()
        if name in ("today", "week"):
            for edit, date in ((self.first, today.addDays(0 if name == "today" else -6)), (self.last, today)):
                with QtCore.QSignalBlocker(edit):
                    edit.setDate(date)
        for edit in (self.first, self.last):
            edit.setEnabled(name != "any")

    def _dates_edited(self) -> None:
        self.when["dates"].setChecked(True)

    def query(self) -> StudyQuery:
        """What the form asks for."""
        from ...pacs.client import StudyQuery

        first, last = self.first.date().toPython(), self.last.date().toPython()
        if first > last:  # type: ignore[operator]
            first, last = last, first
        name = "*".join(self.patient_name.text().split())
        if name and not _WILD & set(self.patient_name.text()):
            name = f"*{name}*"
        anytime = self.when["any"].isChecked()
        return StudyQuery(
            patient_id=self.patient_id.text().strip(),
            patient_name=name,
            date_from=None if anytime else first,  # type: ignore[arg-type]
            date_to=None if anytime else last,  # type: ignore[arg-type]
            modality=str(self.modality.currentData()),
        )

    def set_node(self, node: PacsNode | None) -> None:
        """Another archive: what the old one said goes."""
        self._pause.stop()
        self._studies_job.cancel()
        self._series_job.cancel()
        self._node = node
        self.studies.set_rows(())
        self.series.set_rows(())
        self.said.setText("")
        self._refresh()

    def hide_identity(self, hidden: bool) -> None:
        """Follow the anonymous mode."""
        for table in (self.studies, self.series):
            table.model_.hide_identity(hidden)
        for edit in (self.patient_id, self.patient_name):
            mode = QtWidgets.QLineEdit.EchoMode
            edit.setEchoMode(mode.Password if hidden else mode.Normal)

    # -- wishes -------------------------------------------------------------------------------------
    def search_or_stop(self) -> None:
        """The button: search, or stop the search."""
        if self._studies_job.busy:
            self._studies_job.cancel()
            self.said.setText(self.tr("Stopped."))
        else:
            self.search()

    def search(self) -> None:
        """Ask the archive."""
        if self._node is None:
            return
        self._pause.stop()
        self._series_job.cancel()
        self.studies.set_rows(())
        self.series.set_rows(())
        self.said.setText(self.tr("Searching in {}…").format(self._node.name))
        self._studies_job.start(StudiesJob(self._node, self.query(), LIMIT))
        self._refresh()

    def retrieve(self) -> None:
        """Fetch the chosen series; of a study with one series that one."""
        rows = self._picked()
        if rows and self._node is not None:
            self.wanted.emit(self._node, rows)

    def _picked(self) -> list[SeriesRow]:
        rows = self.series.chosen()
        return rows or (self.series.model_.rows if len(self.series.model_.rows) == 1 else [])

    # -- answers ------------------------------------------------------------------------------------
    def _found(self, rows: list[Any]) -> None:
        self.studies.set_rows(rows)
        if not rows:
            hint = "" if self.when["any"].isChecked() else " " + self.tr("Try “Any day”.")
            self.said.setText(self.tr("The archive knows no such study.") + hint)
        elif len(rows) >= LIMIT:
            self.said.setText(self.tr("The newest {} studies; narrow the search to see others.").format(len(rows)))
        else:
            self.said.setText(self.tr("{} studies").format(len(rows)) if len(rows) > 1 else self.tr("1 study"))
        if rows:
            self.studies.choose(0)
            self.studies.setFocus()

    def _study_changed(self) -> None:
        self._series_job.cancel()
        self.series.set_rows(())
        self._refresh()
        self._pause.start()

    def _ask_series(self) -> None:
        chosen = self.studies.chosen()
        if chosen and self._node is not None:
            self._series_job.start(SeriesJob(self._node, chosen[0].study_uid))

    def _series_found(self, rows: list[SeriesRow]) -> None:
        self.series.set_rows(rows)
        if not rows:
            self.said.setText(self.tr("The archive names no series of this study."))
        ct = [n for n, row in enumerate(rows) if row.modality in ("CT", "")]
        if ct:  # most likely the one that is wanted: the largest
            self.series.choose(max(ct, key=lambda n: rows[n].images or 0))
        self._refresh()

    def _failed(self, error: LdctError) -> None:
        self.said.setText(" ".join(failure(error)).strip())
        self._refresh()

    def _refresh(self, *_: object) -> None:
        there = self._node is not None
        self.go.setEnabled(there)
        self.go.setText(self.tr("Stop") if self._studies_job.busy else self.tr("Search"))
        self.fetch.setEnabled(there and bool(self._picked()))

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Enter in a table: on from studies to series, from series to the pictures."""
        if event.key() in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter):
            if self.series.hasFocus():
                self.retrieve()
            elif self.studies.hasFocus():
                self.series.setFocus()
            return
        super().keyPressEvent(event)


def _whole(text: str) -> int:
    """A series number to sort by (Qt compares numbers and texts, not tuples); what is none comes last."""
    return int(text) if text.isdecimal() and len(text) < 10 else 1 << 30
