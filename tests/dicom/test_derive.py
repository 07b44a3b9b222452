"""The derived series: what its header says, and that its HU are those given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from ldct_viewer.cancel import CancelToken
from ldct_viewer.dicom.derive import ExportOptions, ExportReport, write_derived
from ldct_viewer.dicom.provenance import simulated_low_dose
from ldct_viewer.errors import Cancelled, WriteError

from . import make_ct
from .derive_kit import DENOISED, SHA, Change, make_series, opened, raw_elements, shaken
from .test_pixels import ENCODERS

COPIED_TEXT = (0x00100010, 0x00100020, 0x00200032, 0x00200037, 0x00280030, 0x00180050, 0x0020000D, 0x00200052)


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path / "appdata"))


def exported(tmp_path: Path, change: Change | None = None, **options: object) -> tuple[Path, ExportReport]:
    source = make_series(tmp_path / "source", change=change)
    found, volume = opened(source)
    report = write_derived(
        found, shaken(volume.hu), tmp_path / "out", DENOISED, ExportOptions(**options), volume=volume
    )
    return source, report


def source_of(source: Path, k: int) -> Path:
    """Kit files are written in slice order."""
    return source / f"slice{k}.dcm"


def test_hu_and_geometry_come_back_exactly(tmp_path: Path) -> None:
    found, volume = opened(make_series(tmp_path / "source"))
    wanted = shaken(volume.hu)
    write_derived(found, wanted, tmp_path / "out", DENOISED, volume=volume)
    _, again = opened(tmp_path / "out")
    np.testing.assert_array_equal(again.hu, wanted)
    assert again.geometry == volume.geometry


def test_text_that_is_still_true_is_kept_byte_for_byte(tmp_path: Path) -> None:
    source, report = exported(tmp_path)
    before, after = raw_elements(source_of(source, 2)), raw_elements(report.files[2])
    for tag in COPIED_TEXT:
        assert after[tag] == before[tag], f"{tag:08X}"


def test_identity_is_new_and_study_is_the_same(tmp_path: Path) -> None:
    source, report = exported(tmp_path)
    old = [dcmread(p, stop_before_pixels=True) for p in sorted(source.iterdir())]
    new = [dcmread(p, stop_before_pixels=True) for p in report.files]
    assert {d.SeriesInstanceUID for d in new} == {report.series_uid} != {old[0].SeriesInstanceUID}
    assert len({d.SOPInstanceUID for d in new}) == len(new)
    assert not {d.SOPInstanceUID for d in new} & {d.SOPInstanceUID for d in old}
    assert {d.StudyInstanceUID for d in new} == {old[0].StudyInstanceUID}
    assert {d.FrameOfReferenceUID for d in new} == {old[0].FrameOfReferenceUID}
    assert [int(d.InstanceNumber) for d in new] == [1, 2, 3, 4, 5, 6]
    assert {int(d.SeriesNumber) for d in new} == {1004}


def test_it_says_what_it_is_and_where_it_comes_from(tmp_path: Path) -> None:
    source, report = exported(tmp_path)
    ds, origin = dcmread(report.files[3]), dcmread(source_of(source, 3))
    assert list(ds.ImageType) == ["DERIVED", "SECONDARY", "AXIAL", "AI_DENOISED"]
    assert ds.SeriesDescription == "[AI denoised 60%] Thorax 2.0 D40s"
    assert "PU-M 1.0, strength 60 %" in ds.DerivationDescription and SHA in ds.DerivationDescription
    assert ds.DerivationCodeSequence[0].CodeValue == "NOISE_REDUCT_CNN"
    assert ds.ContentQualification == "RESEARCH" and ds.BurnedInAnnotation == "NO"
    reference = ds.SourceImageSequence[0]
    assert reference.ReferencedSOPInstanceUID == origin.SOPInstanceUID
    assert reference.PurposeOfReferenceCodeSequence[0].CodeValue == "121322"
    assert reference.SpatialLocationsPreserved == "YES"
    equipment = ds.ContributingEquipmentSequence[0]
    assert equipment.PurposeOfReferenceCodeSequence[0].CodeValue == "109102"
    assert list(equipment.SoftwareVersions)[1] == "PU-M 1.0"
    assert ds.Manufacturer == "ACME"  # the scanner, not us


def test_what_is_no_longer_true_is_gone(tmp_path: Path) -> None:
    def change(ds: Dataset, k: int) -> None:
        ds.add_new(0x60003000, "OW", b"\0\0")
        ds.RealWorldValueMappingSequence = Sequence([Dataset()])

    _, report = exported(tmp_path, change)
    ds = dcmread(report.files[0])
    assert not [e for e in ds if e.tag.is_private]
    for keyword in ("SmallestImagePixelValue", "LargestImagePixelValue", "RealWorldValueMappingSequence"):
        assert keyword not in ds
    assert 0x60003000 not in ds
    assert ds.ContentDate != "20240102" and ds.SeriesDate != "20240102" and ds.StudyDate == "20240102"
    assert ds.AcquisitionDate == "20240102"


def test_preamble_is_zero_never_the_sources(tmp_path: Path) -> None:
    _, report = exported(tmp_path)
    assert report.files[0].read_bytes()[:132] == bytes(128) + b"DICM"


def test_windows_and_kernel_stay_kernel_takes_the_suffix(tmp_path: Path) -> None:
    _, report = exported(tmp_path, kernel_suffix="_DN60")
    ds = dcmread(report.files[0])
    assert [float(v) for v in ds.WindowCenter] == [40, -600]
    assert ds.ConvolutionKernel == "D40s_DN60"


def test_options_set_number_and_description(tmp_path: Path) -> None:
    _, report = exported(tmp_path, series_number=777, description="for the tumour board")
    ds = dcmread(report.files[0])
    assert (int(ds.SeriesNumber), ds.SeriesDescription) == (777, "for the tumour board")


def test_description_never_exceeds_64_characters(tmp_path: Path) -> None:
    def change(ds: Dataset, k: int) -> None:
        ds.SeriesDescription = "x" * 64

    _, report = exported(tmp_path, change)
    text = dcmread(report.files[0]).SeriesDescription
    assert len(text) == 64 and text.startswith("[AI denoised 60%] xxx")


@pytest.mark.parametrize(("charset", "raw"), [
    ("\\ISO 2022 IR 149", b"Hong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf"),
    ("", "홍^길동".encode("cp949")),  # undeclared, as many sites in Korea send it
    ("ISO_IR 192", "홍^길동".encode()),
])  # fmt: skip
def test_korean_names_keep_their_bytes_and_character_set(tmp_path: Path, charset: str, raw: bytes) -> None:
    def change(ds: Dataset, k: int) -> None:
        del ds.SpecificCharacterSet
        if charset:
            ds.add_new(0x00080005, "CS", charset)
        ds.add_new(0x00100020, "LO", "P-77")
        ds.PatientName = "NAME" + "x" * (len(raw) - 4 + len(raw) % 2)

    source = make_series(tmp_path / "source", change=change)
    for path in source.iterdir():  # bytes that no library would write
        data = path.read_bytes()
        name = b"NAME" + b"x" * (len(raw) - 4 + len(raw) % 2)
        assert data.count(name) == 1
        path.write_bytes(data.replace(name, raw + b" " * (len(raw) % 2)))
    found, volume = opened(source)
    report = write_derived(found, volume.hu, tmp_path / "out", DENOISED)
    assert raw_elements(report.files[0])[0x00100010].rstrip() == raw
    assert dcmread(report.files[0]).get("SpecificCharacterSet", "") == (
        charset if "\\" not in charset else ["", "ISO 2022 IR 149"]
    )


def test_korean_description_switches_ascii_headers_to_utf8(tmp_path: Path) -> None:
    _, report = exported(tmp_path, description="잡음 제거 60 %")
    ds = dcmread(report.files[0])
    assert ds.SeriesDescription == "잡음 제거 60 %" and ds.PatientName == "Hong^Gildong"


@pytest.mark.parametrize("compress", ["none", "rle", "jpegls", "htj2k"])
def test_every_compression_is_lossless(tmp_path: Path, compress: str) -> None:
    found, volume = opened(make_series(tmp_path / "source"))
    wanted = shaken(volume.hu, low=-2000)
    report = write_derived(found, wanted, tmp_path / "out", DENOISED, ExportOptions(compress=compress))
    _, again = opened(tmp_path / "out")
    np.testing.assert_array_equal(again.hu, wanted)
    ds = dcmread(report.files[0])
    assert ds.file_meta.TransferSyntaxUID.is_compressed == (compress != "none")
    assert "LossyImageCompression" not in ds


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_other_byte_orders_give_the_same_header(tmp_path: Path, syntax: object) -> None:
    def codes(ds: Dataset, k: int) -> None:
        code = Dataset()
        code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "1", "DCM", "IEC Body Dosimetry Phantom"
        ds.CTDIPhantomTypeCodeSequence = Sequence([code])

    def big(ds: Dataset, k: int) -> None:
        codes(ds, k)
        if syntax == ExplicitVRBigEndian:
            ds.PixelData = np.frombuffer(ds.PixelData, "<u2").astype(">u2").tobytes()

    source = make_series(tmp_path / "source", change=big, syntax=syntax)  # type: ignore[arg-type]
    found, volume = opened(source)
    wanted = shaken(volume.hu)
    report = write_derived(found, wanted, tmp_path / "out", DENOISED)
    np.testing.assert_array_equal(opened(tmp_path / "out")[1].hu, wanted)
    ds = dcmread(report.files[0])
    assert ds.CTDIvol == 1.8 and ds.CTDIPhantomTypeCodeSequence[0].CodeMeaning == "IEC Body Dosimetry Phantom"
    assert raw_elements(report.files[0])[0x00200032] == raw_elements(source_of(source, 0))[0x00200032]


def test_lossy_sources_stay_lossy(tmp_path: Path) -> None:
    def change(ds: Dataset, k: int) -> None:
        ds.LossyImageCompression, ds.LossyImageCompressionRatio = "01", "10"
        ds.LossyImageCompressionMethod = "ISO_10918_1"

    _, report = exported(tmp_path, change)
    ds = dcmread(report.files[0])
    assert (ds.LossyImageCompression, ds.LossyImageCompressionRatio) == ("01", 10)
    assert [w.code for w in report.warnings] == ["lossy"]


@pytest.mark.parametrize(("flag", "lossy"), [(None, True), ("01", True), ("00", False)])
@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203"])
def test_what_may_be_lossy_is_so_unless_it_says_otherwise(tmp_path: Path, syntax, flag, lossy) -> None:
    """JPEG 2000 that may be either (PS3.5 A.4.4): in the badge and in what is exported."""
    lossless = ENCODERS["1.2.840.10008.1.2.4.90" if syntax.endswith("91") else "1.2.840.10008.1.2.4.201"]

    def change(ds: Dataset, k: int) -> None:
        if flag is not None:
            ds.LossyImageCompression = flag

    make_ct.series(tmp_path / "source", change=change, syntax=syntax, encode=lossless)
    found, volume = opened(tmp_path / "source")
    assert volume.meta.lossy == lossy
    report = write_derived(found, volume.hu, tmp_path / "out", DENOISED, volume=volume)
    assert (dcmread(report.files[0]).get("LossyImageCompression") == "01") == lossy
    assert ("lossy" in [warning.code for warning in report.warnings]) == lossy


def test_burned_in_annotation_of_the_source_is_not_denied(tmp_path: Path) -> None:
    _, report = exported(tmp_path, lambda ds, k: setattr(ds, "BurnedInAnnotation", "YES"))
    assert dcmread(report.files[0]).BurnedInAnnotation == "YES"


def test_times_follow_the_zone_of_the_source(tmp_path: Path) -> None:
    from datetime import UTC, datetime, timedelta

    _, report = exported(tmp_path, lambda ds, k: setattr(ds, "TimezoneOffsetFromUTC", "+0900"))
    ds = dcmread(report.files[0])
    written = datetime.strptime(ds.ContentDate + ds.ContentTime, "%Y%m%d%H%M%S")
    seoul = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=9)
    assert abs(seoul - written) < timedelta(minutes=2)


def test_second_derivation_keeps_the_first_ones_story(tmp_path: Path) -> None:
    _, report = exported(tmp_path)
    found, volume = opened(report.folder)
    second = write_derived(found, volume.hu, tmp_path / "again", simulated_low_dose(0.25, 7))
    ds = dcmread(second.files[0])
    assert ds.SeriesDescription.startswith("[simulated 25% dose] [AI denoised 60%]")
    assert ds.ImageType[3] == "SIMULATED_DOSE" and "not scanned at this dose" in ds.DerivationDescription
    assert "Earlier: LDCT Viewer" in ds.DerivationDescription
    assert len(ds.ContributingEquipmentSequence) == 2


def test_cancel_leaves_nothing(tmp_path: Path) -> None:
    found, volume = opened(make_series(tmp_path / "source"))
    token = CancelToken()
    with pytest.raises(Cancelled):
        write_derived(
            found, volume.hu, tmp_path / "a" / "out", DENOISED, progress=lambda d, t: token.cancel(), cancel=token
        )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["appdata", "source"]


def test_volume_files_are_refused_with_advice(tmp_path: Path) -> None:
    from dataclasses import replace

    found, volume = opened(make_series(tmp_path / "source"))
    nifti = replace(found, slices=(), files=(), volume_file=tmp_path / "x.nii.gz")
    with pytest.raises(WriteError) as caught:
        write_derived(nifti, volume.hu, tmp_path / "out", DENOISED)
    assert caught.value.code == "not_dicom" and "NIfTI" in caught.value.hint


def test_slices_that_could_not_be_read_are_left_out(tmp_path: Path) -> None:
    source = make_series(tmp_path / "source", count=8)
    found, _ = opened(source)
    from ldct_viewer.dicom.scan import scan_paths

    (source / "slice7.dcm").unlink()
    (source / "slice0.dcm").unlink()
    (part,) = scan_paths([source]).series
    from ldct_viewer.dicom.read import SeriesReader

    smaller = SeriesReader(part).read()
    report = write_derived(found, smaller.hu, tmp_path / "out", DENOISED, volume=smaller)
    assert len(report.files) == 6
    assert opened(tmp_path / "out")[1].geometry == smaller.geometry


def test_korean_description_joins_korean_headers_in_their_own_character_set(tmp_path: Path) -> None:
    def change(ds: Dataset, k: int) -> None:
        ds.SpecificCharacterSet = ["", "ISO 2022 IR 149"]
        ds.PatientName = "Hong^Gildong=洪^吉洞=홍^길동"

    _, report = exported(tmp_path, change, description="잡음 제거")
    ds = dcmread(report.files[0])
    assert ds.SeriesDescription == "잡음 제거" and ds.PatientName == "Hong^Gildong=洪^吉洞=홍^길동"


def test_members_of_a_zip_export_like_files(tmp_path: Path) -> None:
    import shutil

    source = make_series(tmp_path / "source")
    archive = Path(shutil.make_archive(str(tmp_path / "scan"), "zip", source))
    found, volume = opened(archive)
    wanted = shaken(volume.hu)
    write_derived(found, wanted, tmp_path / "out", DENOISED, volume=volume)
    np.testing.assert_array_equal(opened(tmp_path / "out")[1].hu, wanted)


def test_identifiers_that_a_careless_anonymiser_emptied_are_made(tmp_path: Path) -> None:
    """As in TotalSegmentator's files: without a Study UID no archive takes the series."""
    source = make_series(tmp_path / "source", change=lambda ds, k: setattr(ds, "StudyInstanceUID", ""))
    found, volume = opened(source)
    studies = set()
    for name in ("a", "b"):
        report = write_derived(found, volume.hu, tmp_path / name, DENOISED, volume=volume)
        assert "uid_made" in [w.code for w in report.warnings]
        studies |= {dcmread(path).StudyInstanceUID for path in report.files}
    assert len(studies) == 1 and next(iter(studies)).startswith("2.25.")


def test_monochrome1_keeps_its_values_and_says_so(tmp_path: Path) -> None:
    source, report = exported(tmp_path, lambda ds, k: setattr(ds, "PhotometricInterpretation", "MONOCHROME1"))
    assert dcmread(report.files[0]).PhotometricInterpretation == "MONOCHROME1"
    np.testing.assert_array_equal(opened(report.folder)[1].hu, shaken(opened(source)[1].hu))


def test_markup_and_path_text_in_a_header_stays_text(tmp_path: Path) -> None:
    def change(ds: Dataset, k: int) -> None:
        ds.SeriesDescription, ds.PatientID = "=cmd|' /C calc'!A0", "../../etc/passwd"

    _, report = exported(tmp_path, change)
    assert report.files[0].parent == tmp_path / "out"
    assert dcmread(report.files[0]).PatientID == "../../etc/passwd"
