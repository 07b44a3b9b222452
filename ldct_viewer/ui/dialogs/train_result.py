"""Last page of the training dialog: better or not, by how much, on what; use it."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtWidgets

from ..words import model_name
from .train_preview import Preview
from .train_words import Card, duration, hu, label, set_tone, tell


class ResultPage(QtWidgets.QWidget):
    """Shows the outcome of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.preview = Preview(self.tr("Trained"))
        self.headline = label("", "", 22, True)
        self._what = label("", "dim")
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.headline)
        column.addWidget(self._what)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(12)
        why = self._why = Card(self.tr("Why"))
        self._reasons = label()
        why.add(self._reasons)
        why.column.addStretch(1)
        figures = self._figures = Card(self.tr("Figures on held-out slices"))
        self._grid = QtWidgets.QGridLayout()
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(4)
        figures.column.addLayout(self._grid)
        figures.column.addStretch(1)
        row.addWidget(why, 1)
        row.addWidget(figures, 1)
        column.addLayout(row)
        pictures = self._pictures = Card(self.tr("A slice it never trained on"))
        pictures.add(self.preview, 1)
        column.addWidget(pictures, 1)
        column.addStretch(0)

    def show_outcome(self, outcome: dict[str, Any]) -> None:
        """Fill the page from a "finished" event."""
        self._show_parts(True)
        verdict = outcome["verdict"]
        good = bool(outcome["accepted"])
        self.headline.setText(("✓  " if good else "✕  ") + tell(verdict.get("headline_said"), verdict["headline"]))
        set_tone(self.headline, "good" if good else "warning")
        self._what.setText(
            self.tr("“{name}”, {steps} steps in {time}; the best state was at step {best}.")
            .replace("{name}", model_name(outcome["name"]))
            .replace("{steps}", f"{outcome['steps']:,}")
            .replace("{time}", duration(outcome["seconds"]))
            .replace("{best}", f"{outcome['best_step']:,}")
        )
        said = verdict.get("reasons_said", [{"text": text} for text in verdict["reasons"]])
        self._reasons.setText("\n\n".join(tell(one) for one in said))
        self._fill(outcome["measures"])

    def show_failure(self, message: str, hint: str) -> None:
        """The training ended otherwise: only what happened and what to do."""
        self._show_parts(False)
        self.headline.setText(message)
        set_tone(self.headline, "error")
        self._what.clear()
        self._reasons.setText(hint)
        self._clear()

    def _show_parts(self, outcome: bool) -> None:
        self._why.heading.setText((self.tr("Why") if outcome else self.tr("What to do")).upper())
        self._figures.setVisible(outcome)
        self._pictures.setVisible(outcome)

    def _fill(self, measures: dict[str, Any]) -> None:
        self._clear()
        columns = (
            ("low", self.tr("untouched")),
            ("start", self.tr("starting model")),
            ("tuned", self.tr("trained")),
        )
        rows = (
            (self.tr("PSNR"), lambda m: f"{m['psnr']:.2f} dB"),
            (self.tr("SSIM"), lambda m: f"{m['ssim']:.4f}"),
            (self.tr("Noise left"), lambda m: hu(m["noise_hu"])),
            *(
                (self.tr("Shift of {tissue}").format(tissue=tell([tissue])), _shift(tissue))
                for tissue in (measures["tuned"] or {}).get("bias_hu", {})
            ),
        )
        for c, (_, title) in enumerate(columns, 1):
            head = label(title, "dim", 11, wrap=False)
            head.setAlignment(QtCore.Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(head, 0, c)
        for r, (name, text) in enumerate(rows, 1):
            self._grid.addWidget(label(name, "dim", wrap=False), r, 0)
            for c, (key, _) in enumerate(columns, 1):
                one = measures.get(key)
                cell = label(text(one) if one else "–", bold=key == "tuned", wrap=False)
                cell.setAlignment(QtCore.Qt.AlignmentFlag.AlignRight)
                self._grid.addWidget(cell, r, c)

    def _clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()


def _shift(tissue: str) -> Any:
    def text(one: dict[str, Any]) -> str:
        value = one["bias_hu"].get(tissue)
        if value is None:
            return "–"
        return f"{value:+.1f} HU".replace("-", "−") if round(value, 1) else "0.0 HU"

    return text
