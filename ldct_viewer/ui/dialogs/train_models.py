"""The user's own models: cards shown, renamed, exported, imported, removed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from PySide6 import QtCore, QtWidgets

from ...denoise.model_file import ModelInfo, card_hash, list_models, read_card
from ...errors import LdctError, ModelError, WriteError
from ...paths import data_dir
from ...training.local.checkpoint_files import write_atomic
from ..words import model_name
from .model_card import card_html
from .train_words import label


class ModelsDialog(QtWidgets.QDialog):
    """A list and the card of the chosen one. Shipped models can be exported, not changed."""

    modelChosen = QtCore.Signal(str)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Models"))
        self.resize(900, 600)
        self.list = QtWidgets.QListWidget()
        self.list.setObjectName("models")
        self.list.setMaximumWidth(280)
        self.list.setAccessibleName(self.tr("Models"))
        self.list.currentRowChanged.connect(self._show)
        self.card = QtWidgets.QTextBrowser(openLinks=False)
        self.card.setAccessibleName(self.tr("Card of the chosen model"))
        self._problem = label("", "warning")
        self._problem.hide()
        self._use = self._button(self.tr("Use it"), self._choose)
        self._use.setObjectName("primary")
        self._rename = self._button(self.tr("Rename…"), self._ask_name)
        self._remove = self._button(self.tr("Remove…"), self._ask_remove)
        self._export = self._button(self.tr("Export…"), self._ask_export)
        add = self._button(self.tr("Import…"), self._ask_import)
        buttons = QtWidgets.QHBoxLayout()
        for button in (add, self._export, self._rename, self._remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._button(self.tr("Close"), self.reject))
        buttons.addWidget(self._use)
        body = QtWidgets.QHBoxLayout()
        body.addWidget(self.list)
        body.addWidget(self.card, 1)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.addLayout(body, 1)
        column.addWidget(self._problem)
        column.addLayout(buttons)
        self.refresh()

    def refresh(self, keep: str = "") -> None:
        """Read the cards anew."""
        self._models = list_models()
        self.list.clear()
        for info in self._models:
            note = self.tr("came with the program") if info.shipped else info.version
            self.list.addItem(f"{model_name(info.name)}\n{note}")
        ids = [m.id for m in self._models]
        self.list.setCurrentRow(ids.index(keep) if keep in ids else 0)

    def current(self) -> ModelInfo | None:
        """The chosen model."""
        row = self.list.currentRow()
        return self._models[row] if 0 <= row < len(self._models) else None

    # -- what can be done -------------------------------------------------------------------------------

    def rename(self, info: ModelInfo, name: str) -> None:
        """Change the name on the card; file and id stay."""
        card = {**info.card, "name": name.strip()[:80] or info.name}
        if "card_sha256" in card:  # the card vouches for itself; a new name is a new card
            card["card_sha256"] = card_hash(card)
        write_atomic(info.path.with_suffix(".json"), (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
        self.refresh(info.id)

    def export(self, info: ModelInfo, folder: Path) -> None:
        """Copy weights and card into ``folder``; never over something."""
        for source in (info.path, info.path.with_suffix(".json")):
            target = folder / source.name
            if target.exists():
                raise WriteError("There is such a file already.", "Choose another folder.", target, "exists")
        for source in (info.path, info.path.with_suffix(".json")):
            write_atomic(folder / source.name, source.read_bytes())

    def import_file(self, path: Path) -> ModelInfo:
        """Take over a model after it was checked and loaded once; ModelError where it is refused."""
        from ...denoise.model_file import load_model

        checked = load_model(path).info
        folder = data_dir() / "models"
        folder.mkdir(parents=True, exist_ok=True)
        if any(m.id == checked.id for m in list_models()):
            raise ModelError("A model of this name is already there.", "Rename the file.", path, "exists")
        write_atomic(folder / checked.path.name, checked.path.read_bytes())
        shutil.copyfile(checked.path.with_suffix(".json"), folder / f"{checked.id}.json")
        self.refresh(checked.id)
        return read_card(folder / f"{checked.id}.json")

    def remove(self, info: ModelInfo) -> None:
        """Delete one of the user's own models."""
        if info.shipped:
            return
        info.path.with_suffix(".json").unlink(missing_ok=True)
        info.path.unlink(missing_ok=True)
        self.refresh()

    # -- questions ----------------------------------------------------------------------------------------

    def _ask_name(self) -> None:
        info = self.current()
        if info is None or info.shipped:
            return
        name, accepted = QtWidgets.QInputDialog.getText(
            self, self.tr("Rename"), self.tr("Name"), QtWidgets.QLineEdit.EchoMode.Normal, info.name
        )
        if accepted and name.strip():
            self._try(lambda: self.rename(info, name))

    def _ask_remove(self) -> None:
        info = self.current()
        if info is None or info.shipped:
            return
        question = self.tr("Remove “{name}”? It cannot be brought back.").format(name=model_name(info.name))
        yes = QtWidgets.QMessageBox.StandardButton.Yes
        if QtWidgets.QMessageBox.question(self, self.tr("Remove"), question) == yes:
            self._try(lambda: self.remove(info))

    def _ask_export(self) -> None:
        info = self.current()
        folder = QtWidgets.QFileDialog.getExistingDirectory(self, self.tr("Export model to"))
        if info is not None and folder:
            self._try(lambda: self.export(info, Path(folder)))

    def _ask_import(self) -> None:
        name, _ = QtWidgets.QFileDialog.getOpenFileName(self, self.tr("Import model"), "", "*.safetensors *.json")
        if name:
            self._try(lambda: self.import_file(Path(name)))

    def _choose(self) -> None:
        info = self.current()
        if info is not None:
            self.modelChosen.emit(info.id)
            self.accept()

    def _try(self, act: object) -> None:
        try:
            act()  # type: ignore[operator]
        except (LdctError, OSError) as error:
            self._problem.setText(str(error))
            self._problem.show()
        else:
            self._problem.hide()

    def _show(self) -> None:
        info = self.current()
        self.card.setHtml(card_html(info) if info is not None else "")
        own = info is not None and not info.shipped
        for button in (self._export, self._use):
            button.setEnabled(info is not None)
        self._rename.setEnabled(own)
        self._remove.setEnabled(own)

    def _button(self, text: str, slot: object) -> QtWidgets.QPushButton:
        button = QtWidgets.QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button
