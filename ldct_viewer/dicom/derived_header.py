"""The header of one derived slice from its source slice's header (design table VIEWER.md §8.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from struct import pack
from typing import Any

from .. import __version__
from .attributes import copied, fill_type_2, standard
from .charset import decode
from .deidentify import Deidentifier, raw_value
from .encoding import SYNTAX_OF, Encoding
from .explicit import Elements, Text, copy, element, item, joined, sequence, texts
from .header import CT_IMAGE, FRAME_PLACE, STUDY_PLACE, Slice
from .provenance import Derivation, derivation_elements, equipment_item, source_image
from .syntax import SYNTAXES
from .write import IMPLEMENTATION_CLASS_UID, make_uid

_EQUIPMENT = 0x0018A001
_SLICE_SPACING = 0x00180088
_SIDE_OR_REGION = frozenset((0x00200060, 0x00200062, 0x00082218))  # Laterality, Image Laterality, Anatomic Region
_UNPAIRED = frozenset(
    b"CHEST THORAX ABDOMEN PELVIS HEAD BRAIN SKULL NECK SPINE CSPINE TSPINE LSPINE HEART LIVER AORTA".split()
)
_LOSSY_METHOD = {
    "1.2.840.10008.1.2.4.50": "ISO_10918_1",
    "1.2.840.10008.1.2.4.51": "ISO_10918_1",
    "1.2.840.10008.1.2.4.81": "ISO_14495_1",
    "1.2.840.10008.1.2.4.91": "ISO_15444_1",
    "1.2.840.10008.1.2.4.203": "ISO_15444_15",
}


@dataclass
class HeaderWriter:
    """Makes headers of one series; what it had to leave out or replace is collected in its sets."""

    derivation: Derivation
    series_uid: str
    when: datetime
    compress: str = "none"
    series_number: int | None = None
    description: str | None = None
    kernel_suffix: str = ""
    deidentifier: Deidentifier | None = None
    dropped: set[str] = field(default_factory=set)
    replaced: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)

    def head(self, dataset: Any, source: Slice, encoding: Encoding, number: int, sop_uid: str) -> bytes:
        """Preamble, file meta and all elements below Pixel Data of slice ``number`` (from 1).

        ``dataset`` is the source's (single-frame) pydicom data set without pixels.
        """
        return self.complete(self.common(dataset, source, encoding), source, self.sop_class(dataset), number, sop_uid)

    def common(self, dataset: Any, source: Slice, encoding: Encoding) -> Elements:
        """All that follows from the source's attributes, its layout and the encoding."""
        elements = self._patient_to_geometry(dataset, encoding)
        self._identity(elements, dataset)
        self._pixels(elements, dataset, source, encoding)
        self._fill(elements, dataset, source)
        return elements

    def complete(self, elements: Elements, source: Slice, sop_class: str, number: int, sop_uid: str) -> bytes:
        """Add to ``elements`` what no two slices share, and encode all; ``sop_class`` is the source's."""
        text = Text(elements)
        text.put("SOPInstanceUID", sop_uid)
        text.put("InstanceNumber", str(number))
        source_uid = source.sop_uid if self.deidentifier is None else self.deidentifier.uid(source.sop_uid)
        frame = source.frame + 1 if source.spec.frames > 1 else None
        elements[0x00082112] = source_image(sop_class, source_uid, frame)
        return self._file_meta(sop_uid) + joined(elements)

    def sop_class(self, dataset: Any) -> str:
        """The source's SOP class."""
        return raw_value(dataset, "SOPClassUID").strip(b" \0").decode("ascii", "replace") or CT_IMAGE

    def _patient_to_geometry(self, dataset: Any, encoding: Encoding) -> Elements:
        text_set = raw_value(dataset, "SpecificCharacterSet").strip(b" \0")
        if self.deidentifier is None:
            elements = copied(dataset, encoding.signed, self.dropped)
        else:
            elements = self.deidentifier.elements(dataset, encoding.signed, self.dropped)
            text_set = b""
        if not _positive(raw_value(dataset, "SpacingBetweenSlices")):  # none or a false one: ITK reads no such file
            elements.pop(_SLICE_SPACING, None)
        text = Text(elements)
        text.put("SeriesDescription", self._description(dataset, text_set, elements))
        kernel = raw_value(dataset, "ConvolutionKernel").strip(b" \0")
        if kernel:
            text.put("ConvolutionKernel", self._kernel(kernel))
        return elements

    def _identity(self, elements: Elements, dataset: Any) -> None:
        secret = self.deidentifier
        text = Text(elements)
        text.put("ImageType", ["DERIVED", "SECONDARY", self._plane(dataset), self.derivation.image_type])
        text.put("SOPClassUID", CT_IMAGE)
        text.put("Modality", "CT")
        text.put("SeriesInstanceUID", self.series_uid)
        text.put("SeriesNumber", str(self._series_number(dataset)))
        when = self._local(dataset) if secret is None else None
        if when is not None:
            for keyword in ("InstanceCreation", "Series", "Content"):
                text.put(f"{keyword}Date", when.strftime("%Y%m%d"))
                text.put(f"{keyword}Time", when.strftime("%H%M%S"))
        earlier = raw_value(dataset, "DerivationDescription") if secret is None else b""
        elements.update(derivation_elements(self.derivation, earlier))
        ours = equipment_item(self.derivation, when.strftime("%Y%m%d%H%M%S") if when else "")
        elements[_EQUIPMENT] = sequence(_EQUIPMENT, *(self._earlier_equipment(dataset) if secret is None else []), ours)
        burned_in = raw_value(dataset, "BurnedInAnnotation").strip(b" \0").upper() == b"YES"
        text.put("BurnedInAnnotation", "YES" if burned_in else "NO")

    def _pixels(self, elements: Elements, dataset: Any, source: Slice, encoding: Encoding) -> None:
        spec = source.spec
        text = Text(elements)
        text.us("SamplesPerPixel", 1)
        photometric = raw_value(dataset, "PhotometricInterpretation").strip(b" \0")
        text.put("PhotometricInterpretation", photometric or b"MONOCHROME2")
        text.us("Rows", spec.rows)
        text.us("Columns", spec.columns)
        text.us("BitsAllocated", 16)
        text.us("BitsStored", encoding.stored)
        text.us("HighBit", encoding.stored - 1)
        text.us("PixelRepresentation", int(encoding.signed))
        kind = "SS" if encoding.signed else "US"
        if encoding.own and spec.padding is not None:
            text.us("PixelPaddingValue", spec.padding, kind)
            if spec.padding_limit is not None:
                text.us("PixelPaddingRangeLimit", spec.padding_limit, kind)
        elif encoding.padding is not None:
            text.us("PixelPaddingValue", encoding.padding, kind)
        slope, intercept = raw_value(dataset, "RescaleSlope"), raw_value(dataset, "RescaleIntercept")
        if not (encoding.own and slope.strip(b" \0") and intercept.strip(b" \0")):
            slope, intercept = _decimal(encoding.slope), _decimal(encoding.intercept)
        text.put("RescaleSlope", _valid(slope))
        text.put("RescaleIntercept", _valid(intercept))
        text.put("RescaleType", "HU")
        self._lossy(text, dataset, source)

    def _lossy(self, text: Text, dataset: Any, source: Slice) -> None:
        """Once lossy, always lossy (PS3.3 C.7.6.1.1.5), also where the source forgot to say so."""
        flag = raw_value(dataset, "LossyImageCompression").strip(b" \0")
        syntax = SYNTAXES.get(source.spec.syntax)
        lossy_now = syntax is not None and (syntax.lossy or (syntax.maybe_lossy and flag != b"00"))
        if flag != b"01" and not lossy_now:
            if flag:
                text.put("LossyImageCompression", flag)
            return
        text.put("LossyImageCompression", "01")
        ratio = raw_value(dataset, "LossyImageCompressionRatio").strip(b" \0")
        method = raw_value(dataset, "LossyImageCompressionMethod").strip(b" \0")
        if flag != b"01" and source.spec.syntax in _LOSSY_METHOD and not method:
            method = _LOSSY_METHOD[source.spec.syntax].encode()
        if ratio:
            text.put("LossyImageCompressionRatio", ratio)
        if method:
            text.put("LossyImageCompressionMethod", method)

    def _fill(self, elements: Elements, dataset: Any, source: Slice) -> None:
        """Attributes that a CT image must have and a carelessly emptied source lacks."""
        fill_type_2(elements)
        text = Text(elements)
        traits = (
            "FrameOfReferenceUID",
            "StudyInstanceUID",
            "StudyDate",
            "StudyTime",
            "PatientID",
            "DeviceSerialNumber",
        )
        for keyword in ("StudyInstanceUID", "FrameOfReferenceUID"):
            if not raw_value(dataset, keyword).strip(b" \0"):
                place = FRAME_PLACE if keyword == "FrameOfReferenceUID" else STUDY_PLACE
                known = str(source.group[place]) if len(source.group) > place else ""  # what the rest of it says
                # The same for every export of this study, so that its derived series stay together.
                made = known or make_uid(keyword, *(raw_value(dataset, trait) for trait in traits))
                text.put(keyword, self.deidentifier.uid(made) if self.deidentifier else made)
                if not known:
                    self.made.add(keyword)
        body_part = raw_value(dataset, "BodyPartExamined").strip(b" \0").upper()
        if body_part and body_part not in _UNPAIRED and not _SIDE_OR_REGION & set(elements):
            text.put("Laterality", "")  # type 2C of what may be a paired body part: unknown

    def _plane(self, dataset: Any) -> str:
        parts = raw_value(dataset, "ImageType").decode("ascii", "replace").split("\\")
        third = parts[2].strip(" \0").upper() if len(parts) > 2 else ""
        return third if re.fullmatch(r"[A-Z0-9_ ]{1,16}", third) else "AXIAL"

    def _series_number(self, dataset: Any) -> int:
        if self.series_number is not None:
            return self.series_number
        try:
            number = round(float(raw_value(dataset, "SeriesNumber").strip(b" \0") or b"0"))
        except (ValueError, OverflowError):
            number = 0
        return number + 1000 if abs(number) < 2**31 - 1000 else 1000

    def _local(self, dataset: Any) -> datetime:
        """Now, in the zone the source's other times are in, if it says which."""
        zone = re.fullmatch(rb"([+-])(\d\d)(\d\d)", raw_value(dataset, "TimezoneOffsetFromUTC").strip(b" \0"))
        if not zone:
            return self.when
        offset = timedelta(hours=int(zone[2]), minutes=int(zone[3])) * (-1 if zone[1] == b"-" else 1)
        return self.when.astimezone(timezone(offset)) if abs(offset) < timedelta(hours=24) else self.when

    def _kernel(self, kernel: bytes) -> bytes:
        suffix = self.kernel_suffix.encode("ascii", "replace").replace(b"\\", b"/")[:16]
        first, *rest = kernel.split(b"\\")
        return b"\\".join([first.strip()[: 16 - len(suffix)] + suffix, *rest])

    def _description(self, dataset: Any, text_set: bytes, elements: Elements) -> bytes:
        """Label and the source's description (its bytes) or the given one, at most 64 characters.

        Sets SpecificCharacterSet in ``elements``: the source's, which its copied text needs; UTF-8 only
        where all of that is plain ASCII.
        """
        label = self.derivation.label.encode("ascii")
        charset, value = text_set, b""
        if self.description is not None:
            wish = self.description.replace("\\", "/").strip()[:64]
            value, charset = self._in_charset(wish, text_set, elements)
        elif self.deidentifier is None:
            own = raw_value(dataset, "SeriesDescription").strip(b" \0")
            value = label + b" " + own if own else label
            if len(value) > 64 and not self._fits(value, text_set):
                value = label + b" " + own[: 63 - len(label)] if own.isascii() and b"\x1b" not in own else label
        value = value or label
        if charset:
            Text(elements).put("SpecificCharacterSet", charset)
        return value

    def _in_charset(self, wish: str, text_set: bytes, elements: Elements) -> tuple[bytes, bytes]:
        """``wish`` encoded, and the character set it asks for; never at the cost of copied text."""
        if wish.isascii() or text_set == b"ISO_IR 192":
            return wish.encode("utf-8"), text_set
        if all(part.isascii() and b"\x1b" not in part for whole in elements.values() for part in texts(whole)):
            return wish.encode("utf-8"), b"ISO_IR 192"
        if b"ISO 2022 IR 149" in text_set:
            try:
                return b"\x1b$)C" + wish.encode("euc_kr"), text_set
            except UnicodeEncodeError:  # letters that Korean does not have: fall through
                pass
        self.replaced.add("SeriesDescription")
        return wish.encode("ascii", "replace"), text_set

    def _fits(self, value: bytes, text_set: bytes) -> bool:
        return len(decode(value, text_set)[0]) <= 64

    def _earlier_equipment(self, dataset: Any) -> list[bytes]:
        if _EQUIPMENT not in dataset:
            return []
        try:
            parts = dataset[_EQUIPMENT].value or ()
            return [item({int(t): copy(part, t, standard) for t in part.keys() if standard(int(t))}) for part in parts]  # noqa: SIM118
        except Exception as error:  # noqa: BLE001 - damaged history is left out and reported
            self.dropped.add(f"(0018,A001): {type(error).__name__}")
            return []

    def _file_meta(self, sop_uid: str) -> bytes:
        """Zero preamble (never the source's: it may hide a program), DICM, group 2 (PS3.10 7.1)."""
        meta: Elements = {0x00020001: element(0x00020001, "OB", b"\0\1")}
        text = Text(meta)
        text.put("MediaStorageSOPClassUID", CT_IMAGE)
        text.put("MediaStorageSOPInstanceUID", sop_uid)
        text.put("TransferSyntaxUID", SYNTAX_OF[self.compress])
        text.put("ImplementationClassUID", IMPLEMENTATION_CLASS_UID)
        text.put("ImplementationVersionName", f"LDCTV_{__version__}"[:16])
        body = joined(meta)
        return bytes(128) + b"DICM" + element(0x00020000, "UL", pack("<L", len(body))) + body


def _valid(raw: bytes) -> bytes:
    """The text of a number as DS allows it; what is too long is rounded far below what HU can show."""
    from pydicom.valuerep import format_number_as_ds

    raw = raw.strip(b" \0")
    return raw if len(raw) <= 16 else format_number_as_ds(float(raw)).encode()


def _positive(raw: bytes) -> bool:
    """True for the text of a number above 0."""
    try:
        return float(raw.strip(b" \0")) > 0
    except ValueError:
        return False


def _decimal(value: float) -> bytes:
    """A decimal string of at most 16 characters."""
    if value == int(value):
        return str(int(value)).encode()
    return f"{value:.10g}"[:16].encode()
