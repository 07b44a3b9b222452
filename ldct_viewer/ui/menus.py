"""Menus and QActions from the action table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui, QtWidgets

from ..window import PRESETS
from .actions import ACTIONS, BY_ID, MENUS, ActionSpec, translated
from .dialogs.shortcuts import keys_text
from .theme.icons import icon

if TYPE_CHECKING:
    from .main_window import MainWindow

_NUMBERS = {f"preset_{p.id}": f"{p.window.width:g} / {p.window.level:g}" for p in PRESETS}


def build_actions(window: MainWindow) -> dict[str, QtGui.QAction]:
    """One QAction for each row of the table, wired to its controller; id → action."""
    groups: dict[str, QtGui.QActionGroup] = {}
    made = {}
    for spec in ACTIONS:
        action = QtGui.QAction(_menu_text(spec), window)
        action.setObjectName(spec.id)
        action.setIconText(spec.label())
        action.setCheckable(spec.checkable)
        action.setAutoRepeat(spec.repeat)
        if spec.icon:
            action.setIcon(icon(spec.icon))
            action.setIconVisibleInMenu(False)
        if spec.keys and not spec.hold:
            action.setShortcuts([QtGui.QKeySequence(key) for key in spec.key_list])
        action.setToolTip(f"{spec.label()} ({keys_text(spec)})" if spec.keys else spec.label())
        if spec.group:
            group = groups.setdefault(spec.group, QtGui.QActionGroup(window))
            group.addAction(action)
        if spec.hold:
            action.setText(f"{spec.label()}\t{keys_text(spec)}")
            action.setEnabled(False)  # listed for its key; it works while the key is down
        else:
            action.triggered.connect(_call(window, spec))
        window.addAction(action)
        made[spec.id] = action
    made[f"theme_{window.settings.theme}"].setChecked(True)
    made[f"language_{window.settings.language}"].setChecked(True)
    made["denoise_auto"].setChecked(window.settings.auto_denoise)
    return made


def _menu_text(spec: ActionSpec) -> str:
    numbers = _NUMBERS.get(spec.id, "")
    return f"{spec.label()}   {numbers}" if numbers else spec.label()


def _call(window: MainWindow, spec: ActionSpec) -> Callable[[], None]:
    controller, method = spec.slot.split(".")
    target = window if controller == "window" else getattr(window, controller)
    act = getattr(target, method)

    def run() -> None:
        if spec.argument is None:
            act()
        else:
            act(spec.argument)

    return run


def build_menus(window: MainWindow) -> dict[str, QtWidgets.QMenu]:
    """The menu bar; returns menus by name, with "recent" added."""
    menus: dict[str, QtWidgets.QMenu] = {}
    for name in MENUS:
        menus[name] = window.menuBar().addMenu(translated(name))
    for spec in ACTIONS:
        top, _, sub = spec.menu.partition("/")
        menu = menus[top]
        if sub:
            if sub not in menus:
                menus[sub] = menu.addMenu(translated(sub))
            menu = menus[sub]
        if spec.line:
            menu.addSeparator()
        menu.addAction(window.qactions[spec.id])
        if spec.id == "open_demo":
            menus["recent"] = menu.addMenu(translated("Recent series"))
    _denoise_submenus(window, menus)
    return menus


def _denoise_submenus(window: MainWindow, menus: dict[str, QtWidgets.QMenu]) -> None:
    before = window.qactions["load_model"]
    for name, fill in (
        ("Model", window.denoising.fill_models),
        ("Device", window.denoising.fill_devices),
    ):
        menu = QtWidgets.QMenu(translated(name), window)
        menu.aboutToShow.connect(lambda m=menu, f=fill: f(m))
        menus["Denoise"].insertMenu(before, menu)
        menus[name] = menu


def context_menu(window: MainWindow) -> QtWidgets.QMenu:
    """The right-click menu of a view."""
    menu = QtWidgets.QMenu(window)
    menu.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
    for name in [
        "right_denoised",
        "right_difference",
        "right_original",
        "curtain",
        "-",
        "invert",
        "smooth",
        "reset",
        "-",
        "anonymous",
        "-",
        "save_picture",
        "copy_picture",
    ]:
        if name == "-":
            menu.addSeparator()
        else:
            menu.addAction(window.qactions[name])
    return menu


def refresh_icons(actions: dict[str, QtGui.QAction]) -> None:
    """Icons in the colours of the present theme."""
    for name, action in actions.items():
        if BY_ID[name].icon:
            action.setIcon(icon(BY_ID[name].icon))
