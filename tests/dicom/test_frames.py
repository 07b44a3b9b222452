"""Fragments of compressed frames, put together from the offset table or from start markers; pydicom is the oracle."""

from __future__ import annotations

import pytest
from pydicom.encaps import encapsulate

from ldct_viewer.dicom.frames import encapsulated_frame
from ldct_viewer.dicom.source import MemoryBytes


@pytest.mark.parametrize("table", [True, False])
def test_frames_of_several_fragments_come_back_each_as_itself(table: bool) -> None:
    frames = [b"\xff\xd8" + bytes([n]) * (40 + 10 * n) + b"\xff\xd9" for n in range(1, 5)]
    data = encapsulate(frames, fragments_per_frame=3, has_bot=table) + b"\xfe\xff\xdd\xe0\0\0\0\0"
    for n, frame in enumerate(frames):
        found = encapsulated_frame(MemoryBytes(data), 0, n, len(frames))
        assert found.rstrip(b"\0") == frame


def test_the_offset_table_decides_where_a_fragment_looks_like_a_start() -> None:
    """Coded data may by chance begin like a stream at a fragment's border."""
    frames = [b"\xff\xd8" + b"a" * 18 + b"\xff\xd8" + b"b" * 18, b"\xff\xd8" + b"c" * 38]
    data = encapsulate(frames, fragments_per_frame=2, has_bot=True) + b"\xfe\xff\xdd\xe0\0\0\0\0"
    assert [encapsulated_frame(MemoryBytes(data), 0, n, 2) for n in (0, 1)] == frames
