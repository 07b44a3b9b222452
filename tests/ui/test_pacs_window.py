"""The PACS window: a doctor's way through a real archive, and what it says when things go wrong."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets

from ldct_viewer.errors import PacsError
from ldct_viewer.jobs import outbox
from ldct_viewer.pacs import client, errors, queue, retrieve
from ldct_viewer.pacs.client import EchoResult, SeriesRow, StudyRow
from ldct_viewer.pacs.nodes import PacsNode, load_nodes, save_nodes
from ldct_viewer.pacs.queue import QueueItem
from ldct_viewer.pacs.retrieve import RetrieveResult
from ldct_viewer.ui.dialogs.pacs_nodes import NodesDialog
from ldct_viewer.ui.dialogs.pacs_queue import QueuePage
from ldct_viewer.ui.dialogs.pacs_words import clock, day, failure
from ldct_viewer.ui.words import person
from tests.window_kit import make_window, open_and_wait, write_ct

NODE = PacsNode("영상의학과", "ARCHIVE", "127.0.0.1", 11112)
STUDIES = [
    StudyRow("1.2.1", "SECRET-77", "Hong^Gildong=洪^吉洞=홍^길동", "19610503", "M", "20260131", "134501", "흉부 CT"),
    StudyRow("1.2.2", "SECRET-78", "Müller^Karl", "", "", "20260201", "", "Abdomen", images=9),
]
SERIES = [
    SeriesRow("1.2.1", "1.2.1.1", "CT", "2", "Thorax 1.0", "CHEST", 24),
    SeriesRow("1.2.1", "1.2.1.2", "CT", "10", "Topogram", "CHEST", 2),
]


@pytest.fixture(autouse=True)
def own_data(monkeypatch, tmp_path):
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(errors, "need_pynetdicom", lambda: None)


@pytest.fixture
def window(qtbot, tmp_path):
    (tmp_path / "data").mkdir()
    save_nodes(None, [NODE, PacsNode("other", "B", "127.0.0.1", 104)])
    return make_window(qtbot, tmp_path)


def opened(window, qtbot):
    window.qactions["pacs"].trigger()
    qtbot.waitUntil(lambda: not window.pacs._editing.busy)
    return window.pacs._dialog


def texts(table) -> list[list[str]]:
    model = table.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]


def found(monkeypatch, qtbot, window, studies=STUDIES, series=SERIES):
    asked = []
    monkeypatch.setattr(client, "find_studies", lambda node, query, *_: asked.append((node, query)) or list(studies))
    monkeypatch.setattr(client, "find_series", lambda node, uid, *_: list(series))
    dialog = opened(window, qtbot)
    dialog.search.set_when("any")
    dialog.search.search()
    qtbot.waitUntil(lambda: bool(dialog.search.series.model_.rows) or not series)
    return dialog, asked


# -- words ------------------------------------------------------------------------------------------


def test_names_are_read_as_they_are_spoken():
    assert person("Hong^Gildong=洪^吉洞=홍^길동") == "홍길동 · Hong Gildong · 洪 吉洞"
    assert person("김^서연") == "김서연"
    assert person("Müller^Karl^^Dr.") == "Müller Karl Dr."
    assert (person(""), day("20260131"), day("2026"), clock("134501.5"), clock("")) == (
        "", "2026-01-31", "2026", "13:45", "",
    )  # fmt: skip


# -- search -----------------------------------------------------------------------------------------


def test_the_form_asks_for_the_last_seven_days_of_ct(qtbot, window):
    query = opened(window, qtbot).search.query()
    today = date.today()
    assert (query.modality, query.date_to, (today - query.date_from).days) == ("CT", today, 6)


def test_a_name_is_found_in_parts_and_wildcards_are_left_alone(qtbot, window):
    search = opened(window, qtbot).search
    search.set_when("any")
    for typed, sent in (("", ""), ("홍 길동", "*홍*길동*"), ("Hong*", "Hong*"), ("H?ng", "H?ng")):
        search.patient_name.setText(typed)
        assert search.query().patient_name == sent
    assert (search.query().date_from, search.query().date_to) == (None, None)


def test_studies_then_their_series_are_shown_and_sorted(qtbot, window, monkeypatch):
    dialog, asked = found(monkeypatch, qtbot, window)
    assert asked[0][0] == NODE
    assert texts(dialog.search.studies)[0][:4] == [
        "홍길동 · Hong Gildong · 洪 吉洞", "SECRET-77", "1961-05-03", "2026-01-31 13:45",
    ]  # fmt: skip
    assert [row.series_uid for row in dialog.search.series.chosen()] == ["1.2.1.1"]  # the largest
    dialog.search.series.sortByColumn(0, QtCore.Qt.SortOrder.DescendingOrder)
    assert [row[0] for row in texts(dialog.search.series)] == ["10", "2"]  # as numbers, not letters


def test_anonymous_mode_hides_who_they_are(qtbot, window, monkeypatch):
    dialog, _ = found(monkeypatch, qtbot, window)
    window.viewing.toggle_anonymous()
    shown = " ".join(cell for row in texts(dialog.search.studies) for cell in row)
    assert [secret for secret in ("홍", "Hong", "SECRET", "1961", "흉부 CT") if secret in shown] == []
    assert "2026-01-31 13:45" in shown


def test_nothing_found_says_what_to_try(qtbot, window, monkeypatch):
    monkeypatch.setattr(client, "find_studies", lambda *_: [])
    search = opened(window, qtbot).search
    search.search()
    qtbot.waitUntil(lambda: not search._studies_job.busy)
    assert search.said.text() == "The archive knows no such study. Try “Any day”."


def test_another_archive_forgets_what_the_first_said(qtbot, window, monkeypatch):
    dialog, _ = found(monkeypatch, qtbot, window)
    dialog.choice.setCurrentIndex(1)
    assert not dialog.search.studies.model_.rows and not dialog.search.fetch.isEnabled()
    assert window.settings.pacs_node == "other"


def test_a_search_can_be_stopped_and_does_not_stall_the_window(qtbot, window, monkeypatch):
    def slow(node, query, cancel, limit):
        while True:
            cancel.check()
            time.sleep(0.01)

    monkeypatch.setattr(client, "find_studies", slow)
    search = opened(window, qtbot).search
    before = time.monotonic()
    search.go.click()
    assert time.monotonic() - before < 0.5 and search.go.text() == "Stop"
    search.go.click()
    assert search.go.text() == "Search" and search.said.text() == "Stopped."


def test_the_connection_test_answers_in_words(qtbot, window, monkeypatch):
    monkeypatch.setattr(client, "echo", lambda node, cancel: EchoResult(0.042, "ORTHANC"))
    dialog = opened(window, qtbot)
    dialog.test()
    qtbot.waitUntil(lambda: "answered" in dialog._said.text())
    assert dialog._said.text() == "The archive answered after 42 ms. (ORTHANC)"

    def refused(node, cancel):
        raise PacsError("The archive does not know us.", "Its manager must help.", code="rejected")

    monkeypatch.setattr(client, "echo", refused)
    dialog.test()
    qtbot.waitUntil(lambda: "know us" in dialog._said.text())
    assert dialog._said.text() == "The archive does not know us. Its manager must help."


def test_without_pynetdicom_it_says_what_to_install(qtbot, window, monkeypatch):
    def missing():
        raise PacsError("Talking to an archive needs the package pynetdicom.", "Install it: pip …", code="pacs_missing")

    monkeypatch.setattr(errors, "need_pynetdicom", missing)
    assert opened(window, qtbot)._said.text().endswith("Install it: pip …")


# -- retrieve ---------------------------------------------------------------------------------------


def test_a_retrieved_series_opens_like_a_dropped_folder(qtbot, window, monkeypatch, tmp_path):
    source = write_ct(tmp_path / "archive")

    def fake(node, series, folder, progress, cancel):
        folder.mkdir(parents=True)
        for n, file in enumerate(sorted(source.iterdir())):
            (folder / file.name).write_bytes(file.read_bytes())
            progress(n + 1, 24)
        return RetrieveResult(tuple(sorted(folder.iterdir())), 0)

    monkeypatch.setattr(retrieve, "retrieve", fake)
    dialog, _ = found(monkeypatch, qtbot, window)
    with qtbot.waitSignal(window.opening.seriesLoaded, timeout=20000):
        dialog.search.retrieve()
    assert window.state.session.low.shape[0] == 24
    folder = window.state.session.low.files[0].parent
    assert folder.parent == tmp_path / "data" / "retrieved"
    assert "1.2.1" not in folder.name and "SECRET" not in str(folder)
    assert texts(dialog.retrieve.table)[0][3:] == ["24", "there"]
    assert window.settings.recent() == []  # a folder called by a hash tells nobody anything
    with qtbot.waitSignal(window.opening.seriesLoaded, timeout=20000):
        dialog.retrieve.openWanted.emit([window.pacs.folder()])


def test_a_series_that_comes_late_does_not_push_another_away(qtbot, window, monkeypatch, tmp_path):
    mine = write_ct(tmp_path / "mine")
    go = []

    def fake(node, series, folder, progress, cancel):
        while not go:
            time.sleep(0.01)
        return RetrieveResult((folder / "a.dcm",), 0)

    monkeypatch.setattr(retrieve, "retrieve", fake)
    dialog, _ = found(monkeypatch, qtbot, window)
    dialog.search.retrieve()
    open_and_wait(qtbot, window, mine)
    session = window.state.session
    go.append(1)
    qtbot.waitUntil(lambda: texts(dialog.retrieve.table)[0][4] == "there")
    assert window.state.session is session and not window.opening.busy
    assert "The retrieved series is there." in [message.text for message in window.messages.messages]


def test_images_that_did_not_come_are_said(qtbot, window, monkeypatch, tmp_path):
    result = RetrieveResult((), 2, notes=("The archive is busy.",))
    monkeypatch.setattr(retrieve, "retrieve", lambda *_, **__: result)
    dialog, _ = found(monkeypatch, qtbot, window)
    dialog.search.retrieve()
    qtbot.waitUntil(lambda: bool(window.messages.messages))
    message = window.messages.messages[-1]
    assert (message.text, message.hint) == (
        "2 images of the retrieved series did not come.", "The archive is busy.",
    )  # fmt: skip
    assert texts(dialog.retrieve.table)[0][4].startswith("failed")


def test_retrieving_can_be_cancelled(qtbot, window, monkeypatch):
    def fake(node, series, folder, progress, cancel):
        while True:
            cancel.check()
            time.sleep(0.01)

    monkeypatch.setattr(retrieve, "retrieve", fake)
    dialog, _ = found(monkeypatch, qtbot, window)
    dialog.search.series.selectAll()
    dialog.search.retrieve()
    assert len(texts(dialog.retrieve.table)) == 2
    dialog.retrieve.cancel_chosen()
    assert [row[4] for row in texts(dialog.retrieve.table)] == ["cancelled", "cancelled"]
    assert not dialog.retrieve._job.busy


# -- archives ---------------------------------------------------------------------------------------


def test_archives_are_added_changed_and_removed(qtbot, tmp_path):
    (tmp_path / "data").mkdir()
    dialog = NodesDialog([NODE])
    qtbot.addWidget(dialog)
    dialog.add()
    dialog.edits["name"].setText("Ward")
    dialog.edits["ae_title"].setText("WARD1")
    dialog.edits["host"].setText("192.0.2.7")
    dialog.port.setValue(4242)
    dialog.move_port.setValue(11115)
    dialog.tls.setChecked(True)
    dialog.edits["ca_file"].setText("/etc/ssl/ward.pem")
    dialog.list.setCurrentRow(0)
    dialog.edits["calling_ae"].setText("MINE")
    dialog.save()
    first, second = load_nodes()
    assert (first.name, first.calling_ae, first.tls) == ("영상의학과", "MINE", False)
    assert second == PacsNode(
        "Ward", "WARD1", "192.0.2.7", 4242, tls=True, ca_file="/etc/ssl/ward.pem", move_port=11115
    )
    again = NodesDialog(load_nodes())
    qtbot.addWidget(again)
    again.remove()
    again.save()
    assert load_nodes() == [second]


def test_an_impossible_archive_is_refused_with_the_reason_and_the_dialog_stays(qtbot, tmp_path):
    (tmp_path / "data").mkdir()
    dialog = NodesDialog([NODE])
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.edits["ae_title"].setText("한글")
    dialog.save()
    assert dialog.isVisible() and "AE title" in dialog._said.text()
    assert load_nodes() == []


# -- sending ----------------------------------------------------------------------------------------


def item(**changes) -> QueueItem:
    told = {"sent": 1, "warnings": 0, "failed": 0, "state": "waiting", **changes}
    return QueueItem("1", "other", "Series 4", 0.0, 3, **told)


def test_the_queue_says_state_next_try_and_trouble(qtbot):
    page = QueuePage()
    qtbot.addWidget(page)
    page.set_items([item(next_try=time.time() + 3600, message="The archive is busy.")])
    state = texts(page.table)[0][4]
    assert state.startswith("waiting · next try ") and state.endswith("The archive is busy.")
    page.table.choose(0)
    assert page._retry.isEnabled() and page._remove.isEnabled()
    page.set_item(item(state="done", sent=3))
    assert texts(page.table)[0][3:] == ["3 / 3", "sent"]
    assert not page._retry.isEnabled()


def test_the_outbox_keeps_what_is_needed_and_deletes_what_was_sent():
    for number in ("1", "2"):
        place = outbox.new_place()
        place.mkdir()
        (place / "a.dcm").write_bytes(b"x")
        outbox.belongs_to(place, number)

    def needed() -> set[str]:  # while the queue is being asked, another thread puts a third series into it
        third = outbox.new_place()
        third.mkdir()
        outbox.belongs_to(third, "3")
        return {"2"}

    assert outbox.tidy(needed) == 1
    assert {place.read_text() for place in outbox.outbox().glob("*.item")} == {"2", "3"}
    assert outbox.tidy(lambda: {"2"}) == 1
    (left,) = (place for place in outbox.outbox().iterdir() if place.is_dir())
    assert left.with_name(f"{left.name}.item").read_text() == "2"


def test_the_queue_resumes_quietly_at_the_next_start(qtbot, window, monkeypatch, tmp_path):
    waiting = queue.SendQueue()
    file = tmp_path / "a.dcm"
    file.write_bytes(b"x")
    waiting.enqueue([file], "other", "Series 4")
    ran = []
    monkeypatch.setattr(queue.SendQueue, "run", lambda self, nodes, stop, tell: ran.append([n.name for n in nodes]))
    window.pacs.resume()
    qtbot.waitUntil(lambda: bool(ran))
    assert ran == [["영상의학과", "other"]]
    assert window.status.archive.text() == "Sending 0/1"
    assert not window.messages.messages


def test_nothing_is_made_on_disk_by_a_start_without_a_queue(qtbot, window):
    window.pacs.resume()
    assert not queue.queue_folder().exists() and not window.pacs._editing.busy


def test_a_series_not_yet_denoised_is_not_sent(qtbot, window, tmp_path):
    open_and_wait(qtbot, window, write_ct(tmp_path / "ct"))
    window.qactions["send_denoised"].trigger()
    assert "not denoised yet" in window.messages.messages[-1].text


def test_failures_with_numbers_keep_their_sentence_in_english():
    error = PacsError("Fetching the series failed: it is busy (status A700).", "", code="status")
    assert failure(error) == (error.message, "")


# -- a doctor's day -----------------------------------------------------------------------------------


def test_search_retrieve_send_and_find_it_again(qtbot, tmp_path, monkeypatch):
    """Against Orthanc: the denoised series lands in the same study, with the HU that were sent."""
    pytest.importorskip("pynetdicom", reason="the extra `pacs` (pynetdicom) is not installed")
    from ldct_viewer.denoise.model_file import list_models
    from ldct_viewer.dicom.read import load
    from ldct_viewer.pacs.client import StudyQuery, find_series, find_studies
    from ldct_viewer.pacs.send import send
    from ldct_viewer.ui.denoising import Denoising
    from ldct_viewer.ui.dialogs.export_dicom import ExportDicomDialog
    from tests.pacs.kit import orthanc

    with orthanc(tmp_path / "orthanc") as archive:
        source = write_ct(tmp_path / "scanner")
        assert send(archive.node, sorted(source.iterdir())).sent == 24
        (tmp_path / "data").mkdir(exist_ok=True)
        save_nodes(None, [archive.node])
        window = make_window(qtbot, tmp_path)
        dialog = opened(window, qtbot)
        dialog.search.set_when("any")
        dialog.search.patient_name.setText("gildong")
        dialog.search.go.click()
        qtbot.waitUntil(lambda: bool(dialog.search.series.chosen()), timeout=15000)
        with qtbot.waitSignal(window.opening.seriesLoaded, timeout=20000):
            dialog.search.fetch.click()
        session = window.state.session
        np.testing.assert_array_equal(session.low.hu, load(source).hu)

        session.denoised = (session.low.hu // 2).astype(np.int16)  # stands for a network's work
        session.denoised_ready = np.ones(24, dtype=bool)
        monkeypatch.setattr(Denoising, "model_info", property(lambda self: list_models()[0]))
        monkeypatch.setattr(ExportDicomDialog, "exec", lambda self: QtWidgets.QDialog.DialogCode.Accepted)
        window.state.set_strength(1.0)
        window.qactions["send_denoised"].trigger()
        qtbot.waitUntil(lambda: any(i.state == "done" for i in window.pacs._items.values()), timeout=30000)

        (study,) = find_studies(archive.node, StudyQuery(modality="CT"))
        rows = find_series(archive.node, study.study_uid)
        assert [row.images for row in rows] == [24, 24]
        back = retrieve.retrieve(archive.node, rows[1], tmp_path / "back")
        np.testing.assert_array_equal(load(tmp_path / "back").hu, session.denoised)
        assert len(back.files) == 24
        qtbot.waitUntil(lambda: not list(Path(outbox.outbox()).iterdir()), timeout=10000)
        window.close()
