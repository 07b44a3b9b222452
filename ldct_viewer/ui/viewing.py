"""What the user does to the pictures on screen: window, layout, scrolling, cine, overlays, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui

from ..window import DIFFERENCE_LUNG_HU, DIFFERENCE_SOFT_HU, PRESETS, Window, auto_window, full_range
from .panels.series_picker import looks_like_lung
from .state import OVERLAY_LEVELS, SLAB_MM, SLABS, Session

if TYPE_CHECKING:
    from .main_window import MainWindow


class Viewing(QtCore.QObject):
    """Turns actions into state and keeps the checked actions in step with it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._state, self._settings = window, window.state, window.settings
        self._cine = QtCore.QTimer(self, timerType=QtCore.Qt.TimerType.PreciseTimer)
        self._cine.timeout.connect(self._advance_cine)
        self._cine_rate = self._settings.cine_rate
        self._before = self._state.window
        self._undo_pause = QtCore.QTimer(self, singleShot=True, interval=400)
        self._undo_pause.timeout.connect(self._note_window)
        self._restore()
        s = self._state
        for signal in (
            s.layoutChanged,
            s.rightModeChanged,
            s.toolChanged,
            s.overlaysChanged,
            s.smoothChanged,
            s.invertChanged,
            s.compareChanged,
            s.slabChanged,
        ):
            signal.connect(self.refresh_actions)
        s.windowChanged.connect(self._window_changed)
        s.sessionChanged.connect(self._session_changed)

    # -- settings -------------------------------------------------------------------------------------
    def _restore(self) -> None:
        s, v = self._state, self._settings
        s.set_layout(v.layout)
        s.set_tool(v.tool)
        s.set_overlays(v.overlays, anonymous=v.anonymous, crosshair=v.crosshair)
        s.set_smooth(v.smooth)
        s.set_slab(mm=v.slab_mm)
        s.set_strength(v.strength if v.strength >= 0 else self._recommended_strength())
        self._set_direction(v.drag_down_brighter)

    def save(self) -> None:
        """Remember the choices (at exit)."""
        s, v = self._state, self._settings
        v.layout, v.tool, v.overlays = s.layout_name, s.tool, s.overlays
        v.anonymous, v.crosshair, v.smooth = s.anonymous, s.crosshair, s.smooth
        v.slab_mm = s.slab_mm
        v.strength = -1.0 if s.strength == self._recommended_strength() else s.strength
        v.cine_rate = self._cine_rate

    def _recommended_strength(self) -> float:
        from ..denoise.model_file import recommended_strength

        return recommended_strength(self._settings.model)

    def refresh_actions(self) -> None:
        """Check the actions that describe the present state."""
        s = self._state
        checked = {
            f"layout_{s.layout_name}",
            f"right_{s.right_mode}",
            f"tool_{s.tool}",
            f"overlay_{s.overlays}",
            f"slab_{s.slab_mode}",
            f"slab_{s.slab_mm:g}",
            *(["anonymous"] if s.anonymous else []),
            *(["crosshair_lines"] if s.crosshair else []),
            *(["loupe"] if s.loupe else []),
            *(["smooth"] if s.smooth else []),
            *(["invert"] if s.invert else []),
            *(["curtain"] if s.curtain is not None else []),
            *(["cine"] if self._cine.isActive() else []),
            *(["drag_direction"] if self._settings.drag_down_brighter else []),
        }
        for name in CHECKED_HERE:
            self._window.qactions[name].setChecked(name in checked)

    # -- window width and level -----------------------------------------------------------------------
    def set_preset(self, name: str) -> None:
        """Apply a preset of the table, or "full", "header" or "auto"."""
        session = self._state.session
        window = next((p.window for p in PRESETS if p.id == name), None)
        if window is None and session is not None:
            window = self._series_window(name, session)
        if window is not None:
            self._state.set_window(window)
            self._state.set_compare(difference_hu=DIFFERENCE_LUNG_HU if name == "lung" else DIFFERENCE_SOFT_HU)

    def _series_window(self, name: str, session: Session) -> Window | None:
        if name == "header":
            if not session.low.meta.windows:
                self._window.messages.inform(self.tr("The header of this series names no window."))
                return None
            return session.low.meta.windows[0][0]
        hu = session.low.hu[self._state.index("axial") if name == "auto" else session.loaded]
        return auto_window(hu) if name == "auto" else full_range(int(hu.min()), int(hu.max()))

    def preset_name(self) -> str:
        """Id of the preset that equals the present window, "header" for the series' own, or ""."""
        session = self._state.session
        own = session is not None and any(window == self._state.window for window, _ in session.low.meta.windows[:1])
        return next((p.id for p in PRESETS if p.window == self._state.window), "header" if own else "")

    def _window_changed(self) -> None:
        self.refresh_preset()
        self._undo_pause.start()

    def refresh_preset(self) -> None:
        """Show the name of the preset in use in the tool bar."""
        name = self.preset_name()
        self._window.tool_bar.set_preset_name(self._window.qactions[f"preset_{name}"].iconText() if name else "")

    def _note_window(self) -> None:
        """One undo step per drag or preset: the state after 0.4 s of quiet."""
        after = self._state.window
        if after != self._before:
            self._state.undo_stack.push(_WindowChange(self, self._before, after))
            self._before = after

    def show_window(self, window: Window) -> None:
        """Set a window without an undo step of its own."""
        self._before = window
        self._state.set_window(window)

    def undo(self) -> None:
        """Take back the last measurement or window change."""
        self._note_window()
        self._state.undo_stack.undo()

    def redo(self) -> None:
        """Do it again."""
        self._state.undo_stack.redo()

    # -- simple wishes ----------------------------------------------------------------------------------
    def set_layout(self, name: str) -> None:
        """Change the layout."""
        self._state.set_layout(name)
        self.refresh_actions()

    def set_right_mode(self, name: str) -> None:
        """What the right side shows."""
        self._state.set_right_mode(name)
        self.refresh_actions()

    def toggle_difference(self) -> None:
        """Difference, and back to denoised."""
        self.set_right_mode("denoised" if self._state.right_mode == "difference" else "difference")

    def next_difference(self) -> None:
        """The next colour range of the difference; shows the difference if it is not up."""
        if self._state.right_mode != "difference":
            self.set_right_mode("difference")
            return
        now = self._state.difference_hu
        self._state.set_compare(difference_hu=next((hu for hu in DIFFERENCES_HU if hu > now), DIFFERENCES_HU[0]))

    def toggle_curtain(self) -> None:
        """Curtain across the view: on in the middle, off."""
        self._state.set_compare(curtain=0.5 if self._state.curtain is None else None)

    def set_tool(self, name: str) -> None:
        """What the left button does."""
        self._state.set_tool(name)
        self.refresh_actions()

    def set_slab(self, mode: str) -> None:
        """One slice, or its neighbours joined."""
        self._state.set_slab(mode)
        self.refresh_actions()

    def set_slab_mm(self, mm: float) -> None:
        """How thick the slab is; chosen while a single slice is shown, it also turns on the MIP."""
        self._state.set_slab("mip" if self._state.slab_mode == "off" else None, mm)
        self.refresh_actions()

    def next_slab(self) -> None:
        """Slice, MIP, average, MinIP."""
        self.set_slab(SLABS[(SLABS.index(self._state.slab_mode) + 1) % len(SLABS)])

    def next_overlay(self) -> None:
        """All, minimal, none."""
        now = OVERLAY_LEVELS.index(self._state.overlays)
        self._state.set_overlays(OVERLAY_LEVELS[(now + 1) % len(OVERLAY_LEVELS)])

    def set_overlay(self, level: str) -> None:
        """One of the three levels."""
        self._state.set_overlays(level)
        self.refresh_actions()

    def toggle_anonymous(self) -> None:
        """Hide or show who the patient is: in pictures, title and recent list."""
        self._state.set_overlays(anonymous=not self._state.anonymous)

    def toggle_crosshair(self) -> None:
        """Crosshair lines on or off."""
        self._state.set_overlays(crosshair=not self._state.crosshair)

    def toggle_smooth(self) -> None:
        """Interpolated or true pixels."""
        self._state.set_smooth(not self._state.smooth)

    def toggle_invert(self) -> None:
        """Black is white."""
        self._state.set_invert(not self._state.invert)

    def toggle_loupe(self) -> None:
        """A piece about the pointer enlarged, on both sides."""
        self._state.set_loupe(not self._state.loupe)

    def toggle_drag_direction(self) -> None:
        """Whether dragging down makes the picture brighter."""
        self._set_direction(not self._settings.drag_down_brighter)
        self.refresh_actions()

    def _set_direction(self, down_is_brighter: bool) -> None:
        self._settings.drag_down_brighter = down_is_brighter
        self._state.down_is_brighter = down_is_brighter

    def change_strength(self, by: float) -> None:
        """Stronger or weaker by a step."""
        self._state.set_strength(round(self._state.strength + by, 2))

    def reset(self) -> None:
        """The series' own window, fitted, nothing inverted."""
        if self._state.session is not None:
            self._state.set_window(initial_window(self._state.session))
        self._state.set_invert(False)
        if self._window.page is not None:
            self._window.page.fit()

    # -- scrolling --------------------------------------------------------------------------------------
    @property
    def plane(self) -> str:
        """The plane that keys scroll: the one last clicked, scrolled or chosen with Tab."""
        page = self._window.page
        return page.active_plane() if page is not None else "axial"

    def step(self, by: int) -> None:
        """Scroll the active plane: down is toward the feet, the back or the right."""
        if self._window.page is not None:
            self._window.page.scroll_slices(-by)

    def jump(self, index: int) -> None:
        """To the first (0) or last (-1) slice."""
        if self._window.page is not None:
            self._window.page.scroll_to_end(first=index == 0)

    def next_plane(self) -> None:
        """Make the next visible plane the active one."""
        page = self._window.page
        if page is not None:
            visible = self._state.visible_planes()
            after = visible[(visible.index(self.plane) + 1) % len(visible)]
            page.views[after, "right"].setFocus(QtCore.Qt.FocusReason.TabFocusReason)

    def toggle_cine(self) -> None:
        """Play or stop."""
        if self._cine.isActive():
            self._cine.stop()
        elif self._state.session is not None:
            self._cine.start(round(1000 / self._cine_rate))
        self.refresh_actions()

    def set_cine_rate(self, rate: int) -> None:
        """Slices a second, 1–60."""
        self._cine_rate = rate
        self._cine.setInterval(round(1000 / rate))

    def _advance_cine(self) -> None:
        session = self._state.session
        if session is not None:
            count = session.planes[self.plane].count(session.low.shape)
            self._state.set_index(self.plane, (self._state.index(self.plane) + 1) % count)

    def _session_changed(self) -> None:
        if self._state.session is None:
            self._cine.stop()
        self._before = self._state.window
        self.refresh_actions()


