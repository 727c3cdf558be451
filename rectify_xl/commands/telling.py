"""How a command tells what it did: lines for people, one JSON object for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from rectify_xl.commands.table import Call


def tell(call: Call, told: Mapping[str, Any], lines: Sequence[str]) -> int:
    """Tells the object or the lines, as the call asks; gives the status of a job that is done."""
    from rectify_xl.commands import console

    if call.as_json:
        print_json(told)
    else:
        console.show_lines(call, lines)
    return 0


def print_json(told: Mapping[str, Any]) -> None:
    """Prints one object on one line."""
    click.echo(json.dumps(told, ensure_ascii=False))


def only_one(call: Call, profile: str | None, settings: str | None) -> None:
    """Refuses a call that names both a profile and a settings workbook."""
    if profile is not None and settings is not None:
        told = call.words["wrong"]["both"].format(first="--profile", second="--settings")
        raise click.UsageError(told, click.get_current_context())
