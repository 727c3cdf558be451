"""`status` and `history`: what the memory of a workspace tells."""

from __future__ import annotations

from rectify_xl.commands.table import Call
from rectify_xl.commands.telling import tell
from rectify_xl.in_force import using
from rectify_xl.model import Form


def status(call: Call, folder: str) -> int:
    """The week on a terminal."""
    from rectify_xl.commands.status_report import status_lines
    from rectify_xl.recalled import status_of

    told = status_of(folder, call.as_of)
    with using(_forms_of(folder)):
        return tell(call, told, () if call.as_json else list(status_lines(told, call)))


def history(call: Call, folder: str, number: str) -> int:
    """The states of one row over time."""
    from rectify_xl.commands.status_report import history_lines
    from rectify_xl.recalled import history_of

    told = history_of(folder, number)
    with using(_forms_of(folder)):
        return tell(call, told, () if call.as_json else list(history_lines(told, call)))


def _forms_of(folder: str) -> tuple[Form, ...]:
    """The forms of the office's own in a workspace."""
    from rectify_xl.excel.settings_reader import load_settings
    from rectify_xl.workspace import Workspace

    return load_settings(Workspace(folder).settings_path).forms
