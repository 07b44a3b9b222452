"""The pyqtgraph scene of one view: a ViewBox in millimetres with the slice in it, overlays in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6 import QtCore, QtGui

from . import loupe, overlays, roi_paint
from .camera import ScreenMap
from .plane_source import Frame

if TYPE_CHECKING:
    from .plane_view import PlaneView

Hint = QtGui.QPainter.RenderHint
# Pictures are drawn in bands this high (device pixels): from 96 on Qt shares the work with its thread pool, and
# beside a running network that waits for a free core much longer than the 0.5 ms the drawing takes.
_BAND = 90


class PictureItem(pg.ImageItem):
    """The slice as PlaneSource coloured it; the picture scaled to the screen is kept.

    pyqtgraph's own ImageItem resamples at every paint; here a moving crosshair or pointer costs a copy.
    """

    image: Any
    qimage: Any

    def __init__(self, view: PlaneView) -> None:
        super().__init__(axisOrder="row-major")
        self._view = view
        self._kept: QtGui.QImage | None = None
        self._key: tuple[object, ...] = ()

    def show_frame(self, frame: Frame) -> None:
        """Take over a coloured picture (nothing is copied)."""
        if self.qimage is frame.image:
            return
        if self.image is None or self.image.shape != frame.pixels.shape:
            self.prepareGeometryChange()
        self.image, self.qimage = frame.pixels, frame.image

    def paint(self, painter: QtGui.QPainter, *_: Any) -> None:
        """Draw the kept picture; it is in the view's own pixels."""
        view = self._view
        frame, screen = view.frame(), view.screen_map()
        if frame is None or screen is None:
            return
        painter.resetTransform()
        painter.drawImage(0, 0, self._picture(frame, screen))

    def _picture(self, frame: Frame, screen: ScreenMap) -> QtGui.QImage:
        """The scaled picture with its marks, redrawn only when something in it changed."""
        view = self._view
        ratio, curtain, smooth = view.devicePixelRatioF(), view.curtain_x(), view.state.smooth
        low = view.source.frame("low") if curtain is not None else None
        key = (frame.serial, low.serial if low else 0, screen, view.size().toTuple(), ratio, smooth, curtain)
        if key == self._key and self._kept is not None:
            return self._kept
        size = QtCore.QSize(round(view.width() * ratio), round(view.height() * ratio))
        image = self._kept
        if image is None or image.size() != size:
            image = QtGui.QImage(size, QtGui.QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(QtCore.Qt.GlobalColor.black)
        target = QtCore.QRectF(screen.x0, screen.y0, screen.cols * screen.sx, screen.rows * screen.sy)
        shown = _shrunk(frame.image, target, ratio, smooth)
        low_shown = _shrunk(low.image, target, ratio, smooth) if low is not None else None
        split = curtain if curtain is not None else 0.0
        painter = QtGui.QPainter(image)
        painter.setRenderHint(Hint.SmoothPixmapTransform, smooth)
        for top in range(0, size.height(), _BAND):
            y, height = top / ratio, _BAND / ratio
            painter.setClipRect(QtCore.QRectF(split, y, view.width() - split, height))
            painter.drawImage(target, shown)
            overlays.paint_missing(painter, view, frame, screen)
            if low_shown is not None:
                painter.setClipRect(QtCore.QRectF(0, y, split, height))
                painter.drawImage(target, low_shown)
        painter.end()
        self._kept, self._key = image, key
        return image


def _shrunk(image: QtGui.QImage, target: QtCore.QRectF, ratio: float, smooth: bool) -> QtGui.QImage:
    """The image itself, or averaged down where it is drawn at less than half: bilinear skips pixels there."""
    w, h = round(target.width() * ratio), round(target.height() * ratio)
    if not smooth or not 0 < w < 0.5 * image.width() or h <= 0:
        return image
    mode, quality = QtCore.Qt.AspectRatioMode.IgnoreAspectRatio, QtCore.Qt.TransformationMode.SmoothTransformation
    return image.scaled(w, min(h, image.height()), mode, quality)


class Canvas(pg.GraphicsView):
    """Fills a PlaneView and draws for it; mouse, keys and drops go to the PlaneView behind."""

    def __init__(self, view: PlaneView) -> None:
        super().__init__(view, useOpenGL=False, background="k")
        self._view = view
        self._dirty, self._exposed = QtCore.QRect(), QtGui.QRegion()
        self._range: tuple[float, ...] = ()
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.viewport().setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self.box = pg.ViewBox(lockAspect=True, invertY=True, enableMouse=False, enableMenu=False, defaultPadding=0)
        self.box.disableAutoRange()
        self.picture = PictureItem(view)
        self.box.addItem(self.picture, ignoreBounds=True)
        self.setCentralItem(self.box)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Bring the scene to the view's frame and camera, then let pyqtgraph paint it."""
        self._view.paints += 1
        self._dirty, self._exposed = event.rect(), event.region()
        self._follow()
        super().paintEvent(event)

    def drawBackground(self, painter: QtGui.QPainter, rect: QtCore.QRectF) -> None:
        """Black where the picture, which brings its own surround, is not painted."""
        on_screen = self.picture.mapRectToScene(self.picture.boundingRect()).toRect().adjusted(1, 1, -1, -1)
        if not self.picture.isVisible() or not self._exposed.intersects(on_screen):
            painter.fillRect(rect, QtCore.Qt.GlobalColor.black)

    def drawForeground(self, painter: QtGui.QPainter, rect: QtCore.QRectF) -> None:
        """Crosshair, measurements and texts, in the view's own pixels."""
        view = self._view
        frame, screen = view.frame(), view.screen_map()
        if frame is None or screen is None or view.grid is None:
            return
        painter.resetTransform()
        overlays.paint_crosshair(painter, view, screen)
        loupe.paint_loupe(painter, view, frame, screen)
        roi_paint.paint_rois(painter, view, lambda: overlays.text_boxes(view, frame))
        overlays.paint(painter, view, frame, screen, self._dirty)

    def _follow(self) -> None:
        frame, screen, grid = self._view.frame(), self._view.screen_map(), self._view.grid
        if frame is None or screen is None or grid is None:
            self.picture.hide()
            return
        self.picture.show()
        self.picture.show_frame(frame)
        row_mm, col_mm = grid.mm
        left, top = -screen.x0 / screen.sx * col_mm, -screen.y0 / screen.sy * row_mm
        wide, high = self._view.width() / screen.sx * col_mm, self._view.height() / screen.sy * row_mm
        wanted = (left, top, wide, high, screen.cols * col_mm, screen.rows * row_mm)
        if wanted != self._range:
            self._range = wanted
            self.picture.setRect(0.0, 0.0, wanted[4], wanted[5])
            self.box.setRange(QtCore.QRectF(left, top, wide, high), padding=0)
