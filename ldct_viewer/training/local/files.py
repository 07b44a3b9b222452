"""Where the scans lie on disk; no torch, no NumPy: the window asks as well."""

from __future__ import annotations

from pathlib import Path


def on_disk(label: Path) -> Path | None:
    """The file that holds ``label``: itself, or the archive it is a member of; ``None`` where neither is there."""
    for place in (label, *label.parents):
        if place.is_file():
            return place
        if place.exists():
            return None
    return None
