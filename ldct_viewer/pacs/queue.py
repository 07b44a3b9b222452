"""A queue of files to send that survives restarts, crashes and a sleeping archive. No patient identity."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..cancel import CancelToken
from ..errors import Cancelled, LdctError, PacsError
from ..paths import data_dir
from .journal import Job, read_job
from .locks import folder_lock
from .nodes import PacsNode, find_node
from .send import FAILED as FILE_FAILED
from .send import SENT, FileOutcome, send
from .send import WARNING as FILE_WARNING

WAITING, SENDING, DONE, FAILED = "waiting", "sending", "done", "failed"
FIRST_DELAY_S, LONGEST_DELAY_S = 30.0, 3600.0
MAX_ATTEMPTS = 48  # fruitless ones in a row: two days with the longest delay
MAX_FILE_ATTEMPTS = 5  # of an archive that answers, but not with success
_LABEL_LIMIT = 200
_ID = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
_POLL_S = 0.2
# For how long other jobs leave an archive in peace that one could not reach. Shorter where it may be that job's fault.
_HOLD_S = dict.fromkeys(("unreachable", "refused", "unknown_host", "tls", "rejected"), 300.0)
_HOLD_S |= dict.fromkeys(("timeout", "aborted"), 60.0)
_HOPELESS = frozenset(("no_node", "node", "pacs_missing"))  # time alone does not help


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


@dataclass(frozen=True)
class _Silent:
    """An archive that did not answer ``probe``: no other job tries it before ``until``."""

    probe: str
    until: float


def queue_folder() -> Path:
    """Where the user's queue is kept."""
    return data_dir() / "send-queue"


