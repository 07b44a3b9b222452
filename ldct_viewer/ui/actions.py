"""The one table of everything that can be done: menus, tool bar, shortcuts and help are made from it.

Texts are translated in the context "actions"; ``resources/translations/update.py`` collects them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6 import QtCore

from ..window import PRESETS
from .state import SLAB_MM

CONTEXT = "actions"


@dataclass(frozen=True)
class ActionSpec:
    """One action. ``slot`` is "controller.method", called with ``argument`` unless that is None.

    ``menu`` is a path such as "View/Layout"; ``keys`` are portable key names parted by spaces; ``group``
    makes a set of which one is checked; ``hold`` actions act while the key is down (see ``keys.py``) and
    have no Qt shortcut; ``line`` draws a separator above.
    """

    id: str
    text: str
    menu: str
    slot: str
    keys: str = ""
    argument: Any = None
    icon: str = ""
    checkable: bool = False
    group: str = ""
    repeat: bool = False
    hold: bool = False
    needs_series: bool = False
    line: bool = False

    def label(self) -> str:
        """The text in the user's language."""
        return translated(self.text)

    @property
    def key_list(self) -> tuple[str, ...]:
        """The keys one by one."""
        return tuple(self.keys.split())


def translated(text: str) -> str:
    """A text of this table in the user's language."""
    return QtCore.QCoreApplication.translate(CONTEXT, text)


_a = ActionSpec
_LAYOUT, _RIGHT, _PRESET = "View/Layout", "View/Right side", "View/Window presets"
_OVERLAY, _SCROLL = "View/Overlays", "View/Scroll"

_FILE = (
    _a("open_folder", "Open folder…", "File", "opening.choose_folder", "Ctrl+O", icon="folder"),
    _a("open_file", "Open file…", "File", "opening.choose_files", "Ctrl+Shift+O", icon="file"),
    _a("open_demo", "Open demo", "File", "opening.open_demo", "Ctrl+Shift+D", icon="demo"),
    _a("pacs", "PACS…", "File", "pacs.show", "Ctrl+P", icon="archive", line=True),
    _a("pacs_queue", "PACS send queue…", "File", "pacs.show_queue", "Ctrl+Shift+Q"),
    _a("pacs_nodes", "PACS archives…", "File", "pacs.edit_nodes"),
    _a("save_picture", "Save picture as PNG…", "File", "exporting.save_picture", "Ctrl+S",
       icon="camera", needs_series=True, line=True),
    _a("copy_picture", "Copy picture", "File", "exporting.copy_picture", "Ctrl+C", icon="copy", needs_series=True),
    _a("export_volume", "Export denoised as NIfTI…", "File", "exporting.export_volume", "Ctrl+E",
       icon="export", needs_series=True),
    _a("export_dicom", "Export denoised as DICOM series…", "File", "exporting.export_dicom", "Ctrl+Shift+E",
       needs_series=True),
    _a("send_denoised", "Send denoised series to PACS…", "File", "pacs.send_denoised", "Ctrl+Shift+P",
       needs_series=True),
    _a("close_series", "Close series", "File", "opening.close_series", "Ctrl+W", needs_series=True, line=True),
    _a("quit", "Quit", "File", "window.close", "Ctrl+Q", line=True),
)  # fmt: skip

_LAYOUTS = tuple(
    _a(f"layout_{name}", text, _LAYOUT, "viewing.set_layout", f"Ctrl+{i}", name, f"layout_{name}", True, "layout")
    for i, (name, text) in enumerate(
        (
            ("six", "Six views, axial large"),
            ("grid", "Six views, equal"),
            ("axial", "Axial pair"),
            ("coronal", "Coronal pair"),
            ("sagittal", "Sagittal pair"),
            ("single", "One view"),
        ),
        start=1,
    )
)

