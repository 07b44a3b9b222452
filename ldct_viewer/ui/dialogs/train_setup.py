"""First page of the training dialog: what was found, what will be done and why, how long, go."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtWidgets

from ..theme import inset
from ..words import model_name
from .train_words import Card, device_name, duration, label, objective_name, tell

_SHOWN = 5  # series named one by one
TIMES = ((5.0, "5 minutes"), (30.0, "30 minutes"), (480.0, "Overnight"))


class SetupPage(QtWidgets.QScrollArea):
    """Shows a report and collects choices; :meth:`choices` is what ``Plan`` needs. ``grown``: it needs more room."""

    grown = QtCore.Signal()
    foldersWanted = QtCore.Signal()
    trainWanted = QtCore.Signal()
    resumeWanted = QtCore.Signal(str)
    discardWanted = QtCore.Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._pace, self._run_id = 0.0, ""
        self._report: dict[str, Any] | None = None
        self.setObjectName("plain")
        self.setWidgetResizable(True)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QtWidgets.QWidget()
        self.setWidget(inner)
        column = QtWidgets.QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._resume_bar())
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._found_card(), 1)
        row.addWidget(self._plan_card(), 1)
        column.addLayout(row)
        column.addWidget(self._time_card())
        column.addWidget(self._advanced())
        column.addStretch(1)
        self.set_busy(self.tr("Drop folders with CT series here, or choose them."))

    # -- parts --------------------------------------------------------------------------------------

    def _resume_bar(self) -> QtWidgets.QWidget:
        self.resume_bar = QtWidgets.QFrame()
        self.resume_bar.setObjectName("trainResume")
        row = QtWidgets.QHBoxLayout(self.resume_bar)
        row.setContentsMargins(14, 8, 10, 8)
        self._resume_text = label()
        row.addWidget(self._resume_text, 1)
        discard = QtWidgets.QPushButton(self.tr("Discard"))
        discard.clicked.connect(lambda: self.discardWanted.emit(self._run_id))
        resume = QtWidgets.QPushButton(self.tr("Resume"))
        resume.setObjectName("primary")
        resume.clicked.connect(lambda: self.resumeWanted.emit(self._run_id))
        discard.setAutoDefault(False)
        resume.setAutoDefault(False)
        row.addWidget(discard)
        row.addWidget(resume)
        self.resume_bar.hide()
        return self.resume_bar

    def _found_card(self) -> QtWidgets.QWidget:
        card = Card(self.tr("Found"))
        self._summary = label("", "", 15, True)
        self._series = label("", "dim")
        self._notes = label("", "warning")
        card.add(self._summary)
        card.add(self._series)
        card.add(self._notes)
        card.column.addStretch(1)
        card.column.addSpacing(14)
        choose = QtWidgets.QPushButton(self.tr("Choose other folders…"))
        choose.setAutoDefault(False)
        choose.clicked.connect(self.foldersWanted)
        card.column.addWidget(choose, 0, QtCore.Qt.AlignmentFlag.AlignLeft)
        return card

    def _plan_card(self) -> QtWidgets.QWidget:
        card = Card(self.tr("What will be done, and why"))
        self._headline = label("", "", 15, True)
        self._reason = label()
        self._safety = label(
            self.tr(
                "Some slices are kept apart and only measured. The result is offered only if it is better on them "
                "than the model it starts from and leaves HU where they are. Your scans are only read."
            ),
            "dim",
        )
        card.add(self._headline)
        card.add(self._reason)
        card.column.addStretch(1)
        card.column.addSpacing(14)
        card.add(self._safety)
        return card

    def _time_card(self) -> QtWidgets.QWidget:
        card = Card(self.tr("How long"))
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(10)
        self._times = QtWidgets.QButtonGroup(self)
        self._time_hints = []
        names = (self.tr("5 minutes"), self.tr("30 minutes"), self.tr("Overnight"))
        for n, name in enumerate(names):
            button = QtWidgets.QPushButton(name)
            button.setCheckable(True)
            button.setChecked(n == 0)
            button.setAutoDefault(False)
            self._times.addButton(button, n)
            hint = label("", "dim", 11)
            hint.setAlignment(QtCore.Qt.AlignmentFlag.AlignHCenter)
            box = QtWidgets.QVBoxLayout()
            box.setSpacing(3)
            box.addWidget(button)
            box.addWidget(hint)
            row.addLayout(box, 1)
            self._time_hints.append(hint)
        card.column.addLayout(row)
        return card

    def _advanced(self) -> QtWidgets.QWidget:
        box = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        toggle = QtWidgets.QToolButton()
        toggle.setText(self.tr("Advanced"))
        toggle.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        toggle.setArrowType(QtCore.Qt.ArrowType.RightArrow)
        toggle.setCheckable(True)
        column.addWidget(toggle)
        form_box = QtWidgets.QWidget()
        form = QtWidgets.QFormLayout(form_box)
        form.setContentsMargins(18, 0, 0, 0)
        self.objective = QtWidgets.QComboBox()
        self.objective.currentIndexChanged.connect(self._objective_changed)
        self.doses = QtWidgets.QLineEdit("15%, 25%, 50%")
        self.start = QtWidgets.QComboBox()
        self.device = QtWidgets.QComboBox()
        for name, device in ((self.tr("Automatic"), "auto"), ("CPU", "cpu"), ("CUDA", "cuda"), ("Apple GPU", "mps")):
            self.device.addItem(name, device)
        self.minutes = QtWidgets.QDoubleSpinBox(minimum=0, maximum=100000, decimals=0)
        self.minutes.setSpecialValueText("–")
        self.minutes.setSuffix(self.tr(" min"))
        self.rate = QtWidgets.QLineEdit("0.0004")
        self.seed = QtWidgets.QSpinBox(minimum=0, maximum=10**6)
        for name, widget in (
            (self.tr("Learn from"), self.objective),
            (self.tr("Simulated doses"), self.doses),
            (self.tr("Start from"), self.start),
            (self.tr("Device"), self.device),
            (self.tr("Other length"), self.minutes),
            (self.tr("Learning rate"), self.rate),
            (self.tr("Seed"), self.seed),
        ):
            widget.setAccessibleName(name)
            if isinstance(widget, QtWidgets.QAbstractSpinBox):
                inset(widget)
            form.addRow(name, widget)
        form_box.hide()

        def fold(shown: bool) -> None:
            form_box.setVisible(shown)
            arrow = QtCore.Qt.ArrowType
            toggle.setArrowType(arrow.DownArrow if shown else arrow.RightArrow)
            if shown:
                self.grown.emit()

        toggle.toggled.connect(fold)
        self.advanced_toggle = toggle
        column.addWidget(form_box)
        return box

    # -- what is shown --------------------------------------------------------------------------------

    def set_models(self, models: list[tuple[str, str]]) -> None:
        """(id, name) of models to start from, the default first."""
        self.start.clear()
        for model_id, name in models:
            self.start.addItem(model_name(name), model_id)
        self.start.addItem(self.tr("Random weights (needs hours)"), "scratch")

    def set_busy(self, text: str) -> None:
        """While folders are being looked at, or before any are named."""
        self._report = None
        self._summary.setText(text)
        self._series.clear()
        self._notes.clear()
        self._headline.setText("–")
        self._reason.clear()
        for hint in self._time_hints:
            hint.clear()

    def set_problem(self, message: str, hint: str) -> None:
        """Nothing to train on: what is wrong and what to do, where the scans would be named."""
        self.set_busy(message)
        self._notes.setText(hint)

    def set_report(self, report: dict[str, Any]) -> None:
        """What ``train --examine`` found."""
        self._report = report
        self._summary.setText(tell(report.get("summary_said"), report["summary"]))
        said = report.get("labels_said", [[text] for text in report["labels"]])
        shown = [f"•  {tell(one)}" for one in said[:_SHOWN]]
        more = len(report["labels"]) - _SHOWN
        if more > 0:
            shown.append(self.tr("… and {n} more").format(n=more))
        self._series.setText("\n".join(shown))
        notes = [tell(n) for n in [*report["refused"], *report["notes"]]]
        if report["ignored_files"]:
            notes.append(self.tr("{n} files are no CT and are left out.").format(n=report["ignored_files"]))
        extra = [self.tr("… and {n} more notes").format(n=len(notes) - 4)] if len(notes) > 4 else []
        self._notes.setText("\n".join([*notes[:4], *extra]))
        self.objective.blockSignals(True)
        self.objective.clear()
        for name in report["possible"]:
            self.objective.addItem(objective_name(name), name)
        self.objective.setCurrentIndex(max(self.objective.findData(report["objective"]), 0))
        self.objective.blockSignals(False)
        self._objective_changed()

    def set_pace(self, steps_a_minute: float, device: str) -> None:
        """Measured on this machine: how many steps each choice of time allows."""
        self._pace = steps_a_minute
        for hint, (time_min, _) in zip(self._time_hints, TIMES, strict=True):
            steps = max(1, round(steps_a_minute * time_min, -1))
            length = self.tr("8 h, ") if time_min == 480 else ""
            hint.setText(self.tr("{length}about {n} steps here").format(length=length, n=f"{int(steps):,}"))
        self._time_hints[0].setToolTip(device_name(device))

    def set_no_pace(self) -> None:
        """The speed is not known: the times are offered without steps, and the reason is said."""
        self._pace = 0.0
        for hint in self._time_hints:
            hint.clear()
        self._time_hints[0].setText(self.tr("The speed of this computer could not be measured."))

    def set_interrupted(self, run_id: str, text: str) -> None:
        """Offer to resume (empty id: nothing to offer)."""
        self._run_id = run_id
        self._resume_text.setText(text)
        self.resume_bar.setVisible(bool(run_id))

    def _objective_changed(self) -> None:
        chosen = str(self.objective.currentData() or "")
        self._headline.setText(objective_name(chosen))
        if self._report is None:
            return
        own = chosen == self._report["objective"]
        self._reason.setText(
            tell(self._report.get("reason_said"), self._report["reason"])
            if own
            else self.tr("You chose this; the data suggest another way (see Advanced).")
        )
        self.doses.setEnabled(chosen == "simulated")

    def wanted_height(self) -> int:
        """How high all of it is at the present width."""
        inner = self.widget()
        layout = inner.layout() if inner is not None else None
        if layout is None:
            return 0
        layout.activate()
        return max(layout.totalHeightForWidth(self.viewport().width()), layout.sizeHint().height())

    # -- what was chosen ------------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """True once there is something to train on."""
        return self._report is not None

    def choices(self) -> dict[str, Any]:
        """Objective, minutes and the advanced fields; ValueError with words where one is no number."""
        own = self.minutes.value()
        minutes = own if own > 0 else TIMES[max(self._times.checkedId(), 0)][0]
        try:
            rate = float(self.rate.text())
        except ValueError as error:
            raise ValueError(self.tr("The learning rate is not a number.")) from error
        if not 0 < rate < 1:
            raise ValueError(self.tr("The learning rate must lie between 0 and 1."))
        return {
            "objective": self.objective.currentData() or "simulated",
            "minutes": minutes,
            "doses": self._doses(),
            "start": self.start.currentData() or "",
            "device": self.device.currentData(),
            "learning_rate": rate,
            "seed": self.seed.value(),
            "interval_s": max(20.0, min(minutes * 4.0, 120.0)),
        }

    def _doses(self) -> tuple[float, ...]:
        try:
            values = tuple(float(p.strip().rstrip("%")) / 100 for p in self.doses.text().split(",") if p.strip())
        except ValueError as error:
            raise ValueError(self.tr("Doses are written like 10%, 25%.")) from error
        if not values or not all(0.01 <= v < 1 for v in values):
            raise ValueError(self.tr("Doses lie between 1 % and 99 %."))
        return values

    def estimate(self) -> str:
        """How long it will take, in words."""
        own = self.minutes.value()
        return duration(60 * (own if own > 0 else TIMES[max(self._times.checkedId(), 0)][0]))
