"""The tool bar: tools, window, right side, strength, layouts, cine. Made from the action table."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6 import QtCore, QtGui, QtWidgets

from ...window import MAX_WIDTH, Window
from ..state import ViewState
from ..theme import inset
from ..theme.icons import icon

LAYOUTS = ("six", "grid", "axial", "coronal", "sagittal", "single")
PRESET_FRAME = 36  # border, padding and arrow of the preset button (theme/palette.py, #field)
TOOLS = ("window", "crosshair", "pan", "zoom", "ellipse", "rectangle", "distance", "probe")


class ToolBar(QtWidgets.QToolBar):
    """Buttons from ``actions`` (id → QAction) and number boxes bound to ``state``."""

    cineRateChanged = QtCore.Signal(int)

    def __init__(
        self, actions: dict[str, QtGui.QAction], presets: QtWidgets.QMenu, state: ViewState, cine_rate: int
    ) -> None:
        super().__init__()
        self.setObjectName("tools")
        self.setMovable(False)
        self.setIconSize(QtCore.QSize(18, 18))
        self.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.PreventContextMenu)
        self._state = state
        self._add(actions, [f"tool_{name}" for name in TOOLS])
        self.addSeparator()
        self._preset = QtWidgets.QToolButton()
        self._preset.setText(self.tr("Window"))
        self._preset.setObjectName("field")
        self._preset.setMenu(presets)
        self._preset.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        self._preset.setToolTip(self.tr("Window presets"))
        self._preset.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.addWidget(self._preset)
        self.width_box = self._box(self.tr("WW"), self.tr("Window width in HU"), 1, int(MAX_WIDTH))
        self.level_box = self._box(self.tr("WL"), self.tr("Window level (centre) in HU"), -32768, 32767)
        self._add(actions, ["invert", "reset"])
        self.addSeparator()
        self._add(actions, ["right_denoised", "right_difference", "right_original", "curtain"])
        self._strength_widgets()
        self.addSeparator()
        self._add(actions, [f"layout_{name}" for name in LAYOUTS])
        self.addSeparator()
        self._add(actions, ["cine"])
        self.rate = QtWidgets.QSpinBox(minimum=1, maximum=60, value=cine_rate, suffix=self.tr(" /s"))
        self._tame(self.rate, self.tr("Cine: slices a second"))
        self.rate.setFixedWidth(62)
        self.rate.valueChanged.connect(self.cineRateChanged)
        self.addWidget(self.rate)
        for button in self.findChildren(QtWidgets.QToolButton):
            button.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self.retheme()
        state.windowChanged.connect(self._show_window)
        state.strengthChanged.connect(self._show_strength)
        self._show_window()
        self._show_strength()

    def retheme(self) -> None:
        """The arrow to what a narrow window cannot show: Qt's own is black in every theme."""
        more = self.findChild(QtWidgets.QToolButton, "qt_toolbar_ext_button")
        if more is not None:
            more.setIcon(icon("more"))
            more.setIconSize(QtCore.QSize(12, 12))
            more.setToolTip(self.tr("More"))
            more.setAccessibleName(more.toolTip())

    def _add(self, actions: dict[str, QtGui.QAction], names: list[str]) -> None:
        for name in names:
            self.addAction(actions[name])

    def _box(self, label: str, tip: str, low: int, high: int) -> QtWidgets.QSpinBox:
        box = QtWidgets.QSpinBox(minimum=low, maximum=high, prefix=f"{label} ", singleStep=10)
        box.setKeyboardTracking(False)
        box.setFixedWidth(82)
        self._tame(box, tip)
        box.valueChanged.connect(self._window_typed)
        self.addWidget(box)
        return box

    def _tame(self, box: QtWidgets.QSpinBox, tip: str) -> None:
        """Keys go back to the pictures once a number is entered."""
        inset(box)
        box.setToolTip(tip)
        box.setAccessibleName(tip)
        box.setFocusPolicy(QtCore.Qt.FocusPolicy.ClickFocus)
        box.editingFinished.connect(box.clearFocus)

    def _strength_widgets(self) -> None:
        self.strength = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self.strength.setRange(0, 100)
        self.strength.setFixedWidth(104)
        self.strength.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self.strength.setToolTip(self.tr("Denoising strength: low-dose + strength × (denoised − low-dose)"))
        self.strength.setAccessibleName(self.tr("Denoising strength"))
        self.strength.valueChanged.connect(lambda percent: self._state.set_strength(percent / 100))
        self._percent = QtWidgets.QLabel("100 %")
        self._percent.setFixedWidth(42)
        holder = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(holder)
        row.setContentsMargins(8, 0, 2, 0)
        row.addWidget(self.strength)
        row.addWidget(self._percent)
        holder.setFixedWidth(holder.sizeHint().width())
        self.addWidget(holder)

    def keep_preset_width(self, names: Iterable[str]) -> None:
        """As wide as the longest of ``names``, so that no button beside it moves under the pointer."""
        metrics = self._preset.fontMetrics()
        self._preset.setFixedWidth(max(metrics.horizontalAdvance(name) for name in names) + PRESET_FRAME)

    def set_preset_name(self, name: str) -> None:
        """Name of the preset in use, or "Window" for a free one."""
        self._preset.setText(name or self.tr("Window"))

    def _window_typed(self) -> None:
        self._state.set_window(Window(self.width_box.value(), self.level_box.value()))

    def _show_window(self) -> None:
        window = self._state.window
        for box, value in ((self.width_box, window.width), (self.level_box, window.level)):
            _set_quietly(box, round(value))

    def _show_strength(self) -> None:
        percent = round(self._state.strength * 100)
        _set_quietly(self.strength, percent)
        self._percent.setText(f"{percent} %")


def _set_quietly(widget: QtWidgets.QSpinBox | QtWidgets.QSlider, value: int) -> None:
    blocker = QtCore.QSignalBlocker(widget)
    widget.setValue(value)
    blocker.unblock()
