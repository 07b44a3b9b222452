"""De-identified export: nothing of PS3.15 table E.1-1 gets out, UIDs are remapped, the method is recorded."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.datadict import dictionary_keyword, dictionary_VR, keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from ldct_viewer.dicom.deidentify import allowed, user_key
from ldct_viewer.dicom.derive import ExportOptions, write_derived
from ldct_viewer.errors import WriteError

from ..shared_data import CASES, needs_cases
from .derive_kit import DENOISED, make_series, opened

KEY = bytes(range(32))
CANARY = "CANARY"
# A value that each VR admits and that is found again as bytes.
VALUES = {
    "DA": "19581231", "TM": "235958", "DT": "19581231235958", "AS": "099Y", "UI": "1.2.3.4581231",
    "IS": "4581231", "DS": "4581231", "CS": CANARY, "AE": CANARY, "SH": CANARY, "LO": CANARY, "LT": CANARY,
    "ST": CANARY, "UT": CANARY, "UC": CANARY, "PN": CANARY, "UR": CANARY, "OB": CANARY.encode(), "UN": CANARY.encode(),
}  # fmt: skip
TRACES = (b"CANARY", b"19581231", b"235958", b"4581231", b"099Y")


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("appdata")
    monkeypatch.setenv("LDCT_DATA_DIR", str(folder))
    return folder


def deidentified(source: Path, target: Path, **options: object) -> list[Dataset]:
    found, volume = opened(source)
    report = write_derived(
        found, volume.hu, target, DENOISED, ExportOptions(deidentify=True, **options), deidentify_key=KEY
    )
    return [dcmread(path) for path in report.files]


def traces(folder: Path, words: tuple[bytes, ...] = TRACES) -> list[str]:
    return [
        f"{path.name}: {word!r}" for path in sorted(folder.iterdir()) for word in words if word in path.read_bytes()
    ]


def confidential_tags() -> list[int]:
    """Table E.1-1 as dicom-anonymizer carries it (a test oracle only)."""
    pytest.importorskip("dicomanonymizer", reason="dicom-anonymizer (test oracle for PS3.15 table E.1-1) absent")
    from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as table

    return sorted(group << 16 | element for group, element, *mask in table.ALL_TAGS if not mask)


def test_no_attribute_of_the_confidentiality_table_leaves_with_its_value(tmp_path: Path) -> None:
    tags = confidential_tags()
    assert len(tags) > 600
    planted = 0

    def change(ds: Dataset, k: int) -> None:
        nonlocal planted
        planted = 0
        inner = Dataset()
        inner.PatientName = inner.CodeMeaning = CANARY
        for tag in tags:
            keyword = keyword_for_tag(tag)
            if not keyword or keyword in ("SOPInstanceUID", "SeriesInstanceUID") or tag >> 16 in (0x0000, 0x0002):
                continue
            vr = dictionary_VR(tag)
            if vr == "SQ":
                ds.add_new(tag, "SQ", Sequence([inner]))
            elif vr in VALUES:
                ds.add_new(tag, vr, VALUES[vr])
            else:
                continue
            planted += 1
        # UIDs must stay equal within the series
        ds.StudyInstanceUID, ds.FrameOfReferenceUID = "1.2.3.4581231", "1.2.3.4581231.9"

    source = make_series(tmp_path / "CANARY", count=2, change=change)
    assert planted > 550
    assert traces(source)
    deidentified(source, tmp_path / "out")
    assert traces(tmp_path / "out") == []


def test_allow_list_and_confidentiality_table_are_disjoint() -> None:
    both = [dictionary_keyword(tag) for tag in confidential_tags() if allowed(tag)]
    assert both == []


@needs_cases
@pytest.mark.parametrize("compress", ["none", "jpegls"])
def test_canary_case_leaves_no_hit_anywhere(tmp_path: Path, own_data_dir: Path, compress: str) -> None:
    source = CASES / "d62-phi-canary" / "data"
    deidentified(source, tmp_path / "out", compress=compress)
    hits = [
        os.path.join(folder, name)
        for root in (tmp_path, own_data_dir)
        for folder, _, names in os.walk(root)
        for name in names
        if b"CANARY" in (Path(folder) / name).read_bytes() or "CANARY" in folder + name
    ]
    assert hits == []


def test_method_is_recorded_and_pixels_are_not_claimed_clean(tmp_path: Path) -> None:
    (first, *_) = deidentified(make_series(tmp_path / "source"), tmp_path / "out")
    assert first.PatientIdentityRemoved == "YES"
    codes = [item.CodeValue for item in first.DeidentificationMethodCodeSequence]
    assert codes == ["113100"]
    assert first.PatientName == first.PatientID and str(first.PatientID).startswith("ANON-")
    assert (first.StudyDate, first.PatientBirthDate, first.PatientSex) == ("", "", "")
    assert "ContentDate" not in first and "InstitutionName" not in first


def test_uids_are_remapped_alike_in_every_export(tmp_path: Path) -> None:
    source = make_series(tmp_path / "source")
    a, b = deidentified(source, tmp_path / "a"), deidentified(source, tmp_path / "b")
    original = dcmread(next(source.iterdir()))
    for keyword in ("StudyInstanceUID", "FrameOfReferenceUID", "PatientID"):
        assert len({str(ds[keyword].value) for ds in a + b}) == 1
        assert a[0][keyword].value != original[keyword].value
    assert a[0].SeriesInstanceUID != b[0].SeriesInstanceUID
    referenced = {ds.SourceImageSequence[0].ReferencedSOPInstanceUID for ds in a}
    assert len(referenced) == 6 and not referenced & {dcmread(p).SOPInstanceUID for p in source.iterdir()}


def test_what_the_images_need_is_still_there(tmp_path: Path) -> None:
    source = make_series(tmp_path / "source")
    (first, *_) = deidentified(source, tmp_path / "out")
    assert opened(tmp_path / "out")[1].geometry == opened(source)[1].geometry
    assert (first.KVP, first.ConvolutionKernel, first.CTDIvol, first.Manufacturer) == (110, "D40s", 1.8, "ACME")
    assert first.SeriesDescription == "[AI denoised 60%]"  # the source's text is not repeated


def test_key_is_private_and_made_once(own_data_dir: Path) -> None:
    first = user_key()
    assert len(first) == 32 and user_key() == first
    if os.name == "posix":
        assert (own_data_dir / "deidentify.key").stat().st_mode & 0o077 == 0


def test_two_that_make_the_key_at_once_agree(own_data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second asks at the worst moment: while the first is about to write."""
    from ldct_viewer.dicom import deidentify

    others: list[bytes] = []
    real = deidentify.secrets.token_bytes

    def slowly(count: int) -> bytes:
        if not others:
            others.append(b"")
            others[0] = user_key()
        return real(count)

    monkeypatch.setattr(deidentify.secrets, "token_bytes", slowly)
    assert user_key() == others[0] == (own_data_dir / "deidentify.key").read_bytes()
    assert [path.name for path in own_data_dir.iterdir()] == ["deidentify.key"]


@pytest.mark.parametrize("links", [True, False])
def test_many_processes_make_one_key(own_data_dir: Path, links: bool) -> None:
    """Also where the file system knows no hard links (FAT, some shares)."""
    none = "import os, errno\ndef link(*a): raise OSError(errno.EPERM, 'none')\nos.link = link\n"
    code = (
        "import sys\nfrom ldct_viewer.dicom.deidentify import user_key\nprint(flush=True)\nsys.stdin.read(1)\n"
        "print(user_key().hex())"
    )
    command = [sys.executable, "-c", ("" if links else none) + code]
    crowd = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    for one in crowd:
        assert one.stdout is not None
        one.stdout.readline()
    for one in crowd:
        assert one.stdin is not None
        one.stdin.write("x")
        one.stdin.flush()
    keys = {one.communicate()[0].strip() for one in crowd}
    assert keys == {(own_data_dir / "deidentify.key").read_bytes().hex()}


def test_a_full_disk_leaves_no_half_key(own_data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(WriteError) as error:
            user_key()
    assert error.value.code == "key" and not list(own_data_dir.iterdir())
    assert len(user_key()) == 32
