"""Where things live on disk: shipped resources, the user's cache, settings and models."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "ldct-viewer"


def resource(*parts: str) -> Path:
    """Path of a shipped resource, in the wheel (``ldct_viewer/resources``) or in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "resources"
    root = inside if inside.is_dir() else package.parent / "resources"
    return root.joinpath(*parts)


def cache_dir() -> Path:
    """The user's cache folder for this program (``LDCT_CACHE_DIR`` overrides; created, mode 0700)."""
    override = os.environ.get("LDCT_CACHE_DIR")
    return _private(Path(override) if override else Path(platformdirs.user_cache_dir(_APP, False)))


def data_dir() -> Path:
    """The user's own models and training runs (``LDCT_DATA_DIR`` overrides; created, mode 0700)."""
    override = os.environ.get("LDCT_DATA_DIR")
    return _private(Path(override) if override else Path(platformdirs.user_data_dir(_APP, False)))


def _private(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
