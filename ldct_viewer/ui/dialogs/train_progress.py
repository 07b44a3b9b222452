"""Second page of the training dialog: curves, pictures, time; pause, stop, cancel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtWidgets

from .train_curves import Curves
from .train_preview import Preview
from .train_words import Card, device_name, duration, label, tell


class ProgressPage(QtWidgets.QWidget):
    """Shows what a run's events say. ``activity(text)``: how far it is, in a few words."""

    activity = QtCore.Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.curves, self.preview = Curves(), Preview()
        self._folder: Path | None = None
        self._psnr_start: float | None = None
        self._headline = label(self.tr("Starting…"), "", 17, True)
        self._where = label("", "dim")
        self.bar = QtWidgets.QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self._time = label("", "dim")
        self._gain = label("", "good", 17, True, wrap=False)
        self._gain.setAlignment(QtCore.Qt.AlignmentFlag.AlignRight)
        self._notice = label("", "warning")
        self._notice.hide()
        top = QtWidgets.QHBoxLayout()
        words = QtWidgets.QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._headline)
        words.addWidget(self._where)
        top.addLayout(words, 1)
        top.addWidget(self._gain)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.bar)
        column.addWidget(self._time)
        column.addWidget(self._notice)
        curves = Card(self.tr("Learning"))
        curves.add(self.curves, 1)
        pictures = Card(self.tr("A slice it never trains on"))
        pictures.add(self.preview, 1)
        column.addWidget(curves, 0)
        column.addWidget(pictures, 1)

    def begin(self, folder: Path, headline: str) -> None:
        """Watch another run."""
        self._folder = folder
        self.activity.emit(self.tr("Training"))
        self._psnr_start = None
        self.curves.clear()
        self.preview.clear()
        self._headline.setText(headline)
        self._where.setText(self.tr("Starting the training process…"))
        self._gain.clear()
        self._time.clear()
        self._notice.hide()
        self.bar.setRange(0, 0)

    def feed(self, events: list[dict[str, Any]]) -> None:
        """All that happened since the last call."""
        self.curves.feed(events)
        for event in events:
            handler = getattr(self, f"_on_{event.get('event')}", None)
            if handler is not None:
                handler(event)
        if any(e.get("event") in ("validated", "started", "resumed", "finished") for e in events) and self._folder:
            self.preview.load(self._folder)

    def _on_stage(self, event: dict[str, Any]) -> None:
        self._where.setText(f"{tell(event)}…")

    def _on_started(self, event: dict[str, Any]) -> None:
        self.bar.setRange(0, max(event["of"], 1))
        processes = self.tr(", {n} processes").format(n=event["processes"]) if event["processes"] > 1 else ""
        self._device = f"{device_name(event['device'])}, {event['precision']}{processes}"
        self._where.setText(self._device)
        self._psnr_start = event["start"]["psnr"] if event["start"] else None

    _on_resumed = _on_started

    def _on_progress(self, event: dict[str, Any]) -> None:
        self.bar.setRange(0, max(event["of"], 1))
        self.bar.setValue(event["step"])
        self.activity.emit(self.tr("Training {n} %").format(n=100 * event["step"] // max(event["of"], 1)))
        self._time.setText(
            self.tr("step {step} of {of}   ·   {elapsed} done, {left} left   ·   {speed} patches/s   ·   {memory} GB")
            .replace("{step}", f"{event['step']:,}")
            .replace("{of}", f"{event['of']:,}")
            .replace("{elapsed}", duration(event["elapsed_s"]))
            .replace("{left}", duration(event["remaining_s"]))
            .replace("{speed}", f"{event['patches_per_s']:.0f}")
            .replace("{memory}", f"{event['memory_gb']:.1f}")
        )

    def _on_validated(self, event: dict[str, Any]) -> None:
        base = event["psnr_start"] if event["psnr_start"] is not None else event["psnr_low"]
        if base is not None and event["step"]:
            self._gain.setText(f"{event['psnr'] - base:+.2f} dB")
            self._gain.setToolTip(
                self.tr("PSNR on held-out slices against the model it started from (best so far: step {n})").format(
                    n=event["best_step"]
                )
            )

    def _on_notice(self, event: dict[str, Any]) -> None:
        self._notice.setText(tell(event))
        self._notice.setVisible(event.get("code") != "saved_again")

    def _on_paused(self, event: dict[str, Any]) -> None:
        self._time.setText(self.tr("Paused at step {n}; saved.").format(n=event["step"]))
        self.activity.emit(self.tr("Training paused"))
