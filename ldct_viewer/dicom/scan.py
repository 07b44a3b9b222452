"""Find every CT series below some paths: by content, headers only, every entry accounted for."""

from __future__ import annotations

import os
import stat
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ..cancel import NEVER, CancelToken, Progress, no_progress
from .codes import FileProblem, Kind, Reason
from .files import ZIP_MAGIC, FileRef
from .header import Slice
from .series import Counts, FoundSeries, Ignored
from .slices import read_slices
from .source import os_problem
from .syntax import expect_compressed

MAX_ENTRIES = 200_000
MAX_DEPTH = 64
_CHUNK = 16  # files a thread looks at before it tells
_THREADS = 4
_LOOK = 8  # files by which is measured whether there is something to wait for
_WAVE, _LARGEST_WAVE = 16, 128  # chunks until the next look


@dataclass(frozen=True)
class ScanResult:
    """What lies below the paths: series, and a line for everything that is not in one."""

    series: tuple[FoundSeries, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    counts: Counts = field(default_factory=Counts)


@dataclass
class _Found:
    """What some files turned out to be: slices, lines, volume files."""

    entries: int = 0
    slices: list[Slice] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    volumes: list[Path] = field(default_factory=list)
    syntaxes: set[str] = field(default_factory=set)

    def add(self, other: _Found) -> None:
        """Take over what ``other`` holds."""
        self.entries += other.entries
        self.slices += other.slices
        self.ignored += other.ignored
        self.volumes += other.volumes


def scan_paths(
    paths: Iterable[str | Path] | str | Path, progress: Progress = no_progress, cancel: CancelToken = NEVER
) -> ScanResult:
    """Scan folders, files and archives. Never raises for what a file holds; raises Cancelled."""
    roots = [Path(paths)] if isinstance(paths, (str, Path)) else [Path(p) for p in paths]
    ignored: list[Ignored] = []
    files = list(_walk(roots, ignored, cancel))
    seen = len(ignored)
    found = _Found()
    for done, part in _examined(files, cancel):
        found.add(part)
        cancel.check()
        progress(done, len(files))
    seen += found.entries
    ignored += found.ignored
    from .group import group_slices  # here: meanwhile the decoder's process starts, which the first slice waits for

    series, lines = group_slices(found.slices, cancel)
    # One of a file, whatever number of frames it has; by identity, as the hash of a path is a costly thing.
    accepted = {id(piece.ref): piece.ref for one in series for piece in one.slices}.values()
    ignored += _once_a_file(lines, accepted)
    series, more, volumes = _with_volumes(series, found.volumes)
    ignored += more
    kinds = Counter(one.kind for one in ignored)
    counts = Counts(
        seen=seen,
        accepted=len(accepted) + volumes,
        duplicates=kinds["duplicate"],
        excluded=kinds[Kind.EXCLUDED.value],
        rejected=kinds[Kind.REJECTED.value],
    )
    return ScanResult(tuple(series), tuple(ignored), counts)


def _once_a_file(lines: list[Ignored], accepted: Collection[FileRef]) -> list[Ignored]:
    """Frames of one file give one line, and none where another frame of it is in a series."""
    paths = {str(ref.path) for ref in accepted} if lines else set()
    once: dict[str, Ignored] = {}
    for one in lines:
        if (name := str(one.path)) not in paths:
            once.setdefault(name, one)
    return list(once.values())


def _with_volumes(series: list[FoundSeries], paths: list[Path]) -> tuple[list[FoundSeries], list[Ignored], int]:
    """NIfTI, NRRD and MetaImage files become series, unless they only accompany DICOM ones."""
    if not paths:
        return series, [], 0
    if series:
        reason = Reason.VOLUME_FILE
        return series, [Ignored(p, reason.message, reason.code, reason.kind.value, reason.hint) for p in paths], 0
    from .formats import find_volume

    ignored = []
    for path in paths:
        try:
            series.append(find_volume(path))
        except FileProblem as problem:
            ignored.append(_line(path, problem))
    return series, ignored, len(series)


def _line(path: Path, problem: FileProblem) -> Ignored:
    return Ignored(path, problem.text, problem.reason.code, problem.reason.kind.value, problem.reason.hint)


# -- walking ---------------------------------------------------------------------------------------


def _walk(roots: list[Path], ignored: list[Ignored], cancel: CancelToken) -> Iterator[Path]:
    """Regular files below ``roots``; links, pipes and the like go to ``ignored``. Never follows a link."""
    seen_files: set[str] = set()
    seen_folders: set[tuple[int, int]] = set()
    count = 0
    for root in roots:
        for path in _below(root, ignored, seen_folders, cancel):
            if len(roots) > 1:  # one folder may lie in another
                key = os.path.abspath(path)
                if key in seen_files:
                    continue
                seen_files.add(key)
            count += 1
            if count > MAX_ENTRIES:
                ignored.append(_line(root, FileProblem(Reason.TOO_MANY, f"more than {MAX_ENTRIES}")))
                return
            yield path


def _below(root: Path, ignored: list[Ignored], folders: set[tuple[int, int]], cancel: CancelToken) -> Iterator[Path]:
    try:
        # What the user names may be a link (a shortcut on the desktop); what lies inside may not.
        root = Path(os.path.realpath(root)) if root.is_symlink() else root
        info = os.lstat(root)
    except OSError as error:
        ignored.append(_line(root, os_problem(error)))
        return
    if not stat.S_ISDIR(info.st_mode):
        if stat.S_ISREG(info.st_mode):
            yield root
        else:
            ignored.append(_line(root, FileProblem(Reason.SPECIAL_FILE)))
        return
    stack = [(root, 0)]
    while stack:
        folder, depth = stack.pop()
        cancel.check()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda e: e.name)
        except OSError as error:
            ignored.append(_line(folder, os_problem(error)))
            continue
        for entry in entries:
            path = folder / entry.name
            try:
                if entry.is_symlink():
                    ignored.append(_line(path, FileProblem(Reason.LINK)))
                elif entry.is_file(follow_symlinks=False):
                    yield path
                elif entry.is_dir(follow_symlinks=False):
                    node = entry.stat(follow_symlinks=False)
                    identity = (node.st_dev, node.st_ino)
                    if depth >= MAX_DEPTH:
                        ignored.append(_line(path, FileProblem(Reason.TOO_DEEP)))
                    elif node.st_ino == 0 or identity not in folders:  # Windows tells no inode here
                        folders.add(identity)
                        stack.append((path, depth + 1))
                else:
                    ignored.append(_line(path, FileProblem(Reason.SPECIAL_FILE)))
            except OSError as error:
                ignored.append(_line(path, os_problem(error)))


