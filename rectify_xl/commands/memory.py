"""`status` and `history`: what the memory of a workspace holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rectify_xl.commands.output import show_result, status_for
from rectify_xl.commands.table import Call

if TYPE_CHECKING:
    from rectify_xl.model import Settings


def status(call: Call, folder: str, fail_on: str | None) -> int:
    """The week on a terminal."""
    from rectify_xl.commands.status_report import status_lines
    from rectify_xl.facts.in_force import using
    from rectify_xl.runs.status import first_seen, status_of
    from rectify_xl.runs.workspace import Workspace

    settings = _settings_of(folder)
    result = status_of(folder, call.as_of, settings)
    with using(settings.forms):
        lines = () if call.as_json else list(status_lines(result, call, has_units=bool(settings.units)))
        show_result(call, result, lines)
    if not (inbox := Workspace(folder).inbox).is_dir() and not call.quiet:
        click.echo(call.words["status"]["no_inbox"].format(name=inbox.name), err=True)
    return status_for(fail_on, first_seen(folder)) if fail_on else 0


def history(call: Call, folder: str, number: str) -> int:
    """The states of one row over time."""
    from rectify_xl.commands.status_report import history_lines
    from rectify_xl.facts.in_force import using
    from rectify_xl.runs.history import history_of

    settings = _settings_of(folder)
    result = history_of(folder, number, settings)
    with using(settings.forms):
        return show_result(call, result, () if call.as_json else list(history_lines(result, call)))


def _settings_of(folder: str) -> Settings:
    """The settings of a workspace, the office's own forms among them."""
    from rectify_xl.excel.settings.settings_reader import load_settings
    from rectify_xl.runs.workspace import Workspace

    return load_settings(Workspace(folder).settings_path)
