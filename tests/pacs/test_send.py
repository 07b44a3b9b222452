"""Sending: the syntax the files have, or uncompressed; what the archive says of each file."""

from __future__ import annotations

import struct
import threading
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import UID

from ldct_viewer.cancel import CancelToken
from ldct_viewer.errors import Cancelled, PacsError
from ldct_viewer.pacs.native import to_native
from ldct_viewer.pacs.objects import examine_file
from ldct_viewer.pacs.send import FAILED, SENT, WARNING, send
from tests.dicom.make_ct import dataset, pixels, series

from .kit import EXPLICIT, IMPLICIT, JPEG_SV1, RLE, archive

BIG, DEFLATED, JPEGLS = "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.80"


def compressed(folder: Path) -> list[Path]:
    return series(folder, pixels(3), syntax=JPEGLS, encode=imagecodecs.jpegls_encode)


def test_every_byte_of_the_data_set_arrives(tmp_path):
    files = series(tmp_path / "s")
    with archive() as pacs:
        result = send(pacs.node, files)
    assert result.sent == 6 and not result.failed and not result.warnings
    for file, (_, syntax, data) in zip(files, pacs.stored, strict=True):
        assert syntax == EXPLICIT and file.read_bytes().endswith(data) and len(data) > 1500


def test_compressed_stays_compressed_where_it_is_taken(tmp_path):
    files = compressed(tmp_path / "s")
    with archive(syntaxes=(EXPLICIT, JPEGLS)) as pacs:
        assert send(pacs.node, files).sent == 3
    assert {syntax for _, syntax, _ in pacs.stored} == {JPEGLS}
    assert all(file.read_bytes().endswith(data) for file, (_, _, data) in zip(files, pacs.stored, strict=True))


@pytest.mark.parametrize("taken", [EXPLICIT, IMPLICIT])
def test_compressed_is_decompressed_where_it_is_not(tmp_path, taken):
    files = compressed(tmp_path / "s")
    with archive(syntaxes=(taken,)) as pacs:
        assert send(pacs.node, files).sent == 3
    for plane, file, (got, syntax, _) in zip(pixels(3), files, pacs.stored, strict=True):
        assert syntax == taken and np.array_equal(np.frombuffer(got.PixelData, "<u2").reshape(plane.shape), plane)
        assert got.SOPInstanceUID == dcmread(file).SOPInstanceUID and got.BitsStored == 12
        got.file_meta = dcmread(file).file_meta
        assert "NumberOfFrames" not in got


@pytest.mark.parametrize("syntax", [BIG, DEFLATED, IMPLICIT])
def test_every_uncompressed_encoding_arrives_as_the_same_pixels(tmp_path, syntax):
    stored = pixels(2)
    files = series(tmp_path / "s", stored)
    for file, plane in zip(files, stored, strict=True):
        old = dcmread(file)
        ds = dataset(plane, int(old.InstanceNumber) - 1, old.SeriesInstanceUID, old.StudyInstanceUID, "1.2.3")
        ds.file_meta.TransferSyntaxUID = UID(syntax)
        ds.PixelData = plane.astype(">u2" if syntax == BIG else "<u2").tobytes()
        ds.save_as(file, enforce_file_format=True, overwrite=True)
    with archive(syntaxes=(EXPLICIT,)) as pacs:
        result = send(pacs.node, files)
    assert result.sent == 2, result
    for plane, (got, _, _) in zip(stored, pacs.stored, strict=True):
        assert np.array_equal(np.frombuffer(got.PixelData, "<u2").reshape(plane.shape), plane)
        assert (got.Rows, got.InstanceNumber is not None) == (24, True)


def test_a_file_without_preamble_or_meta_is_sent_too(tmp_path):
    files = series(tmp_path / "s")[:2]
    for file in files:
        whole = file.read_bytes()
        file.write_bytes(whole[144 + int.from_bytes(whole[140:144], "little") :])
    assert not examine_file(files[0]).plain
    with archive() as pacs:
        assert send(pacs.node, files).sent == 2
    assert np.array_equal(np.frombuffer(pacs.stored[0][0].PixelData, "<u2").reshape(24, 32), pixels()[0])


