"""File ▸ PACS…: archives, retrieving into the window, and the queue that sends by itself."""

from __future__ import annotations

import logging
import weakref
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtWidgets

from ..errors import LdctError
from ..jobs.job import JobSlot
from .panels.message_bar import Message

if TYPE_CHECKING:
    from ..dicom.derive import ExportReport
    from ..pacs.nodes import PacsNode
    from ..pacs.queue import QueueItem, SendQueue
    from .dialogs.pacs_dialog import PacsDialog
    from .main_window import MainWindow
    from .state import Session

log = logging.getLogger(__name__)


class Pacs(QtCore.QObject):
    """Owns the PACS window (made when first wanted) and the jobs that send."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._settings = window, window.settings
        self._dialog: PacsDialog | None = None
        self._items: dict[str, QueueItem] = {}
        self._sending, self._editing, self._exporting = JobSlot(self), JobSlot(self), JobSlot(self)
        self._wishes: list[tuple[Any, ...]] = []  # changes of the queue, one after another
        self._again = False
        # What was on screen when a request was made; weak, or one that fails would keep a volume in memory.
        self._asked: dict[int, weakref.ref[Session] | None] = {}
        self._fetching = (0, 0)
        self._sending.chunk.connect(self._item_changed)
        self._sending.done.connect(self._show_items)
        self._sending.failed.connect(self._sending_failed)
        self._sending.finished.connect(self._runner_ended)
        self._editing.done.connect(self._edited)
        self._editing.failed.connect(self.tell)
        self._editing.finished.connect(self._next_wish)
        self._exporting.done.connect(self._exported)
        self._exporting.failed.connect(self.tell)
        self._exporting.progress.connect(self._export_progress)
        self._exporting.finished.connect(lambda: self._export_progress(0, 0, ""))
        window.state.overlaysChanged.connect(self._privacy_changed)

    @cached_property
    def queue(self) -> SendQueue:
        """The queue on disk."""
        from ..pacs.queue import SendQueue

        return SendQueue()

    def nodes(self) -> list[PacsNode]:
        """The archives known; a damaged list is said and counts as empty."""
        from ..pacs.nodes import load_nodes

        try:
            return load_nodes()
        except LdctError as error:
            self.tell(error)
            return []

    # -- the window -----------------------------------------------------------------------------------
    def show(self, page: str = "search") -> None:
        """Bring up the PACS window."""
        from ..pacs.errors import need_pynetdicom
        from .dialogs.pacs_dialog import PacsDialog

        if self._dialog is None:
            dialog = self._dialog = PacsDialog(self._window)
            dialog.nodesWanted.connect(self.edit_nodes)
            dialog.nodeChosen.connect(self._node_chosen)
            dialog.search.wanted.connect(self._wanted)
            dialog.retrieve.arrived.connect(self._arrived)
            dialog.retrieve.openWanted.connect(self._open)
            dialog.retrieve.trouble.connect(self.tell)
            dialog.retrieve.activity.connect(self._retrieving)
            dialog.retrieve.folderWanted.connect(self._choose_folder)
            dialog.queue.retryWanted.connect(lambda ids: self._change("retry", ids))
            dialog.queue.removeWanted.connect(lambda ids: self._change("remove", ids))
            dialog.retrieve.set_folder(self.folder())
            self._privacy_changed()
        self._dialog.set_nodes(self.nodes(), self._settings.pacs_node)
        self._dialog.show_page(page)
        self._change("list")
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        try:
            need_pynetdicom()
        except LdctError as error:
            self._dialog.say_error(error)

    def show_queue(self) -> None:
        """The PACS window at its last page."""
        self.show("queue")

    def edit_nodes(self) -> None:
        """Add, change or remove archives."""
        from .dialogs.pacs_nodes import NodesDialog

        over = self._dialog if self._dialog is not None and self._dialog.isVisible() else self._window
        dialog = NodesDialog(self.nodes(), over)
        dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._nodes_changed)
        dialog.open()

    def _nodes_changed(self) -> None:
        if self._dialog is not None:
            self._dialog.set_nodes(self.nodes(), self._settings.pacs_node)
        if self._sending.job is not None:  # it knows the old addresses
            self._again = True
            self._sending.job.cancel()

    def _node_chosen(self, name: str) -> None:
        self._settings.pacs_node = name

    def _privacy_changed(self) -> None:
        if self._dialog is not None:
            self._dialog.search.hide_identity(self._window.state.anonymous)
            self._dialog.retrieve.table.model_.hide_identity(self._window.state.anonymous)

    def tell(self, error: LdctError) -> None:
        """A failure, where the user looks: in the PACS window if it is open, in the message bar always."""
        from .dialogs.pacs_words import failure

        log.warning("archive: %s", error.code)
        text, hint = failure(error)
        self._window.messages.show_message(Message(text, hint, str(error.path or ""), "error", error.code))
        if self._dialog is not None and self._dialog.isVisible():
            self._dialog.say(f"{text} {hint}".strip())

    # -- retrieving -----------------------------------------------------------------------------------
    def folder(self) -> Path:
        """Where retrieved series are kept."""
        from ..paths import data_dir

        return Path(self._settings.pacs_folder) if self._settings.pacs_folder else data_dir() / "retrieved"

    def _choose_folder(self) -> None:
        title = self.tr("Keep retrieved series in")
        chosen = QtWidgets.QFileDialog.getExistingDirectory(self._dialog, title, str(self.folder()))
        if chosen and self._dialog is not None:
            self._settings.pacs_folder = chosen
            self._dialog.retrieve.set_folder(self.folder())

    def _wanted(self, node: PacsNode, series: list[Any]) -> None:
        assert self._dialog is not None
        session = self._window.state.session
        self._asked[self._dialog.retrieve.fetch(node, series)] = weakref.ref(session) if session is not None else None

    def _arrived(self, folders: list[Path], request: int) -> None:
        """Show it, unless something else was opened meanwhile."""
        asked = self._asked.pop(request, None)
        if (asked and asked()) is self._window.state.session and not self._window.opening.busy:
            self._open(folders)
        else:
            self._window.messages.inform(
                self.tr("The retrieved series is there."), self.tr("File ▸ PACS… ▸ Retrieve opens it.")
            )

    def _open(self, folders: list[Path]) -> None:
        """As if dropped; the recent list is for names that mean something."""
        self._window.opening.open_paths(folders, remember=False)

    def _retrieving(self, done: int, total: int) -> None:
        self._fetching = (done, total)
        self._show_activity()

    # -- sending --------------------------------------------------------------------------------------
    def send_denoised(self) -> None:
        """Ask whereto and how, then export the denoised series and put it into the queue."""
        nodes = self.nodes()
        if not nodes:
            self._window.messages.inform(self.tr("No archive is known yet."), self.tr("Add one first."))
            self.edit_nodes()
            return
        names = [node.name for node in nodes]
        preferred = self._settings.pacs_node
        asked = self._window.exporting.ask_dicom(names, preferred if preferred in names else names[0], only_send=True)
        if asked is None:
            return
        from ..jobs.outbox import new_place
        from ..jobs.pacs_jobs import SendSeriesJob

        session, model, dialog = asked
        assert session.denoised is not None
        strength = self._window.state.strength
        job = SendSeriesJob(session.low, session.denoised, strength, new_place(), model, dialog.options())
        self._exporting.start(job.to(self.queue, dialog.archive(), self.label(session, strength)))

    def send_files(self, report: ExportReport, archive: str, label: str) -> None:
        """Put a series exported for good into the queue; its files stay."""
        self._change("enqueue", [str(file) for file in report.files], archive, label)

    def label(self, session: Session, strength: float) -> str:
        """What the queue's list calls a denoised series: nothing of the patient."""
        number = session.low.meta.series_number or "–"
        return self.tr("Series {}, denoised {} %").format(number, round(100 * strength))

    def _export_progress(self, done: int, total: int, _: str) -> None:
        text = self.tr("Preparing to send {}/{}").format(done, total) if total else ""
        self._window.show_activity("export", done, total, text)

    def _exported(self, report: ExportReport) -> None:
        notes = "\n".join(warning.message for warning in report.warnings)
        text = self.tr("{} images wait to be sent.").format(len(report.files))
        self._window.messages.inform(text, notes)
        self._change("list")

    def resume(self) -> None:
        """At the start: go on with what was not sent last time, quietly."""
        from ..pacs.queue import queue_folder

        if queue_folder().is_dir():
            self._change("list")

    def _change(self, what: str, ids: list[str] | tuple[str, ...] = (), node: str = "", label: str = "") -> None:
        self._wishes.append((what, ids, node, label))
        if not self._editing.busy:
            self._next_wish()

    def _next_wish(self) -> None:
        from ..jobs.pacs_jobs import QueueEditJob

        if self._wishes:
            self._editing.start(QueueEditJob(self.queue, *self._wishes.pop(0)))

    def _edited(self, items: list[QueueItem]) -> None:
        self._show_items(items)
        if any(item.state in ("waiting", "sending") for item in items):
            self._run()

    def _run(self) -> None:
        """Start the runner, or have it look again when it ends."""
        import importlib.util

        from ..jobs.pacs_jobs import QueueJob

        if self._sending.busy:
            self._again = True
        elif importlib.util.find_spec("pynetdicom") is None:
            log.warning("archive: the queue waits for pynetdicom")
        else:
            self._again = False
            self._sending.start(QueueJob(self.queue, self.nodes()))

    def _item_changed(self, item: QueueItem) -> None:
        before = self._items.get(item.id)
        self._items[item.id] = item
        if self._dialog is not None:
            self._dialog.queue.set_item(item)
        if item.state == "failed" and (before is None or before.state != "failed"):
            text = self.tr("Sending to {} failed.").format(item.node_name)
            hint = self.tr("File ▸ PACS… ▸ Send queue tries again.")
            self._window.messages.show_message(Message(text, hint, severity="warning", code="send_failed"))
        self._show_activity()

    def _sending_failed(self, error: LdctError) -> None:
        if error.code == "busy":  # another window of this program is sending
            log.info("archive: another process runs the queue")
        else:
            self.tell(error)

    def _runner_ended(self) -> None:
        if self._again:
            self._run()

    def _show_items(self, items: list[QueueItem]) -> None:
        self._items = {item.id: item for item in items}
        if self._dialog is not None:
            self._dialog.queue.set_items(items)
        self._show_activity()

    def _show_activity(self) -> None:
        parts = []
        done, total = self._fetching
        if done or total:
            parts.append(self.tr("Retrieving {}/{}").format(done, total or "?"))
        open_items = [item for item in self._items.values() if item.state in ("waiting", "sending")]
        if open_items:
            sent, whole = sum(item.sent for item in open_items), sum(item.total for item in open_items)
            parts.append(self.tr("Sending {}/{}").format(sent, whole))
        self._window.status.set_archive(" · ".join(parts))
