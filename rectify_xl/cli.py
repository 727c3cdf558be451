"""The command `rectify-xl`: arguments in, one call, its result shown, an exit status out."""

from __future__ import annotations

import errno
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from rectify_xl.commands.export import export
from rectify_xl.commands.forms import form, migrate
from rectify_xl.commands.line import program_for, refusal
from rectify_xl.commands.memory import history, status
from rectify_xl.commands.output import not_into_the_inbox, only_one, print_json, show_bugs, show_result, status_for
from rectify_xl.commands.streams import drop_output, speak_utf8
from rectify_xl.commands.table import PROGRAM, Call, Run, Words, language_in, words_in
from rectify_xl.errors import CannotFinish, FactsError, RectifyError
from rectify_xl.facts.fact_files import profile_names, read_toml
from rectify_xl.normal import inert
from rectify_xl.receiving.guarded import bugs

if TYPE_CHECKING:
    from rectify_xl.commands.settings_choice import Judged
    from rectify_xl.runs.pipeline import Outcome

# 1, that something must be corrected, is what `status_for` gives.
GOOD, WRONG_USE, FAILED = 0, 2, 3


def main(args: Sequence[str] | None = None, **_: Any) -> NoReturn:
    """Runs the command line and exits with 0, 1, 2 or 3 (see the contract of the commands)."""
    if args is None and not _can_name_files() and os.environ.get("PYTHONUTF8") != "1":
        # Start again in UTF-8 mode, as Python itself does in the C locale.
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | {"PYTHONUTF8": "1"})
    speak_utf8()
    lang = language_in(sys.argv[1:] if args is None else args)
    with bugs.kept() as tracebacks:
        status = _status_of(args, lang)
    show_bugs(tracebacks, words_in(lang))
    sys.exit(status)


def _can_name_files() -> bool:
    """Whether the file system's encoding can express names such as 收件."""
    coding = sys.getfilesystemencoding()
    return coding == "utf-8" or bool(read_toml("workspace.toml")["inbox"].encode(coding, "ignore"))