DIFFERENCES_HU = (10.0, 25.0, 50.0, 150.0)  # half ranges of the colour map, in turn by Shift+G
CHECKED_HERE = (
    *(f"layout_{n}" for n in ("six", "grid", "axial", "coronal", "sagittal", "single")),
    *(f"right_{n}" for n in ("denoised", "difference", "original")),
    *(f"tool_{n}" for n in ("window", "crosshair", "pan", "zoom", "ellipse", "rectangle", "distance", "probe")),
    *(f"overlay_{n}" for n in OVERLAY_LEVELS),
    *(f"slab_{n}" for n in SLABS),
    *(f"slab_{mm:g}" for mm in SLAB_MM),
    *("anonymous", "crosshair_lines", "loupe", "smooth", "invert", "curtain", "cine", "drag_direction"),
)


class _WindowChange(QtGui.QUndoCommand):
    def __init__(self, viewing: Viewing, before: Window, after: Window) -> None:
        super().__init__()
        self._viewing, self._before, self._after = viewing, before, after

    def undo(self) -> None:
        self._viewing.show_window(self._before)

    def redo(self) -> None:
        self._viewing.show_window(self._after)


def initial_window(session: Session) -> Window:
    """The header's first window; where it names none, lung or soft tissue by the loaded slice next to the middle."""
    if session.low.meta.windows:
        return session.low.meta.windows[0][0]
    loaded = session.loaded.nonzero()[0]  # the reader's threads may bring a neighbour before the middle itself
    middle = (session.low.shape[0] - 1) // 2
    nearest = min(loaded, key=lambda k: abs(int(k) - middle), default=middle)
    name = "lung" if looks_like_lung(session.low.hu[nearest]) else "abdomen"
    return next(p.window for p in PRESETS if p.id == name)
