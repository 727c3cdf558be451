"""How a command tells what it did: lines for people, one JSON object for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from rectify_xl.commands.table import Call, Words
from rectify_xl.normal import inert

# The environment variable that asks where a reader process failed, and how many such files are named at most.
_TRACE, _FEW = "RECTIFY_XL_TRACE", 3


def tell(call: Call, told: Mapping[str, Any], lines: Sequence[str]) -> int:
    """Tells the object or the lines, as the call asks; gives the status of a job that is done."""
    from rectify_xl.commands import console

    if call.as_json:
        print_json(told)
    else:
        console.show_lines(call, lines)
    return 0


def status_for(fail_on: str | None, files: Mapping[str, int]) -> int:
    """1 if a file has the verdict that was asked about; a refused file must be corrected as a returned one must."""
    counted = {None: (), "refused": ("refused",), "returned": ("returned", "refused")}[fail_on]
    return int(any(files.get(verdict) for verdict in counted))


def print_json(told: Mapping[str, Any]) -> None:
    """Prints one object on one line."""
    click.echo(json.dumps(told, ensure_ascii=False))


def only_one(
    call: Call, first: object, second: object, names: tuple[str, str] = ("--profile", "--settings")
) -> None:
    """Refuses a call that gives two options of which only one may be: a profile and a settings workbook."""
    if first is not None and second is not None:
        told = call.words["wrong"]["both"].format(first=names[0], second=names[1])
        raise click.UsageError(told, click.get_current_context())


def not_into_the_inbox(call: Call, place: Path, option: str) -> None:
    """Refuses a folder in 收件 to write into: what lies there has come from a unit; `option` says another place."""
    from rectify_xl.commands.settings_choice import workspace_of
    from rectify_xl.runs.workspace import Workspace

    found = workspace_of(place.resolve())
    inbox = Workspace(found.parent).inbox.resolve() if found else None
    if inbox and inbox in (place.resolve(), *place.resolve().parents):
        told = call.words["wrong"]["into-inbox"].format(inbox=inert(inbox.name), option=option)
        raise click.UsageError(told, click.get_current_context())


def show_bugs(found: Mapping[str, str], words: Words) -> None:
    """Ends standard error with a line on the files at which the program itself failed; asked, with where it did."""
    if not found:
        return
    if os.environ.get(_TRACE):
        for file, traceback in found.items():
            click.echo("\n".join(map(inert, (file, *traceback.splitlines()))), err=True)
    files = words["joint"]["list"].join([*found][:_FEW])
    click.echo(inert(words["failed"]["bug"].format(count=len(found), files=files, variable=_TRACE)), err=True)
