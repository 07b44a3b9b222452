"""Which attributes of a source slice are still true of an image derived from it (PS3.3 A.3, C.7–C.12).

Kept: patient, study, acquisition, geometry, dose, window: whatever describes the patient and the scan. Dropped
or made anew: identity of the object and its series, everything that speaks of the stored pixel values,
signatures, overlays, icons, real-world maps of stored values, private attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from typing import Any

from .elements import DEFLATED, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, Parsed
from .explicit import Elements, begun, copy, element, tags

# Groups of which nothing is copied: commands, media, curves, overlays, digital signatures, presentation
# state, functional groups (flattened before), pixel data, trailing padding.
_GROUPS_DROPPED = frozenset((0x0000, 0x0002, 0x0004, 0x0070, 0x0400, 0x4FFE, 0x5200, 0x7FE0, 0xFFFA, 0xFFFC))
_OVERLAYS_AND_CURVES = (range(0x5000, 0x5100), range(0x6000, 0x6100))

_MADE_ANEW = """
    ImageType InstanceCreationDate InstanceCreationTime InstanceCreatorUID SOPClassUID SOPInstanceUID
    SeriesDate SeriesTime ContentDate ContentTime SeriesDescription SeriesInstanceUID SeriesNumber InstanceNumber
    DerivationDescription DerivationCodeSequence SourceImageSequence CodingSchemeIdentificationSequence
    ContributingEquipmentSequence ContentQualification BurnedInAnnotation ConvolutionKernel
    SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit
    PixelRepresentation PixelPaddingValue PixelPaddingRangeLimit RescaleIntercept RescaleSlope RescaleType
    LossyImageCompression LossyImageCompressionRatio LossyImageCompressionMethod
"""
_NO_LONGER_TRUE = """
    SpecificCharacterSet RelatedGeneralSOPClassUID OriginalSpecializedSOPClassUID LengthToEnd
    SmallestImagePixelValue LargestImagePixelValue SmallestPixelValueInSeries LargestPixelValueInSeries
    SmallestImagePixelValueInPlane LargestImagePixelValueInPlane
    ModalityLUTSequence RealWorldValueMappingSequence IconImageSequence QualityControlImage
    NumberOfSeriesRelatedInstances NumberOfStudyRelatedInstances NumberOfStudyRelatedSeries
    PlanarConfiguration PixelDataProviderURL SOPInstanceStatus SOPAuthorizationDateTime SOPAuthorizationComment
    AuthorizationEquipmentCertificationNumber SeriesDescriptionCodeSequence SourceInstanceSequence
    RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor
    BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData GreenPaletteColorLookupTableData
    BluePaletteColorLookupTableData PixelIntensityRelationship PixelIntensityRelationshipSign
"""
# Only sensible in a multi-frame object.
_MULTI_FRAME = """
    NumberOfFrames FrameIncrementPointer SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence
    DimensionOrganizationSequence DimensionIndexSequence DimensionOrganizationType ConcatenationUID
    SOPInstanceUIDOfConcatenationSource InConcatenationNumber InConcatenationTotalNumber
    ConcatenationFrameOffsetNumber PixelPresentation VolumetricProperties VolumeBasedCalculationTechnique
    ConversionSourceAttributesSequence FrameType StackID InStackPositionNumber TemporalPositionIndex
    DimensionIndexValues RepresentativeFrameNumber MultienergyCTAcquisition IsocenterPosition FrameReferenceDateTime
    FrameAcquisitionDateTime FrameAcquisitionDuration FrameAcquisitionNumber FrameComments FrameLabel
