"""Drawing measurements and finding them under the mouse. They show alike on both sides of a plane."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui

from ...quality.roi import Roi, RoiResult, RoiStats
from .text import draw_text, line_height

if TYPE_CHECKING:
    from .plane_view import PlaneView

COLOR = "#5ce1e6"
SELECTED = "#ffe066"
_GRAB_PX = 6.0


def corners(view: PlaneView, roi: Roi) -> tuple[QtCore.QPointF, QtCore.QPointF] | None:
    """Both corners (or ends) of a shape in the view."""
    a, b = view.point_of(roi.a), view.point_of(roi.b)
    return None if a is None or b is None else (a, b)


def handles(view: PlaneView, roi: Roi) -> dict[str, QtCore.QPointF]:
    """Handle name → point. "ab" has the row of corner a and the column of corner b."""
    ends = corners(view, roi)
    if ends is None:
        return {}
    a, b = ends
    found = {"aa": a, "bb": b}
    if roi.kind != "distance":
        found |= {"ab": QtCore.QPointF(b.x(), a.y()), "ba": QtCore.QPointF(a.x(), b.y())}
    return found


def hit(view: PlaneView, pos: QtCore.QPointF) -> tuple[Roi, str] | None:
    """The measurement under ``pos`` and its handle ("" = its outline): outlines only, so that a
    window drag may begin inside a region."""
    rois = view.state.rois
    selected = rois.selected
    for roi in sorted(rois.on(view.plane, view.source.index()), key=lambda r: r is not selected):
        if roi is selected:
            for name, point in handles(view, roi).items():
                if math.hypot(point.x() - pos.x(), point.y() - pos.y()) <= _GRAB_PX + 2:
                    return roi, name
        ends = corners(view, roi)
        if ends is not None and _near(roi.kind, *ends, pos):
            return roi, ""
    return None


def _near(kind: str, a: QtCore.QPointF, b: QtCore.QPointF, pos: QtCore.QPointF) -> bool:
    if kind == "distance":
        d = b - a
        length2 = d.x() ** 2 + d.y() ** 2
        t = 0.0 if length2 == 0 else max(0.0, min(1.0, ((pos - a).x() * d.x() + (pos - a).y() * d.y()) / length2))
        foot = a + d * t
        return math.hypot(pos.x() - foot.x(), pos.y() - foot.y()) <= _GRAB_PX
    box = QtCore.QRectF(a, b).normalized()
    path = QtGui.QPainterPath()
    if kind == "rectangle":
        path.addRect(box)
    else:
        path.addEllipse(box)
    stroker = QtGui.QPainterPathStroker()
    stroker.setWidth(2 * _GRAB_PX)
    return stroker.createStroke(path).contains(pos)


def paint_rois(painter: QtGui.QPainter, view: PlaneView, texts: Callable[[], list[QtCore.QRectF]] = list) -> None:
    """All measurements on the slice shown, with their values; ``texts``: where other words stand."""
    rois = view.state.rois
    shown = rois.on(view.plane, view.source.index()) if rois.all else ()
    if not shown:
        return
    painter.save()
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    boxes: list[QtCore.QRectF] = []
    for roi in shown:
        ends = corners(view, roi)
        if ends is None:
            continue
        boxes.append(QtCore.QRectF(*ends).normalized())
        color = SELECTED if roi is rois.selected else COLOR
        for width, paint in ((3.0, QtGui.QColor(0, 0, 0, 150)), (1.4, QtGui.QColor(color))):
            painter.setPen(QtGui.QPen(paint, width))
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
            _outline(painter, roi.kind, *ends)
        if roi is rois.selected:
            painter.setPen(QtGui.QPen(QtGui.QColor(0, 0, 0), 1))
            painter.setBrush(QtGui.QColor(color))
            for point in handles(view, roi).values():
                painter.drawRect(QtCore.QRectF(point.x() - 3.5, point.y() - 3.5, 7, 7))
    taken = [*boxes, *texts()]
    for roi, box in zip(shown, boxes, strict=True):
        chosen = roi is rois.selected
        lines = label_lines(view, roi, view.measure(roi), chosen)
        painter.setPen(QtGui.QColor(SELECTED if chosen else COLOR))
        taken.append(_label(painter, view, lines, box, taken))
    painter.restore()


def _outline(painter: QtGui.QPainter, kind: str, a: QtCore.QPointF, b: QtCore.QPointF) -> None:
    if kind == "distance":
        painter.drawLine(a, b)
        for end in (a, b):
            painter.drawEllipse(end, 3, 3)
    elif kind == "rectangle":
        painter.drawRect(QtCore.QRectF(a, b).normalized())
    else:
        painter.drawEllipse(QtCore.QRectF(a, b).normalized())


def _label(
    painter: QtGui.QPainter, view: PlaneView, lines: list[str], box: QtCore.QRectF, taken: list[QtCore.QRectF]
) -> QtCore.QRectF:
    """Draw the label of the shape in ``box``, in the colour of the pen; returns where it went."""
    color = painter.pen().color().name()
    px = 12 if view.width() >= 420 else 11
    metrics = QtGui.QFontMetrics(_font(px))
    width = max(metrics.horizontalAdvance(line) for line in lines) + 10
    place = label_place(box, (width, line_height(px) * len(lines) + 4), (view.width(), view.height()), taken)
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    painter.setBrush(QtGui.QColor(0, 0, 0, 150))
    painter.drawRoundedRect(place, 4, 4)
    for n, line in enumerate(lines):
        draw_text(painter, line, place.x() + 3, place.y() + 2 + n * line_height(px), px=px, color=color)
    return place


def label_place(
    box: QtCore.QRectF, size: tuple[int, int], view: tuple[int, int], taken: list[QtCore.QRectF]
) -> QtCore.QRectF:
    """Where a label of ``size`` goes: beside its shape, inside the view, over as little else as may be."""
    w, h = size
    mid_x, mid_y = box.center().x() - w / 2, box.center().y() - h / 2
    spots = (
        (box.right() + 8, mid_y),
        (box.left() - 8 - w, mid_y),
        (mid_x, box.bottom() + 8),
        (mid_x, box.top() - 8 - h),
    )

    def placed(x: float, y: float) -> QtCore.QRectF:
        return QtCore.QRectF(min(max(x, 4), max(view[0] - w - 4, 4)), min(max(y, 4), max(view[1] - h - 4, 4)), w, h)

    def covered(rect: QtCore.QRectF) -> float:
        parts = (rect.intersected(other) for other in taken)
        return sum(part.width() * part.height() for part in parts if not part.isEmpty())

    return min((placed(*spot) for spot in spots), key=covered)


def _font(px: int) -> QtGui.QFont:
    font = QtGui.QFont(QtGui.QGuiApplication.font())
    font.setPixelSize(px)
    return font


def label_lines(view: PlaneView, roi: Roi, result: RoiResult, full: bool) -> list[str]:
    """What stands beside a measurement: this side's values; on the right also their change."""
    if roi.kind == "distance":
        if result.length_mm is None:
            return [view.tr("– mm: slices are irregular")]
        return [view.tr("{0} mm").format(number(result.length_mm))]
    right = view.side == "right" and view.source.right_kind() != "low"
    stats = result.right if right else result.low
    if stats is None:
        return [view.tr("not denoised yet") if right and result.low is not None else view.tr("no pixels")]
    lines = [view.tr("mean {0}   SD {1} HU").format(number(stats.mean_hu), number(stats.sd_hu))]
    change = result.sd_change_percent
    if right and change is not None:
        lines.append(
            view.tr("Δ mean {0} HU   SD {1} %").format(
                number(result.mean_change_hu or 0.0, sign=True), number(change, 0, sign=True)
            )
        )
    if full:
        lines += _details(view, stats)
    return lines


def _details(view: PlaneView, stats: RoiStats) -> list[str]:
    return [
        view.tr("min {0}   median {1}   max {2}").format(
            number(stats.min_hu, 0), number(stats.median_hu), number(stats.max_hu, 0)
        ),
        view.tr("{0} mm²   n {1}").format(number(stats.area_mm2, 0 if stats.area_mm2 >= 1000 else 1), stats.n),
    ]


def number(value: float, digits: int = 1, *, sign: bool = False) -> str:
    """A number with a true minus sign, and with a plus sign if asked."""
    text = f"{value:+.{digits}f}" if sign else f"{value:.{digits}f}"
    if not any(c in "123456789" for c in text):
        text = text.lstrip("+-")  # no "−0.0"
    return text.replace("-", "−")
