"""File ▸ PACS archives…: the archives (DICOM nodes) the program knows; added, changed, removed, tested."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtWidgets

from ...errors import LdctError
from ...jobs.job import JobSlot
from ...jobs.pacs_jobs import EchoJob
from ..theme import inset
from .pacs_table import button, note
from .pacs_words import failure

if TYPE_CHECKING:
    from ...pacs.nodes import PacsNode

_TEXTS = ("name", "ae_title", "host", "calling_ae", "move_ae", "ca_file", "cert_file", "key_file")
_MAY_MISS = ("move_ae", "ca_file", "cert_file", "key_file")
_DEFAULT_PORT = 104


class NodesDialog(QtWidgets.QDialog):
    """A list on the left, the chosen archive's form on the right. Nothing is kept before "Save"."""

    def __init__(self, nodes: list[PacsNode], parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("PACS archives"))
        self.resize(760, 520)
        self._drafts: list[dict[str, Any]] = [asdict(node) for node in nodes]
        self._row = -1
        self._echo = JobSlot(self)
        self._echo.done.connect(self._answered)
        self._echo.failed.connect(self._say_error)
        self._build_list()
        self._build_form()
        self._said = note()
        self._test = button(self.tr("Test connection"), self.test)
        buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.StandardButton.Cancel)
        save = buttons.addButton(self.tr("Save"), QtWidgets.QDialogButtonBox.ButtonRole.AcceptRole)
        save.setDefault(True)
        buttons.accepted.connect(self.save)
        buttons.rejected.connect(self.reject)
        body = QtWidgets.QHBoxLayout()
        left = QtWidgets.QVBoxLayout()
        left.addWidget(self.list, 1)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(button(self.tr("Add"), self.add))
        row.addWidget(self._remove)
        left.addLayout(row)
        body.addLayout(left)
        body.addWidget(self._page, 1)
        foot = QtWidgets.QHBoxLayout()
        foot.addWidget(self._test)
        foot.addWidget(self._said, 1)
        foot.addWidget(buttons)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.addLayout(body, 1)
        column.addLayout(foot)
        self._refill(0)
        if not self._drafts:
            self.add()

    # -- building -----------------------------------------------------------------------------------
    def _build_list(self) -> None:
        self.list = QtWidgets.QListWidget()
        self.list.setFixedWidth(200)
        self.list.setAccessibleName(self.tr("Archives"))
        self.list.currentRowChanged.connect(self._show)
        self._remove = button(self.tr("Remove"), self.remove)

    def _build_form(self) -> None:
        self._page = QtWidgets.QWidget()
        form = QtWidgets.QFormLayout(self._page)
        form.setFieldGrowthPolicy(QtWidgets.QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setContentsMargins(14, 0, 0, 0)
        self.edits = {key: QtWidgets.QLineEdit() for key in _TEXTS}
        self.port, self.move_port = QtWidgets.QSpinBox(), QtWidgets.QSpinBox()
        for box in (self.port, self.move_port):
            inset(box)
        self.port.setRange(1, 65535)
        self.move_port.setRange(0, 65535)
        self.move_port.setSpecialValueText(self.tr("none (C-GET only)"))
        self.tls = QtWidgets.QCheckBox(self.tr("Encrypted (TLS)"))
        self.check_host = QtWidgets.QCheckBox(self.tr("The certificate must name the host"))
        self.tls.toggled.connect(self._tls_changed)
        self.edits["name"].textEdited.connect(self._renamed)
        self._files: list[QtWidgets.QWidget] = []
        own_title = self.tr("How the archive knows this program; its manager must enter it.")
        move = self.tr("Only for archives that cannot C-GET: the port here at which they deliver.")
        rows: tuple[tuple[str, QtWidgets.QWidget, str], ...] = (
            (self.tr("Name"), self.edits["name"], self.tr("As you call it, for example “Radiology”.")),
            (self.tr("AE title"), self.edits["ae_title"], self.tr("Of the archive; capitals matter.")),
            (self.tr("Host"), self.edits["host"], self.tr("Name or address of its computer.")),
            (self.tr("Port"), self.port, self.tr("Often 104, 11112 or 4242.")),
            (self.tr("Own AE title"), self.edits["calling_ae"], own_title),
            (self.tr("Port for C-MOVE"), self.move_port, move),
            (self.tr("AE title for C-MOVE"), self.edits["move_ae"], self.tr("Empty: the own AE title.")),
            ("", self.tls, self.tr("Ask the archive's manager for its certificate.")),
            (self.tr("Its authority (PEM)"), self._file("ca_file"), self.tr("Empty: the authorities of this system.")),
            (self.tr("Own certificate (PEM)"), self._file("cert_file"), self.tr("Where the archive asks who we are.")),
            (self.tr("Own key (PEM)"), self._file("key_file"), self.tr("Without a password.")),
            ("", self.check_host, ""),
        )
        for title, widget, tip in rows:
            widget.setToolTip(tip)
            form.addRow(title, widget)
            if title and isinstance(widget, QtWidgets.QLineEdit | QtWidgets.QSpinBox):
                widget.setAccessibleName(title)
            if isinstance(widget, QtWidgets.QLineEdit):
                widget.setPlaceholderText(tip)

    def _file(self, key: str) -> QtWidgets.QWidget:
        holder = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.edits[key], 1)
        row.addWidget(button(self.tr("Browse…"), lambda: self._browse(key)))
        self._files.append(holder)
        return holder

    def _browse(self, key: str) -> None:
        start = str(Path(self.edits[key].text()).parent) if self.edits[key].text() else ""
        kinds = self.tr("Certificates (*.pem *.crt *.cer *.key);;All files (*)")
        chosen, _ = QtWidgets.QFileDialog.getOpenFileName(self, self.tr("Choose a file"), start, kinds)
        if chosen:
            self.edits[key].setText(chosen)

    # -- list ---------------------------------------------------------------------------------------
    def add(self) -> None:
        """A new archive, to be filled in."""
        from ...pacs.nodes import DEFAULT_AE

        self._keep()
        taken = {draft["name"] for draft in self._drafts}
        base = self.tr("New archive")
        name = next(n for n in (base, *(f"{base} {i}" for i in range(2, 99))) if n not in taken)
        blank = {"name": name, "ae_title": "", "host": "", "port": _DEFAULT_PORT, "calling_ae": DEFAULT_AE}
        self._drafts.append(blank)
        self._refill(len(self._drafts) - 1)
        self.edits["ae_title"].setFocus()

    def remove(self) -> None:
        """The chosen one goes (when saved)."""
        if 0 <= self._row < len(self._drafts):
            row, self._row = self._row, -1
            del self._drafts[row]
            self._refill(min(row, len(self._drafts) - 1))

    def _refill(self, row: int) -> None:
        self._row = -1
        with QtCore.QSignalBlocker(self.list):
            self.list.clear()
            self.list.addItems([draft["name"] for draft in self._drafts])
            self.list.setCurrentRow(row)
        self._show(row)

    def _renamed(self, name: str) -> None:
        item = self.list.item(self._row)
        if item is not None:
            item.setText(name)

    def _show(self, row: int) -> None:
        self._keep()
        self._echo.cancel()
        there = 0 <= row < len(self._drafts)
        draft = self._drafts[row] if there else {}
        self._row = row if there else -1
        for key, edit in self.edits.items():
            edit.setText(draft.get(key) or "")
        self.port.setValue(draft.get("port") or _DEFAULT_PORT)
        self.move_port.setValue(draft.get("move_port") or 0)
        self.tls.setChecked(bool(draft.get("tls")))
        self.check_host.setChecked(draft.get("check_host", True))
        self._tls_changed()
        for widget in (self._page, self._remove, self._test):
            widget.setEnabled(there)
        self._said.setText("")

    def _tls_changed(self) -> None:
        for widget in (*self._files, self.check_host):
            widget.setEnabled(self.tls.isChecked())

    def _keep(self) -> None:
        """What the form says goes into the draft it belongs to."""
        if not 0 <= self._row < len(self._drafts):
            return
        draft = self._drafts[self._row]
        for key, edit in self.edits.items():
            text = edit.text().strip()
            draft[key] = (text or None) if key in _MAY_MISS else text
        draft["port"], draft["move_port"] = self.port.value(), self.move_port.value() or None
        draft["tls"], draft["check_host"] = self.tls.isChecked(), self.check_host.isChecked()

    # -- checking, saving ---------------------------------------------------------------------------
    def nodes(self) -> list[PacsNode]:
        """The drafts as nodes; the first that is not possible is shown. Raises PacsError."""
        from ...errors import PacsError
        from ...pacs.nodes import PacsNode

        self._keep()
        made = []
        for row, draft in enumerate(self._drafts):
            try:
                made.append(PacsNode(**draft))
            except PacsError:
                self.list.setCurrentRow(row)
                raise
        return made

    def test(self) -> None:
        """C-ECHO with what the form says."""
        from ...pacs.nodes import PacsNode

        self._keep()
        try:
            node = PacsNode(**self._drafts[self._row])
        except LdctError as error:
            self._say_error(error)
            return
        self._said.setText(self.tr("Asking {}…").format(node.address))
        self._echo.start(EchoJob(node))

    def _answered(self, result: Any) -> None:
        self._said.setText(answered(result))

    def _say_error(self, error: LdctError) -> None:
        self._said.setText(" ".join(failure(error)).strip())

    def save(self) -> None:
        """Write the list; what is wrong is said and the dialog stays."""
        from ...pacs.nodes import save_nodes

        try:
            save_nodes(None, self.nodes())
        except LdctError as error:
            self._say_error(error)
            return
        self.accept()

    def done(self, result: int) -> None:
        """No test goes on behind a closed dialog."""
        self._echo.cancel()
        super().done(result)


def answered(result: Any) -> str:
    """A successful test in words."""
    text = QtCore.QCoreApplication.translate("NodesDialog", "The archive answered after {} ms.")
    name = f" ({result.implementation})" if result.implementation else ""
    return text.format(round(1000 * result.seconds)) + name
