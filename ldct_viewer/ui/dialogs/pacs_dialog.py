"""File ▸ PACS…: one window to search, retrieve and watch what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore, QtWidgets

from ...errors import LdctError
from ...jobs.job import JobSlot
from ...jobs.pacs_jobs import EchoJob
from .pacs_nodes import answered
from .pacs_queue import QueuePage
from .pacs_retrieve import RetrievePage
from .pacs_search import SearchPage
from .pacs_table import button, note
from .pacs_words import failure

if TYPE_CHECKING:
    from ...pacs.nodes import PacsNode

PAGES = ("search", "retrieve", "queue")


class PacsDialog(QtWidgets.QDialog):
    """The archive on top, three pages below. Closing hides it: what is coming goes on."""

    nodesWanted = QtCore.Signal()
    nodeChosen = QtCore.Signal(str)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("PACS"))
        self.resize(1000, 640)
        self.setMinimumSize(760, 440)
        self._nodes: list[PacsNode] = []
        self._echo = JobSlot(self)
        self._echo.done.connect(lambda result: self.say(answered(result)))
        self._echo.failed.connect(self.say_error)
        self._echo.finished.connect(self._refresh)
        self.choice = QtWidgets.QComboBox()
        self.choice.setMinimumWidth(240)
        self.choice.setAccessibleName(self.tr("Archive"))
        self.choice.currentIndexChanged.connect(self._chosen)
        self._test = button(self.tr("Test connection"), self.test)
        self._test.setToolTip(self.tr("Ask the archive whether it is there and knows this program (C-ECHO)"))
        edit = button(self.tr("Archives…"), self.nodesWanted.emit)
        edit.setToolTip(self.tr("Add, change or remove archives"))
        self._said = note()
        self.search, self.retrieve, self.queue = SearchPage(), RetrievePage(), QueuePage()
        self.tabs = QtWidgets.QTabWidget()
        self.tabs.setDocumentMode(True)
        for page, title in (
            (self.search, self.tr("Search")),
            (self.retrieve, self.tr("Retrieve")),
            (self.queue, self.tr("Send queue")),
        ):
            self.tabs.addTab(page, title)
        self.search.wanted.connect(lambda *_: self.show_page("retrieve"))
        top = QtWidgets.QHBoxLayout()
        for widget in (self.choice, self._test, edit):
            top.addWidget(widget)
        top.addWidget(self._said, 1)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 10)
        column.addLayout(top)
        column.addWidget(self.tabs, 1)
        self._refresh()

    def show_page(self, name: str) -> None:
        """Bring one of PAGES to the front."""
        self.tabs.setCurrentIndex(PAGES.index(name))

    def set_nodes(self, nodes: list[PacsNode], chosen: str = "") -> None:
        """The archives there are; ``chosen`` is the name of the one to talk to."""
        self._nodes = list(nodes)
        with QtCore.QSignalBlocker(self.choice):
            self.choice.clear()
            for node in nodes:
                self.choice.addItem(f"{node.name}  ({node.ae_title}, {node.address})", node.name)
            names = [node.name for node in nodes]
            self.choice.setCurrentIndex(names.index(chosen) if chosen in names else min(0, len(names) - 1))
        self.say("" if nodes else self.tr("No archive is known yet: “Archives…” adds one."))
        self._chosen()

    def node(self) -> PacsNode | None:
        """The archive in use."""
        row = self.choice.currentIndex()
        return self._nodes[row] if 0 <= row < len(self._nodes) else None

    def test(self) -> None:
        """C-ECHO."""
        node = self.node()
        if node is not None:
            self.say(self.tr("Asking {}…").format(node.address))
            self._echo.start(EchoJob(node))
            self._refresh()

    def say(self, text: str) -> None:
        """A sentence beside the archive."""
        self._said.setText(text)

    def say_error(self, error: LdctError) -> None:
        """A failure, in words."""
        self.say(" ".join(failure(error)).strip())

    def _chosen(self) -> None:
        self._echo.cancel()
        node = self.node()
        self.search.set_node(node)
        if node is not None:
            self.say("")
            self.nodeChosen.emit(node.name)
        self._refresh()

    def _refresh(self) -> None:
        self._test.setEnabled(self.node() is not None and not self._echo.busy)