_RIGHTS = (
    *(
        _a(f"right_{m}", text, _RIGHT, "viewing.set_right_mode", f"Ctrl+Shift+{i}", m, f"right_{m}", True, "right")
        for i, (m, text) in enumerate(
            (("denoised", "Denoised"), ("difference", "Difference in HU"), ("original", "Low-dose again")), start=1
        )
    ),
    _a("toggle_difference", "Difference on/off", _RIGHT, "viewing.toggle_difference", "G", line=True),
    _a("difference_range", "Difference range: ±10, ±25, ±50, ±150 HU", _RIGHT, "viewing.next_difference", "Shift+G"),
    _a("flicker", "Flicker: press to flip, hold to blink", _RIGHT, "keys.flicker", "V", hold=True),
    _a("hold_original", "Show original while held", _RIGHT, "keys.original", "` X", hold=True),
    _a("curtain", "Curtain across one view", _RIGHT, "viewing.toggle_curtain", "Y", icon="curtain", checkable=True),
)

_PRESETS = (
    *(_a(f"preset_{p.id}", p.name, _PRESET, "viewing.set_preset", p.key, p.id) for p in PRESETS),
    _a("preset_full", "Full range", _PRESET, "viewing.set_preset", "9", "full", line=True),
    _a("preset_header", "From the header", _PRESET, "viewing.set_preset", "0", "header"),
    _a("preset_auto", "Automatic 1–99 %", _PRESET, "viewing.set_preset", "", "auto"),
)

_OVERLAYS = (
    _a("overlay_next", "Next overlay level", _OVERLAY, "viewing.next_overlay", "Space", icon="overlay"),
    _a("overlay_all", "All text", _OVERLAY, "viewing.set_overlay", "", "all", "", True, "overlay", line=True),
    _a("overlay_minimal", "Minimal", _OVERLAY, "viewing.set_overlay", "", "minimal", "", True, "overlay"),
    _a("overlay_none", "None", _OVERLAY, "viewing.set_overlay", "", "none", "", True, "overlay"),
    _a("anonymous", "Hide patient identity", _OVERLAY, "viewing.toggle_anonymous", "N",
       icon="anonymous", checkable=True, line=True),
    _a("crosshair_lines", "Crosshair lines", _OVERLAY, "viewing.toggle_crosshair", "Shift+H", checkable=True),
)  # fmt: skip

_SCROLLING = (
    _a("slice_next", "Next slice", _SCROLL, "viewing.step", "Down", 1, repeat=True),
    _a("slice_previous", "Previous slice", _SCROLL, "viewing.step", "Up", -1, repeat=True),
    _a("slice_next10", "Ten slices on", _SCROLL, "viewing.step", "PgDown Shift+Down", 10, repeat=True),
    _a("slice_previous10", "Ten slices back", _SCROLL, "viewing.step", "PgUp Shift+Up", -10, repeat=True),
    _a("slice_first", "First slice", _SCROLL, "viewing.jump", "Home", 0),
    _a("slice_last", "Last slice", _SCROLL, "viewing.jump", "End", -1),
    _a("view_next", "Next view", _SCROLL, "viewing.next_plane", "Tab"),
    _a("cine", "Cine", _SCROLL, "viewing.toggle_cine", "C", icon="play", checkable=True, line=True),
    _a("series_previous", "Previous series", _SCROLL, "opening.step_series", "Left", -1, line=True),
    _a("series_next", "Next series", _SCROLL, "opening.step_series", "Right", 1),
)

_SLAB = "View/Slab"
_SLABS = (
    _a("slab_next", "Next: slice, MIP, average, MinIP", _SLAB, "viewing.next_slab", "M"),
    *(
        _a(f"slab_{name}", text, _SLAB, "viewing.set_slab", "", name, "", True, "slab", line=name == "off")
        for name, text in (
            ("off", "Single slice"),
            ("mip", "Maximum intensity (MIP)"),
            ("mean", "Average"),
            ("minip", "Minimum intensity (MinIP)"),
        )
    ),
    *(
        _a(
            f"slab_{mm:g}",
            f"Thickness {mm:g} mm",
            _SLAB,
            "viewing.set_slab_mm",
            "",
            mm,
            "",
            True,
            "slab_mm",
            line=mm == SLAB_MM[0],
        )
        for mm in SLAB_MM
    ),
)