"""
# Type 2 of the CT Image IOD: may be empty, must be there.
_MUST_EXIST = (
    ("AccessionNumber", "SH"),
    ("StudyDate", "DA"),
    ("StudyTime", "TM"),
    ("ReferringPhysicianName", "PN"),
    ("Manufacturer", "LO"),
    ("PatientName", "PN"),
    ("PatientID", "LO"),
    ("PatientBirthDate", "DA"),
    ("PatientSex", "CS"),
    ("StudyID", "SH"),
    ("AcquisitionNumber", "IS"),
    ("PositionReferenceIndicator", "LO"),
    ("KVP", "DS"),
    ("SliceThickness", "DS"),
)


@cache
def _dropped() -> frozenset[int]:
    return tags((_MADE_ANEW + _NO_LONGER_TRUE).split())


@cache
def _multi_frame() -> frozenset[int]:
    return tags(_MULTI_FRAME.split())


@cache
def _must_exist() -> tuple[tuple[int, bytes], ...]:
    return tuple((tag, element(tag, vr, b"")) for keyword, vr in _MUST_EXIST for tag in tags((keyword,)))


def standard(tag: int) -> bool:
    """True for what may be copied inside a sequence: not private, not a group length."""
    return not (tag >> 16) & 1 and bool(tag & 0xFFFF)


def still_true(tag: int) -> bool:
    """True for a top-level attribute of the source that also describes the derived image."""
    group = tag >> 16
    return (
        standard(tag)
        and group > 0x0006
        and group not in _GROUPS_DROPPED
        and not any(group in span for span in _OVERLAYS_AND_CURVES)
        and tag not in _dropped()
    )


def copied(
    dataset: Any,
    signed: bool,
    failed: set[str],
    wanted: Callable[[int], bool] = still_true,
    inside: Callable[[int], bool] = standard,
) -> Elements:
    """The ``wanted`` attributes of ``dataset``, value bytes untouched; names of damaged ones go to ``failed``.

    ``inside`` tells what is kept of the items of sequences.
    """
    elements: Elements = {}
    for tag in map(int, dataset.keys()):
        if wanted(tag):
            try:
                elements[tag] = copy(dataset, tag, inside, signed)
            except Exception as error:  # noqa: BLE001 - a damaged optional attribute is left out and reported
                failed.add(f"({tag >> 16:04X},{tag & 0xFFFF:04X}): {type(error).__name__}")
    return elements


def fill_type_2(elements: Elements) -> None:
    """Add attributes that must exist, empty."""
    for tag, empty in _must_exist():
        elements.setdefault(tag, empty)


def header_of(data: bytes | memoryview, parsed: Parsed) -> Any:
    """The file ``data`` as a pydicom data set without its pixels; raises whatever pydicom does.

    Where a file does not begin with what its bytes are, it is given such a beginning: pydicom goes by that.
    """
    from pydicom import dcmread

    sound = parsed.preamble and parsed.meta and not parsed.wrong_syntax
    if not sound and parsed.syntax != DEFLATED:
        syntax = (EXPLICIT_LE if parsed.little else EXPLICIT_BE) if parsed.explicit else IMPLICIT_LE
        data = begun(data[parsed.start :], syntax)
    return dcmread(BytesIO(data), stop_before_pixels=True, force=True)


def single_frame(dataset: Any, frame: int) -> Any:
    """A classic data set for one frame of an enhanced one: shared and per-frame functional groups, flattened."""
    from pydicom.dataset import Dataset

    flat = Dataset()
    skip = _multi_frame()
    for tag in dataset.keys():  # noqa: SIM118 - a data set
        if int(tag) not in skip:
            flat[tag] = dataset.get_item(tag)
    for part in _functional_groups(dataset, frame):
        for tag in part.keys():  # noqa: SIM118 - a data set
            if int(tag) not in skip:
                flat[tag] = part.get_item(tag)
    return flat


def _functional_groups(dataset: Any, frame: int) -> Iterator[Any]:
    """The items of every macro: shared first, then the frame's own, which overrule."""
    for name, index in (("SharedFunctionalGroupsSequence", 0), ("PerFrameFunctionalGroupsSequence", frame)):
        groups = dataset.get(name)
        if groups is None or index >= len(groups):
            continue
        for macro in groups[index]:
            if macro.VR == "SQ" and standard(int(macro.tag)) and macro.keyword not in _NOT_FLATTENED:
                yield from macro.value[:1]


_NOT_FLATTENED = frozenset(
    ("DerivationImageSequence", "ReferencedImageSequence", "SourceImageSequence", "RealWorldValueMappingSequence")
)
