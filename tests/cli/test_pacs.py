"""``ldct-viewer pacs`` and ``serve``: JSON on stdout, sentences on stderr, exit codes."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ldct_viewer.cli.main import main
from ldct_viewer.errors import EXIT_CANCELLED, EXIT_INPUT, EXIT_OK, EXIT_OUTPUT, EXIT_PACS, EXIT_USAGE, PacsError
from tests.denoise.helpers import save_tiny
from tests.dicom.make_ct import pixels, series

pytest.importorskip("pynetdicom", reason="the extra `pacs` (pynetdicom) is not installed")

from tests.pacs.kit import Archive, archive, free_port, wait_for


@pytest.fixture(autouse=True)
def own_data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setenv("LDCT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


def at(pacs: Archive) -> str:
    return f"ARCHIVE@127.0.0.1:{pacs.node.port}"


def said(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out)


def test_nodes_are_kept_and_used_by_name(capsys):
    with archive() as pacs:
        assert main(["pacs", "nodes", "add", "본원", at(pacs), "--move-port", "4242"]) == EXIT_OK
        capsys.readouterr()
        assert main(["pacs", "echo", "본원", "--json"]) == EXIT_OK
    assert said(capsys)["seconds"] > 0
    assert main(["pacs", "nodes", "remove", "본원", "--json"]) == EXIT_OK and said(capsys) == {"nodes": []}


def test_an_archive_that_is_not_there_is_seven(capsys):
    assert main(["pacs", "echo", f"X@127.0.0.1:{free_port()}", "--json"]) == EXIT_PACS
    assert said(capsys)["error"]["code"] == "refused"
    assert main(["pacs", "echo", "unknown", "--json"]) == EXIT_PACS and said(capsys)["error"]["code"] == "no_node"


def test_send_tells_every_trouble(tmp_path, capsys):
    series(tmp_path / "s")
    (tmp_path / "s" / "notes.txt").write_text("x")
    with archive(status=lambda n: 0xB000 if n == 0 else 0) as pacs:
        assert main(["pacs", "send", at(pacs), str(tmp_path / "s"), "--json"]) == EXIT_PACS
    result = said(capsys)
    assert (result["sent"], result["warnings"], result["failed"]) == (6, 1, 1)
    assert sorted(file["state"] for file in result["files"]) == ["failed", "warning"]
    assert main(["pacs", "send", "X@h:1", str(tmp_path / "none")]) == EXIT_INPUT


def test_find_prints_rows_and_get_fetches(tmp_path, capsys):
    from pydicom import dcmread

    images = [dcmread(path) for path in series(tmp_path / "s")]
    with archive(images=images, found=images[:1]) as pacs:
        assert main(["pacs", "find", at(pacs), "--from", "2026-01-01", "--json"]) == EXIT_OK
        (study,) = said(capsys)["studies"]
        assert study["patient_name"] == "Test^Case"
        folder = tmp_path / "got"
        assert main(["pacs", "get", at(pacs), str(folder), "--study", study["study_uid"], "--json"]) == EXIT_OK
    assert said(capsys)["series"][0]["files"] == 6 == len(list(folder.iterdir()))


def test_the_queue_from_the_shell(tmp_path, capsys):
    series(tmp_path / "s")
    with archive() as pacs:
        main(["pacs", "nodes", "add", "a", at(pacs)])
        assert main(["pacs", "queue", "add", "a", str(tmp_path / "s")]) == EXIT_OK
        assert main(["pacs", "queue", "run"]) == EXIT_OK
        capsys.readouterr()
        assert main(["pacs", "queue", "--json"]) == EXIT_OK
    (item,) = said(capsys)["items"]
    assert (item["state"], item["sent"]) == ("done", 6)
    assert main(["pacs", "queue", "remove", item["id"], "--json"]) == EXIT_OK and said(capsys) == {"items": []}


@pytest.mark.parametrize(("words", "told"), [(["queue", "run"], "stays so"), (["nodes"], "nothing was written")])
def test_ctrl_c_does_not_deny_what_was_sent(words, told, capsys, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("ldct_viewer.cli.pacs.load_nodes", stopped)
    assert main(["pacs", *words]) == EXIT_CANCELLED
    assert told in capsys.readouterr().err


def test_serve_says_what_it_lacks(tmp_path):
    assert main(["serve", "--out", str(tmp_path / "o")]) == EXIT_USAGE
    assert main(["serve", "--store-scp", "11112"]) == EXIT_USAGE
    assert main(["serve", "--store-scp", "0", "--out", str(tmp_path / "o")]) == EXIT_PACS
    assert main(["serve", "--watch", str(tmp_path / "no"), "--out", str(tmp_path / "o")]) == EXIT_OUTPUT


def test_the_options_of_serve_reach_the_listener(tmp_path):
    from ldct_viewer.cli import serve
    from ldct_viewer.pacs.listener import Quota, Tls
    from ldct_viewer.pacs.receiver import Listen

    def listen(*words: str) -> Listen:
        parser = argparse.ArgumentParser()
        serve.configure(parser)
        return serve._listen(parser.parse_args(["--store-scp", "11112", *words]))

    assert listen() == Listen(11112, "LDCTVIEWER")
    tls = ["--tls", "--cert-file", "c.pem", "--key-file", "k.pem", "--ca-file", "ca.pem"]
    limits = ["--max-images", "5", "--max-gb", "0.5", "--min-free-gb", "0", "--idle", "7", "--max-associations", "3"]
    full = listen("--ae-title", "US", "--allow-ae", "A", "--allow", "B", *tls, *limits)
    quota = Quota(5, 500_000_000, 0)
    assert full == Listen(11112, "US", "127.0.0.1", ("A", "B"), 3, Tls("c.pem", "k.pem", "ca.pem"), quota, 7.0)
    for wrong in (["--tls"], ["--cert-file", "c.pem"], ["--ca-file", "ca.pem"], ["--allow-ae", "a" * 17]):
        with pytest.raises(PacsError):
            listen(*wrong)
    absent = ["serve", "--store-scp", "11112", "--out", str(tmp_path / "o"), "--spool", str(tmp_path / "s")]
    assert main([*absent, "--tls", "--cert-file", str(tmp_path / "no.pem")]) == EXIT_PACS


@pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_serve_denoises_and_ends_in_order_when_told_so(tmp_path: Path, name: str):
    model = save_tiny(tmp_path / "models")
    port = free_port()
    command = [sys.executable, "-m", "ldct_viewer", "serve", "--store-scp", str(port), "--out", str(tmp_path / "out")]
    command += ["--spool", str(tmp_path / "spool"), "--quiet", "0.2", "--model", str(model.path), "--json"]
    process = subprocess.Popen([*command, "--device", "cpu"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["port"] == port
        series(tmp_path / "s", pixels(3, 32, 32))
        assert main(["pacs", "send", f"LDCTVIEWER@127.0.0.1:{port}", str(tmp_path / "s")]) == EXIT_OK
        assert json.loads(process.stdout.readline())["event"] == "denoised"
        wait_for(lambda: len(list((tmp_path / "out").glob("*/*.dcm"))) == 3)
        process.send_signal(getattr(signal, name))
        assert process.wait(30) == 0
        assert json.loads(process.stdout.read())["event"] == "stopped"
    finally:
        process.kill()
