"""The page docs/commands.md: the help of every command, in both languages, as the program itself tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import click

from rectify_xl.cli import COMMANDS
from rectify_xl.commands.help_pages import help_page
from rectify_xl.commands.line import program_for
from rectify_xl.commands.table import LANGUAGES, PROGRAM, words_in

INTRO = """# 命令一览 · Commands

Generated from the program's own help by `make docs` (do not edit): `rectify-xl --help`, `rectify-xl run --help`
and so on, with `--lang en` in English. 这里就是程序自己的帮助。
"""
WIDTH = 100
# Of any day the same: it only gives the year to a day that is typed without one.
A_DAY = date(2005, 5, 25)


def page() -> str:
    """The whole page."""
    programs = {lang: program_for(lang, COMMANDS, A_DAY) for lang in LANGUAGES}
    parts = [_section(PROGRAM, [_help(programs[lang], lang) for lang in LANGUAGES])]
    for name in COMMANDS:
        told = [_help(programs[lang].commands[name], lang, programs[lang]) for lang in LANGUAGES]
        parts.append(_section(f"{PROGRAM} {name}", told))
    return INTRO + "".join("\n" + "\n".join(part) for part in parts)


def _help(command: click.Command, lang: str, group: click.Command | None = None) -> str:
    parent = click.Context(group, info_name=PROGRAM) if group else None
    settings = command.context_settings
    with click.Context(command, parent, info_name=command.name, **settings) as ctx:
        return help_page(command, ctx, words_in(lang), WIDTH)


def _section(title: str, pages: list[str]) -> Iterator[str]:
    yield f"## `{title}`\n"
    for told in pages:
        yield f"```text\n{told.rstrip()}\n```\n"


if __name__ == "__main__":
    print(page())
