"""The pure middle of every run: judged returns in, a book out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rectify_xl.days.workdays import WorkCalendar, calendar_for
from rectify_xl.facts.in_force import under_settings
from rectify_xl.merging.deadlines import Day, dues_and_tasks
from rectify_xl.merging.merge import fold, with_findings
from rectify_xl.merging.numbering import Numbers
from rectify_xl.merging.office import with_remarks
from rectify_xl.merging.unit_fold import UnitFold
from rectify_xl.model import MERGED, Book, Finding, FormRows, OfficeEntry, Return, Row, Settings, counted_rows
from rectify_xl.office.roster import roster_for
from rectify_xl.office.waivers import waivers_for


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What earlier runs left to this one: what the office typed, in order, and the findings on its ledger.

    `run` names the run that writes; `arrived` has the day on which each file (by digest) came in, `folds` the units
    whose fold is known.
    """

    run: str = ""
    entries: tuple[OfficeEntry, ...] = ()
    ledger_findings: tuple[Finding, ...] = ()
    arrived: Mapping[str, date] = field(default_factory=dict)
    folds: Mapping[str, UnitFold] = field(default_factory=dict)


NO_PAST = Past()


def book_of(
    returns: Iterable[Return], settings: Settings, as_of: date, numbers: Numbers, *, past: Past = NO_PAST
) -> Book:
    """Everything a set of judged returns says on a day: merge, number, judge deadlines and tasks.

    Of equal bytes under several names the first in `returns` stands.
    """
    return book_and_folds(returns, settings, as_of, numbers, past=past)[0]


@under_settings
def book_and_folds(
    returns: Iterable[Return], settings: Settings, as_of: date, numbers: Numbers, *, past: Past = NO_PAST
) -> tuple[Book, Mapping[str, UnitFold]]:
    """The book (see `book_of`), and the folds of the units that had to be folded for it."""
    received = _without_repeated(returns)
    roster = roster_for(settings)
    calendar = calendar_for(dict(settings.holidays))
    day = Day(as_of=as_of, calendar=calendar, early_warning=settings.early_warning)
    counted = [r for r in received if r.verdict in MERGED]
    folded = fold(
        counted, roster, as_of, numbers, settings.stall_days,
        entries=past.entries, waivers=waivers_for(settings, roster), arrived=past.arrived,
        kept=past.folds,
    )  # fmt: skip
    received = with_findings(received, folded.findings)
    items = with_remarks(folded.items)
    dues, tasks = dues_and_tasks(items, settings, roster, day)
    due_days = {due.day for of_form in dues.values() for due in of_form if due.day}
    general = _no_calendar(calendar, [as_of, *due_days])
    book = Book(
        as_of=as_of,
        settings=settings,
        returns=tuple(replace(r, forms=_counts_only(r), ledger=None) for r in received),
        items=items,
        dues=dues,
        pending=folded.pending,
        tasks=tasks,
        findings=(*general, *past.ledger_findings, *(f for r in received for f in r.findings)),
        restricted=folded.restricted,
        withdrawn=folded.withdrawn,
        retired=folded.retired,
        lower_files=folded.lower_files,
        run=past.run,
    )
    return book, folded.unit_folds


def _without_repeated(returns: Iterable[Return]) -> tuple[Return, ...]:
    """The returns, known bytes under another name told and not counted: the file that comes first stands."""
    first: dict[str, str] = {}
    made = []
    for return_ in returns:
        counts = return_.digest and return_.verdict not in ("refused", "ignored")
        if counts and first.setdefault(return_.digest, return_.file) != return_.file:
            params = (("other", first[return_.digest]),)
            finding = Finding(level="warning", code="repeated", file=return_.file, params=params)
            return_ = replace(return_, verdict="repeated", forms=(), findings=(finding,))
        made.append(return_)
    return tuple(made)


def _counts_only(return_: Return) -> tuple[FormRows, ...]:
    """A return's forms without what their rows say: items and pending rows hold that.

    Where the rows stand is asked only of a file that is sent back.
    """
    strip = _counted if return_.verdict == "accepted" else _places
    return tuple(FormRows(form=f.form, good=strip(f.good), bad=strip(f.bad)) for f in return_.forms)


def _counted(rows: Sequence[Row]) -> tuple[Row, ...]:
    return counted_rows("", len(rows))


def _places(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(Row(row.sheet, row.row, ()) for row in rows)


def _no_calendar(calendar: WorkCalendar, days: Sequence[date]) -> list[Finding]:
    """A warning where some days lie in years whose holidays the calendar lacks."""
    years = calendar.years_without_calendar(days)
    params = (("years", "、".join(str(year) for year in years)),)
    return [Finding(level="warning", code="no-calendar", params=params)] if years else []
