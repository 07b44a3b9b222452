"""What the two views of a plane show: the pictures at the present slice, cut and coloured once for both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtGui

from ...blend import blend, removed
from ...quality.roi import Roi, RoiResult, measure
from ..state import ViewState
from .lut import BLACK, colourize, difference_lut, gray_lut
from .near_cuts import NearCuts
from .plane_grid import PlaneGrid

Lines = NDArray[np.bool_] | bool


@dataclass(frozen=True, eq=False)
class Frame:
    """A coloured picture. ``kind``: low | denoised | difference; ``missing``: (start, stop) lines not denoised."""

    image: QtGui.QImage
    pixels: NDArray[np.uint32]  # the same memory as ``image``
    kind: str
    missing: tuple[tuple[int, int], ...] = ()
    serial: int = 0


class PlaneSource:
    """Frames of one plane, recomputed only after :meth:`invalidate` or a change of slice."""

    _serial = 0

    def __init__(self, state: ViewState, plane: str) -> None:
        self.state = state
        self.plane = plane
        self.grid: PlaneGrid | None = None
        self._index = -1
        self._hu: dict[str, NDArray[np.int16]] = {}
        self._near: dict[str, NearCuts] = {"low": NearCuts(), "denoised": NearCuts()}
        self._frames: dict[str, Frame] = {}
        self._measured: dict[tuple[Roi, float], RoiResult] = {}
        self._buffers: dict[str, NDArray[np.uint32]] = {}

    def open(self) -> None:
        """Another session: a new grid and buffers."""
        session = self.state.session
        self.grid = None if session is None else PlaneGrid(session.low.geometry, session.planes[self.plane])
        self._buffers.clear()
        self._measured.clear()
        self.invalidate()

    def invalidate(self, *, data: bool = True, side: str | None = None, index: int | None = None) -> None:
        """Forget frames (of one ``side`` or both); with ``data`` also the cut HU.

        ``index``: only another slice is shown now, what was read from the volume still holds.
        """
        for key in (side,) if side else ("low", "right"):
            self._frames.pop(key, None)
        if data:
            self._hu.clear()
            if index is None:
                for near in self._near.values():
                    near.forget()

    @property
    def shown_index(self) -> int:
        """Slice of the frames last made."""
        return self._index

    def index(self) -> int:
        """Slice shown."""
        return self.state.index(self.plane)

    def frame(self, side: str) -> Frame | None:
        """The picture of side "low" or "right", or None without a session."""
        if self.grid is None or self.state.session is None:
            return None
        index = self.index()
        if index != self._index:
            self._index = index
            self.invalidate(index=index)
        found = self._frames.get(side)
        if found is None:
            found = self._frames[side] = self._low() if side == "low" else self._right()
        return found

    def right_kind(self) -> str:
        """What the right side shows now: low | denoised | difference."""
        state = self.state
        no_twin = state.session is None or state.session.denoised is None
        if no_twin or state.show_original or state.right_mode == "original":
            return "low"
        return "difference" if state.right_mode == "difference" else "denoised"

    def loaded(self) -> Lines:
        """True, False or a flag per line: which parts of this picture were read."""
        session, grid = self.state.session, self.grid
        return False if session is None or grid is None else grid.lines(session.loaded, self.index(), self.slab())

    def ready(self) -> Lines:
        """True, False or a flag per line: which parts were denoised."""
        session, grid = self.state.session, self.grid
        if session is None or grid is None or session.denoised_ready is None:
            return False
        return grid.lines(session.denoised_ready, self.index(), self.slab())

    def slab(self) -> tuple[int, int] | None:
        """(first, stop) of the slices joined in the picture; None for a single slice."""
        if self.grid is None or self.state.slab_mode == "off":
            return None
        return self.grid.slab(self.index(), self.state.slab_mm)

    def shows(self, slices: set[int]) -> bool:
        """True if one of these array slices (z) is in a picture that shows whole slices."""
        first, stop = self.slab() or (self.index(), self.index() + 1)
        return any(first <= k < stop for k in slices)

    def measure(self, roi: Roi) -> RoiResult:
        """Values of a measurement on both sides, at the present strength; kept until something changes."""
        session = self.state.session
        if session is None:
            return RoiResult()
        key = (roi, self.state.strength)
        if key not in self._measured:
            if len(self._measured) > 200:  # every step of a drag leaves one
                self._measured.clear()
            self._measured[key] = measure(
                session.low,
                roi,
                denoised=session.denoised,
                strength=self.state.strength,
                loaded=session.loaded,
                ready=session.denoised_ready,
            )
        return self._measured[key]

    def forget_measurements(self) -> None:
        """Slices arrived: values may change."""
        self._measured.clear()

    # -- making frames ----------------------------------------------------------------------------------
    def _low(self) -> Frame:
        hu = self._cut("low")
        out = self._buffer("low", hu.shape)
        colourize(hu, self._gray(), out)
        self._blacken(out, self.loaded())
        return self._finish(out, "low")

    def _right(self) -> Frame:
        kind = self.right_kind()
        if kind == "low":
            low = self.frame("low")
            assert low is not None
            return low
        ready = self.ready()
        low_hu, strength = self._cut("low"), self.state.strength
        span = self.slab()
        if ready is False:
            shown = low_hu if kind == "denoised" else np.zeros_like(low_hu)
        elif span is not None:
            # What is seen on the right is the slab of the blended volume: a maximum of blends, no blend of maxima.
            shown = self._slab_of_blends(span)
            if ready is not True:
                shown = np.where(self._along(ready), shown, low_hu)
            if kind == "difference":
                shown = (shown.astype(np.int32) - low_hu).clip(-32768, 32767).astype(np.int16)
        else:
            denoised = self._cut("denoised")
            shown = (blend if kind == "denoised" else removed)(low_hu, denoised, strength)
            if ready is not True and kind == "denoised":
                shown = np.where(self._along(ready), shown, low_hu)
        out = self._buffer("right", shown.shape)
        colourize(shown, self._gray() if kind == "denoised" else difference_lut(self.state.difference_hu), out)
        loaded = self.loaded()
        if kind == "difference":
            self._blacken(out, ready)
        self._blacken(out, loaded)
        return self._finish(out, kind, self._missing(ready, loaded))

    def _cut(self, which: str) -> NDArray[np.int16]:
        if which not in self._hu:
            session = self.state.session
            assert session is not None and self.grid is not None
            array = session.low.hu if which == "low" else session.denoised
            assert array is not None
            span = self.slab()
            if span is not None:
                self._hu[which] = self.grid.picture(_join(self._part(array, span), self.state.slab_mode, self._axis), 0)
            elif self._strided():
                self._hu[which] = self.grid.picture(*self._near[which].find(array, self._index))
            else:
                self._hu[which] = self.grid.picture(array, self._index)
        return self._hu[which]

    @property
    def _axis(self) -> int:
        assert self.grid is not None
        return self.grid.axes.slice_axis

    def _part(self, array: NDArray[np.int16], span: tuple[int, int]) -> NDArray[np.int16]:
        return array[(slice(None),) * self._axis + (slice(*span),)]

    def _slab_of_blends(self, span: tuple[int, int]) -> NDArray[np.int16]:
        session = self.state.session
        assert session is not None and session.denoised is not None and self.grid is not None
        both = blend(self._part(session.low.hu, span), self._part(session.denoised, span), self.state.strength)
        return self.grid.picture(_join(both, self.state.slab_mode, self._axis), 0)

    def _strided(self) -> bool:
        """Across the fastest array axis every pixel is a cache miss that brings its neighbours along."""
        return self.grid is not None and self.grid.axes.slice_axis == 2

    def _gray(self) -> NDArray[np.uint32]:
        session = self.state.session
        function = session.low.meta.voi_function if session is not None else "LINEAR"
        return gray_lut(self.state.window, function, self.state.invert)

    def _buffer(self, side: str, shape: tuple[int, ...]) -> NDArray[np.uint32]:
        if side not in self._buffers or self._buffers[side].shape != shape:
            self._buffers[side] = np.empty(shape, dtype=np.uint32)
        return self._buffers[side]

    def _along(self, lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
        assert self.grid is not None
        return lines[:, None] if self.grid.z_dim == 0 else lines[None, :]

    def _blacken(self, out: NDArray[np.uint32], valid: Lines) -> None:
        if valid is True:
            return
        if valid is False:
            out[:] = BLACK
        elif self.grid is not None and self.grid.z_dim == 0:
            out[~valid] = BLACK
        else:
            out[:, ~valid] = BLACK

    def _missing(self, ready: Lines, loaded: Lines) -> tuple[tuple[int, int], ...]:
        """Runs of lines that were read but not denoised; one run over all for a single slice."""
        assert self.grid is not None
        if ready is True:
            return ()
        z_dim = self.grid.z_dim
        if z_dim is None:
            return ((0, self.grid.shape[0]),) if loaded is True else ()
        n = self.grid.shape[z_dim]
        open_lines = np.broadcast_to(~np.asarray(ready) & np.asarray(loaded), (n,))
        edges = np.flatnonzero(np.diff(np.concatenate(([0], open_lines.astype(np.int8), [0]))))
        return tuple(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))

    def _finish(self, out: NDArray[np.uint32], kind: str, missing: tuple[tuple[int, int], ...] = ()) -> Frame:
        PlaneSource._serial += 1
        rows, cols = out.shape
        # The image looks at the buffer, which lives as long as this source's session.
        image = QtGui.QImage(out.data, cols, rows, out.strides[0], QtGui.QImage.Format.Format_RGB32)
        return Frame(image, out, kind, missing, PlaneSource._serial)


def _join(part: NDArray[np.int16], mode: str, axis: int) -> NDArray[np.int16]:
    """Maximum, minimum or average (to the nearest HU) along ``axis``, which stays with length 1."""
    if mode == "mip":
        return part.max(axis=axis, keepdims=True)
    if mode == "minip":
        return part.min(axis=axis, keepdims=True)
    total = part.sum(axis=axis, dtype=np.int32, keepdims=True)
    return np.rint(total / part.shape[axis]).astype(np.int16)
