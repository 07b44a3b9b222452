"""Send DICOM files to an archive (C-STORE), in the transfer syntax they have where it is taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..cancel import NEVER, CancelToken, Progress, no_progress
from .errors import need_pynetdicom
from .nodes import PacsNode

SENT, WARNING, FAILED = "sent", "warning", "failed"


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file: ``sent``, ``warning`` (stored, but changed or doubtful: B0xx) or ``failed``.

    ``status`` is the archive's DIMSE status (0 = success; -1 = the file never reached it), ``message`` a
    sentence without patient identity, ``retry`` whether trying again can help.
    """

    path: Path
    state: str
    status: int = 0
    message: str = ""
    retry: bool = False


@dataclass(frozen=True)
class SendResult:
    """Outcomes in the order of the files."""

    outcomes: tuple[FileOutcome, ...]

    @property
    def sent(self) -> int:
        """How many the archive has now (with or without a warning)."""
        return sum(outcome.state != FAILED for outcome in self.outcomes)

    @property
    def warnings(self) -> tuple[FileOutcome, ...]:
        """Stored, but the archive had something to say."""
        return tuple(outcome for outcome in self.outcomes if outcome.state == WARNING)

    @property
    def failed(self) -> tuple[FileOutcome, ...]:
        """Not stored."""
        return tuple(outcome for outcome in self.outcomes if outcome.state == FAILED)


def send(
    node: PacsNode,
    files: Sequence[str | Path],
    progress: Progress = no_progress,
    cancel: CancelToken = NEVER,
    on_file: Callable[[FileOutcome], None] | None = None,
) -> SendResult:
    """Send ``files``; failures of single files are outcomes, not exceptions.

    ``on_file`` is told each outcome at once (in this thread). Raises PacsError when the archive cannot be
    reached or breaks off (outcomes so far were told), and Cancelled.
    """
    need_pynetdicom()
    raise NotImplementedError
