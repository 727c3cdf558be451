"""Output for people: findings by cell, a run in short, the schedule, and a progress bar on a terminal."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from rectify_xl.commands.table import Call, Words
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import under_settings
from rectify_xl.messages import level_name, sentence
from rectify_xl.model import LEVELS, SENT_BACK, Book, Finding, Return, Settings, Verdict
from rectify_xl.normal import display_width, inert
from rectify_xl.receiving.guarded.pool import limits_memory

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from rectify_xl.runs.outcome import Outcome

# A line in a pipe is as long as it is; from so many columns on, all states of a task stand on one line.
_UNBOUNDED, _WIDE = 100_000, 140
# The columns of the schedule that a narrow window does not break: the others get more lines there, none loses a word.
# Under so many columns a time longer than the ninth of 5月16日至20日 is broken there, or before 下午.
_UNBROKEN, _NARROW, _LONGEST_TIME = ("id", "start", "end", "units"), 100, 9
# Columns between the names of a run's figures and these.
_BESIDE = 2
# How many findings of each sort a run shows.
_MOST_SHOWN = 20
# The finding about a file that is not archived; it is shown whatever the file's verdict.
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
    """Prints lines on standard output, control characters escaped."""
    out = screen(call)
    for line in lines:
        out.print(inert(line), soft_wrap=True)


@contextmanager
def progress(call: Call) -> Iterator[Callable[[int, int], None] | None]:
    """The function that a run reports its progress to: a bar on a terminal, None in a pipe or with --quiet.

    Where the system cannot limit a process's memory, a note on standard error says so once.
    """
    with _bar(call) as report:
        yield report
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

        def report(done: int, total: int) -> None:
            bar.start()
            bar.update(task, completed=done, total=total)
            if done == total:  # its thread goes with it: what comes next may copy the process
                bar.stop()

        yield report


# ---- check


def show_check(call: Call, returns: Sequence[Return]) -> None:
    """A paragraph for each file with its findings by cell, then the total."""
    out, words, judged = screen(call), call.words, [return_ for return_ in returns if return_.verdict != "ignored"]
    for return_ in judged:
        out.print(_file_line(return_, call), soft_wrap=True)
        for finding in return_.findings:
            out.print(_finding_line(finding, call.lang), soft_wrap=True)
    if not judged:
        out.print(words["check"]["no-files"])
        return
    verdicts = Counter[str](return_.verdict for return_ in judged)
    named = {verdict_name(name, words): verdicts[name] for name in catalog.states("verdict") if verdicts[name]}
    levels = _levels((finding for return_ in judged for finding in return_.findings), call)
    parts = {"files": len(judged), "verdicts": pairs(named, words), "levels": levels}
    out.print(words["check"]["total"].format(**parts), soft_wrap=True)


def _file_line(return_: Return, call: Call) -> Text:
    from rich.text import Text

    words = call.words["check"]
    rows = sum(len(form.good) for form in return_.forms)
    counts = [words["rows"].format(count=rows)] if return_.forms else []
    by_level = Counter(finding.level for finding in return_.findings)
    for level in LEVELS:
        if by_level[level]:
            counts.append(words["count"].format(level=level_name(level, call.lang), count=by_level[level]))
    unit = words["unit"].format(code=return_.unit_code, name=return_.unit_name) if return_.unit_code else ""
    verdict = verdict_name(return_.verdict, call.words)
    parts = {"verdict": verdict, "file": return_.file, "unit": unit, "counts": "".join(counts)}
    return Text(inert(words["file"].format(**parts)), style=_STYLES.get(return_.verdict, ""))


def _finding_line(finding: Finding, lang: str) -> Text:
    from rich.text import Text

    told, place = sentence(finding, lang), [part for part in (finding.sheet, finding.cell) if part]
    if all(part in told for part in place):
        place = []  # the sentence names it
    text = Text("  ")
    text.append(level_name(finding.level, lang), style=_LEVEL_STYLES[finding.level])
    text.append(inert(" ".join(["", *filter(None, ["!".join(place)]), told])))
    return text


def verdict_name(name: str, words: Words) -> str:
    """The name of a verdict in the language of `words`."""
    named: str = words.get("verdicts", catalog.states("verdict"))[name]
    return named


def form_names(lang: str) -> Mapping[str, str]:
    """The names of the forms in a language, by their names in facts."""
    return {form.name: form.title if lang == "zh" else form.name for form in catalog.forms().values()}


def _levels(findings: Iterable[Finding], call: Call) -> str:
    """How many findings there are of each level, in a sentence."""
    by_level, words = Counter(finding.level for finding in findings), call.words["check"]
    named = {level_name(level, call.lang): by_level[level] for level in LEVELS if by_level[level]}
    text: str = words["findings"].format(levels=pairs(named, call.words)) if named else words["none"]
    return text


def pairs(counts: Mapping[str, int], words: Words) -> str:
    """Names with their counts in one text; states are named in the language of `words`."""
    other = words.get("states", {})
    pair, joint = words["run"]["pair"], words["joint"]["pairs"]
    text: str = joint.join(pair.format(name=other.get(name, name), count=count) for name, count in counts.items())
    return text or str(words["run"]["nothing"])


# ---- run


@under_settings
def show_run(call: Call, result: Mapping[str, Any], outcome: Outcome, *, dry_run: bool = False) -> None:
    """The run in short: files by verdict, rows by form, deadlines, tasks, what waits, what was written.

    Errors in a file that is sent back stand in its marked copy. Shown here are: warnings about the other new files,
    files whose verdict has changed, and edits of the ledger that do not count.
    """
    book = outcome.book
    out, words = screen(call), call.words["run"]
    title = words["title"].format(campaign=book.settings.campaign, as_of=result["as_of"])
    out.print(inert(title), style="bold", soft_wrap=True)
    _print_table(out, _run_table(call, result, out.width))
    for path in result["outputs"]:
        out.print(f"  {inert(path)}", soft_wrap=True)
    _show_changed_verdicts(call, out, outcome.turned)
    _show_findings_for_the_office(call, out, book, outcome.received)
    if dry_run:
        out.print(words["dry-run"])


def _show_changed_verdicts(call: Call, out: Console, turned: Sequence[tuple[str, Verdict, Verdict]]) -> None:
    """Files of earlier runs whose verdict has changed with the settings, the waivers or the day."""
    words = call.words["run"]
    if turned:
        out.print(words["turned"].format(count=len(turned)), soft_wrap=True)
    for path, before, now in turned[:_MOST_SHOWN]:
        parts = {"file": path, "old": verdict_name(before, call.words), "new": verdict_name(now, call.words)}
        out.print(inert(words["turn"].format(**parts)), soft_wrap=True)
    if len(turned) > _MOST_SHOWN:
        out.print(call.words["status"]["more"].format(count=len(turned) - _MOST_SHOWN))


def _show_findings_for_the_office(call: Call, out: Console, book: Book, received: Iterable[Return]) -> None:
    """Findings that reach nobody else: about the office's own ledger, and about new files that are not sent back."""
    files_of_returns = {return_.file for return_ in book.returns}
    new_files = {return_.file for return_ in received}
    accepted_files = {return_.file for return_ in received if return_.verdict not in SENT_BACK}
    warnings = [f for f in book.findings if f.file in new_files and f.level == "warning"]
    sections = {
        "own": [finding for finding in book.findings if finding.file and finding.file not in files_of_returns],
        "private": [finding for finding in warnings if finding.code == _NOT_ARCHIVED],
        "doubtful": [f for f in warnings if f.file in accepted_files and f.code != _NOT_ARCHIVED],
    }
    for name, findings in sections.items():
        if findings:
            out.print(call.words["run"][name].format(count=len(findings)), soft_wrap=True)
        for finding in findings[:_MOST_SHOWN]:
            parts = {"file": finding.file, "sentence": sentence(finding, call.lang)}
            out.print(inert(call.words["run"]["line"].format(**parts)), soft_wrap=True)
        if len(findings) > _MOST_SHOWN:
            out.print(call.words["status"]["more"].format(count=len(findings) - _MOST_SHOWN))


