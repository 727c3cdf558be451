"""The output of a command: lines for people, one JSON object for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from rectify_xl.commands.table import Call, Words
from rectify_xl.normal import inert

# The environment variable that asks for the tracebacks of reader processes; how many such files are named at most.
_TRACE, _FEW = "RECTIFY_XL_TRACE", 3


def show_result(call: Call, result: Mapping[str, Any], lines: Sequence[str]) -> int:
    """Prints the object with --json, else the lines; gives the status of a finished job."""
    from rectify_xl.commands import console

    if call.as_json:
        print_json(result)
    else:
        console.show_lines(call, lines)
    return 0


def status_for(fail_on: str | None, files: Mapping[str, int]) -> int:
    """1 if a file has the verdict of --fail-on, else 0; `returned` covers refused files too."""
    counted = {None: (), "refused": ("refused",), "returned": ("returned", "refused")}[fail_on]
    return int(any(files.get(verdict) for verdict in counted))


def print_json(result: Mapping[str, Any]) -> None:
    """Prints one object on one line."""
    click.echo(json.dumps(result, ensure_ascii=False))


def only_one(
    call: Call, first: object, second: object, names: tuple[str, str] = ("--profile", "--settings")
) -> None:
    """Refuses a call with two options that exclude each other, such as a profile and a settings workbook."""
    if first is not None and second is not None:
        text = call.words["wrong"]["both"].format(first=names[0], second=names[1])
        raise click.UsageError(text, click.get_current_context())


def not_into_the_inbox(call: Call, place: Path, option: str) -> None:
    """Refuses to write into 收件, which holds only what units sent; `option` names another place."""
    from rectify_xl.commands.settings_choice import workspace_of
    from rectify_xl.runs.workspace import Workspace

    settings_path = workspace_of(place.resolve())
    inbox = Workspace(settings_path.parent).inbox.resolve() if settings_path else None
    if inbox and inbox in (place.resolve(), *place.resolve().parents):
        text = call.words["wrong"]["into-inbox"].format(inbox=inert(inbox.name), option=option)
        raise click.UsageError(text, click.get_current_context())


def show_bugs(tracebacks: Mapping[str, str], words: Words) -> None:
    """A line on standard error about the files at which the program itself failed, with their tracebacks if asked."""
    if not tracebacks:
        return
    if os.environ.get(_TRACE):
        for file, traceback in tracebacks.items():
            click.echo("\n".join(map(inert, (file, *traceback.splitlines()))), err=True)
    files = words["joint"]["list"].join([*tracebacks][:_FEW])
    click.echo(inert(words["failed"]["bug"].format(count=len(tracebacks), files=files, variable=_TRACE)), err=True)
