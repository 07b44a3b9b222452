"""What a derived series says of its making: label, image type, derivation, processing equipment.

PS3.3 C.7.6.1.1.2 (Image Type), C.12.4 (General Reference, derivation), C.12.1.1.5 (Contributing Equipment).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from .. import APP_NAME, __version__
from .explicit import Elements, Text, item, joined, sequence

# No code of CID 7203 (Image Derivation) means noise reduction: 113087 "Smoothing" would be untrue of a
# network that keeps edges. CID 7203 is extensible; a private scheme says what was done.
_SCHEME = "99LDCTV"
_SCHEME_NAME = "LDCT Viewer derivation codes"
# In Image Type of what this program made: a series is known again by it.
AI_DENOISED, SIMULATED_DOSE = "AI_DENOISED", "SIMULATED_DOSE"


@dataclass(frozen=True)
class Derivation:
    """How a series was derived from another one.

    ``label`` goes in front of the series description, ``image_type`` is value 4 of Image Type (CS, at
    most 16 characters), ``description`` the sentence, ``code`` (value, meaning) of our coding scheme.
    """

    label: str
    image_type: str
    description: str
    code: tuple[str, str]
    version: str = ""


def denoised(model: str, version: str, sha256: str, strength: float) -> Derivation:
    """The derivation of a series denoised by a network; ``strength`` 0…1 is the blend that was exported."""
    percent = round(100 * strength)
    named = " ".join(part for part in (model, version) if part)
    return Derivation(
        label=f"[AI denoised {percent}%]",
        image_type=AI_DENOISED,
        description=f"CNN noise reduction, model {named}, strength {percent} %, weights SHA-256 {sha256}",
        code=("NOISE_REDUCT_CNN", "Noise reduction by convolutional neural network"),
        version=named,
    )


def simulated_low_dose(dose: float, seed: int, method: str = "noise insertion") -> Derivation:
    """The derivation of a simulated series at ``dose`` (fraction of the source's dose, 0…1)."""
    percent = f"{100 * dose:g}"
    return Derivation(
        label=f"[simulated {percent}% dose]",
        image_type=SIMULATED_DOSE,
        description=f"Simulated low dose, {percent} % of the source's dose, {method}, seed {seed}. "
        "The patient was not scanned at this dose; dose attributes are those of the source",
        code=("SIM_LOW_DOSE", "Simulated low dose by noise insertion"),
    )


@cache
def code_item(value: str, scheme: str, meaning: str) -> bytes:
    """One item of a code sequence (PS3.3 table 8.8-1)."""
    elements: Elements = {}
    text = Text(elements)
    text.put("CodeValue", value)
    text.put("CodingSchemeDesignator", scheme)
    text.put("CodeMeaning", meaning[:64])
    return item(elements)


def derivation_elements(derivation: Derivation, earlier: bytes = b"") -> Elements:
    """Derivation attributes that are the same in every slice; ``earlier`` is the source's own description."""
    elements: Elements = {}
    text = Text(elements)
    ours = f"{APP_NAME} {__version__}: {ascii_text(derivation.description)}. Research use only."
    sentence = ours.encode("ascii")[:1024]
    earlier = earlier.strip(b" \0")
    if earlier and len(sentence) + len(earlier) + 10 <= 1024:
        sentence += b" Earlier: " + earlier
    text.put("DerivationDescription", sentence)
    value, meaning = derivation.code
    code = code_item(value, _SCHEME, meaning)
    elements[0x00089215] = sequence(0x00089215, code)
    scheme: Elements = {}
    Text(scheme).put("CodingSchemeDesignator", _SCHEME)
    Text(scheme).put("CodingSchemeName", _SCHEME_NAME)
    elements[0x00080110] = sequence(0x00080110, item(scheme))
    text.put("ContentQualification", "RESEARCH")
    return elements


def source_image(sop_class: str, sop_uid: str, frame: int | None = None) -> bytes:
    """SourceImageSequence naming the slice this one was made from, at the same place (purpose 121322)."""
    elements: Elements = {}
    text = Text(elements)
    text.put("ReferencedSOPClassUID", sop_class)
    text.put("ReferencedSOPInstanceUID", sop_uid)
    if frame is not None:
        text.put("ReferencedFrameNumber", str(frame))
    text.put("SpatialLocationsPreserved", "YES")
    elements[0x0040A170] = sequence(
        0x0040A170, code_item("121322", "DCM", "Source image for image processing operation")
    )
    return sequence(0x00082112, item(elements))


def equipment_item(derivation: Derivation, when: str) -> bytes:
    """Our item of ContributingEquipmentSequence; ``when`` is a DT value or empty."""
    elements: Elements = {}
    text = Text(elements)
    text.put("Manufacturer", APP_NAME)
    text.put("ManufacturerModelName", APP_NAME)
    text.put("SoftwareVersions", [__version__, *([ascii_text(derivation.version)[:64]] if derivation.version else [])])
    if when:
        text.put("ContributionDateTime", when)
    text.put("ContributionDescription", ascii_text(derivation.description)[:1024])
    elements[0x0040A170] = sequence(0x0040A170, code_item("109102", "DCM", "Processing Equipment"))
    return item(elements)


def ascii_text(value: str) -> str:
    """Text that fits any character set and never splits a value."""
    return value.encode("ascii", "replace").decode("ascii").replace("\\", "/")


__all__ = [
    "Derivation",
    "denoised",
    "derivation_elements",
    "equipment_item",
    "joined",
    "simulated_low_dose",
    "source_image",
]
