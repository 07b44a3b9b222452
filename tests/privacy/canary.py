"""A name that stands in every identifying tag and in the folder's name, and a search for it in all that was written."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataset import Dataset

from ..dicom.derive_kit import make_series

TOKEN, UID_TOKEN, PLACE = "QZXCANARY", "1.2.826.0.1.987612345678", "QZXFOLDER"
_TEXT = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}
# What PS3.15 table E.1-1 removes, cleans or replaces and a CT may carry; the whole table where its library is here.
_KEPT = ("ImageType", "Modality", "SpecificCharacterSet", "RescaleType")
_COMMON = """
    AccessionNumber AcquisitionComments AdmissionID AdmittingDiagnosesDescription AdditionalPatientHistory
    Allergies BranchOfService CommentsOnThePerformedProcedureStep ContrastBolusAgent CountryOfResidence
    DerivationDescription DeviceSerialNumber EthnicGroup FillerOrderNumberImagingServiceRequest GantryID
    ImageComments InstitutionAddress InstitutionName InstitutionalDepartmentName IssuerOfPatientID MedicalAlerts
    MedicalRecordLocator MilitaryRank NameOfPhysiciansReadingStudy Occupation OperatorsName OtherPatientIDs
    OtherPatientNames PatientAddress PatientBirthName PatientComments PatientID PatientMotherBirthName
    PatientName PatientReligiousPreference PatientTelephoneNumbers PerformedProcedureStepDescription
    PerformedProcedureStepID PerformingPhysicianName PhysiciansOfRecord ProtocolName ReasonForStudy
    ReferringPhysicianAddress ReferringPhysicianName ReferringPhysicianTelephoneNumbers RegionOfResidence
    RequestedProcedureDescription RequestedProcedureID RequestingPhysician ScheduledProcedureStepDescription
    SeriesDescription SpecialNeeds StationName StudyComments StudyDescription StudyID
"""


def marked_series(folder: Path, count: int = 6, size: int = 64) -> Path:
    """A series with the token in every identifying attribute, in a private one and inside a sequence."""
    from pydicom.datadict import tag_for_keyword

    wanted = {int(tag) for tag in map(tag_for_keyword, _COMMON.split()) if tag is not None} | _table()

    def mark(ds: Dataset, k: int) -> None:
        for tag in sorted(wanted):
            keyword = keyword_for_tag(tag)
            if keyword and keyword not in _KEPT and tag >> 16 > 0x0007 and dictionary_VR(tag) in _TEXT:
                setattr(ds, keyword, TOKEN)
        inner = Dataset()
        inner.PatientName = inner.CodeMeaning = TOKEN
        ds.RequestAttributesSequence = [inner]
        ds.private_block(0x0029, "ACME CSA", create=True).add_new(0x11, "LO", TOKEN)
        ds.StudyInstanceUID, ds.FrameOfReferenceUID = UID_TOKEN + ".1", UID_TOKEN + ".2"

    return make_series(folder, count=count, size=size, change=mark)


def _table() -> set[int]:
    try:
        from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as table
    except ImportError:
        return set()
    return {group << 16 | element for group, element, *mask in table.ALL_TAGS if not mask}


def hits(*roots: Path, token: str = TOKEN) -> list[str]:
    """Where the token is in files below ``roots``: in names, in bytes of several encodings, in what is packed."""
    found = []
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            name = str(path.relative_to(root)) if root.is_dir() else path.name
            if token.lower() in name.lower():
                found.append(f"{name} (name)")
            if path.is_file() and any(_holds(data, token) for data in unpacked(path.read_bytes())):
                found.append(name)
    return found


def _holds(data: bytes, token: str) -> bool:
    forms = [token.encode(code) for code in ("ascii", "utf-16-le", "utf-16-be")]
    return any(form.lower() in data.lower() for form in forms)


def unpacked(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """The bytes, and those inside zip archives, gzip and zlib streams (PNG text included)."""
    yield data
    if depth > 2:
        return
    if data[:4] == b"PK\3\4":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from unpacked(archive.read(name), depth + 1)
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        at = 8
        while at + 12 <= len(data):
            length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
            body = data[at + 8 : at + 8 + length]
            if kind in (b"zTXt", b"iTXt"):
                for start in range(len(body)):
                    if body[start : start + 1] == b"\x78":
                        try:
                            yield zlib.decompress(body[start:])
                        except zlib.error:
                            continue
            at += 12 + length