class SendQueue:
    """Persistent queue in ``folder`` (default :func:`queue_folder`; made, mode 0700). Safe between threads.

    ``max_attempts``: fruitless ones in a row, of an archive that cannot be reached, until a job is given up;
    ``max_file_attempts``: of one that answers, but does not take all. An archive that cannot be reached is not
    knocked at by every job in turn; when it is back, all that waited for it go at once.

    Raises PacsError ``queue`` when the folder cannot be used.
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        first_delay_s: float = FIRST_DELAY_S,
        longest_delay_s: float = LONGEST_DELAY_S,
        max_attempts: int | None = None,
        max_file_attempts: int | None = None,
    ) -> None:
        self.folder = Path(folder).absolute() if folder is not None else queue_folder()
        self.first_delay_s, self.longest_delay_s = first_delay_s, longest_delay_s
        self.max_attempts, self.max_file_attempts = max_attempts, max_file_attempts
        self._sending = ""
        self._silent: dict[str, _Silent] = {}
        self._known: dict[str, tuple[object, Job]] = {}
        self._lock = threading.RLock()
        with _as_queue_error():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def enqueue(self, files: Iterable[str | Path], node_name: str, label: str = "") -> str:
        """Note ``files`` for sending to the node of this name; returns the item's id. On disk when it returns.

        The files themselves stay where they are and must stay there until sent. ``label`` is for the list:
        put no patient identity in it.
        """
        paths = tuple(dict.fromkeys(Path(file).absolute() for file in files))
        if not paths:
            raise PacsError("There is nothing to send.", "", code="queue")
        job_id = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        job = Job(self.folder, job_id, node_name, label[:_LABEL_LIMIT], time.time(), paths)
        with _as_queue_error():
            job.write_plan()
        return job_id

    def items(self) -> list[QueueItem]:
        """All jobs, oldest first. One whose files are damaged is ``failed`` and says so."""
        found = []
        ids = self._ids()
        self._known = {job_id: known for job_id, known in list(self._known.items()) if job_id in ids}
        for job_id in ids:
            try:
                found.append(self._item(self._read(job_id)))
            except PacsError as error:
                if (self.folder / f"{job_id}.json").exists():
                    found.append(QueueItem(job_id, "", "", 0.0, 0, 0, 0, 0, FAILED, message=error.message))
        return found

    def item(self, item_id: str) -> QueueItem:
        """One job. Raises PacsError ``queue`` when there is none of this id."""
        return self._item(self._job(item_id))

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
        PacsError ``busy``.
        """
        tell = on_change or (lambda item: None)
        with _as_queue_error(), folder_lock(self.folder, "runner.lock") as ours:
            if not ours:
                raise PacsError("Another window or program is sending already.", "It will send this too.", code="busy")
            self._sweep()
            tried: set[str] = set()
            while not stop.cancelled:
                waiting = [item for item in self.items() if item.state == WAITING]
                due = [item for item in waiting if item.next_try <= time.time() and (wait or item.id not in tried)]
                due = [item for item in due if not self._is_silent(item)]
                if not due and (not wait or not waiting):
                    return
                for item in sorted(due, key=lambda item: item.attempts):  # what always fails holds up nothing new
                    if not stop.cancelled and not self._is_silent(item):
                        tried.add(item.id)
                        self._try(item.id, nodes, stop, tell)
                if not due:
                    time.sleep(_POLL_S)

    def retry(self, item_id: str) -> None:
        """Try what failed or waits again, at once."""
        job = self._job(item_id)
        with _as_queue_error(), self._lock:
            job.note(again=True)

    def remove(self, item_id: str) -> None:
        """Forget a job; files are never touched."""
        if not _ID.fullmatch(item_id):
            raise PacsError("There is no such job in the queue.", "", code="queue")
        with _as_queue_error(), self._lock:
            (self.folder / f"{item_id}.json").unlink(missing_ok=True)
            (self.folder / f"{item_id}.log").unlink(missing_ok=True)

    def _is_silent(self, item: QueueItem) -> bool:
        """True while this item's archive, which did not answer another job, is left in peace."""
        silent = self._silent.get(item.node_name)
        return silent is not None and silent.probe != item.id and time.time() < silent.until

    def _answered(self, node_name: str) -> None:
        """The archive is back: what waited only for it need not wait its own time out."""
        if self._silent.pop(node_name, None) is None:
            return
        for item in self.items():
            if item.node_name == node_name and item.state == WAITING and item.next_try > time.time():
                with contextlib.suppress(PacsError):
                    self._note(read_job(self.folder, item.id), attempts=item.attempts, next_try=0.0)

    def _read(self, job_id: str) -> Job:
        """A job for looking at; read again only when its files changed: the list is asked for many times a second."""
        stamps = []
        for end in ("json", "log"):
            try:
                stat = os.stat(self.folder / f"{job_id}.{end}")
                stamps.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
            except OSError:
                stamps.append((0, 0, 0))
        known = self._known.get(job_id)
        if known is None or known[0] != stamps:
            known = (stamps, read_job(self.folder, job_id))  # stamps before bytes: what comes between is read again
            self._known[job_id] = known
        return known[1]

    def _ids(self) -> list[str]:
        try:
            return sorted(path.stem for path in self.folder.glob("*.json") if _ID.fullmatch(path.stem))
        except OSError as error:
            raise PacsError("The queue cannot be read.", "", self.folder, "queue") from error

    def _job(self, item_id: str) -> Job:
        if not _ID.fullmatch(item_id):
            raise PacsError("There is no such job in the queue.", "", code="queue")
        return read_job(self.folder, item_id)

    def _item(self, job: Job) -> QueueItem:
        pending = job.pending()
        failed = job.count(FILE_FAILED)
        if job.given_up or (not pending and failed):
            state = FAILED
        elif not pending:
            state = DONE
        else:
            state = SENDING if job.id == self._sending else WAITING
        return QueueItem(
            id=job.id,
            node_name=job.node_name,
            label=job.label,
            created=job.created,
            total=len(job.files),
            sent=job.count(SENT, FILE_WARNING),
            warnings=job.count(FILE_WARNING),
            failed=failed,
            state=state,
            attempts=job.attempts,
            next_try=job.next_try,
            message=job.message,
        )

    def _try(
        self, job_id: str, nodes: Sequence[PacsNode], stop: CancelToken, tell: Callable[[QueueItem], None]
    ) -> None:
        """One attempt at one job; every outcome is in the journal before the next file is sent."""
        try:
            job = read_job(self.folder, job_id)
        except PacsError:
            return  # removed meanwhile
        index_of = {path: index for index, path in enumerate(job.files)}
        attempts = job.attempts

        def on_file(outcome: FileOutcome) -> None:
            retry = outcome.state == FILE_FAILED and outcome.retry
            self._note(
                job, file=index_of[outcome.path], state=outcome.state, retry=retry, message=outcome.message or None
            )
            tell(self._item(job))

        self._sending = job_id
        try:
            tell(self._item(job))
            node = find_node(nodes, job.node_name)
            send(node, [job.files[n] for n in job.pending()], cancel=stop, on_file=on_file)
            self._answered(job.node_name)
            if job.pending():  # the archive answered, but wants some later
                self._put_off(job, (job.attempts or attempts) + 1, self.max_file_attempts or MAX_FILE_ATTEMPTS, "")
        except Cancelled:
            pass  # what was sent is noted; the rest waits
        except PacsError as error:
            gone = error.code in _HOPELESS
            self._put_off(job, job.attempts + 1, 0 if gone else self.max_attempts or MAX_ATTEMPTS, error.message)
            if error.code in _HOLD_S:
                until = min(job.next_try, time.time() + _HOLD_S[error.code])
                self._silent[job.node_name] = _Silent(job_id, until)
        finally:
            self._sending = ""
            tell(self._item(job))

    def _put_off(self, job: Job, attempts: int, most: int, message: str) -> None:
        delay = min(self.first_delay_s * 2.0 ** min(attempts - 1, 30), self.longest_delay_s)
        delay *= 1 + secrets.randbelow(100) / 1000  # many stations do not come back in the same second
        self._note(job, attempts=attempts, next_try=time.time() + delay, message=message, given_up=attempts >= most)

    def _note(self, job: Job, **what: object) -> None:
        with self._lock:
            if job.plan_path.exists():  # else removed meanwhile: nothing of it may come back
                job.note(**what)

    def _sweep(self) -> None:
        """Journals whose plan was removed just before a crash."""
        for path in self.folder.glob("*.log"):
            if _ID.fullmatch(path.stem) and not path.with_suffix(".json").exists():
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def _as_queue_error() -> Iterator[None]:
    try:
        yield
    except LdctError:
        raise
    except OSError as error:
        message = f"The queue cannot be written: {error.strerror or error}."
        raise PacsError(message, "Check free space and permission of the folder.", code="queue") from error


__all__ = ["DONE", "FAILED", "SENDING", "WAITING", "QueueItem", "SendQueue", "queue_folder"]
