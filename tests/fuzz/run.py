"""The runs: broken files, cut slices, damaged models. All from a seed, all bounded, failures kept with their bytes."""

from __future__ import annotations

import base64
import contextlib
import faulthandler
import json
import random
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import encapsulate, generate_frames

from ldct_viewer.dicom.read import load
from ldct_viewer.errors import LdctError, ModelError

from .corpus import Base, corpus, describe
from .judge import MAX_BYTES, Verdict, judge, memory_peaks
from .mutate import mutant

FAILURES = Path(__file__).with_name("failures.json")
_STUCK_S = 120
_KEPT_BYTES = 40_000


@dataclass(frozen=True)
class Failure:
    """One file that got through: where it came from, what is wrong, and itself."""

    name: str
    how: str
    what: str
    data: bytes = field(repr=False)


@dataclass
class Tally:
    """Outcomes counted, failures kept, the slowest and the largest."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    slowest: float = 0.0

    def text(self) -> str:
        own, decoder = memory_peaks()
        kinds = ", ".join(f"{name} {n}" for name, n in self.outcomes.most_common())
        peaks = f"peak {own >> 20} MB (program), {decoder >> 20} MB (decoder)"
        tried, failed = sum(self.outcomes.values()), len(self.failures)
        return f"{tried}, failed {failed}, slowest {self.slowest:.2f} s, {peaks}: {kinds}"


def fuzz(seed: int, start: int, count: int) -> Tally:
    """Judge mutants ``start`` … ``start + count`` of run ``seed``."""
    tally = Tally()
    with _folder() as folder, _bounded():
        for number in range(start, start + count):
            base, data, how = mutant(seed, number)
            verdict = look(folder, base, data)
            tally.outcomes[verdict.outcome or "failed"] += 1
            tally.slowest = max(tally.slowest, verdict.seconds)
            if verdict.failure:
                tally.failures.append(Failure(f"{seed}:{number} {base.name}", how, verdict.failure, data))
            if number % 50 == 0:
                faulthandler.dump_traceback_later(_STUCK_S, exit=True)
    faulthandler.cancel_dump_traceback_later()
    return tally


def look(folder: Path, base: Base, data: bytes) -> Verdict:
    """Write the file, open it, judge."""
    path = folder / "mutant"
    path.write_bytes(data)
    return judge(path, data, sound_hu(base))


@cache
def sound_hu(base: Base) -> NDArray[np.int16] | None:
    """HU of the sound file, where it can be opened."""
    with tempfile.TemporaryDirectory(prefix="ldct-fuzz-") as folder:
        path = Path(folder, "sound")
        path.write_bytes(base.data)
        try:
            return load(path).hu
        except LdctError:
            return None


def truncate(seed: int, start: int, count: int) -> Tally:
    """Slices cut inside their pixel data: the file, its end left as zeros, or the stream in fragments that fit it.

    Whatever is accepted must be the sound image: a cut may have taken padding only.
    """
    tally = Tally()
    bases = [base for base in corpus() if sound_hu(base) is not None]
    with _folder() as folder:
        for number in range(start, start + count):
            rng = random.Random(f"cut {seed}:{number}")
            base = bases[number % len(bases)]
            data, how = _cut(rng, base)
            path = folder / "cut"
            path.write_bytes(data)
            try:
                hu = load(path).hu
                sound = sound_hu(base)
                assert sound is not None
                if np.array_equal(hu, sound):
                    tally.outcomes["complete all the same"] += 1
                    continue
                tally.outcomes["accepted"] += 1
                tally.failures.append(Failure(f"{seed}:{number} {base.name}", how, "a cut slice was accepted", data))
            except LdctError as error:
                tally.outcomes[error.code] += 1
    return tally


def _cut(rng: random.Random, base: Base) -> tuple[bytes, str]:
    """The file ends early or in zeros (an unfinished copy), or the code stream does, in fragments that fit it."""
    if base.coded and rng.random() < 0.5:
        body, frames = base.data[base.pixels :], []
        with contextlib.suppress(Exception):
            frames = list(generate_frames(body, number_of_frames=1 if "/" not in base.name else 2))
        if len(frames) == 1:
            stream = frames[0].rstrip(b"\0")
            cut = stream[: rng.randrange(1, max(len(stream) - 1, 2))]
            return base.data[: base.pixels] + encapsulate([cut]) + b"\xfe\xff\xdd\xe0\0\0\0\0", "stream"
    last = len(base.data) - (12 if base.coded else 1)  # the sequence delimiter and padding are not pixels
    kept = base.data[: rng.randrange(min(base.pixels + 1, last - 1), last)]
    if base.coded and rng.random() < 0.5:
        return kept.ljust(len(base.data), b"\0"), "zeros"
    return kept, "file"


def models(seed: int, start: int, count: int) -> Tally:
    """Weights and cards with bytes changed, cut, added or exchanged: none may be loaded."""
    from ldct_viewer.denoise.model_file import load_model, save_model
    from ldct_viewer.denoise.network import build

    tally = Tally()
    card = {"name": "Fuzz", "version": "1", "description": "for tests", "architecture": _ARCHITECTURE}
    with _folder() as folder:
        saved = save_model(
            build(_ARCHITECTURE), folder, "fuzz", {**card, "quality": {"psnr": 40.1}, "trained_on": ["a"]}
        )
        weights, text = saved.path.read_bytes(), saved.path.with_suffix(".json").read_bytes()
        load_model(saved.path)
        for number in range(start, start + count):
            rng = random.Random(f"model {seed}:{number}")
            on_card = rng.random() < 0.4
            whole = text if on_card else weights
            damaged = damage(rng, whole)
            if damaged == whole:
                continue
            saved.path.write_bytes(weights if on_card else damaged)
            saved.path.with_suffix(".json").write_bytes(damaged if on_card else text)
            name = f"{seed}:{number} {'card' if on_card else 'weights'}"
            try:
                load_model(saved.path)
            except ModelError as error:
                tally.outcomes[error.code] += 1
            except Exception as error:  # noqa: BLE001 - the very thing that is looked for
                tally.failures.append(Failure(name, "damage", f"untyped {type(error).__name__}: {error}", damaged))
            else:
                if on_card and json.loads(damaged) == json.loads(text):
                    tally.outcomes["same words, other spacing"] += 1
                    continue
                tally.outcomes["accepted"] += 1
                tally.failures.append(Failure(name, "damage", "a damaged model was loaded", damaged))
    return tally


_ARCHITECTURE: dict[str, object] = {"family": "pu", "channels": [8, 8, 8], "blocks": [1, 1, 1]}


def damage(rng: random.Random, whole: bytes) -> bytes:
    """Bytes changed, cut, added, moved."""
    data = bytearray(whole)
    head = rng.random() < 0.5  # headers are where a loader believes
    at = rng.randrange(min(len(data), 600) if head else len(data))
    kind = rng.randrange(6)
    if kind == 0:
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        data[at] = rng.randrange(256)
    elif kind == 2:
        del data[at:]
    elif kind == 3:
        del data[at : at + rng.randrange(1, 64)]
    elif kind == 4:
        data[at:at] = rng.randbytes(rng.randrange(1, 64))
    else:
        other = rng.randrange(len(data) - 8)
        data[at : at + 8], data[other : other + 8] = data[other : other + 8], data[at : at + 8]
    return bytes(data)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    where = str(memory) if memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="ldct-fuzz-", dir=where) as folder:
        yield Path(folder)


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """An allocation beyond 1 GB fails at once, as an untyped MemoryError (Linux)."""
    if sys.platform != "linux":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + MAX_BYTES
    if before[1] != resource.RLIM_INFINITY:
        limit = min(limit, before[1])
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


# -- what got through once ------------------------------------------------------------------------------


def keep(failures: list[Failure]) -> None:
    """Add failures to the file that every test run replays."""
    entries = json.loads(FAILURES.read_text(encoding="utf-8")) if FAILURES.is_file() else []
    known = {entry["name"] for entry in entries}
    for one in failures:
        if one.name not in known and len(one.data) <= _KEPT_BYTES:
            packed = base64.b64encode(zlib.compress(one.data, 9)).decode()
            entries.append({"name": one.name, "how": one.how, "what": one.what, "data": packed})
    FAILURES.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def past() -> list[Failure]:
    """Every file that ever got through."""
    if not FAILURES.is_file():
        return []
    entries = json.loads(FAILURES.read_text(encoding="utf-8"))
    return [Failure(e["name"], e["how"], e["what"], zlib.decompress(base64.b64decode(e["data"]))) for e in entries]


def base_of(failure: Failure) -> Base:
    """The sound file a past failure was made of; itself where that is not here."""
    name = failure.name.split(" ", 1)[1]
    return next((base for base in corpus() if base.name == name), describe(name, corpus()[0].data, False))
