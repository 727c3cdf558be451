"""The declared commands as click commands in the language of the call; wrong use is reported in our words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import partial
from typing import Any

import click

from rectify_xl import __version__
from rectify_xl.commands.help_pages import help_page
from rectify_xl.commands.table import COMMANDS, PARAMETERS, PROGRAM, SHARED, Call, Flag, Run, Words, flags_for, words_in
from rectify_xl.normal import inert

_SETTINGS = {"help_option_names": ["-h", "--help"]}


class Argument(click.Argument):
    """An argument with an explanation for the help page; click's own have one only since 8.5."""

    explanation = ""


class Command(click.Command):
    """A command whose help page is ours."""

    words: Words

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the page as `help_pages` lays it out."""
        formatter.write(help_page(self, ctx, self.words, formatter.width))

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        """The names of the help option as declared; click before 8.5 gives those of a set, in any order."""
        return sorted(super().get_help_option_names(ctx), key=ctx.help_option_names.index)


class Group(Command, click.Group):
    """All commands, in the order in which they are declared."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands as declared; click's own order is alphabetical."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of that name; an unknown one is refused with the nearest that exists."""
        if args[0] not in self.commands:
            near = _near(args[0], list(self.commands), self.words)
            parts = {"value": inert(args[0]), "near": near, "options": self.words["joint"]["list"].join(self.commands)}
            raise click.UsageError(self.words["wrong"]["unknown-command"].format(**parts), ctx)
        return super().resolve_command(ctx, args)


def program_for(lang: str, commands: Mapping[str, Run], today: date) -> click.Group:
    """The program in a language; each command is called with a Call and its own arguments, and gives its status."""
    words, flags = words_in(lang), flags_for(today)
    group = Group(
        PROGRAM,
        params=[*(_option(name, flags, words) for name in SHARED), _version_option(words)],
        callback=partial(_share, words),
        invoke_without_command=True,
        help=words["program"],
        epilog=words["epilog"],
        context_settings=_SETTINGS,
    )
    group.words = words
    _set_help_text(group, words)
    for name, run in commands.items():
        command = _command(name, flags, words)
        command.callback = partial(_call, run, lang, today)
        group.add_command(command)
    return group


def _command(name: str, flags: Mapping[str, Flag], words: Words) -> Command:
    arguments, options = COMMANDS[name]
    texts = words["commands"][name]
    params = [_argument(name, argument, words) for argument in arguments.split()]
    command = Command(
        name,
        params=[*params, *(_option(option, flags, words) for option in options)],
        help=texts["help"],
        short_help=texts["short"],
        context_settings={**_SETTINGS, "allow_extra_args": True},
    )
    command.words = words
    _set_help_text(command, words)
    return command


def _argument(command: str, metavar: str, words: Words) -> Argument:
    several = -1 if metavar == "FILE" else 1
    argument = Argument([PARAMETERS[metavar]], metavar=metavar, nargs=several, required=True, type=str)
    argument.explanation = words["arguments"].get(f"{command}.{metavar}", words["arguments"][metavar])
    return argument


def _option(name: str, flags: Mapping[str, Flag], words: Words) -> click.Option:
    flag, key = flags[name.rstrip("*")], name.rstrip("*")
    text = words["options"][key].format(**flag.facts_in(words))
    if flag.read is None:
        return click.Option([*flag.names, key], is_flag=True, help=text)
    if flag.several:
        return click.Option([*flag.names, key], type=str, multiple=True, metavar=flag.metavar, help=text)
    default: dict[str, Any] = {} if flag.default is None else {"default": flag.default}
    details = {"metavar": flag.metavar, "help": text, "required": name != key, "callback": _reader(flag, words)}
    return click.Option([*flag.names, key], type=str, **details, **default)


def _reader(flag: Flag, words: Words) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """A click callback that reads an option's value; an unreadable one is reported in our words."""

    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
        if value is None or flag.read is None:
            return value
        try:
            return flag.read(value)
        except ValueError:
            parts = {"name": flag.names[-1], "value": inert(value), **flag.facts_in(words)}
            raise click.BadParameter(words["wrong"][flag.complaint].format(**parts), ctx, param) from None

    return read


def _version_option(words: Words) -> click.Option:
    def show(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            click.echo(f"{PROGRAM} {__version__}")
            ctx.exit()

    return click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show, help=words["options"]["version"]
    )


def _set_help_text(command: click.Command, words: Words) -> None:
    """Gives the help option our text."""
    with click.Context(command, **command.context_settings) as ctx:
        option = command.get_help_option(ctx)
    assert option is not None
    option.help = words["options"]["help"]


# ---- what click calls


def _share(words: Words, /, **arguments: Any) -> None:
    """Passes options that stood before a command's name on to it; refuses those that it does not have."""
    ctx = click.get_current_context()
    assert isinstance(ctx.command, click.Group)
    name = ctx.invoked_subcommand
    if name is None:
        parts = {"options": words["joint"]["list"].join(ctx.command.commands)}
        raise click.UsageError(words["wrong"]["no-command"].format(**parts), ctx)
    shared = {key: value for key, value in arguments.items() if value}
    for key in shared:
        if key not in COMMANDS[name][1]:
            parts = {"command": name, "name": next(p.opts[-1] for p in ctx.command.params if p.name == key)}
            raise click.UsageError(words["wrong"]["not-here"].format(**parts), ctx)
    ctx.default_map = {name: shared}


def _call(run: Run, lang: str, today: date, /, **arguments: Any) -> int:
    ctx = click.get_current_context()
    if ctx.args:
        text = words_in(lang)["wrong"]["extra"].format(value=inert(" ".join(ctx.args)))
        raise click.UsageError(text, ctx)
    shared = {key: arguments.pop(key, None) for key in SHARED}
    call = Call(
        lang=lang, as_of=shared["as_of"] or today, as_json=bool(shared["json"]), quiet=bool(shared["quiet"])
    )
    return run(call, **arguments)


# ---- wrong use in words


def refusal(error: click.UsageError, words: Words) -> str:
    """What is wrong with a call, in one sentence and without click's own English."""
    sentences, ctx = words["wrong"], error.ctx
    flags = {opt: p for p in (ctx.command.params if ctx else ()) for opt in p.opts}
    if isinstance(error, click.NoSuchOption):
        name = inert(error.option_name)
        return str(sentences["no-option"].format(name=name, near=_near(name, list(flags), words)))
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return _missing(error.param, words)
    if isinstance(error, click.BadOptionUsage):
        takes_value = {name for flag in flags_for(date.min).values() if flag.read for name in flag.names}
        code = "no-value" if error.option_name in takes_value else "takes-no-value"
        return str(sentences[code].format(name=inert(error.option_name)))
    return error.message


def _missing(param: click.Parameter, words: Words) -> str:
    if isinstance(param, click.Option):
        return str(words["wrong"]["missing-option"].format(name=param.opts[-1], help=param.help))
    return str(words["wrong"]["missing"].format(name=param.metavar, help=getattr(param, "explanation", "")))


def _near(name: str, names: Sequence[str], words: Words) -> str:
    near = get_close_matches(name, names, 1)
    return str(words["wrong"]["near"].format(near=near[0])) if near else ""
