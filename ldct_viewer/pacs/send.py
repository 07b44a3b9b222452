"""Send DICOM files to an archive (C-STORE), in the transfer syntax they have where it is taken."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..dicom.codes import FileProblem
from ..dicom.elements import EXPLICIT_LE, IMPLICIT_LE
from ..errors import PacsError
from .association import MAX_CONTEXTS, association, broke_off
from .errors import need_pynetdicom
from .native import to_native
from .nodes import PacsNode
from .objects import Instance, examine_file

SENT, WARNING, FAILED = "sent", "warning", "failed"
NOT_SENT = -1
_CONNECT_S = 10.0
_SILENCE_S = 60.0
_NATIVE = (EXPLICIT_LE, IMPLICIT_LE)
# What pydicom raises for damaged files: one of them must not stop the others, or the whole queue for ever.
_DAMAGED = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    NotImplementedError,
    RecursionError,
    struct.error,
    zlib.error,
)


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
    paths = [Path(file) for file in files]
    outcomes: list[FileOutcome | None] = [None] * len(paths)
    done = 0

    def tell(index: int, outcome: FileOutcome) -> None:
        nonlocal done
        outcomes[index] = outcome
        done += 1
        if on_file is not None:
            on_file(outcome)
        progress(done, len(paths))

    todo: list[tuple[int, Instance]] = []
    for index, path in enumerate(paths):
        cancel.check()
        try:
            todo.append((index, examine_file(path)))
        except FileProblem as problem:
            tell(index, FileOutcome(path, FAILED, NOT_SENT, f"This file cannot be sent. {problem.reason.message}"))
    for batch in _batches(todo):
        _send_batch(node, [(index, paths[index], instance) for index, instance in batch], cancel, tell)
    return SendResult(tuple(outcome for outcome in outcomes if outcome is not None))


def _batches(todo: list[tuple[int, Instance]]) -> Iterator[list[tuple[int, Instance]]]:
    """Parts that one association has contexts for: one a (class, syntax), and one a class for native."""
    batch: list[tuple[int, Instance]] = []
    pairs: set[tuple[str, str]] = set()
    for index, instance in todo:
        more = {(instance.sop_class, instance.syntax), (instance.sop_class, "")}
        if len(pairs | more) > MAX_CONTEXTS - 2:
            yield batch
            batch, pairs = [], set()
        pairs |= more
        batch.append((index, instance))
    if batch:
        yield batch


def _send_batch(
    node: PacsNode,
    batch: list[tuple[int, Path, Instance]],
    cancel: CancelToken,
    tell: Callable[[int, FileOutcome], None],
) -> None:
    pairs = dict.fromkeys((instance.sop_class, instance.syntax) for _, _, instance in batch)
    contexts: list[tuple[str, Sequence[str]]] = [(sop_class, (syntax,)) for sop_class, syntax in pairs]
    contexts += [(sop_class, _NATIVE) for sop_class in dict.fromkeys(sop_class for sop_class, _ in pairs)]
    try:
        _send_over(node, contexts, batch, cancel, tell)
    except PacsError as error:
        if error.code != "not_supported":
            raise
        for index, path, _ in batch:
            tell(index, FileOutcome(path, FAILED, NOT_SENT, "The archive does not take this kind of image."))


def _send_over(
    node: PacsNode,
    contexts: Sequence[tuple[str, Sequence[str]]],
    batch: list[tuple[int, Path, Instance]],
    cancel: CancelToken,
    tell: Callable[[int, FileOutcome], None],
) -> None:
    with association(node, contexts, cancel, _CONNECT_S, silence=_SILENCE_S) as assoc:
        taken: dict[str, set[str]] = {}
        for context in assoc.accepted_contexts:
            taken.setdefault(str(context.abstract_syntax), set()).add(str(context.transfer_syntax[0]))
        for number, (index, path, instance) in enumerate(batch):
            cancel.check()
            what = _prepared(path, instance, taken.get(instance.sop_class, set()))
            if isinstance(what, FileOutcome):
                tell(index, what)
                continue
            try:
                status = assoc.send_c_store(what, msg_id=number % 65535 + 1)
            except _DAMAGED:  # it cannot be encoded, or vanished just now
                tell(index, FileOutcome(path, FAILED, NOT_SENT, "This file cannot be read or converted for sending."))
                continue
            if "Status" not in status:
                raise broke_off(assoc)
            tell(index, _outcome(path, int(status.Status)))


def _prepared(path: Path, instance: Instance, taken: set[str]) -> Any:
    """What to hand to pynetdicom: the file's path (sent byte for byte), a data set, or why it cannot be sent."""
    if not taken:
        return FileOutcome(path, FAILED, NOT_SENT, "The archive does not take this kind of image.")
    try:
        now = examine_file(path)
        if now != instance:
            return FileOutcome(path, FAILED, NOT_SENT, "The file changed while it was being sent.", retry=True)
        if instance.syntax in taken and instance.plain:
            return path
        if instance.syntax in taken or (instance.syntax in _NATIVE and not taken.isdisjoint(_NATIVE)):
            return _as_it_is(path, instance)
        if taken.isdisjoint(_NATIVE):
            return FileOutcome(path, FAILED, NOT_SENT, "The archive takes no transfer syntax that we can offer.")
        return to_native(path)
    except FileProblem as problem:
        return FileOutcome(path, FAILED, NOT_SENT, f"This file cannot be sent. {problem.reason.message}")
    except _DAMAGED:
        return FileOutcome(path, FAILED, NOT_SENT, "This file cannot be read or converted for sending.")


def _as_it_is(path: Path, instance: Instance) -> Any:
    """A data set without changes, for files that are not Part 10, or when only the VR encoding must change."""
    from pydicom import dcmread
    from pydicom.dataset import FileMetaDataset

    dataset = dcmread(path, force=True)
    if getattr(dataset, "file_meta", None) is None or "TransferSyntaxUID" not in dataset.file_meta:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = instance.syntax
    return dataset


def _outcome(path: Path, status: int) -> FileOutcome:
    """PS3.4 table B.2-1: B0xx are warnings (stored), the rest of what is not 0 are failures."""
    if status == 0:
        return FileOutcome(path, SENT)
    if status == 0x0001 or status >> 12 == 0xB:
        what = {
            0xB000: "changed some of its attributes",
            0xB006: "left out some of its attributes",
            0xB007: "says that it does not fit its class",
        }
        why = what.get(status, f"had a remark (status {status:04X})")
        return FileOutcome(path, WARNING, status, f"The archive stored the image, but {why}.")
    if status == 0x0111:  # duplicate SOP instance: it has it
        return FileOutcome(path, WARNING, status, "The archive had this image already.")
    if status >> 8 == 0xA7:
        return FileOutcome(path, FAILED, status, "The archive is out of space or other resources.", retry=True)
    known = {0x0122: "does not take this kind of image", 0x0124: "does not allow it", 0x0117: "refuses its identifier"}
    why = known.get(status) or ("does not accept it" if status >> 8 == 0xA9 else "could not process it")
    return FileOutcome(path, FAILED, status, f"The archive {why} (status {status:04X}).", retry=status >> 12 == 0xC)


__all__ = ["FAILED", "SENT", "WARNING", "FileOutcome", "SendResult", "send"]
