"""``ldct-viewer pacs``: test, search, fetch from and send to an archive, without a window."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..cancel import CancelToken
from ..errors import EXIT_OK, EXIT_PACS, Cancelled, OpenError, PacsError
from ..pacs.nodes import PacsNode, find_node, load_nodes, named_node, node_from_text, save_nodes
from .arguments import must_exist, place, positive, whole

_NODE = "name of a saved node, or AE@host:port"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="one JSON object on standard output")
    common.add_argument("--nodes", metavar="FILE", type=place, help="file of the nodes (default: the user's)")
    common.add_argument("--calling", metavar="AE", help="own AE title (default: the node's)")

    echo = actions.add_parser("echo", parents=[common], help="is the archive there (C-ECHO)")
    echo.add_argument("node", metavar="NODE", help=_NODE)
    echo.add_argument("--timeout", type=positive, default=10.0, metavar="S", help="seconds (default 10)")

    find = actions.add_parser("find", parents=[common], help="studies that match, or the series of one (C-FIND)")
    find.add_argument("node", metavar="NODE", help=_NODE)
    find.add_argument("--study", metavar="UID", help="list the series of this study")
    find.add_argument("--patient-id", default="", help="may hold * and ?")
    find.add_argument("--patient-name", default="", help="may hold * and ?")
    find.add_argument("--accession", default="")
    find.add_argument("--modality", default="", help="for example CT")
    find.add_argument("--from", dest="date_from", type=_date, metavar="YYYY-MM-DD", help="first study date")
    find.add_argument("--to", dest="date_to", type=_date, metavar="YYYY-MM-DD", help="last study date")
    find.add_argument("--limit", type=whole(1), default=500, help="at most so many (default 500)")

    get = actions.add_parser("get", parents=[common], help="fetch a series (C-GET or C-MOVE)")
    get.add_argument("node", metavar="NODE", help=_NODE)
    get.add_argument("folder", metavar="FOLDER", type=place, help="where to put the files")
    get.add_argument("--study", metavar="UID", required=True)
    get.add_argument("--series", metavar="UID", help="one series (default: all CT series of the study)")
    get.add_argument("--method", choices=("auto", "get", "move"), default="auto")
    get.add_argument("--move-port", type=whole(1, 65535), metavar="PORT", help="where we listen for C-MOVE")

    send = actions.add_parser("send", parents=[common], help="send files or folders (C-STORE)")
    send.add_argument("node", metavar="NODE", help=_NODE)
    send.add_argument("paths", metavar="PATH", type=place, nargs="+")

    queue = actions.add_parser("queue", parents=[common], help="the queue of what is to be sent")
    queue.add_argument("what", choices=("list", "add", "run", "retry", "remove"), nargs="?", default="list")
    queue.add_argument("arguments", metavar="ARG", nargs="*", help="add: NODE PATH…; retry, remove: ID…")
    queue.add_argument("--folder", type=place, metavar="FOLDER", help="the queue's folder (default: the user's)")
    queue.add_argument("--no-wait", action="store_true", help="run: one pass over what is due, then end")

    nodes = actions.add_parser("nodes", parents=[common], help="the saved nodes")
    nodes.add_argument("what", choices=("list", "add", "remove"), nargs="?", default="list")
    nodes.add_argument("name", metavar="NAME", nargs="?")
    nodes.add_argument("address", metavar="AE@HOST:PORT", nargs="?")
    nodes.add_argument("--tls", action="store_true")
    nodes.add_argument("--ca-file")
    nodes.add_argument("--cert-file")
    nodes.add_argument("--key-file")
    nodes.add_argument("--move-port", type=whole(1, 65535))
    nodes.add_argument("--move-ae")


def run(args: argparse.Namespace) -> int:
    """Do the action; returns the exit code (7 when an archive refused or some files failed)."""
    actions = {"echo": _echo, "find": _find, "get": _get, "send": _send, "queue": _queue, "nodes": _nodes}
    try:
        return actions[args.action](args)
    except (Cancelled, KeyboardInterrupt):
        if args.action not in ("get", "send", "queue"):
            raise
        raise KeyboardInterrupt("Cancelled; what was fetched, sent or queued by then stays so.") from None


def _echo(args: argparse.Namespace) -> int:
    from ..pacs.client import echo

    result = echo(_node(args), args.timeout)
    _say(args, asdict(result), f"The archive answered after {result.seconds:.2f} s ({result.implementation}).")
    return EXIT_OK


def _find(args: argparse.Namespace) -> int:
    from ..pacs.client import StudyQuery, find_series, find_studies

    node = _node(args)
    if args.study:
        rows = find_series(node, args.study)
        lines = [
            f"{r.number or '–':>4}  {r.modality:4} {r.images or '?':>5}  {r.description}  {r.series_uid}" for r in rows
        ]
        _say(args, {"series": [asdict(row) for row in rows]}, *lines, f"{len(rows)} series.")
        return EXIT_OK
    query = StudyQuery(args.patient_id, args.patient_name, args.date_from, args.date_to, args.modality, args.accession)
    studies = find_studies(node, query, limit=args.limit)
    lines = [
        f"{s.study_date}  {s.patient_id}  {s.patient_name}  {'/'.join(s.modalities)}  {s.description}  {s.study_uid}"
        for s in studies
    ]
    more = " There may be more." if len(studies) >= args.limit else ""
    _say(args, {"studies": [asdict(row) for row in studies]}, *lines, f"{len(studies)} studies.{more}")
    return EXIT_OK


def _get(args: argparse.Namespace) -> int:
    from dataclasses import replace

    from ..pacs.client import SeriesRow, find_series
    from ..pacs.retrieve import RetrieveResult, retrieve

    node = _node(args)
    if args.move_port:
        node = replace(node, move_port=args.move_port)
    if args.series:
        rows = [SeriesRow(args.study, args.series)]
    else:
        rows = [row for row in find_series(node, args.study) if row.modality == "CT"]
    if not rows:
        raise OpenError("The archive has no CT series of this study.", "Check the study's UID.", code="not_found")
    results: list[tuple[SeriesRow, Path, RetrieveResult]] = []
    for row in rows:
        folder = args.folder / f"series{len(results) + 1:03d}" if len(rows) > 1 else args.folder
        result = retrieve(node, row, folder, args.method)
        results.append((row, folder, result))
        for note in result.notes:
            print(f"note: {note}", file=sys.stderr)
    said = [
        {
            "series_uid": row.series_uid,
            "folder": str(folder),
            "files": len(got.files),
            "failed": got.failed,
            "method": got.method,
        }
        for row, folder, got in results
    ]
    _say(args, {"series": said}, *(f"{s['files']} files in {s['folder']}, {s['failed']} failed" for s in said))
    return EXIT_PACS if any(got.failed for _, _, got in results) else EXIT_OK


def _send(args: argparse.Namespace) -> int:
    from ..pacs.send import send

    result = send(_node(args), _files(args.paths), progress=_progress)
    troubles = [outcome for outcome in result.outcomes if outcome.message]
    for outcome in troubles:
        print(f"{outcome.state}: {outcome.path}: {outcome.message}", file=sys.stderr)
    said = {
        "sent": result.sent,
        "warnings": len(result.warnings),
        "failed": len(result.failed),
        "files": [{"path": str(o.path), "state": o.state, "status": o.status, "message": o.message} for o in troubles],
    }
    _say(args, said, f"{result.sent} sent ({len(result.warnings)} with a warning), {len(result.failed)} failed.")
    return EXIT_PACS if result.failed else EXIT_OK


def _queue(args: argparse.Namespace) -> int:
    from ..pacs.queue import FAILED, SendQueue

    queue = SendQueue(args.folder)
    if args.what == "add":
        if len(args.arguments) < 2:
            raise PacsError("Say a node and what to send.", "ldct-viewer pacs queue add NODE PATH…", code="node")
        find_node(load_nodes(args.nodes), args.arguments[0])
        queue.enqueue(_files([Path(name) for name in args.arguments[1:]]), args.arguments[0])
    elif args.what == "run":
        queue.run(load_nodes(args.nodes), CancelToken(), wait=not args.no_wait)
    elif args.what in ("retry", "remove"):
        for item_id in args.arguments:
            (queue.retry if args.what == "retry" else queue.remove)(item_id)
    items = queue.items()
    lines = [
        f"{i.id}  {i.state:8} {i.sent}/{i.total} sent, {i.failed} failed  → {i.node_name}  {i.label} {i.message}"
        for i in items
    ]
    _say(args, {"items": [asdict(item) for item in items]}, *lines, f"{len(items)} jobs.")
    return EXIT_PACS if args.what == "run" and any(item.state == FAILED for item in items) else EXIT_OK


def _nodes(args: argparse.Namespace) -> int:
    nodes = load_nodes(args.nodes)
    if args.what == "add":
        if not (args.name and args.address):
            raise PacsError("Say a name and AE@host:port.", "", code="node")
        new = node_from_text(
            args.address,
            name=args.name,
            tls=args.tls,
            ca_file=args.ca_file,
            cert_file=args.cert_file,
            key_file=args.key_file,
            move_port=args.move_port,
            move_ae=args.move_ae,
            **({"calling_ae": args.calling} if args.calling else {}),
        )
        save_nodes(args.nodes, [node for node in nodes if node.name != args.name] + [new])
    elif args.what == "remove":
        find_node(nodes, args.name or "")
        save_nodes(args.nodes, [node for node in nodes if node.name != args.name])
    nodes = load_nodes(args.nodes)
    lines = [f"{n.name}: {n.ae_title} at {n.address}{' (TLS)' if n.tls else ''}, we are {n.calling_ae}" for n in nodes]
    _say(args, {"nodes": [asdict(node) for node in nodes]}, *lines, f"{len(nodes)} nodes.")
    return EXIT_OK


def _node(args: argparse.Namespace) -> PacsNode:
    """The node named on the command line."""
    from dataclasses import replace

    node = named_node(args.node, args.nodes)
    return replace(node, calling_ae=args.calling) if args.calling else node


def _files(paths: list[Path]) -> list[Path]:
    """Files, and the files below folders; links are not followed."""
    files: list[Path] = []
    for path in paths:
        must_exist(path)
        if path.is_dir():
            files += sorted(file for file in path.rglob("*") if file.is_file() and not file.is_symlink())
        else:
            files.append(path)
    if not files:
        raise OpenError("There are no files.", "", paths[0], "empty")
    return files


def _say(args: argparse.Namespace, said: dict[str, Any], *lines: str) -> None:
    if args.json:
        print(json.dumps(said, ensure_ascii=True, indent=2))
    else:
        print("\n".join(lines))


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{total}\033[K", end="" if done < total else "\n", file=sys.stderr, flush=True)


def _date(text: str) -> date:
    try:
        return datetime.strptime(text.replace("-", ""), "%Y%m%d").date()
    except ValueError as error:
        raise argparse.ArgumentTypeError("must be a date such as 2026-01-31") from error