_VIEW = (
    _a("invert", "Invert grey scale", "View", "viewing.toggle_invert", "I", icon="invert", checkable=True, line=True),
    _a("smooth", "Smooth interpolation", "View", "viewing.toggle_smooth", "S", icon="smooth", checkable=True),
    _a("loupe", "Loupe at the pointer", "View", "viewing.toggle_loupe", "L", icon="loupe", checkable=True),
    _a("drag_direction", "Drag down is brighter", "View", "viewing.toggle_drag_direction", checkable=True),
    _a("reset", "Reset view", "View", "viewing.reset", "R", icon="reset"),
    _a("undo", "Undo", "View", "viewing.undo", "Ctrl+Z", line=True),
    _a("redo", "Redo", "View", "viewing.redo", "Ctrl+Y Ctrl+Shift+Z"),
    _a("show_series", "Series list", "View", "opening.toggle_series", "F9", icon="series", checkable=True, line=True),
    _a("show_notes", "Notes and ignored files", "View", "opening.toggle_notes", "F10", icon="warning", checkable=True),
    _a("fullscreen", "Full screen", "View", "window.toggle_fullscreen", "F11", icon="fullscreen", checkable=True),
    *(
        _a(f"theme_{name}", text, "View/Theme", "window.set_theme", "", name, "", True, "theme")
        for name, text in (("dark", "Dark"), ("light", "Light"), ("system", "Like the system"))
    ),
    *(
        _a(f"language_{name}", text, "View/Language", "window.set_language", "", name, "", True, "language")
        for name, text in (("system", "Like the system"), ("en", "English"), ("ko", "한국어"))
    ),
)

_TOOLS = tuple(
    _a(f"tool_{name}", text, "Tools", "viewing.set_tool", key, name, f"tool_{name}", True, "tool")
    for name, text, key in (
        ("window", "Window width/level", "W"),
        ("crosshair", "Crosshair", "H"),
        ("pan", "Pan", "T"),
        ("zoom", "Zoom", "Z"),
        ("ellipse", "Ellipse", "O"),
        ("rectangle", "Rectangle", "B"),
        ("distance", "Distance", "D"),
        ("probe", "Probe", "P"),
    )
)

_DENOISE = (
    _a("denoise_start", "Denoise this series", "Denoise", "denoising.restart", "F5", icon="denoise", needs_series=True),
    _a("denoise_pause", "Pause", "Denoise", "denoising.toggle_pause", "Shift+F5", icon="pause", checkable=True),
    _a("denoise_cancel", "Cancel", "Denoise", "denoising.cancel", "Esc", icon="cancel"),
    _a("denoise_auto", "Denoise when a series opens", "Denoise", "denoising.toggle_auto", checkable=True),
    _a("weaker", "Strength −5 %", "Denoise", "viewing.change_strength", "[", -0.05, repeat=True, line=True),
    _a("stronger", "Strength +5 %", "Denoise", "viewing.change_strength", "]", 0.05, repeat=True),
    _a("load_model", "Load model file…", "Denoise", "denoising.choose_model_file", line=True),
)

_TRAIN = (_a("train", "Train on local data…", "Train", "training.show", "Ctrl+T"),)

_HELP = (
    _a("shortcuts", "Shortcuts", "Help", "window.show_shortcuts", "F1 ?", icon="keyboard"),
    _a("show_log", "Show log", "Help", "window.show_log"),
    _a("about", "About", "Help", "window.show_about", line=True),
)

ACTIONS: tuple[ActionSpec, ...] = (
    *_FILE, *_LAYOUTS, *_RIGHTS, *_PRESETS, *_OVERLAYS, *_SLABS, *_SCROLLING, *_VIEW, *_TOOLS, *_DENOISE,
    *_TRAIN, *_HELP,
)  # fmt: skip
BY_ID = {spec.id: spec for spec in ACTIONS}

# Menu names in order; submenus follow their first action.
MENUS = ("File", "View", "Tools", "Denoise", "Train", "Help")
SUBMENUS = ("Layout", "Right side", "Window presets", "Overlays", "Slab", "Scroll", "Theme", "Language")
