"""What people read: findings by cell, the run in short, the schedule, and a progress bar where there is a terminal."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rectify_xl import catalog
from rectify_xl.commands.table import Call, Words
from rectify_xl.in_force import under_settings
from rectify_xl.messages import level_name, sentence
from rectify_xl.model import LEVELS, Book, Finding, Return, Settings, Verdict
from rectify_xl.normal import inert
from rectify_xl.receiving.guarded.pool import limits_memory

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from rectify_xl.runs.means import Outcome

# A line in a pipe is as long as it is; from so many columns on, all states of a task stand on one line.
_UNBOUNDED, _WIDE = 100_000, 140
# How many findings of each sort a run shows; and the verdicts on files whose findings stand in their copies.
_MOST_TOLD, _SENT_BACK = 20, ("returned", "refused")
# What is told of a file that stays in the inbox alone, whatever its verdict.
_NOT_ARCHIVED = "restricted"
_STYLES = {"accepted": "green", "returned": "yellow", "refused": "red", "held": "cyan"}
_LEVEL_STYLES = {"error": "red", "warning": "yellow", "fixed": "dim"}


def screen(call: Call) -> Console:
    """Standard output for people: colours and wrapping on a terminal, bare lines elsewhere."""
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich's own way is to exit with 1, which is a verdict here

    width = None if sys.stdout.isatty() else _UNBOUNDED
    return Screen(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)


def show_lines(call: Call, lines: Iterable[str]) -> None:
    """Lines on standard output, whatever they came from."""
    out = screen(call)
    for line in lines:
        out.print(inert(line), soft_wrap=True)


@contextmanager
def progress(call: Call) -> Iterator[Callable[[int, int], None] | None]:
    """What a run tells its progress to: a bar on a terminal, None in a pipe or if quiet is asked.

    Where the system lets no process bound its memory, this is told once on standard error.
    """
    with _bar(call) as told:
        yield told
    if not call.quiet and not limits_memory():
        print(call.words["notes"]["no-memory-limit"], file=sys.stderr)


@contextmanager
def _bar(call: Call) -> Iterator[Callable[[int, int], None] | None]:
    if call.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(call.words["progress"]["reading"], total=None)

        def told(done: int, total: int) -> None:
            bar.start()
            bar.update(task, completed=done, total=total)
            if done == total:  # its thread goes with it: what comes next may copy the process
                bar.stop()

        yield told


# ---- check


def show_check(call: Call, returns: Sequence[Return]) -> None:
    """A paragraph a file with its findings by cell, then the total."""
    out, words, told = screen(call), call.words, [held for held in returns if held.verdict != "ignored"]
    for held in told:
        out.print(_file_line(held, call), soft_wrap=True)
        for finding in held.findings:
            out.print(_finding_line(finding, call.lang), soft_wrap=True)
    if not told:
        out.print(words["check"]["no-files"])
        return
    verdicts = Counter[str](held.verdict for held in told)
    named = {_verdict(name, words): verdicts[name] for name in catalog.states("verdict") if verdicts[name]}
    levels = _levels((finding for held in told for finding in held.findings), call)
    said = {"files": len(told), "verdicts": pairs(named, words), "levels": levels}
    out.print(words["check"]["total"].format(**said), soft_wrap=True)


def _file_line(held: Return, call: Call) -> Text:
    from rich.text import Text

    words = call.words["check"]
    rows = sum(len(form.good) for form in held.forms)
    counts = [words["rows"].format(count=rows)] if held.forms else []
    found = Counter(finding.level for finding in held.findings)
    for level in LEVELS:
        counts += [words["count"].format(level=level_name(level, call.lang), count=found[level])] * bool(found[level])
    unit = words["unit"].format(code=held.unit_code, name=held.unit_name) if held.unit_code else ""
    told = {"verdict": _verdict(held.verdict, call.words), "file": held.file, "unit": unit, "counts": "".join(counts)}
    return Text(inert(words["file"].format(**told)), style=_STYLES.get(held.verdict, ""))


def _finding_line(finding: Finding, lang: str) -> Text:
    from rich.text import Text

    place = "!".join(part for part in (finding.sheet, finding.cell) if part)
    text = Text("  ")
    text.append(level_name(finding.level, lang), style=_LEVEL_STYLES[finding.level])
    text.append(inert(" ".join(["", *filter(None, [place]), sentence(finding, lang)])))
    return text


def _verdict(name: str, words: Words) -> str:
    """What a verdict is called: the state's own name unless the language has another."""
    named: str = words.get("verdicts", catalog.states("verdict"))[name]
    return named


def _levels(findings: Iterable[Finding], call: Call) -> str:
    """How many findings there are of each level, in a sentence."""
    found, words = Counter(finding.level for finding in findings), call.words["check"]
    named = {level_name(level, call.lang): found[level] for level in LEVELS if found[level]}
    said: str = words["findings"].format(levels=pairs(named, call.words)) if named else words["none"]
    return said


def pairs(counts: Mapping[str, int], words: Words) -> str:
    """Names with their counts; the states' Chinese names as the language calls them."""
    other = words.get("states", {})
    pair, joint = words["run"]["pair"], words["joint"]["pairs"]
    told: str = joint.join(pair.format(name=other.get(name, name), count=count) for name, count in counts.items())
    return told or str(words["run"]["nothing"])


# ---- run


