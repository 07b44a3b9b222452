"""Nodes: what a person types is checked, what is saved comes back, damage is told."""

from __future__ import annotations

import importlib.util
import os

import pytest

from ldct_viewer.atomic import write_atomic
from ldct_viewer.errors import PacsError
from ldct_viewer.pacs.client import echo
from ldct_viewer.pacs.nodes import PacsNode, find_node, load_nodes, node_from_text, nodes_path, save_nodes

GOOD = {"name": "서울 PACS", "ae_title": "ARCHIVE", "host": "192.0.2.10", "port": 104}


@pytest.mark.parametrize(
    "change",
    [
        {"ae_title": ""},
        {"ae_title": " " * 4},
        {"ae_title": "A" * 17},
        {"ae_title": "A\\B"},
        {"ae_title": "A\nB"},
        {"ae_title": "병원"},
        {"ae_title": " A"},
        {"calling_ae": "A\x00"},
        {"move_ae": "x" * 17},
        {"port": 0},
        {"port": 65536},
        {"port": True},
        {"port": "104"},
        {"move_port": -1},
        {"host": ""},
        {"host": "a b"},
        {"host": "http://x"},
        {"name": " "},
        {"name": "a\nb"},
        {"key_file": "k.pem"},
        {"tls": "yes"},
    ],
)
def test_impossible_settings_are_refused(change):
    with pytest.raises(PacsError) as error:
        PacsNode(**{**GOOD, **change})
    assert error.value.code == "node"


@pytest.mark.parametrize("title", ["A", "A" * 16, "PACS_1-a.b", "A B", "#!/~"])
def test_titles_of_the_standard_are_taken(title):
    assert PacsNode(**{**GOOD, "ae_title": title}).ae_title == title


def test_nodes_come_back_as_they_were(tmp_path):
    nodes = [
        PacsNode(**GOOD),
        PacsNode("b", "B", "::1", 11112, "ME", True, "ca.pem", "c.pem", "k.pem", 4242, "MOVE", False),
    ]
    save_nodes(tmp_path / "n.json", nodes)
    assert load_nodes(tmp_path / "n.json") == nodes
    assert [path.name for path in tmp_path.iterdir()] == ["n.json"]
    if os.name == "posix":
        assert (tmp_path / "n.json").stat().st_mode & 0o077 == 0


def test_the_default_place_is_empty_at_first_and_then_not():
    assert load_nodes() == []
    save_nodes(None, [PacsNode(**GOOD)])
    assert nodes_path().is_file() and find_node(load_nodes(), GOOD["name"]).port == 104


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'{"version":2,"nodes":[]}', b'{"version":1,"nodes":[{}]}', b"\xff"]
)
def test_a_damaged_list_is_told(tmp_path, text):
    (tmp_path / "n.json").write_bytes(text)
    with pytest.raises(PacsError) as error:
        load_nodes(tmp_path / "n.json")
    assert error.value.code == "nodes_file"


def test_names_are_unique(tmp_path):
    with pytest.raises(PacsError):
        save_nodes(tmp_path / "n.json", [PacsNode(**GOOD), PacsNode(**GOOD)])


def test_an_address_in_one_word():
    node = node_from_text("ARC@[::1]:104")
    assert (node.ae_title, node.host, node.port) == ("ARC", "[::1]", 104)
    for wrong in ("ARC", "ARC@host", "@host:1", "A@h:x", "A@h:99999"):
        with pytest.raises(PacsError):
            node_from_text(wrong)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    write_atomic(tmp_path / "a", b"old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(OSError):
        write_atomic(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "pynetdicom" else real(name, *a))
    with pytest.raises(PacsError, match=r"pip install 'ldct-viewer\[pacs\]'") as error:
        echo(PacsNode(**GOOD))
    assert error.value.code == "pacs_missing"
