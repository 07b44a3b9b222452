"""Long runs of broken files, cut slices and damaged models; exit code 1 where one got through."""

from __future__ import annotations

import argparse
import sys
import time

from .run import Tally, fuzz, keep, models, truncate


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=0, help="broken files")
    parser.add_argument("--truncated", type=int, default=0, help="cut slices, over all syntaxes")
    parser.add_argument("--models", type=int, default=0, help="damaged model files")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=int, default=0, help="first number, to run in pieces or repeat one")
    parser.add_argument("--keep", action="store_true", help="add what got through to failures.json")
    args = parser.parse_args()
    bad = 0
    for name, work, count in (
        ("files", fuzz, args.count),
        ("cut slices", truncate, args.truncated),
        ("models", models, args.models),
    ):
        if count:
            start = time.monotonic()
            tally: Tally = work(args.seed, args.start, count)
            print(f"{name}: {tally.text()}; {time.monotonic() - start:.0f} s", flush=True)
            for failure in tally.failures:
                print(f"  FAILED {failure.name} ({failure.how}): {failure.what}")
            if args.keep:
                keep(tally.failures)
            bad += len(tally.failures)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
