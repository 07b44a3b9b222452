"""Line icons from ``resources/icons``, coloured to the theme and sharp at every scale."""

from __future__ import annotations

from PySide6 import QtCore, QtGui

from ...paths import resource

_cache: dict[tuple[str, str], QtGui.QIcon] = {}
_SIZE = 18  # logical pixels


def icon(name: str, colour: str = "") -> QtGui.QIcon:
    """The icon ``name`` (file name without .svg) in ``colour`` or the theme's text colour."""
    from . import current

    palette = current()
    colour = colour or palette.text
    key = (name, colour)
    if key not in _cache:
        made = QtGui.QIcon()
        for mode, shade in (
            (QtGui.QIcon.Mode.Normal, colour),
            (QtGui.QIcon.Mode.Disabled, QtGui.QColor(palette.dim).darker(150).name()),
        ):
            for scale in sorted({1.0, _scale()}):
                drawn = pixmap(name, round(_SIZE * scale), shade)
                drawn.setDevicePixelRatio(scale)
                made.addPixmap(drawn, mode)
        _cache[key] = made
    return _cache[key]


def _scale() -> float:
    """Greatest device pixel ratio of the screens present."""
    return max((screen.devicePixelRatio() for screen in QtGui.QGuiApplication.screens()), default=1.0)


def pixmap(name: str, size: int, colour: str) -> QtGui.QPixmap:
    """The icon drawn ``size`` device pixels square in ``colour`` (empty where there is no such icon)."""
    from PySide6 import QtSvg

    picture = QtGui.QPixmap(size, size)
    picture.fill(QtCore.Qt.GlobalColor.transparent)
    file = resource("icons", f"{name}.svg")
    if not file.is_file():
        return picture
    svg = file.read_text("utf-8").replace("currentColor", colour)
    renderer = QtSvg.QSvgRenderer(QtCore.QByteArray(svg.encode()))
    painter = QtGui.QPainter(picture)
    renderer.render(painter, QtCore.QRectF(0, 0, size, size))
    painter.end()
    return picture


def forget_icons() -> None:
    """Drop the drawn icons (after a change of theme)."""
    _cache.clear()
