"""DICOM nodes (application entities) that the user has entered: checked, saved as JSON, no patient data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ..atomic import write_atomic
from ..paths import data_dir
from .errors import PacsError

DEFAULT_AE = "LDCTVIEWER"
MAX_AE = 16
_NAME_LIMIT = 64
_FILE_LIMIT = 1 << 20
_VERSION = 1
# PS3.5 6.2, VR AE: default character repertoire without backslash and control characters, not only spaces.
_AE = re.compile(r"[\x20-\x5b\x5d-\x7e]{1,16}")
_HOST = re.compile(r"[^\s/\\@?#\[\]]{1,253}|\[[0-9a-fA-F:.%\w]+\]")


@dataclass(frozen=True)
class PacsNode:
    """One archive: where it listens, how it is called and how it knows us.

    ``ae_title`` is the archive's, ``calling_ae`` ours. ``move_port`` is where we listen for C-MOVE (the
    archive must know ``move_ae``, default ``calling_ae``, at this computer and port); ``None``: no C-MOVE.
    With ``tls`` the archive's certificate is checked against ``ca_file`` (default: the system's
    authorities), its name against ``host`` unless ``check_host`` is off; ``cert_file``/``key_file`` (PEM)
    are ours, for archives that ask who we are. Raises PacsError ``node`` when something is not possible.
    """

    name: str
    ae_title: str
    host: str
    port: int
    calling_ae: str = DEFAULT_AE
    tls: bool = False
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    move_port: int | None = None
    move_ae: str | None = None
    check_host: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or len(self.name) > _NAME_LIMIT:
            raise _bad(f"The name of a node must have 1 to {_NAME_LIMIT} characters.")
        if not self.name.isprintable():
            raise _bad("The name of a node holds a character that cannot be printed.")
        check_ae_title(self.ae_title, "AE title of the archive")
        check_ae_title(self.calling_ae, "own AE title")
        if self.move_ae is not None:
            check_ae_title(self.move_ae, "AE title for C-MOVE")
        if not isinstance(self.host, str) or not _HOST.fullmatch(self.host):
            raise _bad("The host must be a name or an address, without spaces or slashes.", "For example 192.0.2.10")
        check_port(self.port, "port")
        if self.move_port is not None:
            check_port(self.move_port, "port for C-MOVE")
        for flag in (self.tls, self.check_host):
            if not isinstance(flag, bool):
                raise _bad("TLS settings must be true or false.")
        for file in (self.ca_file, self.cert_file, self.key_file):
            if file is not None and (not isinstance(file, str) or not file):
                raise _bad("A certificate file must be a path.")
        if self.key_file is not None and self.cert_file is None:
            raise _bad("A key without its certificate is of no use.", "Name the certificate file too.")

    @property
    def address(self) -> str:
        """``host:port``, for the screen."""
        return f"{self.host}:{self.port}"


def check_ae_title(text: object, what: str = "AE title") -> str:
    """``text`` if it is a valid AE title, else PacsError ``node``."""
    if not isinstance(text, str) or not _AE.fullmatch(text) or text != text.strip():
        hint = f"1 to {MAX_AE} letters, digits or signs of ASCII, no backslash, no space at either end."
        raise _bad(f"This is not a valid {what}.", hint)
    return text


def check_port(value: object, what: str = "port") -> int:
    """``value`` if it is a TCP port, else PacsError ``node``."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
        raise _bad(f"The {what} must be a number from 1 to 65535.", "DICOM archives often listen at 104 or 11112.")
    return value


def nodes_path() -> Path:
    """Where the user's nodes are kept."""
    return data_dir() / "pacs-nodes.json"


def node_from_text(text: str, **more: Any) -> PacsNode:
    """``AE@host:port`` as a node, named so unless ``more`` (fields of :class:`PacsNode`) says otherwise."""
    title, _, address = text.rpartition("@")
    host, _, port = address.rpartition(":")
    if not (title and host and port.isascii() and port.isdigit() and len(port) <= 5):
        raise _bad("This is not the address of an archive.", "Write AE@host:port, for example ARCHIVE@192.0.2.10:104")
    return PacsNode(**{"name": text[:_NAME_LIMIT], "ae_title": title, "host": host, "port": int(port), **more})


def load_nodes(path: str | Path | None = None) -> list[PacsNode]:
    """The saved nodes in order; empty when there is no file. PacsError ``nodes_file`` for a damaged one."""
    file = Path(path) if path is not None else nodes_path()
    try:
        with file.open("rb") as stream:
            raw = stream.read(_FILE_LIMIT + 1)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise PacsError(f"The list of nodes cannot be read: {error.strerror}.", "", file, "nodes_file") from error
    try:
        if len(raw) > _FILE_LIMIT:
            raise ValueError("too long")
        said = json.loads(raw.decode("utf-8"))
        if said["version"] != _VERSION:
            raise ValueError("other version")
        nodes = [_node(entry) for entry in said["nodes"]]
    except (ValueError, KeyError, TypeError, RecursionError, PacsError) as error:
        what = error.message if isinstance(error, PacsError) else "It is no list of nodes of this version."
        hint = "Correct the file, or move it away and enter the nodes anew."
        raise PacsError(f"The list of nodes is damaged. {what}", hint, file, "nodes_file") from error
    _check_unique(nodes)
    return nodes


def save_nodes(path: str | Path | None, nodes: Iterable[PacsNode]) -> Path:
    """Write ``nodes`` (names must differ) to ``path`` (``None``: the default place); whole or not at all."""
    file = Path(path) if path is not None else nodes_path()
    entries = list(nodes)
    _check_unique(entries)
    text = json.dumps({"version": _VERSION, "nodes": [asdict(node) for node in entries]}, indent=2, ensure_ascii=False)
    try:
        write_atomic(file, text.encode("utf-8"))
    except OSError as error:
        hint = "Check free space and permission of the folder."
        raise PacsError(f"The list of nodes cannot be saved: {error.strerror}.", hint, file, "nodes_file") from error
    return file


def find_node(nodes: Iterable[PacsNode], name: str) -> PacsNode:
    """The node called ``name``, else PacsError ``no_node``."""
    known = list(nodes)
    for node in known:
        if node.name == name:
            return node
    names = ", ".join(node.name for node in known) or "none yet"
    raise PacsError("There is no node of this name.", f"Known: {names}.", code="no_node")


def named_node(text: str, path: str | Path | None = None) -> PacsNode:
    """What a command line means by a node: ``AE@host:port``, or the name of one saved (in ``path``)."""
    return node_from_text(text) if "@" in text else find_node(load_nodes(path), text)


def _node(entry: Any) -> PacsNode:
    known = {field.name for field in fields(PacsNode)}
    return PacsNode(**{key: value for key, value in entry.items() if key in known})


def _check_unique(nodes: list[PacsNode]) -> None:
    if len({node.name for node in nodes}) != len(nodes):
        raise _bad("Two nodes have the same name.", "Give each its own.")


def _bad(message: str, hint: str = "") -> PacsError:
    return PacsError(message, hint, code="node")
