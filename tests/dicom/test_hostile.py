"""Files made to break readers: a typed answer, soon, in little memory, and nothing outside is touched."""

from __future__ import annotations

import io
import stat
import struct
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from ldct_viewer.dicom.read import SeriesReader, load
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.errors import OpenError

from ..shared_data import CASES, needs_cases
from . import make_ct

psutil = pytest.importorskip("psutil")
MAX_SECONDS, MAX_MEMORY = 4.0, 512e6  # DICOM.md says 2 s; twice that on a busy test machine


def open_everything(path: Path) -> list[str]:
    """Codes of what a drop of ``path`` gives; fails the test where it is slow or large."""
    before, start = psutil.Process().memory_info().rss, time.process_time()
    result = scan_paths([path])
    codes = [one.code for one in result.ignored]
    for found in result.series:
        try:
            SeriesReader(found).read()
            codes.append("read")
        except OpenError as error:
            codes.append(error.code)
    assert result.counts.balanced
    assert time.process_time() - start < MAX_SECONDS  # its own time: a busy machine is no fault
    assert psutil.Process().memory_info().rss - before < MAX_MEMORY
    return codes


# What each file of d60 must give; anything not listed may be read as a harmless slice.
D60 = {
    "bits32-12": "bad_pixel_length",
    "bitsalloc0": "unsupported_pixels",
    "bitsstored-gt-alloc": "unsupported_pixels",
    "deflate-bomb-1GiB": "bomb",
    "frames-huge": "bad_number",
    "frames-negative": "unsupported_pixels",
    "gdcm-pr235-shape-rle-ybr422": "colour",
    "highbit-weird": "unsupported_pixels",
    "html-names": "read",
    "intercept-inf": "bad_number",
    "iop-parallel": "bad_geometry",
    "iop-zero": "bad_geometry",
    "ipp-nan": "bad_number",
    "j2k-claims-60000": "bad_stream",
    "nested100k": "nested",
    "nested300": "nested",
    "pixeldata-len-4g": "truncated",
    "pixeldata-undefined-native": "bad_pixel_length",
    "pn-len-65535": "truncated",
    "polyglot-pe": "read",
    "rle-overflow": "bad_stream",
    "rows0": "unsupported_pixels",
    "rows65535": "too_large",
    "samples65535": "colour",
    "slope-inf": "bad_number",
    "slope-nan": "bad_number",
    "slope0": "bad_rescale",
    "spacing-neg": "bad_geometry",
    "spacing0": "bad_geometry",
    "window0": "read",
}


@needs_cases
@pytest.mark.parametrize("name", D60)
def test_each_malicious_file(name: str) -> None:
    assert open_everything(CASES / "d60-malicious" / "data" / f"{name}.dcm") == [D60[name]]


@needs_cases
def test_the_list_of_malicious_files_is_complete() -> None:
    assert {path.stem for path in (CASES / "d60-malicious" / "data").iterdir()} == set(D60)


@needs_cases
def test_archive_attacks() -> None:
    data = CASES / "d61-archive-attacks" / "data"
    assert open_everything(data / "bomb-1GiB.zip") == ["bomb"]
    assert open_everything(data / "symlink.zip") == ["link"]
    assert open_everything(data / "truncated.zip") == ["bad_archive"]
    assert open_everything(data / "nested10.zip") == ["nested_archive"]
    assert set(open_everything(data / "many-50000.zip")) == {"empty_file", "too_many"}
    v = load(data / "good-korean-names.zip")
    assert v.shape == (28, 128, 128) and v.hu.mean() == pytest.approx(-830.9637581961496)
    slip = scan_paths([data / "zipslip.zip"])
    for path in [*(i.path for i in slip.ignored), *(f for s in slip.series for f in s.files)]:
        assert (data / "zipslip.zip") in path.parents and ".." not in path.parts


