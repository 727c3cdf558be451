"""Help pages of the command line: laid out by display width, so that Chinese wraps where a terminal ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from rectify_xl.normal import display_width

Words = Mapping[str, Any]
# A line may end between two of these; a closing mark hangs over rather than beginning a line.
_PIECES = re.compile(r"[!-~]+|\s+|.")
_CLOSING = re.compile(r"[，。、；：！？）》”’]")
_MARGIN, _GAP = 2, 2


def help_page(command: click.Command, ctx: click.Context, words: Words, width: int) -> str:
    """The help page of one command: usage, what it does, its arguments, options and commands."""
    headings = words["headings"]
    lines = [headings["usage"] + usage_line(command, ctx, words), ""]
    lines += [" " * _MARGIN + line for line in wrapped(command.help or "", width - _MARGIN)]
    for heading, rows in _sections(command, ctx):
        lines += ["", headings[heading], *_listed(rows, width)]
    if command.epilog:
        lines += ["", command.epilog]
    return "\n".join(lines) + "\n"


def usage_line(command: click.Command, ctx: click.Context, words: Words) -> str:
    """How a command is called: its path, then what follows."""
    arguments = [f"{p.metavar}{'...' * (p.nargs != 1)}" for p in command.params if isinstance(p, click.Argument)]
    if isinstance(command, click.Group):
        arguments = [words["metavar_command"]]
    return " ".join([ctx.command_path, words["metavar_options"], *arguments])


def _sections(command: click.Command, ctx: click.Context) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(heading, rows) of each list that has any rows; a row is a name and its explanation."""
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    options = [p for p in command.get_params(ctx) if isinstance(p, click.Option)]
    commands = command.commands if isinstance(command, click.Group) else {}
    sections = {
        "arguments": [(str(p.metavar), getattr(p, "explanation", "")) for p in arguments],
        "options": [(_option_name(p), p.help or "") for p in options],
        "commands": [(name, subcommand.short_help or "") for name, subcommand in commands.items()],
    }
    yield from ((heading, rows) for heading, rows in sections.items() if rows)


def _option_name(option: click.Option) -> str:
    name = ", ".join(option.opts)
    return name if option.is_flag else f"{name} {option.metavar}"


def _listed(rows: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Rows as two columns, the second wrapped."""
    first = max(len(name) for name, _ in rows) + _GAP
    indent = " " * (_MARGIN + first)
    for name, text in rows:
        lines = wrapped(text, width - len(indent)) or [""]
        yield f"{'':{_MARGIN}}{name:{first}}{lines[0]}".rstrip()
        yield from (indent + line for line in lines[1:])


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of a display width: ASCII words stay whole, no line begins with a closing mark."""
    lines, line = [], ""
    for piece in _PIECES.findall(text):
        if display_width(line + piece) > width and line and not _CLOSING.fullmatch(piece):
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line] if line else lines
