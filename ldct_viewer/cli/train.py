"""``ldct-viewer train FOLDER…``: fine-tune the denoiser on local scans; the window starts the same command.

Several processes or machines: ``torchrun --nproc-per-node=2 -m ldct_viewer train FOLDER …``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EXIT_NOT_BETTER, Cancelled, LdctError, ModelError, OpenError, WriteError
from ..training.local.plan import MODEL_SCRATCH, OBJECTIVES, Plan
from ..training.local.speaker import Speaker
from .arguments import UsageError, must_exist, place, positive, share, whole

if TYPE_CHECKING:
    from ..training.local.report import DataReport
    from ..training.local.runs import Run


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add("folders", nargs="*", metavar="FOLDER", type=place, help="folders, files or zips with CT series")
    add("--objective", choices=("auto", *OBJECTIVES), default="auto", help="what to learn from (default: by the data)")
    add("--dose", type=_doses, metavar="D[,D…]", help="simulated dose fractions: 0.25 or 10%%,25%%")
    add("--from", dest="start", default="", metavar="MODEL", help=f"model to start from, or '{MODEL_SCRATCH}'")
    add("--out", type=place, metavar="FILE", help="write the model here instead of into the user's models")
    add("--minutes", type=positive, default=5.0, metavar="M", help="how long to train (default: 5)")
    add("--cpu-minutes", type=positive, default=0.0, metavar="M", help="instead: minutes of computing, all cores added")
    add("--steps", type=whole(1), default=0, metavar="N", help="train N steps instead (reproducible)")
    add("--resume", action="store_true", help="go on with the training that was interrupted last")
    add("--run", default="", metavar="ID", help="train or resume this run")
    add("--list", action="store_true", help="list trainings and how they ended")
    add("--examine", action="store_true", help="only say what was found and what would be done")
    add("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    add("--batch", type=whole(1), default=8, help="examples a step (default: 8)")
    add("--learning-rate", type=positive, default=Plan.learning_rate)
    add("--seed", type=whole(0), default=0)
    add("--threads", type=whole(0), default=0, help="CPU threads (default: all cores but one)")
    add("--interval", type=whole(0), default=0, metavar="N", help="steps between validations (default: about 20 s)")
    add("--json", action="store_true", help="one JSON object a line on stdout while it trains")
    add("--series", default="", metavar="UID", help="use only this series")
    add("--background", action="store_true", help=argparse.SUPPRESS)  # give way to the window
    add("--paths-from", type=place, metavar="FILE", help=argparse.SUPPRESS)  # the window: long lists of files


def run(args: argparse.Namespace) -> int:
    """Examine, train, judge; exit code 8 where the result is not better and was kept aside."""
    if args.list:
        return _list(args.json)
    say = Speaker(args.json)
    say.alone = not args.background
    if args.background and hasattr(os, "nice"):
        os.nice(5)
    if args.examine and (args.run or args.resume):
        what = "--examine looks at folders, --resume and --run go on with a training."
        raise UsageError(what, "Give one of them.", code="usage")
    if args.examine:
        return _examine_only(args, say)
    if args.run or args.resume:
        return _go_on(_named_run(args), say)
    return _start(args, say)


def _start(args: argparse.Namespace, say: Speaker) -> int:
    from ..training.local.runs import create, open_run

    paths = _paths(args)
    _check_out(args.out)
    _check_model(args.start)
    report = _examined(paths, args.series)
    plan = _plan(args, report)
    _check_objective(plan, report)
    say(_report(report, plan))
    _check_device(args.device)
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        made = create(plan, paths, args.series, out=str(args.out.absolute()) if args.out else "")
        return _train(made, report, say, None)
    from ..training.local.engine import Engine

    engine = Engine(plan)
    (stamp,) = engine.agree(int(time.time()))
    run_id = time.strftime("local-%Y%m%d-%H%M%S", time.localtime(stamp))
    if engine.first:
        create(plan, paths, args.series, run_id, str(args.out.absolute()) if args.out else "")
    engine.agree(0)  # the others wait here until the folder exists
    return _train(open_run(run_id), report, say, engine)


def _go_on(made: Run, say: Speaker) -> int:
    try:
        report = _ready(made)
    except LdctError as error:
        if error.code != "ended" and not made.alive:  # whoever watches the folder is told as well
            made.log({"time": round(time.time(), 1), **_failure(error)})
        raise
    say(_report(report, made.plan))
    return _train(made, report, say, None)


def _ready(made: Run) -> DataReport:
    """Look at a run's scans again before it goes on."""
    from ..training.local.examine import examine

    record = made.read()
    if made.state in ("finished", "rejected", "cancelled"):
        raise LdctError("This training has already ended.", "Start a new one.", made.folder, "ended")
    gone = [p for p in made.paths if not p.exists()]
    if gone:
        raise OpenError(
            "The scans are no longer where they were.",
            "Put the folder or drive back, then resume: nothing of the training is lost.",
            gone[0],
            "data_gone",
        )
    if made.wished != "run":
        made.wish("run")
    return examine(made.paths, uid=str(record.get("uid", "")))