def _status_of(args: Sequence[str] | None, lang: str) -> int:
    words = words_in(lang)
    try:
        program = program_for(lang, COMMANDS, date.today())
        arguments = None if args is None else list(args)
        status: int | None = program.main(arguments, prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
        return status or GOOD
    except click.UsageError as error:
        return _refuse(words, [refusal(error, words)], error.ctx)
    except FactsError:
        raise
    except CannotFinish as error:
        return _fail(words["failed"]["frame"].format(reason=error.sentences(lang)[0]))
    except RectifyError as error:
        return _refuse(words, [inert(sentence) for sentence in error.sentences(lang)])
    except click.Abort:
        return _fail(words["failed"]["interrupted"])
    except OSError as error:
        drop_output()
        return _fail(words["failed"]["frame"].format(reason=_reason(error, words)))


# ---- the commands


def init(call: Call, folder: str, profile: str) -> int:
    """A new workspace as the profile has it."""
    from rectify_xl.office import profiles
    from rectify_xl.runs import workspace

    workspace.create(folder, profiles.profile(profile))
    place = workspace.Workspace(folder)
    outputs = [place.settings_path.relative_to(place.folder).as_posix()]
    lines = ("done", "next")
    parts = {"folder": folder, "settings": place.settings_path, "templates": place.templates}
    return show_result(call, {"outputs": outputs}, [call.words["init"][line].format(**parts) for line in lines])


def templates(call: Call, folder: str, profile: str | None, settings: str | None) -> int:
    """The blank templates."""
    from rectify_xl.commands.settings_choice import chosen_settings, settings_for_folder
    from rectify_xl.excel.templates.template import write_templates

    only_one(call, profile, settings)
    not_into_the_inbox(call, Path(folder), "OUT")
    paths = write_templates(folder, chosen_settings(profile, settings) or settings_for_folder(folder))
    lines = [call.words["templates"]["done"].format(count=len(paths)), *(f"  {path}" for path in paths)]
    return show_result(call, {"outputs": [inert(path.as_posix()) for path in paths]}, lines)


def check(
    call: Call, files: Sequence[str], profile: str | None, settings: str | None, return_to: str | None
) -> int:
    """The findings of every file, each for itself."""
    from rectify_xl.receiving.guarded.pool import kept, start_ahead

    only_one(call, profile, settings)
    if return_to is not None:
        not_into_the_inbox(call, Path(return_to), "--return")
    start_ahead(1)  # what is imported below takes as long as it takes to start
    from rectify_xl import reports
    from rectify_xl.commands import console
    from rectify_xl.commands.settings_choice import check_files, chosen_settings
    from rectify_xl.facts.in_force import using
    from rectify_xl.runs import pipeline

    with kept(start=1), console.progress(call) as progress:
        chosen = chosen_settings(profile, settings)
        options = pipeline.ReadOptions(progress=progress)
        judged = check_files(files, chosen, call.as_of, options)
    returns = judged.returns
    with using(judged.own_forms):
        try:
            if return_to is not None:
                _send_back(call, files, judged, return_to)
        finally:  # the findings are shown also where no copies can be written
            if call.as_json:
                print_json(reports.check_json(returns, call.lang))
            else:
                console.show_check(call, returns)
    return status_for("returned", Counter(return_.verdict for return_ in returns))


def _send_back(call: Call, files: Sequence[str], judged: Judged, folder: str) -> None:
    """Writes the marked copies, and says on standard error where they are."""
    from rectify_xl.runs import pipeline
    from rectify_xl.runs.sent_back import send_by_for

    send_by = max(send_by_for(settings, call.as_of) for settings in judged.settings)
    for path in pipeline.send_back(files, judged.returns, Path(folder), send_by, call.lang):
        if not call.quiet:
            click.echo(call.words["check"]["returned"].format(path=inert(str(path))), err=True)


def run(
    call: Call, folder: str, *, workers: int | None, scheduler: str | None, dry_run: bool, verify: bool,
    fail_on: str | None,
) -> int:  # fmt: skip
    """The weekly job."""
    only_one(call, workers, scheduler, names=("--workers", "--scheduler"))
    outcome = _run(call, folder, workers=workers, scheduler=scheduler, dry_run=dry_run, verify=verify)
    return _show_outcome(call, outcome, dry_run=dry_run, fail_on=fail_on)


def issue(call: Call, folder: str, unit: Sequence[str], fail_on: str | None) -> int:
    """The pre-filled workbooks of the units."""
    from rectify_xl.runs import pipeline
    from rectify_xl.runs.status import first_seen

    outputs = pipeline.issue_workspace(folder, as_of=call.as_of, units=unit)
    words = call.words["issue"]
    lines = [words["done"].format(count=len(outputs)), *(f"  {inert(path)}" for path in outputs)]
    show_result(call, {"outputs": list(outputs)}, lines if outputs else [words["nobody" if unit else "nothing"]])
    if (left := pipeline.issued_before(folder, call.as_of)) and not call.quiet:
        names = call.words["joint"]["list"].join(left)
        click.echo(words["left"].format(count=len(left), names=inert(names)), err=True)
    return status_for(fail_on, first_seen(folder)) if fail_on else GOOD


def schedule(call: Call, folder: str, fail_on: str | None) -> int:
    """The tasks as they stand; nothing is written."""
    from rectify_xl.commands import console
    from rectify_xl.commands.schedule_report import schedule_json

    outcome = _run(call, folder, dry_run=True)
    result = schedule_json(outcome.book)
    if call.as_json:
        print_json(result)
    else:
        console.show_schedule(call, result, outcome.book.settings)
    return status_for(fail_on, _run_json(call, outcome)["files"]) if fail_on else GOOD


def demo(call: Call, folder: str, profile: str | None, units: int, weeks: int | None) -> int:
    """A made-up workspace and the run on it, or the runs of several weeks."""
    from rectify_xl.commands import console
    from rectify_xl.demo import demo_days
    from rectify_xl.runs.workspace import Workspace

    for day in demo_days(folder, profile=profile or profile_names()[0], units=units, weeks=weeks):
        day_call = replace(call, as_of=day)
        outcome = _run(day_call, folder)
    _show_outcome(day_call, outcome)
    if not call.as_json:
        place, words = Workspace(folder), call.words["demo"]
        workbooks = {"status": place.results / place.names["status"], "ledger": place.results / place.names["ledger"]}
        parts = {"folder": folder, "inbox": place.inbox, **workbooks}
        console.show_lines(call, [words["done"].format(**parts), words["first"].format(**parts)])
    return GOOD


_ALL = (init, templates, check, issue, run, schedule, status, history, export, form, migrate, demo)
COMMANDS: Mapping[str, Run] = {command.__name__: command for command in _ALL}


# ---- shared by the commands


def _run(
    call: Call, folder: str, *, workers: int | None = None, scheduler: str | None = None, dry_run: bool = False,
    verify: bool = False,
) -> Outcome:  # fmt: skip
    from rectify_xl.receiving import head_start

    if scheduler is None:
        head_start.begin(folder, workers)  # what is imported below takes as long as they take to start
    from rectify_xl.commands import console
    from rectify_xl.receiving.cluster import reached
    from rectify_xl.runs import pipeline

    with reached(scheduler) as executor, console.progress(call) as progress:
        options = pipeline.ReadOptions(workers=workers, executor=executor, progress=progress)
        return pipeline.run_workspace(folder, as_of=call.as_of, options=options, dry_run=dry_run, verify=verify)


def _run_json(call: Call, outcome: Outcome) -> dict[str, Any]:
    from rectify_xl.reports import run_json

    return run_json(outcome.book, outcome.outputs, call.lang, outcome.received)


def _show_outcome(call: Call, outcome: Outcome, *, dry_run: bool = False, fail_on: str | None = None) -> int:
    from rectify_xl.commands import console

    result = _run_json(call, outcome)
    if call.as_json:
        print_json(result)
    else:
        console.show_run(call, result, outcome, dry_run=dry_run)
    for note in () if call.quiet else outcome.notes:
        code, _, name = note.partition(":")
        words = call.words["notes"]
        click.echo(words.get(code, words["other"]).format(name=inert(name), note=inert(note)), err=True)
    return status_for(fail_on, result["files"])


# ---- what went wrong


def _refuse(words: Words, sentences: Sequence[str], ctx: click.Context | None = None) -> int:
    for sentence in sentences:
        click.echo(words["wrong"]["frame"].format(sentence=sentence), err=True)
    if ctx is not None:
        click.echo(words["wrong"]["see_help"].format(command=ctx.command_path), err=True)
    return WRONG_USE


def _reason(error: OSError, words: Words) -> str:
    reason: str = words["failed"].get(errno.errorcode.get(error.errno or 0, ""), error.strerror or str(error))
    if not error.filename:
        return reason
    return str(words["failed"]["at"].format(reason=reason, path=inert(os.fsdecode(error.filename))))


def _fail(sentence: str) -> int:
    click.echo(sentence, err=True)
    return FAILED
