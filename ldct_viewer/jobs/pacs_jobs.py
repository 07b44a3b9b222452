"""Talking to archives off the GUI thread: echo, search, retrieve, export for sending, the queue."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .dicom_export_job import DicomExportJob
from .job import Job
from .outbox import belongs_to, tidy

if TYPE_CHECKING:
    from ..dicom.derive import ExportReport
    from ..pacs.client import EchoResult, SeriesRow, StudyQuery, StudyRow
    from ..pacs.nodes import PacsNode
    from ..pacs.queue import QueueItem, SendQueue
    from ..pacs.retrieve import RetrieveResult


class EchoJob(Job):
    """Test the connection; ``done`` brings an ``EchoResult``."""

    def __init__(self, node: PacsNode) -> None:
        super().__init__()
        self._node = node

    def work(self) -> EchoResult:
        """C-ECHO."""
        from ..pacs.client import echo

        return echo(self._node, cancel=self.token)


class StudiesJob(Job):
    """Search; ``done`` brings a list of ``StudyRow``, at most ``limit``."""

    def __init__(self, node: PacsNode, query: StudyQuery, limit: int) -> None:
        super().__init__()
        self._node, self._query, self._limit = node, query, limit

    def work(self) -> list[StudyRow]:
        """C-FIND, studies."""
        from ..pacs.client import find_studies

        return find_studies(self._node, self._query, self.token, self._limit)


class SeriesJob(Job):
    """The series of one study; ``done`` brings a list of ``SeriesRow``."""

    def __init__(self, node: PacsNode, study_uid: str) -> None:
        super().__init__()
        self._node, self._study_uid = node, study_uid

    def work(self) -> list[SeriesRow]:
        """C-FIND, series."""
        from ..pacs.client import find_series

        return find_series(self._node, self._study_uid, self.token)


@dataclass(frozen=True)
class Fetched:
    """A chunk of :class:`RetrieveJob`: series ``number`` of the request lies in ``folder``."""

    number: int
    folder: Path
    result: RetrieveResult


class RetrieveJob(Job):
    """Fetch series one after another, each into its own folder below ``folder``.

    ``progress(done, total, str(number))`` for the series under way, a :class:`Fetched` chunk for each that is
    there; ``done`` brings their list. Those fetched before a failure stay.
    """

    def __init__(self, node: PacsNode, series: Sequence[SeriesRow], folder: Path) -> None:
        super().__init__()
        self._node, self._series, self._folder = node, tuple(series), Path(folder)

    def work(self) -> list[Fetched]:
        """C-GET or C-MOVE."""
        from ..pacs.retrieve import retrieve

        fetched = []
        for number, series in enumerate(self._series):
            place = self._folder / folder_name(series)

            def tell(done: int, total: int, name: str = str(number)) -> None:
                self.progress.emit(done, total, name)

            result = retrieve(self._node, series, place, progress=tell, cancel=self.token)
            fetched.append(Fetched(number, place, result))
            self.chunk.emit(fetched[-1])
        return fetched


def folder_name(series: SeriesRow) -> str:
    """The same series always gets the same folder; the name tells nothing of the patient."""
    return f"series-{hashlib.sha256(series.series_uid.encode()).hexdigest()[:16]}"


class SendSeriesJob(DicomExportJob):
    """Write the derived series into the outbox and put it into the queue; ``done`` brings the ``ExportReport``."""

    def to(self, queue: SendQueue, node_name: str, label: str) -> SendSeriesJob:
        """Where it goes; ``label`` stands in the queue's list and names no patient."""
        self._queue, self._node_name, self._label = queue, node_name, label
        return self

    def work(self) -> ExportReport:
        """Export, verify, enqueue."""
        report = super().work()
        belongs_to(report.folder, self._queue.enqueue(report.files, self._node_name, self._label))
        return report


class QueueJob(Job):
    """Send what waits, with later tries, until nothing waits; a ``QueueItem`` chunk after every file."""

    def __init__(self, queue: SendQueue, nodes: Sequence[PacsNode]) -> None:
        super().__init__()
        self._queue, self._nodes = queue, tuple(nodes)

    def work(self) -> list[QueueItem]:
        """C-STORE; ``done`` brings all items as they stand."""
        self._queue.run(self._nodes, self.token, self.chunk.emit)
        return _listed(self._queue)


class QueueEditJob(Job):
    """``what`` ("list", "retry", "remove" or "enqueue") is done to ``ids`` (or files); ``done`` brings all items."""

    def __init__(
        self, queue: SendQueue, what: str = "list", ids: Sequence[str] = (), node_name: str = "", label: str = ""
    ) -> None:
        super().__init__()
        self._queue, self._what, self._ids, self._node_name, self._label = queue, what, tuple(ids), node_name, label

    def work(self) -> list[QueueItem]:
        """Change the queue on disk."""
        if self._what == "enqueue":
            self._queue.enqueue(self._ids, self._node_name, self._label)
        for item_id in self._ids:
            if self._what == "retry":
                self._queue.retry(item_id)
            elif self._what == "remove":
                self._queue.remove(item_id)
        return _listed(self._queue)


def _listed(queue: SendQueue) -> list[QueueItem]:
    tidy(lambda: {item.id for item in queue.items() if item.state != "done"})
    return queue.items()
