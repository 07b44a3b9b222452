"""Names, dates and failures of archives in words."""

from __future__ import annotations

import time

from PySide6 import QtCore

from ...errors import LdctError

CONTEXT = "Pacs"


def pacs_tr(text: str) -> str:
    """Translate in the context of the archives."""
    return QtCore.QCoreApplication.translate(CONTEXT, text)


def day(text: str) -> str:
    """20200131 → 2020-01-31; anything else as it is."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdigit() else text


def clock(text: str) -> str:
    """134501.5 → 13:45."""
    return f"{text[:2]}:{text[2:4]}" if len(text) >= 4 and text[:4].isdigit() else text


def moment(seconds: float) -> str:
    """A POSIX time on the user's clock; today's without the date."""
    then, now = time.localtime(seconds), time.localtime()
    return time.strftime("%H:%M" if then[:3] == now[:3] else "%Y-%m-%d %H:%M", then)


def count(number: int | None) -> str:
    """A number the archive may have left out."""
    return "" if number is None else str(number)


def failure(error: LdctError) -> tuple[str, str]:
    """(what happened, what to do) in the user's language; the archive room speaks English."""
    text, hint = pacs_tr(error.message), pacs_tr(error.hint) if error.hint else ""
    if (
        text == error.message
        and pacs_tr("The archive did not answer in time.") != "The archive did not answer in time."
    ):
        text = _by_code().get(error.code, text)  # a sentence with numbers in it: at least its kind is said
    return text, hint


def _by_code() -> dict[str, str]:
    return {
        "unknown_host": pacs_tr("There is no computer of this name."),
        "unreachable": pacs_tr("The host cannot be reached."),
        "refused": pacs_tr("Nothing listens at this address and port."),
        "timeout": pacs_tr("The archive did not answer in time."),
        "tls": pacs_tr("No secure connection came about."),
        "rejected": pacs_tr("The archive refused the connection."),
        "aborted": pacs_tr("The archive broke off the connection."),
        "not_supported": pacs_tr("The archive offers none of the services asked for."),
        "status": pacs_tr("The archive answered with a failure."),
        "port_in_use": pacs_tr("The port for C-MOVE cannot be opened."),
        "nodes_file": pacs_tr("The list of archives cannot be read or saved."),
        "node": pacs_tr("Something in the settings of this archive is not possible."),
    }
