"""One planted defect."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Defect:
    """``old`` occurs once in ``ldct_viewer/<path>`` and becomes ``new``; ``harm``: what it would do to whom.

    ``first``: the tests most likely to see it (below ``tests/``); ``then``: wider ones, run if those pass.
    """

    id: str
    path: str
    old: str
    new: str
    harm: str
    first: str
    then: str = "dicom cli journeys"
