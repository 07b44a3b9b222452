"""A model's card as a page to be read: what it is, what came of its training, on what, how it measures."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6 import QtCore

from ...denoise.model_file import ModelInfo
from ..theme import current
from ..words import kernel_name, model_description, model_name
from .train_words import hu, objective_name, tell

_WRITTEN = {
    "psnr": "PSNR", "ssim": "SSIM", "rmse": "RMSE", "db": "(dB)", "hu": "(HU)", "dprime": "d′", "npw": "NPW",
    "cho": "CHO", "ttf50": "TTF50", "cnn": "CNN",
}  # fmt: skip


def card_html(info: ModelInfo) -> str:
    """The card. Every word of it may come from somebody else's file: nothing of it is taken for markup."""
    training = info.card.get("training")
    training = training if isinstance(training, dict) else {}
    version = card_tr("version {v}").format(v=info.version)
    parts = [
        f"<h2>{escape(model_name(info.name))}</h2>",
        _dim(f"{info.id} · {version}"),
        _paragraph(_about(info, training)),
    ]
    parts += _verdict(training.get("verdict"))
    parts += _measures(training.get("measures"))
    parts += _data(training.get("data"), info.trained_on)
    if info.quality and not training:  # of a trained one the table above says it
        parts += [_head(card_tr("Quality")), _tree(info.quality)]
    rows = [(card_tr("Licence"), info.licence), ("SHA-256", info.sha256), (card_tr("File"), info.path.name)]
    return "".join([*parts, _head(card_tr("Origin")), _table(rows)])


def card_tr(text: str) -> str:
    """Translate in the context of the cards."""
    return QtCore.QCoreApplication.translate("ModelCard", text)


def _about(info: ModelInfo, training: dict[str, Any]) -> str:
    objective = str(training.get("objective", ""))
    if not objective:
        return model_description(info)
    start = card_tr("started from “{name}”").format(name=model_name(str(training.get("start", "–"))))
    notice = card_tr("Research use, not for diagnosis.")
    return f"{objective_name(objective)}, {start}. {notice}"


def _verdict(verdict: Any) -> list[str]:
    if not isinstance(verdict, dict):
        return []
    said = verdict.get("reasons_said") or [{"text": str(text)} for text in verdict.get("reasons", ())]
    headline = tell(verdict.get("headline_said"), str(verdict.get("headline", "")))
    colour = current().good if verdict.get("better") else current().warning
    points = "".join(f"<li>{escape(tell(one))}</li>" for one in said)
    return [f'<p style="color:{colour};"><b>{escape(headline)}</b></p><ul>{points}</ul>']


def _measures(measures: Any) -> list[str]:
    if not isinstance(measures, dict):
        return []
    names = {"low": card_tr("untouched"), "start": card_tr("starting model"), "tuned": card_tr("trained")}
    columns = [(title, measures[key]) for key, title in names.items() if isinstance(measures.get(key), dict)]
    rows = [
        ("PSNR", [_number(one.get("psnr"), 2, " dB") for _, one in columns]),
        ("SSIM", [_number(one.get("ssim"), 4, "") for _, one in columns]),
        (card_tr("Noise left"), [hu(one.get("noise_hu")) for _, one in columns]),
    ]
    cells = "".join(f'<td align="right">{_dim(title)}</td>' for title, _ in columns)
    lines = [f"<tr><td></td>{cells}</tr>"]
    for name, values in rows:
        cells = "".join(f'<td align="right">{escape(value)}</td>' for value in values)
        lines.append(f"<tr><td>{_dim(name)}</td>{cells}</tr>")
    table = f'<table cellspacing="0" cellpadding="3">{"".join(lines)}</table>'
    return [_head(card_tr("Figures on held-out slices")), table]


def _data(data: Any, trained_on: tuple[str, ...]) -> list[str]:
    if not isinstance(data, dict):
        listed = "".join(f"<li>{escape(text)}</li>" for text in trained_on)
        return [_head(card_tr("Trained on")), f"<ul>{listed}</ul>"] if listed else []
    names = {
        "patients": card_tr("Patients"),
        "series": card_tr("Series"),
        "slices": card_tr("Slices"),
        "pairs": card_tr("Pairs"),
        "anatomy": card_tr("Body part"),
        "kernels": card_tr("Kernels"),
        "scanners": card_tr("Scanners"),
        "exposure_mas": card_tr("Exposure (mAs)"),
        "kvp": card_tr("Tube voltage (kV)"),
        "thickness_mm": card_tr("Slice thickness (mm)"),
        "noise_hu": card_tr("Noise (HU)"),
    }
    rows = []
    for key, value in data.items():
        several = value if isinstance(value, list) else [value]
        plain = [kernel_name(_plain(one)) if key == "kernels" else tell([_plain(one)]) for one in several if one]
        if plain:
            rows.append((names.get(key, _key(key)), ", ".join(plain)))
    return [_head(card_tr("Trained on")), _table(rows)]


def _tree(value: dict[Any, Any]) -> str:
    """Nested figures: sentences as such, groups with their name above, numbers side by side."""
    sentence = str(value.get("what", ""))
    plain = [f"{_key(k)} {_plain(v)}" for k, v in value.items() if k != "what" and not isinstance(v, dict)]
    parts = [_paragraph(sentence)] if sentence else []
    parts += [_paragraph(" · ".join(plain))] if plain else []
    for key, one in value.items():
        if isinstance(one, dict):
            parts.append(f"<p><b>{escape(_key(key))}</b></p>{_tree(one)}")
    return f'<div style="margin-left:12px;">{"".join(parts)}</div>'


def _table(rows: list[tuple[str, str]]) -> str:
    lines = "".join(f"<tr><td>{_dim(name)}</td><td>{escape(value)}</td></tr>" for name, value in rows)
    return f'<table cellspacing="0" cellpadding="3">{lines}</table>'


def _key(key: Any) -> str:
    return " ".join(_WRITTEN.get(word, word) for word in str(key).split("_"))


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _number(value: Any, digits: int, unit: str) -> str:
    return f"{value:.{digits}f}{unit}" if isinstance(value, int | float) else "–"


def _head(text: str) -> str:
    return f"<h4>{escape(text)}</h4>"


def _dim(text: str) -> str:
    return f'<span style="color:{current().dim};">{escape(text)}</span>'


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