# -- looking at files -------------------------------------------------------------------------------


def _examined(files: list[Path], cancel: CancelToken) -> Iterator[tuple[int, _Found]]:
    """(number of files so far, what the latest of them are), in their order.

    By one thread while the system has the files at hand: several would wait for each other's interpreter lock, which
    on two cores cost up to half as much again. By several as long as there is more waiting than work, as with a disk
    that turns or a network; one short look in between tells which it is.
    """
    start, wave = 0, _WAVE
    with ThreadPoolExecutor(_THREADS, "scan") as pool:  # starts no thread before it has work for it
        while start < len(files):
            look = files[start : start + _LOOK]
            wall, cpu = time.perf_counter(), time.thread_time()
            found = _examine_all(look, cancel)
            worked = time.thread_time() - cpu
            waited = time.perf_counter() - wall - worked
            start += len(look)
            yield start, found
            if waited < worked:
                wave = _WAVE
                found = _examine_all(files[start : start + _CHUNK], cancel)
                start = min(start + _CHUNK, len(files))
                yield start, found
                continue
            end = min(start + wave * _CHUNK, len(files))
            wave = min(2 * wave, _LARGEST_WAVE)
            spans = [(k, min(k + _CHUNK, end)) for k in range(start, end, _CHUNK)]
            work = [pool.submit(_examine_all, files[first:last], cancel) for first, last in spans]
            try:
                for future, (_, last) in zip(work, spans, strict=True):
                    found = future.result()
                    start = last
                    yield start, found
            finally:
                for future in work:
                    future.cancel()


def _examine_all(paths: list[Path], cancel: CancelToken) -> _Found:
    found = _Found()
    for path in paths:
        cancel.check()
        _examine(FileRef(path), found, cancel)
    return found


def _examine(ref: FileRef, found: _Found, cancel: CancelToken) -> None:
    """Add what one file is to ``found``."""
    try:
        with ref.open() as source:
            head = source.read(0, 352)
            if head.startswith(ZIP_MAGIC):
                found.add(_examine_archive(ref, cancel))
                return
            if _is_volume(head, ref.path):
                if ref.archive is not None:
                    raise FileProblem(Reason.VOLUME_FILE, "unpack the archive first")
                found.volumes.append(ref.path)
            else:
                slices, _ = read_slices(source, ref)
                found.slices += slices
                syntax = slices[0].spec.syntax
                if syntax not in found.syntaxes:
                    found.syntaxes.add(syntax)
                    expect_compressed(syntax)
    except FileProblem as problem:
        found.ignored.append(_line(ref.path, problem))
    found.entries += 1


def _examine_archive(ref: FileRef, cancel: CancelToken) -> _Found:
    from .archive import MAX_MEMBERS, Archive  # most scans meet none, and `zipfile` takes its time

    archive = Archive(ref.path) if ref.archive is None else ref.archive.nested(ref.member)
    result = _Found()
    for index in islice(range(len(archive.members)), MAX_MEMBERS):
        cancel.check()
        if archive.members[index].file_size == 0:
            result.ignored.append(_line(archive.label(index), FileProblem(Reason.EMPTY_FILE)))
            result.entries += 1
        else:
            _examine(FileRef(archive.label(index), archive, index), result, cancel)
    if len(archive.members) > MAX_MEMBERS:
        result.entries += 1
        result.ignored.append(_line(ref.path, FileProblem(Reason.TOO_MANY, f"{len(archive.members)} members")))
    if not archive.members:
        result.entries = 1
        result.ignored.append(_line(ref.path, FileProblem(Reason.EMPTY_FILE, "empty archive")))
    return result


def _is_volume(head: bytes, path: Path) -> bool:
    """NIfTI-1 (plain or gzip), NRRD or MetaImage, by magic."""
    if head[344:348] in (b"n+1\0", b"ni1\0") or head.startswith(b"NRRD000"):
        return True
    if head[128:132] == b"DICM":
        return False
    if head.startswith(b"\x1f\x8b"):
        return path.name.lower().endswith(".nii.gz") or _gzip_is_nifti(path)
    start = head[:200].lstrip().lower()
    return start.startswith((b"objecttype", b"ndims", b"comment")) and b"=" in start and b"dims" in head.lower()


def _gzip_is_nifti(path: Path) -> bool:
    import zlib

    from .source import FileBytes

    try:
        with FileBytes(path) as source:
            head = zlib.decompressobj(31).decompress(source.read(0, 4096), 352)
    except (zlib.error, FileProblem):
        return False
    return head[344:348] == b"n+1\0"