def _train(made: Run, report: DataReport, say: Speaker, engine: Any) -> int:
    """Train with the run locked, its events recorded, its end written down however it ends."""
    first = engine is None or engine.first
    lock = made.lock() if first else None

    def emit(event: dict[str, Any]) -> None:
        event = {"time": round(time.time(), 1), **event}
        made.log(event)
        say(event)

    say({"event": "run", "run": made.id, "folder": str(made.folder)})
    try:
        from ..training.local.trainer import train

        if first:
            made.update(state="running")
        outcome = train(made, report, emit, engine)
    except KeyboardInterrupt:
        kept = "Interrupted; the training is kept: ldct-viewer train --resume goes on from its last checkpoint."
        raise KeyboardInterrupt(kept) from None
    except Cancelled:
        if first:
            made.update(state="cancelled")
            emit({"event": "cancelled"})
            made.tidy()
        raise
    except LdctError as error:
        if first:
            _note_failure(made, emit, error)
        raise
    except Exception as error:
        if first:
            _note_failure(made, emit, LdctError(f"Unexpected: {type(error).__name__}: {error}", code="unexpected"))
        raise
    finally:
        if lock is not None:
            lock.close()
    if not first:
        return 0
    made.tidy(pictures=say.alone)
    alone = engine is None  # torchrun takes any other code than 0 for a crash
    return 0 if outcome.accepted or not alone else EXIT_NOT_BETTER


def _note_failure(made: Run, emit: Callable[[dict[str, Any]], None], error: LdctError) -> None:
    try:
        made.update(state="failed", error={"code": error.code, "message": error.message, "hint": error.hint})
    except LdctError as second:  # the run's own folder is gone or full
        print(f"ldct-viewer train: {second}", file=sys.stderr)
    emit(_failure(error))


def _examine_only(args: argparse.Namespace, say: Speaker) -> int:
    """The report, and how many steps a minute this machine does."""
    from ..training.local.trainer import steps_a_minute

    try:
        report = _examined(_paths(args), args.series)
        plan = _plan(args, report)
        _check_objective(plan, report)
    except LdctError as error:
        say(_failure(error))
        raise
    say(_report(report, plan))
    say({"event": "pace", **steps_a_minute(plan)})
    return 0


def _examined(paths: list[Path], uid: str) -> DataReport:
    from ..training.local.examine import NothingToLearn, examine

    try:
        return examine(paths, uid=uid)
    except NothingToLearn as error:
        if not uid or error.why[0].code not in ("no_files", "no_ct"):
            raise
        raise OpenError(
            "There is no CT series of this UID.",
            "ldct-viewer info --json lists the UIDs of those there are.",
            error.path,
            "no_series",
        ) from None


def _check_objective(plan: Plan, report: DataReport) -> None:
    if plan.objective not in report.possible:
        why = "There are no low/full-dose pairs in these scans."
        raise OpenError(why, f"Possible: {', '.join(report.possible)}.", code="no_pairs")


