"""A found series: what a scan hands to the picker and the reader. Headers only, no pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..volume import Geometry, SeriesMeta, SeriesWarning
from ..window import MAX_WIDTH, MIN_WIDTH, Window
from . import header as h
from .charset import decode
from .codes import Kind, Reason
from .exposure import exposure_of, rotation_centre
from .header import Slice, Values
from .syntax import syntax_name


@dataclass(frozen=True)
class Ignored:
    """One entry that is not shown: its path, one sentence why, the stable code and the kind of reason."""

    path: Path
    reason: str
    code: str
    kind: str = Kind.EXCLUDED.value
    hint: str = ""


@dataclass(frozen=True)
class Counts:
    """The accounting identity: ``seen == accepted + duplicates + excluded + rejected``."""

    seen: int = 0
    accepted: int = 0
    duplicates: int = 0
    excluded: int = 0
    rejected: int = 0

    @property
    def balanced(self) -> bool:
        """True when every entry that was seen has exactly one fate."""
        return self.seen == self.accepted + self.duplicates + self.excluded + self.rejected


@dataclass(frozen=True)
class FoundSeries:
    """One CT series as its headers tell it.

    ``state`` is ``ready``, ``notes`` (see ``warnings``) or ``blocked`` (first warning says why; never
    shown as a volume). ``files`` are in slice order, ascending along the normal; members of an archive
    carry a label, not a place on disk. ``phase`` tells apart series with the same ``uid``.
    """

    meta: SeriesMeta
    geometry: Geometry
    files: tuple[Path, ...]
    warnings: tuple[SeriesWarning, ...] = ()
    state: str = "ready"
    phase: str = ""
    slices: tuple[Slice, ...] = field(default=(), repr=False)
    volume_file: Path | None = None

    @property
    def uid(self) -> str:
        """SeriesInstanceUID, shared by the phases of one series."""
        return self.meta.uid

    @property
    def shape(self) -> tuple[int, int, int]:
        """(z, y, x)."""
        return self.geometry.shape

    @property
    def image_type(self) -> tuple[str, ...]:
        """Image Type of the first slice; there this program marks what it made (``dicom.provenance``)."""
        if not self.slices:
            return ()
        first = self.slices[0]
        return tuple(Values(first.header, first.spec.little).texts(h.IMAGE_TYPE))

    @property
    def thumbnail_index(self) -> int:
        """The middle slice."""
        return self.shape[0] // 2

    @property
    def blocked_reason(self) -> str:
        """Why a blocked series may not be opened, else empty."""
        return self.warnings[0].message if self.state == "blocked" and self.warnings else ""


def make_meta(item: Slice, slices: Sequence[Slice]) -> SeriesMeta:
    """What the header of ``item`` says of its series ``slices``."""
    values = Values(item.header, item.spec.little)
    charset = item.header.get(h.CHARSET, b"")

    exposure, exposure_from = exposure_of(slices)

    def words(tag: int) -> str:
        return decode(item.header.get(tag, b""), charset)[0]

    return SeriesMeta(
        uid=values.text(h.SERIES_UID),
        study_uid=values.text(h.STUDY_UID),
        frame_of_reference_uid=values.text(h.FRAME_UID),
        modality=values.text(h.MODALITY) or "CT",
        description=words(h.SERIES_DESCRIPTION),
        study_description=words(h.STUDY_DESCRIPTION),
        series_number=values.text(h.SERIES_NUMBER),
        patient_name=words(h.PATIENT_NAME),
        patient_id=words(h.PATIENT_ID),
        patient_birth_date=values.text(h.BIRTH_DATE),
        patient_sex=values.text(h.SEX),
        study_date=values.text(h.STUDY_DATE),
        study_time=values.text(h.STUDY_TIME),
        institution=words(h.INSTITUTION),
        manufacturer=words(h.MANUFACTURER),
        model_name=words(h.MODEL_NAME),
        patient_position=values.text(h.POSITION),
        body_part=values.text(h.BODY_PART),
        kernel=words(h.KERNEL),
        kvp=values.optional(h.KVP),
        tube_current_ma=values.optional(h.CURRENT),
        exposure_mas=exposure,
        exposure_from=exposure_from,
        slice_thickness_mm=values.optional(h.THICKNESS),
        rotation_centre_lps=rotation_centre(slices[len(slices) // 2]),
        transfer_syntax=syntax_name(item.spec.syntax),
        lossy=any(Reason.LOSSY in other.notes for other in slices),
        windows=_windows(values),
        voi_function=values.text(h.VOI_FUNCTION).upper() or "LINEAR",
    )


_SHOWN = (h.CHARSET, h.PATIENT_NAME, h.PATIENT_ID, h.SERIES_DESCRIPTION, h.INSTITUTION)


def guessed_names(items: Sequence[Slice]) -> list[Slice]:
    """Those of which the character set of a text that is shown is not declared, or wrongly."""
    answers: dict[tuple[bytes | None, ...], bool] = {}  # the texts of a series hardly differ
    found = []
    for item in items:
        texts = tuple(map(item.header.get, _SHOWN))
        guessed = answers.get(texts)
        if guessed is None:
            charset = texts[0] or b""
            guessed = answers[texts] = any(decode(raw or b"", charset)[1] for raw in texts[1:])
        if guessed:
            found.append(item)
    return found


def _windows(values: Values) -> tuple[tuple[Window, str], ...]:
    """The header's own windows; a nonsense one is dropped, it only would be an offer."""
    found: list[tuple[Window, str]] = []
    for center, width in zip(values.texts(h.CENTER), values.texts(h.WIDTH), strict=False):
        try:
            window = Window(float(width), float(center))
        except ValueError:
            continue
        if MIN_WIDTH <= window.width <= MAX_WIDTH and abs(window.level) <= MAX_WIDTH:
            found.append((window, f"Header {len(found) + 1}" if found else "Header"))
    return tuple(found)
