"""``ldct-viewer serve``: receive or watch, denoise, write or send on; day and night."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from typing import TYPE_CHECKING, Any

from ..cancel import CancelToken
from ..errors import EXIT_OK, PacsError
from ..log_file import start_logging
from ..pacs.nodes import check_ae_title, check_port, named_node
from ..paths import data_dir
from .arguments import UsageError, amount, place, share, whole
from .denoise import MODEL_HELP, STRENGTH_HELP

if TYPE_CHECKING:
    from ..denoise.engine import Denoiser
    from ..denoise.model_file import ModelInfo
    from ..pacs.receiver import Listen

_count, _amount = whole(1, 10_000_000), amount(1e6)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arrive = parser.add_argument_group("what arrives")
    arrive.add_argument("--store-scp", metavar="PORT", type=whole(0), help="take images by C-STORE at this port")
    arrive.add_argument("--ae-title", metavar="AE", default="LDCTVIEWER", help="our AE title (default LDCTVIEWER)")
    arrive.add_argument(
        "--bind", metavar="ADDRESS", default="127.0.0.1", help="address to listen at (default: this computer only)"
    )
    arrive.add_argument(
        "--allow-ae",
        "--allow",
        dest="allow",
        metavar="AE",
        action="append",
        default=[],
        help="only these calling AE titles; repeatable",
    )
    arrive.add_argument("--max-associations", type=_count, default=10, metavar="N", help="at once (default 10)")
    arrive.add_argument(
        "--watch", metavar="FOLDER", type=place, help="take series dropped into this folder; they stay there"
    )
    arrive.add_argument(
        "--quiet",
        type=_amount,
        default=30.0,
        metavar="S",
        help="a series is whole when its association has ended and nothing more came for so many seconds (default 30)",
    )
    limits = parser.add_argument_group("limits of what is sent to us")
    limits.add_argument("--tls", action="store_true", help="take nothing without TLS; needs --cert-file")
    limits.add_argument("--cert-file", metavar="PEM", help="our certificate")
    limits.add_argument("--key-file", metavar="PEM", help="its key (default: in the same file)")
    limits.add_argument("--ca-file", metavar="PEM", help="only senders whose certificate is of these authorities")
    limits.add_argument("--max-images", type=_count, metavar="N", help="of one association (default 100000)")
    limits.add_argument("--max-gb", type=_amount, metavar="GB", help="of one association (default 64)")
    limits.add_argument("--min-free-gb", type=_amount, metavar="GB", help="that must stay free (default 1)")
    limits.add_argument("--idle", type=_amount, metavar="S", help="cut off who says nothing for so long (default 60)")
    leave = parser.add_argument_group("where results go")
    leave.add_argument("--out", metavar="FOLDER", type=place, help="write derived series below this folder")
    leave.add_argument("--send-to", metavar="NODE", help="send them to a saved node, or AE@host:port")
    leave.add_argument("--nodes", metavar="FILE", type=place, help="file of the nodes (default: the user's)")
    work = parser.add_argument_group("the work")
    work.add_argument("--model", metavar="M", help=MODEL_HELP)
    work.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    work.add_argument("--strength", type=share, help=STRENGTH_HELP)
    work.add_argument(
        "--spool", metavar="FOLDER", type=place, help="the service's own folder (default: in the user's data)"
    )
    work.add_argument(
        "--keep-hours",
        type=_amount,
        default=24.0,
        metavar="H",
        help="keep our copies of what was worked off (default 24)",
    )
    work.add_argument(
        "--keep-aside",
        type=_amount,
        default=30.0,
        metavar="DAYS",
        help="keep what could not be denoised so long (default 30); its removal is logged",
    )
    work.add_argument(
        "--max-aside-gb",
        type=_amount,
        default=20.0,
        metavar="GB",
        help="and no more than this, failures of the last day excepted (default 20)",
    )
    work.add_argument("--once", action="store_true", help="end when what arrived is worked off")
    work.add_argument("--json", action="store_true", help="events as JSON lines on standard output")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM, Ctrl-C or, with --once, until all is done."""
    if args.store_scp is None and args.watch is None:
        raise UsageError("Nothing can arrive.", "Give --store-scp PORT or --watch FOLDER.", code="usage")
    if args.out is None and args.send_to is None:
        raise UsageError("There is nowhere to put results.", "Give --out FOLDER or --send-to NODE.", code="usage")
    from ..pacs.errors import need_pynetdicom
    from ..pacs.service import Service, Settings

    if args.store_scp is not None or args.send_to is not None:
        need_pynetdicom()
    node = named_node(args.send_to, args.nodes) if args.send_to else None
    listen = _listen(args) if args.store_scp is not None else None
    from ..denoise.model_file import chosen_model

    info = chosen_model(args.model)
    settings = Settings(
        spool=args.spool or data_dir() / "serve",
        listen=listen,
        watch=args.watch,
        out=args.out,
        send_to=node,
        strength=info.recommended_strength if args.strength is None else args.strength,
        quiet_s=args.quiet,
        keep_s=args.keep_hours * 3600,
        once=args.once,
        keep_aside_s=args.keep_aside * 86400,
        aside_bytes=round(args.max_aside_gb * 1e9),
    )
    start_logging()
    stop = CancelToken()
    ends = [signal.SIGTERM, signal.SIGINT]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup: goes on
        ends.append(signal.SIGHUP)
    for number in ends:
        signal.signal(number, lambda *_: stop.cancel())
    service = Service(settings, lambda: _denoiser(info, args.device), _json_line if args.json else _line)
    service.run(stop)
    return EXIT_OK


def _listen(args: argparse.Namespace) -> Listen:
    from ..pacs.listener import SILENCE_S, Quota, Tls
    from ..pacs.receiver import Listen, check_allowed

    port = check_port(args.store_scp, "port of --store-scp")
    title = check_ae_title(args.ae_title, "own AE title")
    if args.tls != bool(args.cert_file) or (not args.tls and (args.key_file or args.ca_file)):
        hint = "Give --tls with --cert-file and, where the key is in a file of its own, --key-file."
        raise PacsError("Certificates and --tls belong together.", hint, code="tls")
    quota = Quota()
    quota = Quota(
        args.max_images or quota.images,
        quota.size if args.max_gb is None else round(args.max_gb * 1e9),
        quota.free if args.min_free_gb is None else round(args.min_free_gb * 1e9),
    )
    if args.bind not in ("127.0.0.1", "::1", "localhost") and not args.allow and not args.ca_file:
        print("note: every computer of the network may send; --allow-ae AE admits only some.", file=sys.stderr)
    return Listen(
        port,
        title,
        args.bind,
        check_allowed(args.allow),
        args.max_associations,
        Tls(args.cert_file, args.key_file, args.ca_file) if args.tls else None,
        quota,
        max(1.0, SILENCE_S if args.idle is None else args.idle),
    )


def _denoiser(info: ModelInfo, device: str) -> Denoiser:
    from ..denoise.engine import Denoiser, choose_device
    from ..denoise.model_file import load_model

    return Denoiser(load_model(info), choose_device(device), on_notice=_note)


def _json_line(event: dict[str, Any]) -> None:
    print(json.dumps(event), flush=True)


def _line(event: dict[str, Any]) -> None:
    facts = ", ".join(f"{key} {value}" for key, value in event.items() if key not in ("time", "event"))
    print(f"{event['time']} {event['event']}{': ' if facts else ''}{facts}", flush=True)


def _note(text: str) -> None:
    print(f"note: {text}", file=sys.stderr)
