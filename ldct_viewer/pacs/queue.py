"""A queue of files to send that survives restarts, crashes and a sleeping archive. No patient identity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..cancel import CancelToken
from ..paths import data_dir
from .nodes import PacsNode

WAITING, SENDING, DONE, FAILED = "waiting", "sending", "done", "failed"


@dataclass(frozen=True)
class QueueItem:
    """One job of the queue as it stands. ``state``: ``waiting``, ``sending``, ``done``, ``failed`` (given up).

    ``next_try`` is a POSIX time (0 = now); ``message`` the last trouble, one sentence without identity.
    """

    id: str
    node_name: str
    label: str
    created: float
    total: int
    sent: int
    warnings: int
    failed: int
    state: str
    attempts: int = 0
    next_try: float = 0.0
    message: str = ""


def queue_folder() -> Path:
    """Where the user's queue is kept."""
    return data_dir() / "send-queue"


class SendQueue:
    """Persistent queue in ``folder`` (default :func:`queue_folder`; made, mode 0700). Safe between threads."""

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder) if folder is not None else queue_folder()

    def enqueue(self, files: Iterable[str | Path], node_name: str, label: str = "") -> str:
        """Note ``files`` for sending to the node of this name; returns the item's id. On disk when it returns.

        The files themselves stay where they are and must stay there until sent. ``label`` is for the list:
        put no patient identity in it.
        """
        raise NotImplementedError

    def items(self) -> list[QueueItem]:
        """All jobs, oldest first."""
        return []

    def run(
        self,
        nodes: Sequence[PacsNode],
        stop: CancelToken,
        on_change: Callable[[QueueItem], None] | None = None,
        wait: bool = True,
    ) -> None:
        """Send what is due until nothing waits any more, or ``stop`` (then it returns, it does not raise).

        ``wait``: also wait for later tries; else one pass over what is due now. ``on_change`` is called in
        this thread after every file. One runner at a time, over all processes: a second one raises
        PacsError ``queue``.
        """
        raise NotImplementedError

    def retry(self, item_id: str) -> None:
        """Try what failed or waits again, at once."""
        raise NotImplementedError

    def remove(self, item_id: str) -> None:
        """Forget a job; files are never touched."""
        raise NotImplementedError