def _print_table(out: Console, table: Table) -> None:
    """Prints a table without trailing blanks."""
    with out.capture() as captured:
        out.print(table)
    out.file.writelines(f"{line.rstrip()}\n" for line in captured.get().strip("\n").splitlines())


def _run_table(call: Call, result: Mapping[str, Any], width: int) -> Table:
    from rich.table import Table

    words, lang = call.words, call.lang
    files = {verdict_name(name, words): n for name, n in result["files"].items() if n and name != "received"}
    names = form_names(lang)
    levels = Counter(finding["level"] for finding in result["findings"])
    received = words["run"]["received"].format(count=result["files"]["received"])
    lines = {
        "files": words["joint"]["pairs"].join([received, pairs(files, words)] if files else [received]),
        "rows": pairs({names.get(name, name): n for name, n in result["rows"].items()}, words),
        "deadlines": pairs({name: n for name, n in result["deadlines"].items() if n}, words),
        "tasks": pairs({name: n for name, n in result["tasks"].items() if n}, words),
        "pending": words["run"]["waiting"].format(count=result["pending"]),
        "findings": pairs({level_name(level, lang): levels[level] for level in LEVELS if levels[level]}, words),
    }
    if result["outputs"]:
        lines["outputs"] = words["run"]["written"].format(count=len(result["outputs"]))
    table = Table.grid(padding=(0, _BESIDE))
    left = width - _BESIDE - max(display_width(words["run"][name]) for name in lines)
    for name, line in lines.items():
        table.add_row(words["run"][name], "\n".join(_broken(inert(line), words["joint"]["pairs"], left)))
    return table


