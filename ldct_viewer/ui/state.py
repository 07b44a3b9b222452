"""ViewState: the one holder of what is shown. Views send wishes to it and redraw on its signals."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtCore, QtGui

from ..planes import PLANES, PlaneAxes, plane_axes
from ..volume import Volume
from ..window import Window
from .views.camera import Camera
from .views.roi_store import RoiStore

# Right-hand pane: what it shows.
RIGHT_MODES = ("denoised", "difference", "original")
# Page layouts. "six": axial pair large, coronal and sagittal pairs beside it; "<plane>": that pair alone;
# "grid": 2 rows (low-dose, denoised) x 3 planes of equal size; "single": one axial view (flicker, curtain).
LAYOUTS = ("six", "grid", "axial", "coronal", "sagittal", "single")
TOOLS = ("window", "crosshair", "pan", "zoom", "ellipse", "rectangle", "distance", "probe")
# Slab of neighbouring slices shown as one picture: none, maximum, average, minimum intensity.
SLABS = ("off", "mip", "mean", "minip")
SLAB_MM = (5.0, 10.0, 20.0, 30.0)
OVERLAY_LEVELS = ("all", "minimal", "none")


@dataclass(eq=False)
class Session:
    """One open series and its denoised twin. ``loaded``/``denoised_ready`` say which slices (z) are valid.

    ``denoised`` is int16 HU of the same shape, owned by the denoise job; ``None`` until one started.
    ``denoised_before``: ``low`` itself is what a network made of another series, and is called so.
    """

    low: Volume
    loaded: NDArray[np.bool_]
    denoised: NDArray[np.int16] | None = None
    denoised_ready: NDArray[np.bool_] | None = None
    planes: dict[str, PlaneAxes] = field(default_factory=dict)
    denoised_before: bool = False

    @classmethod
    def of(cls, volume: Volume, *, complete: bool) -> Session:
        """A session on ``volume``, with all slices loaded or none."""
        return cls(volume, np.full(volume.shape[0], complete), planes=plane_axes(volume.geometry))


class ViewState(QtCore.QObject):
    """Position, window, zoom, layout, strength … of the window, with a signal for each change.

    The position is a voxel (k, j, i) of the open volume (fractional allowed), so that axial, coronal and
    sagittal always agree. Setters ignore a value that changes nothing and clamp what is out of range.
    """

    sessionChanged = QtCore.Signal()  # another series, or none
    dataChanged = QtCore.Signal(object)  # slices k (list of int) became loaded or denoised
    positionChanged = QtCore.Signal()
    windowChanged = QtCore.Signal()
    invertChanged = QtCore.Signal()
    strengthChanged = QtCore.Signal()
    layoutChanged = QtCore.Signal()
    rightModeChanged = QtCore.Signal()
    toolChanged = QtCore.Signal()
    overlaysChanged = QtCore.Signal()
    smoothChanged = QtCore.Signal()
    slabChanged = QtCore.Signal()
    compareChanged = QtCore.Signal()  # flicker side, curtain, difference range
    pointerChanged = QtCore.Signal()  # voxel under the mouse, or None
    viewRectChanged = QtCore.Signal(str)  # plane: zoom/pan of that pair
    roisChanged = QtCore.Signal()
    noteChanged = QtCore.Signal()  # what is said over parts that are not denoised

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self.session: Session | None = None
        self._position = (0.0, 0.0, 0.0)
        self._window = Window(400, 40)
        self._invert = False
        self._strength = 1.0
        self._layout = "six"
        self._right_mode = "denoised"
        self._tool = "window"
        self._overlays = "all"
        self._anonymous = False
        self._crosshair = True
        self._smooth = True
        self._show_original = False  # flicker: the denoised panes show the low-dose while true
        self._curtain: float | None = None  # 0..1 of the view's width: left of it low-dose, right denoised
        self._difference_hu = 50.0
        self._loupe = False
        self._slab_mode, self._slab_mm = "off", SLAB_MM[1]
        self._pointer: tuple[float, float, float] | None = None
        self._pointer_plane: str | None = None
        self._cameras: dict[str, Camera] = {plane: Camera() for plane in PLANES}
        self._note = ""
        self.down_is_brighter = True  # preference: direction of the window/level drag
        self.rois = RoiStore(self)
        self.rois.changed.connect(self.roisChanged)

    # -- series -----------------------------------------------------------------------------------
    def open(self, session: Session | None) -> None:
        """Show another session (or none) at its middle."""
        self.session = session
        self._pointer = self._pointer_plane = None
        self._note = ""
        self.rois.reset()
        self._cameras = {plane: Camera() for plane in PLANES}
        if session is not None:
            self._position = tuple((n - 1) // 2 * 1.0 for n in session.low.shape)  # type: ignore[assignment]
        self.sessionChanged.emit()
        self.positionChanged.emit()

    def announce(self, slices: list[int]) -> None:
        """Tell views that these array slices are new (loaded or denoised)."""
        self.dataChanged.emit(slices)

    # -- position ---------------------------------------------------------------------------------
    @property
    def position(self) -> tuple[float, float, float]:
        """Crosshair voxel (k, j, i)."""
        return self._position

    def set_position(self, voxel: tuple[float, float, float]) -> None:
        """Move the crosshair; clamped to the volume."""
        if self.session is None:
            return
        shape = self.session.low.shape
        new = tuple(float(min(max(v, 0.0), n - 1)) for v, n in zip(voxel, shape, strict=True))
        if new != self._position:
            self._position = new  # type: ignore[assignment]
            self.positionChanged.emit()

    def index(self, plane: str) -> int:
        """Slice index (along that plane's array axis) at the crosshair."""
        if self.session is None:
            return 0
        return round(self._position[self.session.planes[plane].slice_axis])

    def set_index(self, plane: str, index: int) -> None:
        """Show slice ``index`` of ``plane``; clamped."""
        if self.session is None:
            return
        voxel = list(self._position)
        voxel[self.session.planes[plane].slice_axis] = index
        self.set_position((voxel[0], voxel[1], voxel[2]))

    def step(self, plane: str, by: int) -> None:
        """Scroll ``plane`` by ``by`` slices."""
        self.set_index(plane, self.index(plane) + by)

    @property
    def pointer(self) -> tuple[float, float, float] | None:
        """Voxel (k, j, i) under the mouse, on whichever view, or None."""
        return self._pointer

    @property
    def pointer_plane(self) -> str | None:
        """Plane of the view that the pointer is on, or None."""
        return self._pointer_plane

    def set_pointer(self, voxel: tuple[float, float, float] | None, plane: str | None = None) -> None:
        """Report the voxel under the mouse and the plane it was found on."""
        if voxel != self._pointer or plane != self._pointer_plane:
            self._pointer, self._pointer_plane = voxel, plane
            self.pointerChanged.emit()

    # -- zoom and pan, shared by the two views of a plane ----------------------------------------------
    def camera(self, plane: str) -> Camera:
        """Zoom and centre of that plane's pair."""
        return self._cameras[plane]

    def set_camera(self, plane: str, camera: Camera) -> None:
        """Zoom or pan that plane's pair."""
        camera = camera.clamped()
        if camera != self._cameras[plane]:
            self._cameras[plane] = camera
            self.viewRectChanged.emit(plane)

    @property
    def undo_stack(self) -> QtGui.QUndoStack:
        """Undo and redo of measurements (Edit menu)."""
        return self.rois.undo_stack

    @property
    def note(self) -> str:
        """Why parts are not denoised, in words ("denoising…", "paused", …); empty = the views' own words."""
        return self._note

    def set_note(self, note: str) -> None:
        """Say over undenoised parts why they are so."""
        if note != self._note:
            self._note = note
            self.noteChanged.emit()

    # -- simple settings: each a property and a setter with its signal ---------------------------------
    @property
    def window(self) -> Window:
        """Display window shared by all grey views."""
        return self._window

    def set_window(self, window: Window) -> None:
        """Change window width/level."""
        window = window.clamped()
        if window != self._window:
            self._window = window
            self.windowChanged.emit()

    @property
    def invert(self) -> bool:
        """Grey scale inverted."""
        return self._invert

    def set_invert(self, on: bool) -> None:
        """Invert the grey scale."""
        if on != self._invert:
            self._invert = on
            self.invertChanged.emit()

    @property
    def strength(self) -> float:
        """Denoising strength 0..1, applied while painting: low + s · (denoised − low)."""
        return self._strength

    def set_strength(self, strength: float) -> None:
        """Change the blend; no new run."""
        strength = min(max(strength, 0.0), 1.0)
        if strength != self._strength:
            self._strength = strength
            self.strengthChanged.emit()

    @property
    def layout_name(self) -> str:
        """One of LAYOUTS."""
        return self._layout

    def set_layout(self, layout: str) -> None:
        """Change the page layout (ValueError for an unknown one)."""
        if layout not in LAYOUTS:
            raise ValueError(layout)
        if layout != self._layout:
            self._layout = layout
            self.layoutChanged.emit()

    @property
    def right_mode(self) -> str:
        """One of RIGHT_MODES."""
        return self._right_mode

    def set_right_mode(self, mode: str) -> None:
        """What the right panes show (ValueError for an unknown mode)."""
        if mode not in RIGHT_MODES:
            raise ValueError(mode)
        if mode != self._right_mode:
            self._right_mode = mode
            self.rightModeChanged.emit()

    @property
    def tool(self) -> str:
        """Left-button tool, one of TOOLS."""
        return self._tool

    def set_tool(self, tool: str) -> None:
        """Choose the left-button tool (ValueError for an unknown one)."""
        if tool not in TOOLS:
            raise ValueError(tool)
        if tool != self._tool:
            self._tool = tool
            self.toolChanged.emit()

    @property
    def overlays(self) -> str:
        """One of OVERLAY_LEVELS."""
        return self._overlays

    @property
    def anonymous(self) -> bool:
        """Patient identity hidden on screen and in captures."""
        return self._anonymous

    @property
    def crosshair(self) -> bool:
        """Crosshair lines drawn."""
        return self._crosshair

    def set_overlays(
        self, level: str | None = None, *, anonymous: bool | None = None, crosshair: bool | None = None
    ) -> None:
        """Change overlay level, anonymous mode or crosshair visibility."""
        before = (self._overlays, self._anonymous, self._crosshair)
        if level is not None:
            if level not in OVERLAY_LEVELS:
                raise ValueError(level)
            self._overlays = level
        if anonymous is not None:
            self._anonymous = anonymous
        if crosshair is not None:
            self._crosshair = crosshair
        if before != (self._overlays, self._anonymous, self._crosshair):
            self.overlaysChanged.emit()

    @property
    def smooth(self) -> bool:
        """Bilinear display interpolation (off = true pixels)."""
        return self._smooth

    def set_smooth(self, on: bool) -> None:
        """Switch display interpolation."""
        if on != self._smooth:
            self._smooth = on
            self.smoothChanged.emit()

    @property
    def show_original(self) -> bool:
        """True while the denoised panes are flipped to the low-dose (flicker)."""
        return self._show_original

    @property
    def curtain(self) -> float | None:
        """Curtain position as a fraction of the view's width, or None when off."""
        return self._curtain

    @property
    def difference_hu(self) -> float:
        """Half range of the difference colour map, ± HU."""
        return self._difference_hu

    def set_compare(
        self,
        *,
        show_original: bool | None = None,
        curtain: float | bool | None = False,
        difference_hu: float | None = None,
    ) -> None:
        """Change flicker side, curtain (None = off; omit to keep) or difference range."""
        before = (self._show_original, self._curtain, self._difference_hu)
        if show_original is not None:
            self._show_original = show_original
        if curtain is None:
            self._curtain = None
        elif curtain is not False:
            self._curtain = min(max(float(curtain), 0.0), 1.0)
        if difference_hu is not None:
            self._difference_hu = max(1.0, difference_hu)
        if before != (self._show_original, self._curtain, self._difference_hu):
            self.compareChanged.emit()

    @property
    def slab_mode(self) -> str:
        """One of SLABS."""
        return self._slab_mode

    @property
    def slab_mm(self) -> float:
        """Wished thickness of the slab, mm."""
        return self._slab_mm

    def set_slab(self, mode: str | None = None, mm: float | None = None) -> None:
        """Change how neighbouring slices are joined, or how many of them."""
        before = (self._slab_mode, self._slab_mm)
        if mode is not None:
            if mode not in SLABS:
                raise ValueError(mode)
            self._slab_mode = mode
        if mm is not None:
            self._slab_mm = min(max(mm, 1.0), 100.0)
        if before != (self._slab_mode, self._slab_mm):
            self.slabChanged.emit()

    @property
    def loupe(self) -> bool:
        """A round piece about the pointer is enlarged on both sides."""
        return self._loupe

    def set_loupe(self, on: bool) -> None:
        """Switch the loupe."""
        if on != self._loupe:
            self._loupe = on
            self.overlaysChanged.emit()

    def visible_planes(self) -> tuple[str, ...]:
        """Planes on screen in the present layout, most important first."""
        if self._layout in PLANES:
            return (self._layout,)
        return ("axial",) if self._layout == "single" else PLANES
