"""The one family of errors a user may see: what happened, to which file, what to do."""

from __future__ import annotations

from pathlib import Path

# What the program answers to the shell, with a window or without (README: exit codes).
EXIT_OK, EXIT_UNEXPECTED, EXIT_USAGE = 0, 1, 2  # 2 is argparse's own
EXIT_INPUT, EXIT_MODEL, EXIT_DEVICE, EXIT_OUTPUT, EXIT_PACS, EXIT_CANCELLED = 3, 4, 5, 6, 7, 130
EXIT_NOT_BETTER = 8  # trained, but kept aside by the safety gate


class LdctError(Exception):
    """An expected failure, worded for a radiologist.

    ``code`` is stable and machine-readable (``truncated``, ``not_dicom``, …); ``message`` says what
    happened, ``hint`` what to do about it, ``path`` to which file.
    """

    def __init__(self, message: str, hint: str = "", path: str | Path | None = None, code: str = "error") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = Path(path) if path is not None else None
        self.code = code

    def __str__(self) -> str:
        where = f" [{self.path}]" if self.path is not None else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.message}{where}{hint}"


class OpenError(LdctError):
    """A file, folder or series could not be opened."""


class ModelError(LdctError):
    """A model file was refused (damaged, foreign, wrong version)."""


class DeviceError(LdctError):
    """The chosen compute device is absent or failed."""


class WriteError(LdctError):
    """A result could not be written; nothing half-written is left behind."""


class PacsError(LdctError):
    """The archive could not be reached, refused, or answered something unusable.

    Codes: ``pacs_missing`` (extra not installed), ``node`` (bad settings), ``no_node``, ``nodes_file``,
    ``unknown_host``, ``unreachable``, ``refused``, ``timeout``, ``tls``, ``rejected``, ``aborted``,
    ``not_supported``, ``status`` (the archive answered with a failure), ``query``, ``port_in_use``, ``queue``,
    ``busy`` (another service or window works in that folder), ``too_much`` (more than a series can hold).
    """


class Cancelled(Exception):  # noqa: N818 - a control signal, not a fault
    """Raised inside long work when its cancel token was set; never shown as an error."""
