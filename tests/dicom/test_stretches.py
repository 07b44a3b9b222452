"""The walk finds the same in a file, whether it remembers files like it or not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from ldct_viewer.dicom import elements, stretches
from ldct_viewer.dicom.codes import FileProblem
from ldct_viewer.dicom.header import IPP, WANTED, WANTED_SEQUENCES
from ldct_viewer.dicom.source import MemoryBytes

from ..shared_data import CASES, needs_cases
from .make_ct import EXPLICIT, IMPLICIT, series


def told(data: bytes) -> object:
    """All that a parse of ``data`` says, or its refusal."""
    try:
        p = elements.parse(MemoryBytes(data), WANTED, WANTED_SEQUENCES)
    except FileProblem as problem:
        return problem.reason, problem.detail
    return p.syntax, p.little, p.explicit, list(p.values.items()), p.meta, p.sequences, p.pixel_offset, p.pixel_length


def forget() -> None:
    elements._plan.cache_clear()


def changed(data: bytes, chance: random.Random) -> bytes:
    """One to three bytes other than they were, many of them in tags and lengths, or bytes gone or doubled."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(128, min(len(out), 4000))
        kind = chance.random()
        if kind < 0.7:
            out[at] = chance.choice((0, 1, 8, 16, 127, 254, 255, out[at] ^ 1 << chance.randrange(8)))
        elif kind < 0.85:
            del out[at : at + chance.randint(1, 12)]
        else:
            out[at:at] = out[at : at + chance.randint(1, 40)]
    return bytes(out)


def same_with_and_without_memory(files: list[bytes], tries: int) -> None:
    chance = random.Random(5)
    files = files + [changed(chance.choice(files), chance) for _ in range(tries)]
    forget()
    remembered = [told(data) for data in files]
    for data, before in zip(files, remembered, strict=True):
        forget()
        assert told(data) == before


def with_sequences(ds: Dataset, k: int) -> None:
    """Sequences of both kinds of length, one with a value of its own in every slice; a private value."""
    inner = Dataset()
    inner.ReferencedSOPInstanceUID = f"1.2.{k}" if k % 2 else "1.2.3"
    ds.ReferencedImageSequence = Sequence([inner])
    ds["ReferencedImageSequence"].is_undefined_length = k % 3 != 0
    ds.add_new(0x00091010, "UN", bytes(20 + 2 * (k % 2)))
    ds.ImageComments = "x" * (2 * k)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_a_series_is_told_the_same_with_and_without_memory(tmp_path: Path, syntax: str) -> None:
    files = [path.read_bytes() for path in series(tmp_path / "one", change=with_sequences, syntax=syntax)]
    assert all(isinstance(told(data), tuple) and len(told(data)) == 8 for data in files)  # type: ignore[arg-type]
    same_with_and_without_memory(files, 400)


@needs_cases
def test_odd_files_are_told_the_same_with_and_without_memory() -> None:
    files: list[bytes] = []
    for case in ("d00-base", "d30-ts-implicit", "d31-ts-bigendian", "d34-ts-jpegll57", "d26-modality-lut"):
        some = [p for p in sorted((CASES / case).rglob("*")) if p.is_file() and p.stat().st_size > 4000][:4]
        files += [p.read_bytes()[: 1 << 15] for p in some]
    assert len(files) >= 16
    same_with_and_without_memory(files, 1000)


def test_a_remembered_stretch_gives_the_values_of_the_file_at_hand(tmp_path: Path) -> None:
    files = [path.read_bytes() for path in series(tmp_path / "one")]
    forget()
    places = [elements.parse(MemoryBytes(data), WANTED).values[IPP] for data in files]
    assert places == sorted(set(places), key=places.index) and len(set(places)) == len(files)


def test_memory_is_bounded() -> None:
    memory = stretches.Memory()
    for n in range(30_000):
        memory.learn(memory.of(n % 5000), [(n.to_bytes(8, "little"), 3, 0)] * 5)
    assert sum(len(known) for known in memory._kinds.values()) < 10_000
