"""C-ECHO and C-FIND against an archive of pynetdicom's: answers, silence, refusals, Korean names, cancelling."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from datetime import date

import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from ldct_viewer.cancel import CancelToken
from ldct_viewer.errors import Cancelled, PacsError
from ldct_viewer.pacs.client import StudyQuery, echo, find_series, find_studies
from ldct_viewer.pacs.nodes import PacsNode

from .kit import archive, free_port


def study(uid: str = "1.2.3", **values: object) -> Dataset:
    ds = Dataset()
    ds.QueryRetrieveLevel, ds.StudyInstanceUID = "STUDY", uid
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def test_echo_tells_time_and_implementation():
    with archive() as pacs:
        result = echo(pacs.node)
    assert 0 < result.seconds < 10 and "PYNETDICOM" in result.implementation


@pytest.mark.parametrize(
    ("change", "code"),
    [({"ae_title": "OTHER"}, "rejected"), ({"port": 0}, "refused"), ({"host": "no.such.host.invalid"}, "unknown_host")],
)
def test_what_is_wrong_with_the_settings_is_said(change, code):
    with archive() as pacs, pytest.raises(PacsError) as error:
        echo(replace(pacs.node, **({"port": free_port()} if "port" in change else change)))
    assert error.value.code == code and error.value.hint


def test_a_port_that_speaks_no_dicom_is_no_hang():
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(PacsError) as error:
        echo(PacsNode("x", "X", "127.0.0.1", server.getsockname()[1]), timeout=0.5)
    assert error.value.code in ("aborted", "timeout")


def test_tls_to_a_port_without_is_told_as_such():
    with archive() as pacs, pytest.raises(PacsError) as error:
        echo(replace(pacs.node, tls=True), timeout=1)
    assert error.value.code == "tls"


def test_an_archive_without_the_service_is_told():
    with archive(services="s") as pacs:
        for ask in (lambda: echo(pacs.node), lambda: find_studies(pacs.node, StudyQuery())):
            with pytest.raises(PacsError) as error:
                ask()
            assert error.value.code == "not_supported"


def test_cancel_is_heard_while_the_archive_is_silent():
    token = CancelToken()
    threading.Timer(0.3, token.cancel).start()
    with socket.create_server(("127.0.0.1", 0)) as server:
        started = time.monotonic()
        with pytest.raises(Cancelled):
            echo(PacsNode("x", "X", "127.0.0.1", server.getsockname()[1]), timeout=20, cancel=token)
    assert time.monotonic() - started < 3


def test_cancel_is_heard_while_matches_come():
    token = CancelToken()
    with archive(found=[study(f"1.{n}") for n in range(1, 500)], delay_s=0.05) as pacs:
        threading.Timer(0.4, token.cancel).start()
        started = time.monotonic()
        with pytest.raises(Cancelled):
            find_studies(pacs.node, StudyQuery(), cancel=token)
    assert time.monotonic() - started < 5


def test_the_query_is_the_standards():
    query = StudyQuery("P?1", "Hong*", date(2026, 1, 2), date(2026, 3, 4), "ct", "A1")
    with archive() as pacs:
        assert find_studies(pacs.node, query) == []
        find_studies(pacs.node, StudyQuery(patient_name="*", date_from=date(2026, 1, 2)))
    first, second = pacs.asked
    assert (first.QueryRetrieveLevel, first.PatientID, first.PatientName) == ("STUDY", "P?1", "Hong*")
    assert (first.StudyDate, first.ModalitiesInStudy, first.AccessionNumber) == ("20260102-20260304", "CT", "A1")
    assert second.StudyDate == "20260102-" and not second.PatientName  # "*" alone: universal matching
    assert "SpecificCharacterSet" not in first


def test_a_backslash_would_be_another_value_and_is_refused():
    with pytest.raises(PacsError):
        find_studies(PacsNode("x", "X", "127.0.0.1", 1), StudyQuery(patient_id="a\\b"))


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 192", "홍길동"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎"),
        ("ISO_IR 100", "Müller^Jörg"),
    ],
)
def test_names_of_declared_character_sets(charset, name):
    match = study(SpecificCharacterSet=charset, PatientName=name, StudyDescription="x")
    with archive(found=[match]) as pacs:
        assert [row.patient_name for row in find_studies(pacs.node, StudyQuery())] == [name]


def test_a_korean_name_without_declaration():
    match = study(StudyDescription="x")
    tag = Tag("PatientName")
    match._dict[tag] = RawDataElement(tag, "PN", 6, "홍길동".encode("euc_kr"), 0, False, True)
    with archive(found=[match]) as pacs:
        assert find_studies(pacs.node, StudyQuery())[0].patient_name == "홍길동"


def test_a_korean_question_is_asked_in_utf8_and_then_as_the_archive_may_know_it():
    with archive() as pacs:
        find_studies(pacs.node, StudyQuery(patient_name="홍길동*"))
    assert [str(asked.PatientName) for asked in pacs.asked] == ["홍길동*"] * 2
    assert pacs.asked[0].SpecificCharacterSet == "ISO_IR 192"
    assert list(pacs.asked[1].SpecificCharacterSet) == ["", "ISO 2022 IR 149"]


def test_rows_newest_first_and_no_more_than_asked_for():
    found = [study(f"1.2.{n}", StudyDate=f"202601{n:02}", ModalitiesInStudy=["CT", "SR"]) for n in range(1, 29)]
    with archive(found=found, delay_s=0.01) as pacs:
        rows = find_studies(pacs.node, StudyQuery(), limit=5)
    assert len(rows) == 5 and rows[0].study_date > rows[-1].study_date and rows[0].modalities == ("CT", "SR")
    assert pacs.cancelled


def test_hostile_matches_are_kept_out():
    found = [
        study("../../etc"),
        study("1.2.9", PatientName="a\x1b[31mb", StudyDescription="y" * 5000, NumberOfStudyRelatedSeries="7"),
    ]
    found[1].StudyDescription = "y" * 5000
    with archive(found=found) as pacs:
        (row,) = find_studies(pacs.node, StudyQuery())
    assert row.study_uid == "1.2.9" and row.patient_name.isprintable() and len(row.description) <= 256
    assert row.series == 7


def test_series_by_number():
    found = []
    for number in ("10", "9", ""):
        ds = study(SeriesInstanceUID=f"1.2.3.{number or 1}", Modality="CT", SeriesNumber=number or None)
        ds.QueryRetrieveLevel, ds.NumberOfSeriesRelatedInstances = "SERIES", "12"
        found.append(ds)
    with archive(found=found) as pacs:
        rows = find_series(pacs.node, "1.2.3")
    assert [row.number for row in rows] == ["9", "10", ""]
    assert rows[0].study_uid == "1.2.3" and rows[0].images == 12
    assert pacs.asked[0].StudyInstanceUID == "1.2.3" and pacs.asked[0].QueryRetrieveLevel == "SERIES"


def test_a_sleeping_name_server_does_not_delay_a_cancel(monkeypatch):
    asleep = threading.Event()

    def getaddrinfo(*args: object, **more: object) -> list[object]:
        asleep.wait(5)
        return []

    monkeypatch.setattr("ldct_viewer.pacs.association.socket.getaddrinfo", getaddrinfo)
    cancel = CancelToken()
    threading.Timer(0.1, cancel.cancel).start()
    start = time.monotonic()
    with pytest.raises(Cancelled):
        echo(PacsNode("n", "N", "archive.example", 104), cancel=cancel)
    assert time.monotonic() - start < 3
    asleep.set()
