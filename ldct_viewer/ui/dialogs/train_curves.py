"""Live curves: loss of training and validation, PSNR against the starting model."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6 import QtCore, QtWidgets

from ..theme import current
from .train_words import label


class Curves(QtWidgets.QWidget):
    """Two plots fed with events; points of a killed stretch vanish when it is resumed before them."""

    def __init__(self) -> None:
        super().__init__()
        self._loss, self._psnr = self._plot("loss"), self._plot("dB")
        self._train = self._loss.plot()
        self._valid = self._loss.plot(symbol="o", symbolSize=4, symbolPen=None)
        self._now = self._psnr.plot(symbol="o", symbolSize=5, symbolPen=None)
        self._start = pg.InfiniteLine(angle=0)
        self._start.setVisible(False)
        self._psnr.addItem(self._start)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        for plot, words in (
            (
                self._loss,
                self._legend(self.tr("Loss"), ("dim", self.tr("training")), ("accent", self.tr("validation"))),
            ),
            (
                self._psnr,
                self._legend(
                    self.tr("PSNR on held-out slices (dB)"),
                    ("good", self.tr("now")),
                    ("warning", self.tr("starting model")),
                ),
            ),
        ):
            box = QtWidgets.QVBoxLayout()
            box.setSpacing(3)
            box.addWidget(words)
            box.addWidget(plot, 1)
            row.addLayout(box, 1)
        self._dress()
        self.clear()

    def _dress(self) -> None:
        """The theme's colours: pyqtgraph knows nothing of style sheets."""
        palette = current()
        self._train.setPen(pg.mkPen(palette.dim, width=1.5))
        for line, colour in ((self._valid, palette.accent), (self._now, palette.good)):
            line.setPen(pg.mkPen(colour, width=2))
            line.setSymbolBrush(colour)
        self._start.setPen(pg.mkPen(palette.warning, width=1.5, style=QtCore.Qt.PenStyle.DashLine))
        for plot in (self._loss, self._psnr):
            plot.setBackground(palette.window)
            for side in ("left", "bottom"):
                plot.getAxis(side).setPen(palette.border)
                plot.getAxis(side).setTextPen(palette.dim)

    def changeEvent(self, event: QtCore.QEvent) -> None:
        """Another theme."""
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.StyleChange and hasattr(self, "_start"):
            self._dress()

    def clear(self) -> None:
        """Nothing has happened yet."""
        self._points: dict[int, dict[str, Any]] = {}
        self._steps: list[tuple[int, float]] = []
        self._draw()
        self._start.setVisible(False)

    def feed(self, events: list[dict[str, Any]]) -> None:
        """Draw what is new."""
        for event in events:
            kind = event.get("event")
            if kind == "validated":
                self._points[event["step"]] = event
                if event["psnr_start"] is not None:
                    self._start.setValue(event["psnr_start"])
                    self._start.setVisible(True)
            elif kind == "progress":
                self._steps.append((event["step"], event["loss"]))
            elif kind == "resumed":
                self._points = {s: p for s, p in self._points.items() if s <= event["step"]}
                self._steps = [p for p in self._steps if p[0] <= event["step"]]
        self._draw()

    @property
    def validations(self) -> int:
        """Points of the validation curve."""
        return len(self._points)

    def _draw(self) -> None:
        points = [self._points[s] for s in sorted(self._points)]
        x = [float(p["step"]) for p in points]
        last = max([10.0, *x[-1:], *(float(s) for s, _ in self._steps[-1:])])
        for plot in (self._loss, self._psnr):  # both begin with the training and reach as far as it has come
            plot.setXRange(0.0, last * 1.02, padding=0.01)
        self._train.setData([float(s) for s, _ in self._steps], [v for _, v in self._steps])
        self._valid.setData(x, [p["loss"] for p in points])
        self._now.setData(x, [p["psnr"] for p in points])

    def _plot(self, unit: str) -> pg.PlotWidget:
        plot = pg.PlotWidget()
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(False, False)
        plot.hideButtons()
        plot.showGrid(x=False, y=True, alpha=0.15)
        plot.getViewBox().setLimits(minYRange=0.2)  # one point is no cliff
        plot.setMinimumHeight(110)
        plot.setMaximumHeight(210)
        for side in ("left", "bottom"):
            plot.getAxis(side).enableAutoSIPrefix(False)
        plot.getAxis("left").setWidth(46)
        plot.setAccessibleName(unit)
        return plot

    @staticmethod
    def _legend(title: str, *entries: tuple[str, str]) -> QtWidgets.QWidget:
        box = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(title, "", 12, True, wrap=False))
        row.addStretch(1)
        for tone, text in entries:
            row.addWidget(label(f"●  {text}", tone, wrap=False))
        return box
