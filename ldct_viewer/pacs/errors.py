"""The one error of this room, and the check for the optional package it needs."""

from __future__ import annotations

import importlib.util
import logging
from typing import Any

from ..errors import PacsError


def need_pynetdicom() -> None:
    """Raise :class:`PacsError` ``pacs_missing`` when pynetdicom is not installed."""
    if importlib.util.find_spec("pynetdicom") is None:
        raise PacsError(
            "Talking to an archive needs the package pynetdicom, which is not installed.",
            "Install it: pip install 'ldct-viewer[pacs]'",
            code="pacs_missing",
        )


def pynetdicom() -> Any:
    """The package, set up once: files are streamed as they are, and nothing of a patient is logged."""
    need_pynetdicom()
    import pynetdicom as package
    from pynetdicom import _config

    _config.STORE_SEND_CHUNKED_DATASET = True  # a path is sent byte for byte, never decoded and encoded again
    _config.LOG_REQUEST_IDENTIFIERS = _config.LOG_RESPONSE_IDENTIFIERS = False
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)  # it logs UIDs, titles and data sets
    return package


__all__ = ["PacsError", "need_pynetdicom", "pynetdicom"]
