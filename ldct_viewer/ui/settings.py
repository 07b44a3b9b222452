"""Everything the program remembers between runs: one typed wrapper around QSettings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Generic, TypeVar, overload

from PySide6 import QtCore, QtGui

from .state import LAYOUTS, OVERLAY_LEVELS, TOOLS

T = TypeVar("T", str, int, float, bool)

RECENT_LIMIT = 10
THEMES = ("dark", "light", "system")
LANGUAGES = ("system", "en", "ko")


class _Value(Generic[T]):
    """A setting with a default; a stored value of the wrong type or not allowed counts as absent."""

    def __init__(
        self, key: str, default: T, allowed: tuple[T, ...] = (), low: float | None = None, high: float | None = None
    ) -> None:
        self.key = key
        self.default: T = default
        self.allowed: tuple[T, ...] = allowed
        self.low, self.high = low, high

    @overload
    def __get__(self, owner: None, kind: type) -> _Value[T]: ...
    @overload
    def __get__(self, owner: Settings, kind: type) -> T: ...
    def __get__(self, owner: Settings | None, kind: type) -> T | _Value[T]:
        if owner is None:
            return self
        raw = owner.store.value(self.key, None)
        if raw is None:
            return self.default
        value = self._convert(raw)
        return self.default if value is None or not self._fits(value) else value

    def __set__(self, owner: Settings, value: T) -> None:
        if not self._fits(value):
            raise ValueError(f"{self.key}: {value!r}")
        owner.store.setValue(self.key, value)

    def _convert(self, raw: object) -> T | None:
        kind: type[T] = type(self.default)
        text = str(raw)
        try:
            return kind(text.lower() in ("true", "1")) if kind is bool else kind(text)
        except (TypeError, ValueError):
            return None

    def _fits(self, value: T) -> bool:
        if self.allowed:
            return value in self.allowed
        return self.low is None or self.high is None or self.low <= float(value) <= self.high


class Settings:
    """What the user chose last time. ``path`` is an INI file; default: the user's own.

    ``LDCT_SETTINGS`` names another file (tests, kiosk set-ups).
    """

    theme: _Value[str] = _Value("window/theme", "dark", THEMES)
    language: _Value[str] = _Value("window/language", "system", LANGUAGES)
    layout: _Value[str] = _Value("view/layout", "six", LAYOUTS)
    tool: _Value[str] = _Value("view/tool", "window", TOOLS)
    overlays: _Value[str] = _Value("view/overlays", "all", OVERLAY_LEVELS)
    anonymous = _Value("view/anonymous", False)
    crosshair = _Value("view/crosshair", True)
    smooth = _Value("view/smooth", True)
    drag_down_brighter = _Value("view/drag_down_brighter", True)
    slab_mm = _Value("view/slab_mm", 10.0, low=1.0, high=100.0)
    cine_rate = _Value("view/cine_rate", 12, low=1, high=60)
    strength = _Value("denoise/strength", -1.0, low=-1.0, high=1.0)  # below 0: what the model's card recommends
    model = _Value("denoise/model", "")
    device = _Value("denoise/device", "auto")
    auto_denoise = _Value("denoise/automatic", True)
    folder = _Value("files/folder", "")
    pacs_node = _Value("pacs/node", "")
    pacs_folder = _Value("pacs/folder", "")  # for retrieved series; empty: below the program's data

    def __init__(self, path: Path | None = None) -> None:
        override = os.environ.get("LDCT_SETTINGS")
        file = path or (Path(override) if override else None)
        ini = QtCore.QSettings.Format.IniFormat
        if file is not None:
            self.store = QtCore.QSettings(os.fspath(file), ini)
        else:
            self.store = QtCore.QSettings(ini, QtCore.QSettings.Scope.UserScope, "ldct-viewer", "ldct-viewer")

    # -- recent series ------------------------------------------------------------------------------
    def recent(self) -> list[tuple[Path, ...]]:
        """What was opened last, newest first; each entry is the paths of one drop."""
        raw = self.store.value("files/recent", [])
        entries = list(raw) if isinstance(raw, list) else [raw]
        return [tuple(Path(p) for p in str(entry).split("\n")) for entry in entries if entry][:RECENT_LIMIT]

    def add_recent(self, paths: tuple[Path, ...]) -> None:
        """Put ``paths`` on top of the recent list."""
        entries = [tuple(paths), *(entry for entry in self.recent() if entry != tuple(paths))]
        self._store_recent(entries[:RECENT_LIMIT])

    def forget_recent(self, paths: tuple[Path, ...] | None = None) -> None:
        """Drop one entry, or all."""
        self._store_recent([] if paths is None else [entry for entry in self.recent() if entry != paths])

    def _store_recent(self, entries: list[tuple[Path, ...]]) -> None:
        self.store.setValue("files/recent", ["\n".join(os.fspath(p) for p in entry) for entry in entries])

    # -- window geometry ------------------------------------------------------------------------------
    def save_geometry(self, geometry: QtCore.QRect, maximized: bool) -> None:
        """Remember where the window was."""
        self.store.setValue("window/rect", [geometry.x(), geometry.y(), geometry.width(), geometry.height()])
        self.store.setValue("window/maximized", maximized)

    def geometry(self) -> tuple[QtCore.QRect | None, bool]:
        """(rectangle, maximised) of last time; no rectangle where it lies on no present screen."""
        raw = self.store.value("window/rect", None)
        maximized = str(self.store.value("window/maximized", "false")).lower() == "true"
        try:
            x, y, w, h = (int(v) for v in raw)  # type: ignore[attr-defined]
        except (TypeError, ValueError):
            return None, maximized
        rect = QtCore.QRect(x, y, w, h)
        for screen in QtGui.QGuiApplication.screens():
            seen = screen.availableGeometry().intersected(rect)
            # The title bar must be reachable: a third of the width and the top edge on one screen.
            if seen.width() * 3 >= rect.width() and seen.height() >= 100 and seen.top() <= rect.top() + 40:
                return rect, maximized
        return None, maximized
