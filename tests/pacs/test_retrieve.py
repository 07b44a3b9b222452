"""Fetching a series: C-GET and C-MOVE, what a hostile or failing archive can and cannot do."""

from __future__ import annotations

import errno
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread

from ldct_viewer.cancel import CancelToken
from ldct_viewer.dicom.codes import FileProblem
from ldct_viewer.errors import Cancelled, PacsError, WriteError
from ldct_viewer.pacs import retrieve as module
from ldct_viewer.pacs.client import SeriesRow, valid_uid
from ldct_viewer.pacs.objects import received
from ldct_viewer.pacs.retrieve import retrieve
from tests.dicom.make_ct import series

from .kit import CT, EXPLICIT, MR, archive


@pytest.fixture
def images(tmp_path: Path) -> list:
    return [dcmread(path) for path in series(tmp_path / "src")]


def row(images: list) -> SeriesRow:
    return SeriesRow(str(images[0].StudyInstanceUID), str(images[0].SeriesInstanceUID), images=len(images))


@pytest.mark.parametrize("method", ["get", "move", "auto"])
def test_all_images_arrive_whole(images, tmp_path, method):
    told: list[tuple[int, int]] = []
    with archive(images=images) as pacs:
        result = retrieve(pacs.node, row(images), tmp_path / "a" / "b", method, lambda *a: told.append(a))
    assert (len(result.files), result.failed, result.method) == (6, 0, "get" if method == "auto" else method)
    pixels = {str(image.SOPInstanceUID): image.PixelData for image in images}
    for file in result.files:
        got = dcmread(file)  # with preamble and meta, or pydicom refuses
        assert file.parent == tmp_path / "a" / "b" and got.PixelData == pixels.pop(str(got.SOPInstanceUID))
        assert got.file_meta.MediaStorageSOPInstanceUID == got.SOPInstanceUID
    assert not pixels and told[-1] == (6, 6)


def test_auto_moves_where_get_is_not_offered(images, tmp_path):
    with archive(images=images, services="efms") as pacs:
        assert retrieve(pacs.node, row(images), tmp_path / "a").method == "move"
        with pytest.raises(PacsError, match="C-GET") as error:
            retrieve(replace(pacs.node, move_port=None), row(images), tmp_path / "b")
    assert error.value.code == "not_supported"


def test_move_to_a_title_that_the_archive_does_not_know(images, tmp_path):
    with archive(images=images) as pacs, pytest.raises(PacsError) as error:
        retrieve(replace(pacs.node, move_ae="STRANGER"), row(images), tmp_path / "a", "move")
    assert error.value.code == "status" and "AE title" in error.value.message


def test_with_tls_images_never_come_back_in_the_clear(images, tmp_path):
    """Without a certificate of ours the archive could only reach us without encryption."""
    with archive() as pacs, pytest.raises(PacsError) as error:
        retrieve(replace(pacs.node, tls=True), row(images), tmp_path / "a", "move")
    assert error.value.code == "tls" and "certificate" in error.value.message and not list((tmp_path / "a").iterdir())


def test_move_to_a_port_in_use(images, tmp_path):
    with archive(images=images) as pacs, pytest.raises(PacsError) as error:
        retrieve(replace(pacs.node, move_port=pacs.node.port), row(images), tmp_path / "a", "move")
    assert error.value.code == "port_in_use"


@pytest.mark.parametrize("method", ["get", "move"])
def test_images_of_another_series_are_not_taken(images, tmp_path, method):
    images[2].SeriesInstanceUID = "1.2.3.4"
    with archive(images=images) as pacs:
        result = retrieve(pacs.node, row(images), tmp_path / "a", method)
    assert len(result.files) == 5 and result.failed == 1 and result.notes
    assert len(list((tmp_path / "a").iterdir())) == 5


@pytest.mark.parametrize(
    "uid", ["../../../evil", "/etc/passwd", "1.2.3/../x", "..", "1..2", "", "1" * 65, "1.2\x00", "１"]
)
def test_an_identifier_that_is_no_uid_never_becomes_a_name(images, uid):
    data = b"\x08\x00\x16\x00UI\x02\x001\x00"
    assert not valid_uid(uid)
    with pytest.raises(FileProblem):
        received(CT, uid, EXPLICIT, data)


def test_an_archive_that_sends_paths_for_uids(images, tmp_path):
    images[1].SOPInstanceUID = "../../evil"
    with archive(images=images) as pacs:
        result = retrieve(pacs.node, row(images), tmp_path / "deep" / "a")
    assert len(result.files) == 5 and result.failed == 1
    assert {path.suffix for path in (tmp_path / "deep").rglob("*") if path.is_file()} == {".dcm"}
    assert not list(tmp_path.rglob("*evil*"))


def test_another_image_than_announced_is_refused(images):
    whole = Path(images[0].filename).read_bytes()
    start = 132 + 12 + int.from_bytes(whole[140:144], "little")
    received(CT, str(images[0].SOPInstanceUID), EXPLICIT, whole[start:])
    with pytest.raises(FileProblem):
        received(CT, "1.2.3", EXPLICIT, whole[start:])
    with pytest.raises(FileProblem):
        received(CT, str(images[0].SOPInstanceUID), EXPLICIT, whole[start:-100])  # cut


def test_a_link_in_the_folder_is_replaced_not_followed(images, tmp_path):
    (tmp_path / "a").mkdir()
    precious = tmp_path / "precious"
    precious.write_bytes(b"mine")
    (tmp_path / "a" / f"{images[0].SOPInstanceUID}.dcm").symlink_to(precious)
    with archive(images=images) as pacs:
        retrieve(pacs.node, row(images), tmp_path / "a")
    assert precious.read_bytes() == b"mine"


def test_a_full_disk_is_told(images, tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "store", full)
    with archive(images=images) as pacs, pytest.raises(WriteError) as error:
        retrieve(pacs.node, row(images), tmp_path / "a")
    assert error.value.code == "disk_full"


@pytest.mark.parametrize("method", ["get", "move"])
def test_cancel_keeps_what_is_whole(images, tmp_path, method):
    token = CancelToken()
    with archive(images=images, delay_s=0.3) as pacs:
        started = time.monotonic()
        threading.Timer(0.8, token.cancel).start()
        with pytest.raises(Cancelled):
            retrieve(pacs.node, row(images), tmp_path / "a", method, cancel=token)
        assert time.monotonic() - started < 10
    files = list((tmp_path / "a").iterdir())
    assert len(files) < 6 and all(dcmread(file).PixelData for file in files)


def test_images_that_are_no_ct_are_counted_as_failed(images, tmp_path):
    images[0].SOPClassUID = MR
    with archive(images=images, classes=(CT, MR)) as pacs:
        result = retrieve(pacs.node, row(images), tmp_path / "a")
    assert len(result.files) == 5 and result.failed == 1 and result.notes


def test_a_series_without_valid_identifier_asks_nobody(tmp_path):
    with archive() as pacs, pytest.raises(PacsError):
        retrieve(pacs.node, SeriesRow("1.2", "*"), tmp_path)
    assert pacs.associations == 0