def zipped(path: Path, members: dict[str, bytes], mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return path


def test_zip_is_read_in_place_one_level_of_nesting(tmp_path: Path) -> None:
    files = make_ct.series(tmp_path / "source")
    members = {f"../../김철수/{p.name}": p.read_bytes() for p in files}
    good = zipped(tmp_path / "좋은.zip", members)
    inner = zipped(tmp_path / "outer.zip", {"a.zip": good.read_bytes()})
    deepest = zipped(tmp_path / "deepest.zip", {"b.zip": inner.read_bytes()})
    before = sorted(tmp_path.rglob("*"))
    for path in (good, inner):
        np.testing.assert_array_equal(load(path).hu, make_ct.pixels().astype(int) - 1024)
    assert open_everything(deepest) == ["nested_archive"]
    assert sorted(tmp_path.rglob("*")) == before and not (tmp_path.parent / "김철수").exists()
    link = zipped(tmp_path / "l.zip", {"x.dcm": b"/etc/passwd"}, stat.S_IFLNK | 0o777)
    assert open_everything(link) == ["link"]


def test_zip_that_lies_about_its_size(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", {"x.dcm": bytes(200 << 20)})
    assert open_everything(path) == ["bomb"]
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 1000)  # central directory: 1000 bytes instead of 200 MB
    path.write_bytes(data)
    assert open_everything(path) in (["not_dicom"], ["bad_archive"])


def explicit(tag: tuple[int, int], vr: bytes, value: bytes) -> bytes:
    if vr in (b"SQ", b"OB", b"OW", b"UN"):
        return struct.pack("<HH2sHL", *tag, vr, 0, len(value)) + value
    return struct.pack("<HH2sH", *tag, vr, len(value)) + value


def with_meta(syntax: bytes, body: bytes) -> bytes:
    return bytes(128) + b"DICM" + explicit((2, 0x10), b"UI", syntax + b"\0" * (len(syntax) % 2)) + body


def test_deflate_bomb_costs_no_memory(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = b"".join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
    path = tmp_path / "bomb.dcm"
    header = explicit((8, 0x16), b"UI", make_ct.CT.encode() + b"\0")
    huge = zlib.compressobj(9, zlib.DEFLATED, -15)
    path.write_bytes(with_meta(b"1.2.840.10008.1.2.1.99", body))
    tracemalloc.start()
    assert len(open_everything(path)) == 1
    claimed = huge.compress(header + struct.pack("<HH2sHL", 9, 1, b"OB", 0, 0xFFFFFFF0)) + huge.flush()
    path.write_bytes(with_meta(b"1.2.840.10008.1.2.1.99", claimed))
    assert open_everything(path) == ["bomb"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64e6


@pytest.mark.parametrize("undefined", [True, False])
def test_nesting_without_end(tmp_path: Path, undefined: bool) -> None:
    depth = 50_000
    if undefined:
        one = struct.pack("<HH2sHL", 8, 0x1140, b"SQ", 0, 0xFFFFFFFF) + struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
        body = one * depth
    else:
        body = b""
        for _ in range(300):
            item = struct.pack("<HHL", 0xFFFE, 0xE000, len(body)) + body
            body = explicit((8, 0x1140), b"SQ", item)
    path = tmp_path / "nested.dcm"
    path.write_bytes(with_meta(make_ct.EXPLICIT.encode(), explicit((8, 5), b"CS", b"ISO_IR 100") + body))
    assert open_everything(path) == ["nested" if undefined else "missing_attribute"]


def test_header_only_reads_are_small(tmp_path: Path) -> None:
    """A scan reads the start of a file, never its pixels."""
    from ldct_viewer.dicom.slices import read_slices
    from ldct_viewer.dicom.source import MemoryBytes

    data = make_ct.series(tmp_path, make_ct.pixels(1, 512, 512))[0].read_bytes()

    class Counting(MemoryBytes):
        asked = 0

        def read(self, offset: int, count: int) -> bytes:
            Counting.asked += min(count, self.size - offset)
            return super().read(offset, count)

    from ldct_viewer.dicom.files import FileRef

    read_slices(Counting(data), FileRef(Path("x")))
    assert Counting.asked < 40_000 < len(io.BytesIO(data).getvalue())


def test_an_archive_whose_table_of_contents_is_absurd_is_not_listed(tmp_path: Path) -> None:
    """zipfile would read the whole table into objects first: half a kilobyte a member, for millions of them."""
    path = tmp_path / "millions.zip"
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<HHH", 6, 0, 0) + bytes(12) + b"a.dcm\0"
    count = (17 << 20) // len(entry)
    table = entry * count
    path.write_bytes(
        b"PK\x03\x04" + bytes(60) + table + b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 9, 9, len(table), 64, 0)
    )
    assert open_everything(path) == ["too_many"]
