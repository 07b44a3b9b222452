"""Odd series built from real slices, each with the truth of how it was made.

They stand in for the part of the larger collection of DICOM.md that is not in ``shared/dicom-cases``, and for kinds
that it does not name. One module a theme; a new case goes where its theme is, under ``@case`` of ``kit.py``.
"""

from __future__ import annotations

from . import encoding, enhanced, files, geometry, headers, identity, phases, pixels, rescale
from .kit import REGISTRY, Builder, Truth, Want
from .names import NAMES, name_file
from .rescale import FLOAT

THEMES = (phases, identity, pixels, rescale, geometry, encoding, headers, files, enhanced)


def cases() -> dict[str, Builder]:
    """Every case by its name, theme after theme."""
    return dict(REGISTRY)


__all__ = ["FLOAT", "NAMES", "THEMES", "Builder", "Truth", "Want", "cases", "name_file"]
