"""De-identified export by allow-list: what the PS3.15 Basic Application Level Confidentiality Profile leaves.

Why not a library: measured, dicom-anonymizer 2.1.0 writes dates that dciodvfy rejects and rewrites referenced
SOP classes, gdcmanon leaves a private attribute. A derived image is written new, attribute by attribute,
anyway: only attributes named below can get out, and a test holds them against all of table E.1-1.
Dates, institution, operators, free text, descriptions and private attributes are not on the list. The
pixels are not looked at (113101 "Clean Pixel Data" is not claimed).
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from ..atomic import write_once
from ..errors import WriteError
from ..paths import data_dir
from .attributes import copied
from .explicit import Elements, Text, sequence, tags
from .provenance import code_item

_ALLOWED = """
    Modality Manufacturer ManufacturerModelName BodyPartExamined ScanOptions SliceThickness KVP
    SpacingBetweenSlices DataCollectionDiameter SoftwareVersions ReconstructionDiameter
    DistanceSourceToDetector DistanceSourceToPatient GantryDetectorTilt TableHeight RotationDirection
    ExposureTime XRayTubeCurrent Exposure ExposureInuAs ExposureTimeInms XRayTubeCurrentInmA ExposureInmAs
    FilterType GeneratorPower FocalSpots PatientPosition AcquisitionType RevolutionTime
    SingleCollimationWidth TotalCollimationWidth TableSpeed TableFeedPerRotation SpiralPitchFactor
    ExposureModulationType EstimatedDoseSaving CTDIvol CTDIPhantomTypeCodeSequence
    DataCollectionCenterPatient ReconstructionTargetCenterPatient ReconstructionAlgorithm
    WaterEquivalentDiameter AcquisitionNumber ImagePositionPatient ImageOrientationPatient
    Laterality ImageLaterality AnatomicRegionSequence TemporalPositionIdentifier
    NumberOfTemporalPositions SliceLocation PixelSpacing
    PixelAspectRatio RecognizableVisualFeatures WindowCenter WindowWidth VOILUTFunction PresentationLUTShape
"""
_METHOD = ("LDCT Viewer allow-list export", "PS3.15 Basic Profile", "Pixel data not cleaned")


@cache
def _allowed() -> frozenset[int]:
    return tags(_ALLOWED.split())


def allowed(tag: int) -> bool:
    """True for an attribute whose source value may leave in a de-identified export."""
    return tag in _allowed()


class Deidentifier:
    """Pseudonyms and UIDs that cannot be turned back without the user's secret key.

    The same key gives the same study, frame of reference and patient pseudonym in every export, so that
    series of one patient stay together.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = user_key() if key is None else key

    def uid(self, source: str) -> str:
        """The replacement of a UID (2.25 form, PS3.5 B.2)."""
        digest = hmac.new(self._key, b"uid\0" + source.encode("utf-8", "replace"), hashlib.sha256).digest()
        return f"2.25.{int.from_bytes(digest[:15], 'big') | 1 << 119}"

    def pseudonym(self, patient_id: bytes) -> str:
        """A patient's name and ID in the export."""
        return "ANON-" + hmac.new(self._key, b"patient\0" + patient_id, hashlib.sha256).hexdigest()[:10].upper()

    def elements(self, dataset: Any, signed: bool, failed: set[str]) -> Elements:
        """Allowed attributes of ``dataset``, remapped UIDs, pseudonym, and the record of the method."""
        elements = copied(dataset, signed, failed, allowed, _inside)
        text = Text(elements)
        for keyword in ("StudyInstanceUID", "FrameOfReferenceUID"):
            source = raw_value(dataset, keyword).strip(b" \0").decode("ascii", "replace")
            if source:
                text.put(keyword, self.uid(source))
        patient = raw_value(dataset, "PatientID").strip(b" \0") or raw_value(dataset, "StudyInstanceUID").strip(b" \0")
        name = self.pseudonym(patient)
        text.put("PatientName", name)
        text.put("PatientID", name)
        text.put("PatientIdentityRemoved", "YES")
        text.put("DeidentificationMethod", _METHOD)
        text.put("LongitudinalTemporalInformationModified", "REMOVED")
        code = code_item("113100", "DCM", "Basic Application Confidentiality Profile")
        elements[0x00120064] = sequence(0x00120064, code)
        return elements


def _inside(tag: int) -> bool:
    """Inside the allowed code sequences only the code triplet is copied."""
    return tag in (0x00080100, 0x00080102, 0x00080104)


def raw_value(dataset: Any, keyword: str) -> bytes:
    """The value bytes of a text attribute as the file has them; empty where absent."""
    (tag,) = tags((keyword,))
    if tag not in dataset:
        return b""
    raw = dataset.get_item(tag)
    if getattr(raw, "is_raw", False):
        return bytes(raw.value or b"")
    value = raw.value
    parts = [value] if isinstance(value, str | bytes) or not hasattr(value, "__iter__") else list(value)
    return b"\\".join(
        part if isinstance(part, bytes) else str(part or "").encode("latin_1", "replace") for part in parts
    )


def user_key() -> bytes:
    """This user's secret for pseudonyms, made at the first use (mode 0600), the same for all who ask at once."""
    path: Path = data_dir() / "deidentify.key"
    try:
        with contextlib.suppress(FileNotFoundError):
            return _checked(path, path.read_bytes())
        write_once(path, secrets.token_bytes(32))
        return _checked(path, path.read_bytes())  # ours, or of who was first
    except OSError as error:
        raise WriteError("The key of de-identified exports cannot be used.", "Check the file.", path, "key") from error


def _checked(path: Path, key: bytes) -> bytes:
    if len(key) != 32:
        raise WriteError("The key of de-identified exports is damaged.", "Delete the file.", path, "key")
    return key