def _broken(text: str, joint: str, width: int) -> list[str]:
    """Pairs as lines of a display width, where they fit: no name is parted from its number."""
    lines: list[str] = []
    for pair in text.split(joint):
        longer = f"{lines[-1]}{joint}{pair}" if lines else pair
        if lines and display_width(f"{longer}{joint}".rstrip()) <= width:
            lines[-1] = longer
        else:
            lines.append(pair)
    return [f"{line}{joint}".rstrip() for line in lines[:-1]] + lines[-1:]


# ---- schedule


def show_schedule(call: Call, schedule: Mapping[str, Any], settings: Settings) -> None:
    """A line for each task: its window, working days left, units by state."""
    from rich import box
    from rich.table import Table

    out, words = screen(call), call.words["schedule"]
    title = words["title"].format(campaign=settings.campaign, as_of=schedule["as_of"])
    out.print(inert(title), style="bold", soft_wrap=True)
    if not schedule["tasks"]:
        out.print(words["none"])
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    columns = ("id", "item", "time", "start", "end", "workdays_left", "units")
    for name in columns:
        justify: Literal["left", "right"] = "right" if name == "workdays_left" else "left"
        most = _LONGEST_TIME if name == "time" and out.width < _NARROW else None
        table.add_column(words[name], justify=justify, overflow="fold", no_wrap=name in _UNBROKEN, max_width=most)
    per_line = len(catalog.states("task")) if out.width >= _WIDE else 1
    for task in schedule["tasks"]:
        counts = [(name, n) for name, n in task["units"].items() if n]
        parts = [dict(counts[at : at + per_line]) for at in range(0, max(1, len(counts)), per_line)]
        units = "\n".join(pairs(part, call.words) for part in parts)
        cells = ["" if task[name] is None else inert(str(task[name])) for name in columns[:-1]]
        if out.width < _NARROW and display_width(cells[2]) > _LONGEST_TIME:
            cells[2] = re.sub(catalog.reading().time_break, lambda found: f"{found[0]}\n", cells[2], count=1)
        table.add_row(*cells, units)
    _print_table(out, table)