def _report(report: DataReport, plan: Plan) -> dict[str, Any]:
    """The event that says what was found, and what will be done: an objective may have been wished."""
    event = {"event": "report", **report.to_json()}
    if plan.objective != report.objective:
        event |= {"objective": plan.objective, "reason": "Chosen by --objective."}
        del event["reason_said"]  # speaks of the other objective
    return event


def _failure(error: LdctError) -> dict[str, Any]:
    """The event of a failure; ``why``: sentences of its hint, for whoever speaks another language."""
    why = [one.to_json() for one in getattr(error, "why", ())]
    path = str(error.path) if error.path else None
    event = {"event": "failed", "code": error.code, "message": error.message, "hint": error.hint, "path": path}
    return {**event, "why": why} if why else event


def _plan(args: argparse.Namespace, report: DataReport) -> Plan:
    objective = report.objective if args.objective == "auto" else args.objective
    minutes = args.cpu_minutes or args.minutes
    interval = max(20.0, min(minutes * 4.0, 120.0))
    plan = Plan(
        objective=objective,
        start=args.start,
        minutes=minutes,
        cpu_time=args.cpu_minutes > 0,
        steps=args.steps,
        batch=args.batch,
        learning_rate=args.learning_rate,
        seed=args.seed,
        device=args.device,
        threads=args.threads,
        interval_steps=args.interval,
        interval_s=interval,
    )
    return Plan.from_json({**plan.to_json(), "doses": args.dose}) if args.dose else plan


def _paths(args: argparse.Namespace) -> list[Path]:
    paths = list(args.folders)
    if args.paths_from:
        paths += [Path(p) for p in json.loads(args.paths_from.read_text("utf-8"))]
    if not paths:
        raise UsageError("No folder was named.", "ldct-viewer train FOLDER", code="no_folder")
    for path in paths:
        must_exist(path)
    return [Path(os.path.abspath(p)) for p in paths]


def _named_run(args: argparse.Namespace) -> Run:
    from ..training.local.runs import find_interrupted, open_run

    if args.run:
        return open_run(args.run)
    interrupted = find_interrupted()
    if not interrupted:
        raise OpenError("No training was interrupted.", "ldct-viewer train FOLDER starts one.", code="no_run")
    return interrupted[0]


def _check_out(out: Path | None) -> None:
    if out is None:
        return
    if out.suffix != ".safetensors":
        raise WriteError("FILE must end in .safetensors.", "A card (.json) is put beside it.", out, "suffix")
    if not out.absolute().parent.is_dir():
        raise WriteError("The folder for FILE does not exist.", "Make it first.", out.absolute().parent, "no_folder")
    if out.exists() or out.with_suffix(".json").exists():
        raise WriteError("FILE exists already.", "Choose another name.", out, "exists")


def _check_model(start: str) -> None:
    """Refuse a wrong model now, not after the scans were read."""
    if start and start != MODEL_SCRATCH:
        from ..denoise.model_file import find_model

        if find_model(start).architecture.get("family") != "pu":
            raise ModelError("This model's architecture cannot be trained here.", code="unknown_arch")


def _check_device(name: str) -> None:
    """Refuse an absent device before a run is made."""
    from ..denoise.device import choose_device

    choose_device(name)


def _list(as_json: bool) -> int:
    from ..training.local.runs import list_runs

    rows = []
    for one in list_runs():
        try:
            record = one.read()
        except LdctError as error:
            print(f"note: {error}", file=sys.stderr)
            continue
        state = "training now" if one.alive else str(record.get("state"))
        state = "interrupted" if state == "running" else state
        headline = record.get("outcome", {}).get("verdict", {}).get("headline", "")
        rows.append({"run": one.id, "state": state, "verdict": headline})
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
    else:
        print("\n".join(f"{r['run']:<28} {r['state']:<14} {r['verdict']}" for r in rows) or "no trainings yet")
    return 0


def _doses(text: str) -> tuple[float, ...]:
    values = tuple(share(part) for part in text.split(","))
    if not all(0.01 <= value < 1 for value in values):
        raise argparse.ArgumentTypeError("a dose fraction lies between 0.01 and 1 (1 % and 100 %)")
    return values
