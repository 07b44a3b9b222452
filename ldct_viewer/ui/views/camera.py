"""Zoom and pan of one plane, shared by its two views; and the map from screen to picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

MIN_ZOOM, MAX_ZOOM = 0.05, 60.0  # small enough for 1:1 of a small picture in a large view


@dataclass(frozen=True)
class Camera:
    """``zoom`` relative to "whole picture fits"; centre of the view as fractions of the picture."""

    zoom: float = 1.0
    cx: float = 0.5
    cy: float = 0.5

    def clamped(self) -> Camera:
        """Zoom within reach, centre on the picture."""
        return Camera(min(max(self.zoom, MIN_ZOOM), MAX_ZOOM), min(max(self.cx, 0.0), 1.0), min(max(self.cy, 0.0), 1.0))


@dataclass(frozen=True)
class ScreenMap:
    """Where picture pixels lie in a view: x = x0 + (col + ½)·sx, y = y0 + (row + ½)·sy (logical px).

    Rows and columns are fractional with integers at pixel centres.
    """

    x0: float
    y0: float
    sx: float
    sy: float
    rows: int
    cols: int

    @classmethod
    def of(cls, camera: Camera, view: tuple[int, int], picture: tuple[int, int], mm: tuple[float, float]) -> ScreenMap:
        """Map of a view of (width, height) px on a picture of (rows, cols) of (row, col) mm."""
        scale = fit_scale(view, picture, mm) * camera.zoom
        sx, sy = scale * mm[1], scale * mm[0]
        return cls(
            view[0] / 2 - camera.cx * picture[1] * sx,
            view[1] / 2 - camera.cy * picture[0] * sy,
            sx,
            sy,
            picture[0],
            picture[1],
        )

    def to_screen(self, row: float, col: float) -> tuple[float, float]:
        """(x, y) in the view of a picture position."""
        return self.x0 + (col + 0.5) * self.sx, self.y0 + (row + 0.5) * self.sy

    def to_picture(self, x: float, y: float) -> tuple[float, float]:
        """(row, col) under a point of the view; may lie outside the picture."""
        return (y - self.y0) / self.sy - 0.5, (x - self.x0) / self.sx - 0.5

    def inside(self, row: float, col: float) -> bool:
        """True if (row, col) lies on the picture."""
        return -0.5 <= row < self.rows - 0.5 and -0.5 <= col < self.cols - 0.5


def fit_scale(view: tuple[int, int], picture: tuple[int, int], mm: tuple[float, float]) -> float:
    """Logical pixels per mm at which the whole picture just fits the view."""
    return max(min(view[0] / (picture[1] * mm[1]), view[1] / (picture[0] * mm[0])), 1e-6)


def zoomed_at(
    camera: Camera, factor: float, at: tuple[float, float], screen: ScreenMap, view: tuple[int, int]
) -> Camera:
    """The camera zoomed by ``factor`` with the picture point under ``at`` (x, y) staying there."""
    x, y = at
    zoom = min(max(camera.zoom * factor, MIN_ZOOM), MAX_ZOOM)
    factor = zoom / camera.zoom
    row, col = screen.to_picture(x, y)
    cx = ((col + 0.5) - (x - view[0] / 2) / (screen.sx * factor)) / screen.cols
    cy = ((row + 0.5) - (y - view[1] / 2) / (screen.sy * factor)) / screen.rows
    return Camera(zoom, cx, cy).clamped()


def panned(camera: Camera, dx: float, dy: float, screen: ScreenMap) -> Camera:
    """The camera after the picture was dragged by (dx, dy) logical pixels."""
    return replace(
        camera, cx=camera.cx - dx / (screen.sx * screen.cols), cy=camera.cy - dy / (screen.sy * screen.rows)
    ).clamped()
