"""The send queue: nothing is lost and nothing is stuck, by restart, kill, refusal or damage."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread

from ldct_viewer.cancel import CancelToken
from ldct_viewer.errors import PacsError
from ldct_viewer.pacs.locks import folder_lock
from ldct_viewer.pacs.queue import DONE, FAILED, WAITING, SendQueue
from ldct_viewer.pacs.send import FileOutcome
from tests.dicom.make_ct import pixels, series

from .kit import archive, wait_for


def sent(path: Path) -> FileOutcome:
    return FileOutcome(path, "sent")


def quick(folder: Path) -> SendQueue:
    return SendQueue(folder, first_delay_s=0.05, longest_delay_s=0.2)


def test_enqueued_is_sent_and_told(tmp_path):
    queue, told = quick(tmp_path / "q"), []
    files = series(tmp_path / "s")
    with archive() as pacs:
        item_id = queue.enqueue([*files, files[0]], "archive", "chest")
        assert [(i.state, i.total, i.label) for i in queue.items()] == [(WAITING, 6, "chest")]
        queue.run([pacs.node], CancelToken(), told.append)
    assert queue.item(item_id).state == DONE and queue.item(item_id).sent == 6 and len(pacs.stored) == 6
    assert [i.sent for i in told if i.state == "sending"] == [*range(0, 6)]
    queue.run([], CancelToken())
    assert len(pacs.stored) == 6  # done is done
    queue.remove(item_id)
    assert queue.items() == [] and all(file.exists() for file in files)


def test_another_process_sees_the_same(tmp_path):
    SendQueue(tmp_path).enqueue([tmp_path / "x.dcm"], "archive", "l")
    (item,) = SendQueue(tmp_path).items()
    assert (item.node_name, item.label, item.state) == ("archive", "l", WAITING)


def test_a_sleeping_archive_is_tried_again_later_and_later(tmp_path):
    queue = SendQueue(tmp_path / "q", first_delay_s=100, longest_delay_s=360)
    with archive() as pacs:
        node = pacs.node
    item_id = queue.enqueue(series(tmp_path / "s"), "archive")
    delays = []
    for _ in range(4):
        queue.run([node], CancelToken(), wait=False)
        item = queue.item(item_id)
        delays.append(item.next_try - time.time())
        assert item.state == WAITING and item.message
        with open(queue.folder / f"{item_id}.log", "a") as log:  # its time has come
            log.write(json.dumps({"attempts": item.attempts, "next_try": 0}) + "\n")
    assert [round(delay, -2) for delay in delays] == [100, 200, 400, 400]  # up to 10 % are added, 360 is the most


def test_an_archive_that_is_away_is_not_knocked_at_by_every_job(tmp_path, monkeypatch):
    """And when it is back, nothing waits an hour for its own next try."""
    from ldct_viewer.pacs import queue as module

    clock = [time.time()]
    monkeypatch.setattr(module.time, "time", lambda: clock[0])
    queue = SendQueue(tmp_path / "q", first_delay_s=100, longest_delay_s=3600)
    with archive() as pacs:
        node = pacs.node
    files = series(tmp_path / "s", pixels(5))
    ids = [queue.enqueue([file], "archive") for file in files]
    for _ in range(3):
        queue.run([node], CancelToken(), wait=False)
    assert [queue.item(item_id).attempts for item_id in ids] == [1, 0, 0, 0, 0]
    for _ in range(30):  # some hours
        clock[0] += 600
        queue.run([node], CancelToken(), wait=False)
    attempts = [queue.item(item_id).attempts for item_id in ids]
    assert sum(attempts) <= 31 and max(attempts) < 12
    monkeypatch.setattr(module, "send", lambda node, paths, cancel, on_file: [on_file(sent(path)) for path in paths])
    clock[0] += 600
    for _ in range(2):
        queue.run([node], CancelToken(), wait=False)
    assert {queue.item(item_id).state for item_id in ids} == {DONE}


def test_a_job_at_which_the_archive_breaks_off_does_not_stop_the_others(tmp_path):
    queue = SendQueue(tmp_path / "q", first_delay_s=1, longest_delay_s=2)
    bad, good = series(tmp_path / "bad", pixels(1)), series(tmp_path / "good", pixels(2))
    poison = str(dcmread(bad[0]).SOPInstanceUID)

    with archive() as pacs:
        real = pacs.on_store

        def fragile(event):
            if str(event.request.AffectedSOPInstanceUID) == poison:
                event.assoc.abort()
                return 0xC000
            return real(event)

        ids = [queue.enqueue(files, "archive") for files in (bad, good)]
        (server,) = pacs.servers
        from pynetdicom import evt

        server.bind(evt.EVT_C_STORE, fragile)
        stop = CancelToken()
        runner = threading.Thread(target=lambda: queue.run([pacs.node], stop))
        runner.start()
        wait_for(lambda: queue.item(ids[1]).state == DONE)
        stop.cancel()
        runner.join()
    assert queue.item(ids[0]).state == WAITING


def test_jobs_that_wait_are_not_read_again_and_again(tmp_path, monkeypatch):
    """The service asks for the list many times a second, while thousands may wait for an archive."""
    from ldct_viewer.pacs import queue as module

    queue = quick(tmp_path / "q")
    ids = [queue.enqueue([tmp_path / "x"], "archive") for _ in range(20)]
    read: list[str] = []
    real = module.read_job
    monkeypatch.setattr(module, "read_job", lambda folder, job_id: read.append(job_id) or real(folder, job_id))
    for _ in range(5):
        assert len(queue.items()) == 20
    assert sorted(read) == sorted(ids)
    SendQueue(tmp_path / "q").retry(ids[3])  # another process
    queue.items()
    assert len(read) == 22 and read[-1] == ids[3]


def test_it_goes_on_when_the_archive_wakes(tmp_path):
    queue = quick(tmp_path / "q")
    files = series(tmp_path / "s")
    with archive(status=lambda n: 0xA700 if n < 3 else 0) as pacs:
        item_id = queue.enqueue(files, "archive")
        queue.run([pacs.node], CancelToken())
    item = queue.item(item_id)
    assert (item.state, item.sent, item.failed) == (DONE, 6, 0)
    counted = Counter(str(ds.SOPInstanceUID) for ds, _, _ in pacs.stored)
    assert sorted(counted.values()) == [1, 1, 1, 2, 2, 2]  # only what had failed was sent again


def test_a_final_no_is_given_up_and_can_be_tried_by_hand(tmp_path):
    queue = quick(tmp_path / "q")
    answer = [0xA900]
    with archive(status=lambda n: answer[0]) as pacs:
        item_id = queue.enqueue(series(tmp_path / "s"), "archive")
        queue.run([pacs.node], CancelToken())
        item = queue.item(item_id)
        assert (item.state, item.failed, item.sent) == (FAILED, 6, 0) and item.message and len(pacs.stored) == 6
        answer[0] = 0
        queue.retry(item_id)
        assert queue.item(item_id).state == WAITING
        queue.run([pacs.node], CancelToken())
    assert queue.item(item_id).state == DONE


def test_an_archive_that_never_takes_it_is_given_up_in_the_end(tmp_path):
    queue = quick(tmp_path / "q")
    with archive(status=lambda n: 0xA700) as pacs:
        item_id = queue.enqueue(series(tmp_path / "s")[:1], "archive")
        queue.run([pacs.node], CancelToken())
    assert queue.item(item_id).state == FAILED and len(pacs.stored) == 5


def test_an_unknown_node_is_said_at_once(tmp_path):
    queue = quick(tmp_path / "q")
    item_id = queue.enqueue(series(tmp_path / "s"), "nowhere")
    queue.run([], CancelToken())
    assert queue.item(item_id).state == FAILED and "node" in queue.item(item_id).message


def test_a_file_that_is_gone_fails_alone(tmp_path):
    queue, files = quick(tmp_path / "q"), series(tmp_path / "s")
    item_id = queue.enqueue(files, "archive")
    files[2].unlink()
    with archive() as pacs:
        queue.run([pacs.node], CancelToken())
    assert (queue.item(item_id).sent, queue.item(item_id).failed, queue.item(item_id).state) == (5, 1, FAILED)


def test_stop_returns_and_the_rest_waits(tmp_path):
    queue, stop = quick(tmp_path / "q"), CancelToken()
    item_id = queue.enqueue(series(tmp_path / "s", pixels(30)), "archive")
    with archive(delay_s=0.1) as pacs:
        threading.Timer(0.6, stop.cancel).start()
        queue.run([pacs.node], stop)
        item = queue.item(item_id)
        assert item.state == WAITING and item.sent < 30
        pacs.delay_s = 0
        queue.run([pacs.node], CancelToken())
    assert queue.item(item_id).sent == 30 and queue.item(item_id).state == DONE


def test_removed_while_it_is_being_sent_does_not_come_back(tmp_path):
    queue = quick(tmp_path / "q")
    item_id = queue.enqueue(series(tmp_path / "s"), "archive")
    with archive() as pacs:
        queue.run([pacs.node], CancelToken(), lambda item: queue.remove(item_id) if item.sent == 2 else None)
    assert queue.items() == [] and [path.name for path in queue.folder.iterdir()] == ["runner.lock"]


def test_two_runners_do_not_send_twice(tmp_path):
    queue = quick(tmp_path / "q")
    with folder_lock(queue.folder, "runner.lock"), pytest.raises(PacsError) as error:
        queue.run([], CancelToken())
    assert error.value.code == "busy"


def test_the_journal_survives_any_cut_of_its_end(tmp_path):
    queue = quick(tmp_path / "q")
    item_id = queue.enqueue(series(tmp_path / "s"), "archive")
    with archive() as pacs:
        queue.run([pacs.node], CancelToken())
        whole = (queue.folder / f"{item_id}.log").read_bytes()
        for cut in range(0, len(whole), 7):
            (queue.folder / f"{item_id}.log").write_bytes(whole[:cut])
            sent = queue.item(item_id).sent
            assert sent in (whole[:cut].count(b"\n"), whole[:cut].count(b"\n") + 1)
        (queue.folder / f"{item_id}.log").write_bytes(whole[: len(whole) // 2 + 3])
        queue.run([pacs.node], CancelToken())
    assert queue.item(item_id).state == DONE


def test_a_damaged_job_is_shown_and_stops_nobody(tmp_path):
    queue = SendQueue(tmp_path / "q", first_delay_s=1, longest_delay_s=2)
    bad, good = queue.enqueue([tmp_path / "x"], "archive"), queue.enqueue(series(tmp_path / "s"), "archive")
    (queue.folder / f"{bad}.json").write_bytes(b'{"version": 1')
    with archive() as pacs:
        queue.run([pacs.node], CancelToken())
    assert [(i.id, i.state) for i in queue.items()] == [(bad, FAILED), (good, DONE)]
    queue.remove(bad)
    assert len(queue.items()) == 1


@pytest.mark.parametrize("item_id", ["../../x", "", "1", "0" * 20 + "-../../../", "a/b"])
def test_ids_are_no_paths(tmp_path, item_id):
    queue = quick(tmp_path / "q")
    for action in (queue.remove, queue.retry, queue.item):
        with pytest.raises(PacsError):
            action(item_id)


def test_the_queue_holds_no_identity(tmp_path):
    def name(ds, k):
        ds.PatientName, ds.PatientID = "Canary^Plant", "CANARY-7"

    queue = quick(tmp_path / "q")
    queue.enqueue(series(tmp_path / "s", change=name), "archive")
    with archive(status=lambda n: 0xA700) as pacs:
        queue.run([pacs.node], CancelToken(), wait=False)
    written = b"".join(path.read_bytes() for path in queue.folder.iterdir())
    assert b"anary" not in written.lower() and len(written) > 200


RUNNER = """
import sys
from ldct_viewer.cancel import CancelToken
from ldct_viewer.pacs.nodes import node_from_text
from ldct_viewer.pacs.queue import SendQueue
print("go", flush=True)
SendQueue(sys.argv[1], 0.05, 0.1).run([node_from_text(sys.argv[2], name="archive")], CancelToken())
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_killed_at_any_moment_everything_arrives(tmp_path):
    queue, files = quick(tmp_path / "q"), series(tmp_path / "s", pixels(24))
    item_id = queue.enqueue(files, "archive")
    chance = random.Random(3)
    with archive(delay_s=0.02) as pacs:
        where = f"ARCHIVE@127.0.0.1:{pacs.node.port}"
        kills = 0
        while queue.item(item_id).state != DONE and kills < 5:
            process = subprocess.Popen([sys.executable, "-c", RUNNER, str(queue.folder), where], stdout=subprocess.PIPE)
            assert process.stdout is not None and process.stdout.readline()
            before = queue.item(item_id).sent
            wait_for(lambda before=before: queue.item(item_id).sent > before or process.poll() is not None)  # noqa: B023
            time.sleep(chance.uniform(0, 0.1))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
            process.wait()
        queue.run([replace(pacs.node)], CancelToken())
    assert queue.item(item_id).sent == 24 and kills >= 2
    counted = Counter(str(ds.SOPInstanceUID) for ds, _, _ in pacs.stored)
    assert set(counted) == {str(dcmread(file).SOPInstanceUID) for file in files}
    assert sum(counted.values()) <= 24 + kills  # at most the one under way is sent twice
