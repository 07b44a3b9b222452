"""The compare page: low-dose left, denoised right, for three planes, all linked through ViewState."""

from __future__ import annotations

from functools import partial

from PySide6 import QtCore, QtGui, QtWidgets

from ...planes import PLANES
from ...quality.roi import Roi, RoiResult
from ..state import ViewState
from .arrangement import Pair, arrange
from .camera import Camera
from .plane_source import PlaneSource
from .plane_view import PlaneView
from .slice_slider import SliceSlider

_MPR_DELAY_MS = 80  # reformatted planes follow arriving slices at most this often


class ComparePage(QtWidgets.QWidget):
    """Six views and three sliders, made once and only moved when the layout changes.

    For the window: :meth:`grab_picture`, :meth:`fit`, :meth:`one_to_one`, :meth:`active_plane`,
    :meth:`current_rois`; ``contextMenuRequested(plane, side, global position)``.
    """

    contextMenuRequested = QtCore.Signal(str, str, QtCore.QPoint)
    activePlaneChanged = QtCore.Signal(str)

    def __init__(self, state: ViewState, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.setAutoFillBackground(True)
        palette = self.palette()
        palette.setColor(QtGui.QPalette.ColorRole.Window, QtGui.QColor("#26292d"))
        self.setPalette(palette)
        self.setMinimumSize(320, 240)
        self._active = "axial"
        self._before_maximize = "six"
        self._twin: int | None = None  # which denoised array is shown
        self._pointed: str | None = None  # plane the pointer was last on
        self.sources = {plane: PlaneSource(state, plane) for plane in PLANES}
        self.views: dict[tuple[str, str], PlaneView] = {}
        self.sliders: dict[str, SliceSlider] = {}
        for plane, source in self.sources.items():
            for side in ("low", "right"):
                view = self.views[plane, side] = PlaneView(state, source, side, self)
                view.menuRequested.connect(partial(self.contextMenuRequested.emit, plane, side))
                view.maximizeRequested.connect(partial(self._toggle_maximize, plane))
                view.activated.connect(partial(self._activate, plane))
            self.sliders[plane] = SliceSlider(state, plane, self)
        self._late = QtCore.QTimer(self, interval=_MPR_DELAY_MS, singleShot=True)
        self._late.timeout.connect(self._refresh_late)
        self._connect()
        self._open()

    def _connect(self) -> None:
        state, repaint = self.state, self._repaint
        state.sessionChanged.connect(self._open)
        state.dataChanged.connect(self._data)
        state.positionChanged.connect(self._position)
        state.viewRectChanged.connect(self._camera)
        state.layoutChanged.connect(self._lay_out)
        for signal in (state.windowChanged, state.invertChanged, state.rightModeChanged, state.strengthChanged):
            signal.connect(partial(self._recolour, signal is not state.strengthChanged))
        state.slabChanged.connect(partial(self._recolour, True, True))
        state.compareChanged.connect(partial(self._recolour, False))
        for signal in (state.overlaysChanged, state.smoothChanged, state.roisChanged, state.noteChanged):
            signal.connect(repaint)
        state.pointerChanged.connect(self._pointer)

    # -- for the window ---------------------------------------------------------------------------------
    def grab_picture(self) -> QtGui.QImage:
        """What is seen, with overlays, as it stands on screen."""
        return self.grab().toImage()

    def active_plane(self) -> str:
        """The plane last clicked, scrolled or focused; on screen in this layout."""
        visible = self.state.visible_planes()
        return self._active if self._active in visible else visible[0]

    def active_view(self) -> PlaneView:
        """The focused view, else the right one of the active plane."""
        for view in self.views.values():
            if view.hasFocus():
                return view
        return self.views[self.active_plane(), "right"]

    def fit(self) -> None:
        """All planes whole and centred."""
        for plane in PLANES:
            self.state.set_camera(plane, Camera())

    def one_to_one(self) -> None:
        """The active plane with one picture pixel on one display pixel."""
        plane = self.active_plane()
        self.state.set_camera(plane, self.views[plane, "right"].one_to_one())

    def zoom(self, factor: float) -> None:
        """Zoom the active plane about its centre (keys + and −)."""
        plane = self.active_plane()
        camera = self.state.camera(plane)
        self.state.set_camera(plane, Camera(camera.zoom * factor, camera.cx, camera.cy))

    def scroll_slices(self, by: int) -> None:
        """Move the active plane by ``by`` slices toward head, front or left (arrow and page keys)."""
        plane = self.active_plane()
        grid = self.sources[plane].grid
        if grid is not None:
            self.state.step(plane, by * grid.up_sign())

    def scroll_to_end(self, *, first: bool) -> None:
        """First or last slice of the active plane (Home, End)."""
        plane = self.active_plane()
        self.state.set_index(plane, 0 if first else 10**9)

    def current_rois(self) -> list[tuple[Roi, RoiResult]]:
        """Every measurement with its values on both sides."""
        return [(roi, self.views[roi.plane, "low"].measure(roi)) for roi in self.state.rois.all]

    # -- layout -----------------------------------------------------------------------------------------
    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Lay out anew."""
        self._lay_out()

    def _lay_out(self) -> None:
        aspects = {}
        for plane, source in self.sources.items():
            grid = source.grid
            ratio = 1.0 if grid is None else grid.shape[1] * grid.mm[1] / (grid.shape[0] * grid.mm[0])
            aspects[plane] = min(max(ratio, 0.2), 5.0)
        pairs: dict[str, Pair] = arrange(self.state.layout_name, self.width(), self.height(), aspects)
        for plane in PLANES:
            pair = pairs.get(plane)
            for widget, rect in (
                (self.views[plane, "low"], pair.low if pair else None),
                (self.views[plane, "right"], pair.right if pair else None),
                (self.sliders[plane], pair.slider if pair else None),
            ):
                if rect is not None:
                    widget.setGeometry(*rect)
                widget.setVisible(rect is not None)

    def _toggle_maximize(self, plane: str) -> None:
        """That pair fills the page; once more: back."""
        now = self.state.layout_name
        if now in PLANES or now == "single":
            self.state.set_layout(self._before_maximize)
        else:
            self._before_maximize = now
            self.state.set_layout(plane)

    def _activate(self, plane: str) -> None:
        if plane != self._active:
            self._active = plane
            self.activePlaneChanged.emit(plane)

    # -- following the state ----------------------------------------------------------------------------
    def _open(self) -> None:
        session = self.state.session
        self._twin = None if session is None else id(session.denoised)
        for plane, source in self.sources.items():
            source.open()
            self.sliders[plane].follow()
            self.sliders[plane].refresh_marks()
        self._lay_out()
        self._repaint()

    def _position(self) -> None:
        for plane, source in self.sources.items():
            slider, index = self.sliders[plane], self.state.index(plane)
            if slider.value() != index:
                with QtCore.QSignalBlocker(slider):
                    slider.setValue(index)
                slider.update()
            # Where the plane shows the same slice only its crosshair moved (its position text, too, if oblique).
            if source.shown_index == index and source.grid is not None and source.grid.upright:
                self.views[plane, "low"].update_crosshair()
                self.views[plane, "right"].update_crosshair()
            else:
                self._repaint_plane(plane)

    def _data(self, slices: list[int]) -> None:
        """Slices arrived: a plane that shows one of them follows at once, reformatted ones soon."""
        changed = set(slices)
        session = self.state.session
        twin = None if session is None else id(session.denoised)
        if twin != self._twin:  # a denoised twin appeared or was replaced: every right side is another picture
            self._twin = twin
            self._recolour(both=False, data=True)
        for plane, source in self.sources.items():
            source.forget_measurements()
            grid = source.grid
            if grid is not None and grid.z_dim is None and source.shows(changed):
                source.invalidate()
                self._repaint_plane(plane)
        if not self._late.isActive():
            self._late.start()

    def _refresh_late(self) -> None:
        for plane, source in self.sources.items():
            self.sliders[plane].refresh_marks()
            if source.grid is not None and source.grid.z_dim is not None:
                source.invalidate()
                self._repaint_plane(plane)

    def _recolour(self, both: bool, data: bool = False) -> None:
        for source in self.sources.values():
            source.invalidate(data=data, side=None if both else "right")
        self._repaint()

    def _camera(self, plane: str) -> None:
        self._repaint_plane(plane)

    def _pointer(self) -> None:
        """Only the plane pointed at (now or before) says something about the pointer."""
        plane = self.state.pointer_plane
        for changed in {plane, self._pointed}:
            if changed is not None:
                self._repaint_plane(changed)
        self._pointed = plane

    def _repaint_plane(self, plane: str) -> None:
        self.views[plane, "low"].update()
        self.views[plane, "right"].update()

    def _repaint(self) -> None:
        for view in self.views.values():
            if view.isVisible():
                view.update()
