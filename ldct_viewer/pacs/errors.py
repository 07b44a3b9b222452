"""What can go wrong between us and an archive: one error class, stable codes, and the check for the extra."""

from __future__ import annotations

import importlib.util

from ..errors import PacsError


def need_pynetdicom() -> None:
    """Raise :class:`PacsError` ``pacs_missing`` when pynetdicom is not installed."""
    if importlib.util.find_spec("pynetdicom") is None:
        raise PacsError(
            "Talking to an archive needs the package pynetdicom, which is not installed.",
            "Install it: pip install 'ldct-viewer[pacs]'",
            code="pacs_missing",
        )


__all__ = ["PacsError", "need_pynetdicom"]