@under_settings
def show_run(call: Call, told: Mapping[str, Any], outcome: Outcome, *, dry_run: bool = False) -> None:
    """The run in short: files by verdict, rows by form, deadlines, tasks, what waits, what was written.

    What is wrong with a file that is sent back stands in its copy; what is doubtful in the others, the files first
    seen by this run, which known ones are judged otherwise, and what the office typed into its own ledger in vain,
    is told here.
    """
    book = outcome.book
    out, words = screen(call), call.words["run"]
    title = words["title"].format(campaign=book.settings.campaign, as_of=told["as_of"])
    out.print(inert(title), style="bold", soft_wrap=True)
    _print_table(out, _run_table(call, told))
    for path in told["outputs"]:
        out.print(f"  {inert(path)}", soft_wrap=True)
    _show_turned(call, out, outcome.turned)
    _show_told(call, out, book, outcome.received)
    if dry_run:
        out.print(words["dry-run"])


def _show_turned(call: Call, out: Console, turned: Sequence[tuple[str, Verdict, Verdict]]) -> None:
    """The known files whose verdict is another now: settings, waivers or the day have changed."""
    words = call.words["run"]
    if turned:
        out.print(words["turned"].format(count=len(turned)), soft_wrap=True)
    for path, before, now in turned[:_MOST_TOLD]:
        said = {"file": path, "old": _verdict(before, call.words), "new": _verdict(now, call.words)}
        out.print(inert(words["turn"].format(**said)), soft_wrap=True)
    if len(turned) > _MOST_TOLD:
        out.print(call.words["status"]["more"].format(count=len(turned) - _MOST_TOLD))


def _show_told(call: Call, out: Console, book: Book, received: Iterable[Return]) -> None:
    """What nobody but the office is told: about its own ledger, and about new files that no one gets back."""
    sent = {back.file for back in book.returns}
    new = {back.file for back in received}
    kept = {back.file for back in received if back.verdict not in _SENT_BACK}
    warnings = [f for f in book.findings if f.file in new and f.level == "warning"]
    told = {
        "own": [finding for finding in book.findings if finding.file and finding.file not in sent],
        "private": [finding for finding in warnings if finding.code == _NOT_ARCHIVED],
        "doubtful": [f for f in warnings if f.file in kept and f.code != _NOT_ARCHIVED],
    }
    for name, findings in told.items():
        if findings:
            out.print(call.words["run"][name].format(count=len(findings)), soft_wrap=True)
        for finding in findings[:_MOST_TOLD]:
            said = {"file": finding.file, "sentence": sentence(finding, call.lang)}
            out.print(inert(call.words["run"]["line"].format(**said)), soft_wrap=True)
        if len(findings) > _MOST_TOLD:
            out.print(call.words["status"]["more"].format(count=len(findings) - _MOST_TOLD))


def _print_table(out: Console, table: Table) -> None:
    """A table without the blanks that fill its lines up, so that nothing of it hangs over in a file."""
    with out.capture() as captured:
        out.print(table)
    out.file.writelines(f"{line.rstrip()}\n" for line in captured.get().strip("\n").splitlines())


def _run_table(call: Call, told: Mapping[str, Any]) -> Table:
    from rich.table import Table

    words, lang = call.words, call.lang
    files = {_verdict(name, words): n for name, n in told["files"].items() if n and name != "received"}
    names = {form.name: form.title if lang == "zh" else form.name for form in catalog.forms().values()}
    levels = Counter(finding["level"] for finding in told["findings"])
    received = words["run"]["received"].format(count=told["files"]["received"])
    lines = {
        "files": words["joint"]["pairs"].join([received, pairs(files, words)] if files else [received]),
        "rows": pairs({names.get(name, name): n for name, n in told["rows"].items()}, words),
        "deadlines": pairs({name: n for name, n in told["deadlines"].items() if n}, words),
        "tasks": pairs({name: n for name, n in told["tasks"].items() if n}, words),
        "pending": words["run"]["waiting"].format(count=told["pending"]),
        "findings": pairs({level_name(level, lang): levels[level] for level in LEVELS if levels[level]}, words),
    }
    if told["outputs"]:
        lines["outputs"] = words["run"]["written"].format(count=len(told["outputs"]))
    table = Table.grid(padding=(0, 2))
    for name, line in lines.items():
        table.add_row(words["run"][name], inert(line))
    return table


# ---- schedule


def show_schedule(call: Call, told: Mapping[str, Any], settings: Settings) -> None:
    """A line a task: its window, working days left, units by state."""
    from rich import box
    from rich.table import Table

    out, words = screen(call), call.words["schedule"]
    title = words["title"].format(campaign=settings.campaign, as_of=told["as_of"])
    out.print(inert(title), style="bold", soft_wrap=True)
    if not told["tasks"]:
        out.print(words["none"])
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    columns = ("id", "item", "time", "start", "end", "workdays_left", "units")
    for name in columns:
        table.add_column(words[name], justify="right" if name == "workdays_left" else "left")
    a_line = len(catalog.states("task")) if out.width >= _WIDE else 1
    for task in told["tasks"]:
        held = [(name, n) for name, n in task["units"].items() if n]
        parts = [dict(held[at : at + a_line]) for at in range(0, max(1, len(held)), a_line)]
        units = "\n".join(pairs(part, call.words) for part in parts)
        cells = ["" if task[name] is None else inert(str(task[name])) for name in columns[:-1]]
        table.add_row(*cells, units)
    _print_table(out, table)
