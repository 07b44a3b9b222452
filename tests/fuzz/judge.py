"""What is demanded of every broken file, and the second reader that says whether accepted pixels are right.

Demanded: a typed answer, in time, in bounded memory, every entry accounted for, and HU that pydicom's parser
and plain arithmetic give too. What cannot be demanded: DICOM has no checksum, so a changed byte inside coded
or plain pixels is another image, and no reader can know; the second reader then sees the same other image.
"""

from __future__ import annotations

import io
import os
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldct_viewer.dicom import decoder_pool
from ldct_viewer.dicom.codecs import Job
from ldct_viewer.dicom.codes import FileProblem
from ldct_viewer.dicom.read import SeriesReader
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.dicom.syntax import SYNTAXES
from ldct_viewer.errors import LdctError
from ldct_viewer.volume import Volume

MAX_SECONDS = 5.0
MAX_BYTES = 1 << 30


@dataclass(frozen=True)
class Verdict:
    """``outcome``: a reason code, or ``same`` / ``other`` / ``alone`` for accepted pixels; ``failure``: what is wrong.

    ``same``: HU of the sound file. ``other``: not those, and the second reader reads the same.
    ``alone``: the second reader has no opinion.
    """

    outcome: str
    seconds: float
    failure: str = ""


def judge(path: Path, data: bytes, sound: NDArray[np.int16] | None) -> Verdict:
    """Open the file at ``path`` (it holds ``data``) as a drop would, and look at what comes of it."""
    start = time.monotonic()
    outcomes: list[str] = []
    volumes: list[Volume] = []
    try:
        result = scan_paths([path])
        if not result.counts.balanced:
            return Verdict("", 0.0, f"counts do not add up: {result.counts}")
        outcomes += [one.code for one in result.ignored]
        for found in result.series:
            try:
                volumes.append(SeriesReader(found).read(threads=1))
            except LdctError as error:
                if not error.code or not str(error):
                    return Verdict("", 0.0, "an error without code or words")
                outcomes.append(error.code)
    except Exception as error:  # noqa: BLE001 - the very thing that is looked for
        return Verdict("", time.monotonic() - start, f"untyped {type(error).__name__}: {error}")
    seconds = time.monotonic() - start
    failure = f"took {seconds:.1f} s" if seconds > MAX_SECONDS else memory_trouble()
    for volume in volumes:
        outcome, wrong = _pixels(volume, data, sound)
        outcomes.append(outcome)
        failure = failure or wrong
    return Verdict(outcomes[0] if outcomes else "nothing", seconds, failure)


def _pixels(volume: Volume, data: bytes, sound: NDArray[np.int16] | None) -> tuple[str, str]:
    same = sound is not None and volume.hu.shape == sound.shape and np.array_equal(volume.hu, sound)
    if data.startswith(b"PK") or any(w.code == "wrong_syntax" for w in volume.warnings):
        return ("same" if same else "alone"), ""  # many files in one; or flagged to the user as odd
    theirs = second_reader(data)
    if theirs is None:
        return ("same" if same else "alone"), ""
    ours = sorted(plane.tobytes() for plane in volume.hu)
    if any(plane not in [t.tobytes() for t in theirs] for plane in ours):
        return "wrong", f"HU differ from the second reader's: {volume.shape}"
    return ("same" if same else "other"), ""


def second_reader(data: bytes) -> list[NDArray[np.int16]] | None:
    """HU of every frame by pydicom's parser and plain arithmetic; ``None`` where it has no opinion."""
    from pydicom import dcmread

    if data.count(b"\xe0\x7f\x10\x00") > 1:  # a file behind a file: we read the first, pydicom mixes both
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ds = dcmread(io.BytesIO(data), force=True)
            rows, columns, allocated = int(ds.Rows), int(ds.Columns), int(ds.BitsAllocated)
            stored, signed = int(ds.BitsStored), int(ds.PixelRepresentation)
            high = int(ds.HighBit) if "HighBit" in ds else stored - 1
            slope, intercept = float(ds.RescaleSlope), float(ds.RescaleIntercept)
            frames = int(ds.get("NumberOfFrames", 1) or 1)
            if "ModalityLUTSequence" in ds or "PerFrameFunctionalGroupsSequence" in ds or rows * columns > 1 << 22:
                return None
            syntax = str(ds.file_meta.TransferSyntaxUID)
            words = _words(ds, syntax, (rows, columns, allocated // 8), frames)
        except Exception:  # noqa: BLE001 - pydicom may refuse or stumble over what we read; then there is no opinion
            return None
    return None if words is None else [_hu(w, stored, high, signed, slope, intercept) for w in words]


def _words(ds: Any, syntax: str, size: tuple[int, int, int], frames: int) -> list[NDArray[Any]] | None:
    from pydicom.encaps import generate_frames

    rows, columns, width = size
    known = SYNTAXES.get(syntax)
    if known is None:
        return None
    if known.native:
        order = ">" if syntax == "1.2.840.10008.1.2.2" else "<"
        raw = np.frombuffer(ds.PixelData, f"{order}u{width}", rows * columns * frames)
        return list(raw.reshape(frames, rows, columns).astype(f"u{width}"))
    coded = list(generate_frames(ds.PixelData, number_of_frames=frames))
    if known.decoder == "rle":
        from pydicom.pixels.decoders.rle import _rle_decode_frame

        decoded = [bytes(_rle_decode_frame(c, rows, columns, 1, width * 8, ">")) for c in coded]
        return [np.frombuffer(d, f"<u{width}").reshape(rows, columns) for d in decoded]
    # The same decoder as ours: what is checked is which bytes it is given and what is made of its words.
    try:
        return [decoder_pool.pool.decode(Job(known.decoder, rows, columns, width), c) for c in coded]
    except FileProblem:
        return None


def _hu(words: NDArray[Any], stored: int, high: int, signed: int, slope: float, intercept: float) -> NDArray[np.int16]:
    values = (words.astype(np.int64) & ((1 << words.dtype.itemsize * 8) - 1)) >> (high + 1 - stored)
    values &= (1 << stored) - 1
    if signed:
        values = np.where(values >= 1 << stored - 1, values - (1 << stored), values)
    return np.clip(np.rint(values * slope + intercept), -32768, 32767).astype(np.int16)


_AT_START = 0


def memory_trouble() -> str:
    """What took more than 1 GB so far, by the kernel's high water marks (Linux); "" where nothing did."""
    global _AT_START  # noqa: PLW0603
    own, decoders = memory_peaks()
    _AT_START = _AT_START or own
    if own - _AT_START > MAX_BYTES:
        return f"the program took {(own - _AT_START) >> 20} MB"
    if decoders > MAX_BYTES:
        return f"a decoder took {decoders >> 20} MB"
    return ""


def memory_peaks() -> tuple[int, int]:
    """(this process, the largest of its decoders) in bytes of resident memory, at their highest."""
    if sys.platform != "linux":
        return 0, 0
    pids = [process._process.pid for process in list(decoder_pool.pool._all)]
    return _peak(os.getpid()), max((_peak(pid) for pid in pids), default=0)


def _peak(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            return next((int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM")), 0)
    except OSError:
        return 0
