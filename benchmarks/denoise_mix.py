"""Mixes two models of one architecture: weights = (1 − share) · FIRST + share · SECOND, under FIRST's card.

``python benchmarks/denoise_mix.py FIRST.safetensors SECOND.safetensors 0.3 --version 0.6 --out FOLDER``

A network tuned on few scans forgets what those do not show; a part of the way from the first to the second keeps most
of both (Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022). The card's figures are FIRST's still:
``denoise_card.py`` measures anew.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def mix(first: str, second: str, share: float, out: Path, version: str | None = None) -> Path:
    """The mixed model's file in ``out``; ValueError where the two differ in architecture."""
    from ldct_viewer.denoise.model_file import load_model, save_model

    a, b = load_model(first), load_model(second)
    if a.info.architecture != b.info.architecture:
        raise ValueError("the models differ in architecture")
    theirs = b.net.state_dict()
    a.net.load_state_dict({k: v + share * (theirs[k] - v) for k, v in a.net.state_dict().items()})
    return save_model(a.net, out, a.info.id, a.info.card | ({"version": version} if version else {})).path


def _command() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("share", type=float, help="of the second, 0 … 1")
    parser.add_argument("--version")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    print(mix(args.first, args.second, args.share, args.out, args.version))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    _command()
