"""Colours of the program: calm greys, one accent. The picture's surround is black in every theme."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6 import QtGui

from ...paths import resource


@dataclass(frozen=True)
class Palette:
    """Named colours (CSS hex) of one theme."""

    name: str
    window: str  # behind everything
    panel: str  # bars, docks, cards
    raised: str  # buttons, inputs
    hover: str
    border: str
    text: str
    dim: str  # secondary text
    accent: str
    accent_soft: str  # background of checked things
    on_accent: str
    warning: str
    error: str
    good: str


DARK = Palette(
    name="dark",
    window="#101317",
    panel="#191d23",
    raised="#232932",
    hover="#2d3540",
    border="#2b323c",
    text="#d9dfe6",
    dim="#8894a2",
    accent="#4aa8d8",
    accent_soft="#1d3d50",
    on_accent="#07141c",
    warning="#e2b04f",
    error="#e8705f",
    good="#63b889",
)
LIGHT = Palette(
    name="light",
    window="#e9edf1",
    panel="#f6f8fa",
    raised="#ffffff",
    hover="#e2e9f0",
    border="#cbd3dc",
    text="#1d252e",
    dim="#5c6976",
    accent="#1877ab",
    accent_soft="#cfe6f4",
    on_accent="#ffffff",
    warning="#9a6a08",
    error="#b93a2b",
    good="#2c7d52",
)


def qt_palette(p: Palette) -> QtGui.QPalette:
    """The Qt palette for ``p`` (Fusion style draws from it)."""
    role = QtGui.QPalette.ColorRole
    palette = QtGui.QPalette()
    for where, colour in (
        (role.Window, p.panel),
        (role.WindowText, p.text),
        (role.Base, p.window),
        (role.AlternateBase, p.panel),
        (role.Text, p.text),
        (role.PlaceholderText, p.dim),
        (role.Button, p.raised),
        (role.ButtonText, p.text),
        (role.BrightText, p.error),
        (role.ToolTipBase, p.raised),
        (role.ToolTipText, p.text),
        (role.Highlight, p.accent),
        (role.HighlightedText, p.on_accent),
        (role.Link, p.accent),
        (role.LinkVisited, p.accent),
        (role.Mid, p.border),
        (role.Dark, p.border),
        (role.Light, p.hover),
        (role.Midlight, p.hover),
        (role.Shadow, p.window),
        (role.Accent, p.accent),
    ):
        palette.setColor(where, QtGui.QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        faint = QtGui.QColor(p.dim).darker(140) if p.name == "dark" else QtGui.QColor(p.dim).lighter(170)
        palette.setColor(QtGui.QPalette.ColorGroup.Disabled, where, faint)
    return palette


STYLE = """
* {{ font-size: 12px; }}
QMainWindow, QMainWindow::separator {{ background: {window}; }}
QMainWindow::separator {{ width: 3px; height: 3px; }}
QMenuBar {{ background: {panel}; border: none; padding: 1px 6px; }}
QMenuBar::item {{ padding: 5px 10px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {hover}; }}
QMenu {{ background: {panel}; border: 1px solid {border}; padding: 5px; }}
QMenu::item {{ padding: 5px 26px 5px 26px; border-radius: 4px; }}
QMenu::item:selected {{ background: {accent_soft}; color: {text}; }}
QMenu::item:disabled {{ color: {dim}; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 5px 8px; }}
QMenu::icon {{ padding-left: 6px; }}
QToolBar {{ background: {panel}; border: none; border-bottom: 1px solid {border}; spacing: 2px; padding: 4px 8px; }}
QToolBar::separator {{ background: {border}; width: 1px; margin: 5px 6px; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 4px; }}
QToolButton:hover {{ background: {hover}; }}
QToolButton:pressed {{ background: {border}; }}
QToolButton:checked {{ background: {accent_soft}; border-color: {accent}; }}
QToolButton:focus {{ border-color: {accent}; }}
QToolButton#qt_toolbar_ext_button {{ padding: 0; border: none; }}
QToolButton#field {{ background: {raised}; border-color: {border}; padding: 4px 20px 4px 9px; }}
QToolButton#field::menu-indicator {{ subcontrol-position: right center; right: 6px; }}
QPushButton {{ background: {raised}; border: 1px solid {border}; border-radius: 6px; padding: 7px 16px; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:focus {{ border-color: {accent}; }}
QPushButton:default, QPushButton#primary {{ background: {accent}; border-color: {accent}; color: {on_accent}; }}
QPushButton:default:focus, QPushButton#primary:focus {{ border-color: {text}; }}
QPushButton#primary:hover {{ background: {text}; border-color: {text}; }}
QPushButton:disabled, QPushButton#primary:disabled {{ background: {panel}; border-color: {border}; color: {dim}; }}
QPushButton#link {{ background: transparent; border: none; text-align: left; padding: 5px 8px; color: {text}; }}
QPushButton#link:hover {{ background: {hover}; border-radius: 5px; }}
QSpinBox, QDoubleSpinBox, QLineEdit {{
  background: {raised}; border: 1px solid {border}; border-radius: 5px; padding: 3px 5px; min-height: 18px;
  selection-background-color: {accent}; selection-color: {on_accent}; }}
QComboBox, QDateEdit {{ background: {raised}; border: 1px solid {border}; border-radius: 5px; padding: 3px 24px 3px 8px;
  min-height: 18px; }}
QComboBox:hover {{ background: {hover}; }}
QComboBox:focus, QComboBox:on, QDateEdit:focus {{ border-color: {accent}; }}
QComboBox:disabled {{ color: {dim}; background: {panel}; }}
QComboBox::drop-down, QDateEdit::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url({arrow}); width: 9px; height: 9px; }}
QComboBox QAbstractItemView {{ background: {panel}; border: 1px solid {border}; outline: none; padding: 3px;
  selection-background-color: {accent_soft}; selection-color: {text}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit:focus {{ border-color: {accent}; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
QSlider::groove:horizontal {{ height: 4px; background: {border}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {text}; width: 12px; height: 12px; margin: -4px 0; border-radius: 6px; }}
QSlider::handle:horizontal:hover {{ background: {accent}; }}
QStatusBar {{ background: {panel}; border-top: 1px solid {border}; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ color: {dim}; padding: 0 6px; }}
QStatusBar QLabel#strong {{ color: {text}; }}
QLabel#badge {{ color: {warning}; border: 1px solid {warning}; border-radius: 8px; padding: 1px 8px; font-size: 11px; }}
QProgressBar {{ background: {raised}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
QDockWidget {{ color: {dim}; font-weight: 600; }}
QDockWidget::title {{ background: {panel}; padding: 7px 10px; border-bottom: 1px solid {border}; }}
QDockWidget > QWidget {{ background: {panel}; }}
QListView, QTreeView, QTableView, QTextEdit, QPlainTextEdit {{
  background: {panel}; border: none; outline: none; alternate-background-color: {panel}; }}
QListWidget::item {{ padding: 6px 8px; border-radius: 5px; }}
QListWidget::item:selected {{ background: {accent_soft}; color: {text}; }}
QTreeView::item {{ padding: 4px 2px; }}
QTableView#rows::item {{ padding: 0 8px; }}
QCheckBox::indicator {{ width: 13px; height: 13px; border: 1px solid {dim}; border-radius: 3px; background: {raised}; }}
QCheckBox::indicator:hover {{ border-color: {accent}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url({check}); }}
QCheckBox::indicator:disabled {{ background: {panel}; border-color: {border}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {border}; }}
QTabBar::tab {{ background: transparent; color: {dim}; padding: 7px 14px; border-bottom: 2px solid transparent; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; }}
QHeaderView::section {{ background: {panel}; color: {dim}; border: none; border-bottom: 1px solid {border};
  padding: 5px 8px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {hover}; border-radius: 4px; min-height: 28px; min-width: 28px; margin: 1px; }}
QScrollBar::handle:hover {{ background: {dim}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 4px 7px; }}
QFrame#message {{ background: {raised}; border-bottom: 1px solid {border}; border-left: 4px solid {accent}; }}
QFrame#message[severity="error"] {{ border-left-color: {error}; }}
QFrame#message[severity="warning"] {{ border-left-color: {warning}; }}
QWidget#welcome {{ background: {window}; }}
QLabel#headline {{ font-size: 22px; font-weight: 600; color: {text}; }}
QLabel#dim, QLabel#hint {{ color: {dim}; }}
QLabel#accent {{ color: {accent}; }}
QLabel#good {{ color: {good}; }}
QLabel#warning {{ color: {warning}; }}
QLabel#error {{ color: {error}; }}
QScrollArea#plain, QScrollArea#plain > QWidget > QWidget {{ background: transparent; }}
QFrame#trainCard {{ background: {window}; border: 1px solid {border}; border-radius: 8px; }}
QFrame#trainResume {{ background: {accent_soft}; border: 1px solid {accent}; border-radius: 8px; }}
QPushButton:checked {{ background: {accent_soft}; border-color: {accent}; color: {text}; font-weight: 600; }}
QLabel#section {{ color: {dim}; font-size: 11px; font-weight: 600; }}
"""


def style_sheet(p: Palette) -> str:
    """The style sheet for ``p``."""
    return STYLE.format(
        **vars(p),
        check=resource("icons", f"check_{p.name}.svg").as_posix(),
        arrow=resource("icons", f"arrow_{p.name}.svg").as_posix(),
    )