@pytest.mark.parametrize(
    ("status", "state", "retry"),
    [
        (0x0000, SENT, False),
        (0xB000, WARNING, False),
        (0xB006, WARNING, False),
        (0xB007, WARNING, False),
        (0x0111, WARNING, False),
        (0xA700, FAILED, True),
        (0xA900, FAILED, False),
        (0xC123, FAILED, True),
        (0x0122, FAILED, False),
        (0x0124, FAILED, False),
    ],
)
def test_statuses_of_the_standard(tmp_path, status, state, retry):
    files = series(tmp_path / "s")[:1]
    with archive(status=lambda n: status) as pacs:
        (outcome,) = send(pacs.node, files).outcomes
    assert (outcome.state, outcome.status, outcome.retry) == (state, status, retry)
    assert bool(outcome.message) == (status != 0)


def test_what_is_no_dicom_fails_alone(tmp_path):
    files = series(tmp_path / "s")[:2]
    (tmp_path / "readme.txt").write_text("hello")
    cut = tmp_path / "cut.dcm"
    cut.write_bytes(files[0].read_bytes()[:-50])
    told = []
    with archive() as pacs:
        result = send(pacs.node, [tmp_path / "readme.txt", cut, *files, tmp_path / "gone"], on_file=told.append)
    assert [outcome.state for outcome in result.outcomes] == [FAILED, FAILED, SENT, SENT, FAILED]
    assert len(told) == 5 and len(pacs.stored) == 2


@pytest.mark.parametrize("error", [struct.error("unpack"), EOFError(), zlib.error("-3"), RecursionError()])
def test_a_file_that_cannot_be_converted_fails_alone(tmp_path, monkeypatch, error):
    """Else it would stop the queue at every start, and all that waits behind it."""
    files, real, broken = compressed(tmp_path / "s"), to_native, []

    def once(path: Path) -> object:
        if not broken:
            broken.append(path)
            raise error
        return real(path)

    monkeypatch.setattr("ldct_viewer.pacs.send.to_native", once)
    with archive(syntaxes=(EXPLICIT,)) as pacs:
        result = send(pacs.node, files)
    assert [outcome.state for outcome in result.outcomes] == [FAILED, SENT, SENT]


def test_an_archive_that_takes_no_ct_fails_every_file(tmp_path):
    with archive(classes=("1.2.840.10008.5.1.4.1.1.4",)) as pacs:
        result = send(pacs.node, series(tmp_path / "s"))
    assert len(result.failed) == 6 and all("kind of image" in outcome.message for outcome in result.failed)


def test_a_refused_syntax_that_we_cannot_offer_otherwise(tmp_path):
    files = series(tmp_path / "s")[:1]
    with archive(syntaxes=(RLE, JPEG_SV1)) as pacs:
        (outcome,) = send(pacs.node, files).outcomes
    assert outcome.state == FAILED and not pacs.stored


def test_nobody_there(tmp_path):
    with archive() as pacs:
        node = pacs.node
    with pytest.raises(PacsError) as error:
        send(node, series(tmp_path / "s"))
    assert error.value.code == "refused"


def test_cancel_stops_between_files(tmp_path):
    token = CancelToken()
    with archive(delay_s=0.2) as pacs:
        threading.Timer(0.5, token.cancel).start()
        with pytest.raises(Cancelled):
            send(pacs.node, series(tmp_path / "s", pixels(40)), cancel=token)
    assert len(pacs.stored) < 12


def test_messages_name_no_patient(tmp_path):
    files = series(tmp_path / "s", change=lambda ds, k: setattr(ds, "PatientName", "Canary^Plant"))
    with archive(status=lambda n: (0xB007, 0xA700, 0xC000)[n % 3]) as pacs:
        result = send(pacs.node, files)
    assert "Canary" not in " ".join(outcome.message for outcome in result.outcomes)
