"""Ask an archive: is it there (C-ECHO), which studies and series does it have (C-FIND, study root)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..cancel import NEVER, CancelToken
from .errors import need_pynetdicom
from .nodes import PacsNode

DEFAULT_TIMEOUT_S = 10.0


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
    need_pynetdicom()
    raise NotImplementedError


def find_studies(
    node: PacsNode,
    query: StudyQuery,
    cancel: CancelToken = NEVER,
    limit: int = 500,
    timeout: float = DEFAULT_TIMEOUT_S,
) -> list[StudyRow]:
    """Studies that match, newest first, at most ``limit`` (then there may be more: C-CANCEL was sent).

    ``timeout`` is the longest silence in seconds. Raises PacsError and Cancelled.
    """
    need_pynetdicom()
    raise NotImplementedError


def find_series(
    node: PacsNode, study_uid: str, cancel: CancelToken = NEVER, timeout: float = DEFAULT_TIMEOUT_S
) -> list[SeriesRow]:
    """All series of a study, by series number. Raises PacsError and Cancelled."""
    need_pynetdicom()
    raise NotImplementedError
