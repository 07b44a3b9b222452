"""Ask an archive: is it there (C-ECHO), which studies and series does it have (C-FIND, study root)."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..cancel import NEVER, CancelToken
from ..dicom.charset import decode
from ..errors import PacsError
from .association import association, broke_off, status_error
from .errors import pynetdicom
from .nodes import PacsNode

DEFAULT_TIMEOUT_S = 10.0
VERIFICATION = "1.2.840.10008.1.1"
STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
_NATIVE = ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2")
_PENDING = (0xFF00, 0xFF01)
_MESSAGE_ID = 1
_MAX_SERIES = 10_000
_MAX_TEXT = 256  # nothing of the network is shown at any length

# Keys asked for. Only what a study root archive must or usually does have (PS3.4 C.6.2.1).
_STUDY_KEYS = [
    "StudyInstanceUID",
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyDescription",
    "AccessionNumber",
    "ModalitiesInStudy",
    "NumberOfStudyRelatedSeries",
    "NumberOfStudyRelatedInstances",
]
_SERIES_KEYS = [
    "SeriesInstanceUID",
    "Modality",
    "SeriesNumber",
    "SeriesDescription",
    "BodyPartExamined",
    "NumberOfSeriesRelatedInstances",
]


@dataclass(frozen=True)
class EchoResult:
    """The archive answered: seconds from connecting to its answer, and the implementation it names."""

    seconds: float
    implementation: str


@dataclass(frozen=True)
class StudyQuery:
    """What to look for; empty means any. ``patient_id``, ``patient_name`` and ``accession`` may hold the
    wildcards ``*`` and ``?`` (PS3.4 C.2.2.2.4); they are sent as written. Dates are inclusive.
    """

    patient_id: str = ""
    patient_name: str = ""
    date_from: date | None = None
    date_to: date | None = None
    modality: str = ""
    accession: str = ""


@dataclass(frozen=True)
class StudyRow:
    """One study as the archive tells it, decoded for the screen. Identity: never log it."""

    study_uid: str
    patient_id: str = ""
    patient_name: str = ""
    birth_date: str = ""  # YYYYMMDD or as sent
    sex: str = ""
    study_date: str = ""  # YYYYMMDD or as sent
    study_time: str = ""
    description: str = ""
    accession: str = ""
    modalities: tuple[str, ...] = ()
    series: int | None = None  # number of series, where the archive says
    images: int | None = None


@dataclass(frozen=True)
class SeriesRow:
    """One series of a study as the archive tells it."""

    study_uid: str
    series_uid: str
    modality: str = ""
    number: str = ""
    description: str = ""
    body_part: str = ""
    images: int | None = None
    patient_id: str = ""


def echo(node: PacsNode, timeout: float = DEFAULT_TIMEOUT_S, cancel: CancelToken = NEVER) -> EchoResult:
    """C-ECHO. Raises PacsError (see its codes) and Cancelled (within 0.2 s of the wish)."""
    pynetdicom()  # its import is not the archive's time
    started = time.monotonic()
    with association(node, [(VERIFICATION, _NATIVE)], cancel, timeout) as assoc:
        _need_context(assoc, VERIFICATION, "a test of the connection (C-ECHO)")
        status = assoc.send_c_echo(_MESSAGE_ID)
        if "Status" not in status:
            raise broke_off(assoc)
        if status.Status != 0:
            raise status_error("The test of the connection", status.Status)
        seconds = time.monotonic() - started
        return EchoResult(seconds, _implementation(assoc))


def find_studies(
    node: PacsNode,
    query: StudyQuery,
    cancel: CancelToken = NEVER,
    limit: int = 500,
    timeout: float = DEFAULT_TIMEOUT_S,
) -> list[StudyRow]:
    """Studies that match, newest first, at most ``limit`` (then there may be more: C-CANCEL was sent).

    ``timeout`` is the longest silence in seconds. Raises PacsError and Cancelled. A query with letters beyond
    ASCII is sent as UTF-8; if nothing is found and it is Korean, once more as ISO 2022 IR 149.
    """
    asked = {
        "PatientID": query.patient_id.strip(),
        "PatientName": query.patient_name.strip(),
        "AccessionNumber": query.accession.strip(),
        "ModalitiesInStudy": query.modality.strip().upper(),
        "StudyDate": _date_range(query.date_from, query.date_to),
    }
    for key, value in asked.items():
        if set(value) == {"*"}:
            asked[key] = ""  # by the standard the same, but some archives then leave out studies without a name
        if "\\" in value or not value.isprintable():
            raise PacsError("A search text must not hold a backslash or control characters.", "", code="query")
    rows: dict[str, StudyRow] = {}
    for charset in _charsets("".join(asked.values())):
        for found in _find(node, "STUDY", _STUDY_KEYS, asked, charset, cancel, limit, timeout):
            row = _study_row(found)
            if row.study_uid and _has_modality(row, asked["ModalitiesInStudy"]):
                rows.setdefault(row.study_uid, row)
        if rows:
            break
    return sorted(rows.values(), key=lambda row: (row.study_date, row.study_time), reverse=True)[:limit]


def find_series(
    node: PacsNode, study_uid: str, cancel: CancelToken = NEVER, timeout: float = DEFAULT_TIMEOUT_S
) -> list[SeriesRow]:
    """All series of a study, by series number. Raises PacsError and Cancelled."""
    if not valid_uid(study_uid):
        raise PacsError("This study has no valid identifier.", "", code="query")
    asked = {"StudyInstanceUID": study_uid}
    keys = ["StudyInstanceUID", *_SERIES_KEYS]
    rows: dict[str, SeriesRow] = {}
    for found in _find(node, "SERIES", keys, asked, "", cancel, _MAX_SERIES, timeout):
        row = _series_row(found, study_uid)
        if row.series_uid:
            rows.setdefault(row.series_uid, row)
    return sorted(rows.values(), key=lambda row: (int(row.number) if row.number.isdecimal() else 1 << 40, row.number))


def valid_uid(text: str) -> bool:
    """True for a UID of PS3.5 9.1, leading zeros forgiven: digits and single dots, at most 64."""
    return len(text) <= 64 and re.fullmatch(r"[0-9]+(\.[0-9]+)*", text) is not None


def _find(
    node: PacsNode,
    level: str,
    keys: list[str],
    asked: Mapping[str, str],
    charset: str,
    cancel: CancelToken,
    limit: int,
    timeout: float,
) -> list[dict[str, str]]:
    """The matches as decoded texts by keyword."""
    from pydicom.dataset import Dataset

    identifier = Dataset()
    if charset:
        identifier.SpecificCharacterSet = charset.split("\\")
    identifier.QueryRetrieveLevel = level
    for key in keys:
        setattr(identifier, key, asked.get(key, "") or None)
    rows: list[dict[str, str]] = []
    with association(node, [(STUDY_FIND, _NATIVE)], cancel, timeout) as assoc:
        _need_context(assoc, STUDY_FIND, "searching (C-FIND)")
        enough = False
        for status, match in assoc.send_c_find(identifier, STUDY_FIND, _MESSAGE_ID):
            if "Status" not in status:
                raise broke_off(assoc)
            if status.Status in _PENDING:
                if match is not None and not enough:
                    rows.append(_texts(match, keys))
                if len(rows) >= limit and not enough:
                    enough = True
                    assoc.send_c_cancel(_MESSAGE_ID, query_model=STUDY_FIND)
            elif status.Status != 0 and not (status.Status == 0xFE00 and enough):
                raise status_error("The search", status.Status)
            cancel.check()
    return rows


def _texts(match: Any, keys: list[str]) -> dict[str, str]:
    """Values as our own decoder reads them: archives often do not declare Korean text, or wrongly."""
    from pydicom.datadict import tag_for_keyword
    from pydicom.dataelem import RawDataElement

    def raw(keyword: str) -> bytes:
        tag = tag_for_keyword(keyword)
        element = match.get_item(tag) if tag is not None and tag in match else None
        if element is None:
            return b""
        value = element.value
        if isinstance(element, RawDataElement):
            return bytes(value or b"")
        parts = value if isinstance(value, list | tuple) or hasattr(value, "append") else [value]
        return b"\\".join(str(part).encode() for part in parts if part is not None)

    charset = raw("SpecificCharacterSet").strip(b" \0")
    texts = {key: decode(raw(key), charset)[0].replace("\0", "").strip() for key in keys}
    return {key: "".join(c if c.isprintable() else " " for c in text)[:_MAX_TEXT] for key, text in texts.items()}


def _study_row(found: Mapping[str, str]) -> StudyRow:
    return StudyRow(
        study_uid=found["StudyInstanceUID"] if valid_uid(found["StudyInstanceUID"]) else "",
        patient_id=found["PatientID"],
        patient_name=found["PatientName"],
        birth_date=found["PatientBirthDate"],
        sex=found["PatientSex"],
        study_date=found["StudyDate"],
        study_time=found["StudyTime"],
        description=found["StudyDescription"],
        accession=found["AccessionNumber"],
        modalities=tuple(part.strip() for part in found["ModalitiesInStudy"].split("\\") if part.strip()),
        series=_number(found["NumberOfStudyRelatedSeries"]),
        images=_number(found["NumberOfStudyRelatedInstances"]),
    )


def _series_row(found: Mapping[str, str], study_uid: str) -> SeriesRow:
    return SeriesRow(
        study_uid=study_uid,
        series_uid=found["SeriesInstanceUID"] if valid_uid(found["SeriesInstanceUID"]) else "",
        modality=found["Modality"],
        number=found["SeriesNumber"],
        description=found["SeriesDescription"],
        body_part=found["BodyPartExamined"],
        images=_number(found["NumberOfSeriesRelatedInstances"]),
    )


def _has_modality(row: StudyRow, wanted: str) -> bool:
    """Archives that do not match ModalitiesInStudy return everything: sorted out here where they tell."""
    return not wanted or not row.modalities or wanted in row.modalities


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _date_range(first: date | None, last: date | None) -> str:
    """PS3.4 C.2.2.2.5: a range, open at one end if only one date is given."""
    if first is None and last is None:
        return ""
    if first == last and first is not None:
        return first.strftime("%Y%m%d")
    return "-".join(day.strftime("%Y%m%d") if day else "" for day in (first, last))


def _charsets(text: str) -> list[str]:
    if text.isascii():
        return [""]
    try:
        text.encode("euc_kr")
    except UnicodeEncodeError:
        return ["ISO_IR 192"]
    return ["ISO_IR 192", "\\ISO 2022 IR 149"]


def _need_context(assoc: Any, abstract: str, what: str) -> None:
    if not any(context.abstract_syntax == abstract for context in assoc.accepted_contexts):
        raise PacsError(f"The archive does not offer {what}.", "", code="not_supported")


def _implementation(assoc: Any) -> str:
    name = assoc.acceptor.implementation_version_name or assoc.acceptor.implementation_class_uid or ""
    return "".join(c for c in str(name) if c.isprintable()).strip()[:64]
