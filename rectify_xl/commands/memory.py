"""`status` and `history`: what the memory of a workspace tells."""

from __future__ import annotations

from rectify_xl.commands.table import Call
from rectify_xl.commands.telling import tell


def status(call: Call, folder: str) -> int:
    """The week on a terminal."""
    from rectify_xl.commands.status_report import status_lines
    from rectify_xl.recalled import status_of

    told = status_of(folder, call.as_of)
    return tell(call, told, () if call.as_json else list(status_lines(told, call)))


def history(call: Call, folder: str, number: str) -> int:
    """The states of one row over time."""
    from rectify_xl.commands.status_report import history_lines
    from rectify_xl.recalled import history_of

    told = history_of(folder, number)
    return tell(call, told, () if call.as_json else list(history_lines(told, call)))
