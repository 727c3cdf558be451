"""The ledger as plain tables: a table a form, the solved problems, the pending rows, the files, and the legend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, overload

from rectify_xl.facts import catalog
from rectify_xl.layouts.ledger_columns import DIGEST_DIGITS, declared, ledger_columns, solved_columns
from rectify_xl.little_memory.columnar import ColumnRows
from rectify_xl.messages import sentence
from rectify_xl.model import MERGED, Book, Form, FormRows, Pending, Return, Table
from rectify_xl.normal import as_seen, inert, shown
from rectify_xl.office.roster import roster_for
from rectify_xl.progress.standing import latest_files
from rectify_xl.progress.units import has_arrived
from rectify_xl.tables.item_columns import item_columns


class Rows(Sequence[tuple[Any, ...]]):
    """Rows made when they are read: a table of many rows costs nothing until then."""

    def __init__(self, count: int, make: Callable[[int], tuple[Any, ...]]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return map(self._make, range(self._count))

    @overload
    def __getitem__(self, at: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[Any, ...]]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, int):
            return self._make(range(self._count)[at])
        places, make = range(self._count)[at], self._make
        return Rows(len(places), lambda place: make(places[place]))


def ledger_forms(book: Book) -> tuple[Form, ...]:
    """The forms that the ledger shows: those with rows, restricted ones never."""
    return tuple(form for form in catalog.forms().values() if book.items.get(form.name) and not form.restricted)


def ledger_table(book: Book, form_name: str) -> Table:
    """The rows of one form as the ledger shows them, in the book's order; a restricted form has none."""
    form = catalog.forms()[form_name]
    items = () if form.restricted else book.items.get(form_name, ())
    names = tuple(column.name for column in ledger_columns(form))
    return Table(names, ColumnRows(range(len(items)), item_columns(book, form, names)))


# ---- 解决问题登记


def solved_table(book: Book) -> Table:
    """The completed items of the ledger form, with the day and the result."""
    form = catalog.forms()[catalog.words("ledger")["solved"]["form"]]
    names = tuple(column.name for column in solved_columns())
    done = {catalog.states("item")[state] for state in ("done", "done_late")}
    solved = [at for at, due in enumerate(book.dues.get(form.name, ())) if due.state in done]
    return Table(names, ColumnRows(solved, item_columns(book, form, names)))


# ---- 待更正


def pending_table(book: Book) -> Table:
    """A line for every pending row, with what was typed and all that must be corrected."""
    names = tuple(column.name for column in declared("pending", "columns"))
    waiting = [row for row in book.pending if not catalog.forms()[row.form].restricted]
    return Table(names, Rows(len(waiting), lambda place: _pending_row(waiting[place])))


def _pending_row(pending: Pending) -> tuple[Any, ...]:
    longest = catalog.words("ledger")["pending"]["longest"]
    sentences = "\n".join(dict.fromkeys(sentence(finding) for finding in pending.findings))
    return (
        pending.unit_code, pending.unit_name, catalog.forms()[pending.form].title,
        inert(pending.row.sheet), pending.row.row, typed_summary(pending)[:longest], sentences[:longest],
        inert(pending.file), pending.form, pending.digest[:DIGEST_DIGITS], pending.filled_on,
    )  # fmt: skip


def typed_summary(pending: Pending) -> str:
    """What the clerk typed in the row on one line, blanks left out: 存在问题：…；整改措施：…"""
    if pending.typed:
        return pending.typed
    facts, columns = catalog.words("ledger")["pending"], catalog.forms()[pending.form].columns
    typed = pending.row.typed or tuple("" if value is None else str(value) for value in pending.row.values)
    pairs = zip(columns, typed, strict=False)
    closing, summary = tuple(facts["closing"]), ""
    for column, text in pairs:
        if text:
            pair = facts["pair"].format(label=column.label, value=shown(as_seen(text, column.kind)))
            summary += pair if pair.endswith(closing) else pair + facts["joint"]
    return summary.removesuffix(facts["joint"])


# ---- 报送情况


def files_table(book: Book, verdicts: Mapping[str, str] | None = None) -> Table:
    """A line for every file, in the order of the book: whose, its verdict, and whether it must still be corrected.

    After them come the lines that lower offices' ledgers brought. `verdicts` are the words for verdicts, Chinese ones
    without it.
    """
    names = tuple(column.name for column in declared("files", "columns"))
    verdicts = verdicts or catalog.states("verdict")
    owing = returns_to_correct(book)
    position = names.index("verdict")
    by_text = {text: verdicts[name] for name, text in catalog.states("verdict").items()}

    def row(place: int) -> tuple[Any, ...]:
        if place < len(book.returns):
            return _file_row(book.returns[place], verdicts, is_owing=place in owing)
        line = list(book.lower_files[place - len(book.returns)])
        line[position] = by_text.get(line[position], line[position])
        return tuple(line)

    return Table(names, Rows(len(book.returns) + len(book.lower_files), row))


def _file_row(return_: Return, verdicts: Mapping[str, str], *, is_owing: bool) -> tuple[Any, ...]:
    facts, levels = catalog.words("ledger"), Counter(finding.level for finding in return_.findings)
    merged = sum(_merged(return_, rows) for rows in return_.forms) if return_.verdict in MERGED else None
    return (
        inert(return_.file), return_.unit_code or None, return_.unit_name or None, verdicts[return_.verdict],
        return_.filled_on, return_.saved or None, levels["error"], levels["warning"], merged,
        facts["yes"] if is_owing else facts["no"], return_.digest or None,
    )  # fmt: skip


def _merged(return_: Return, rows: FormRows) -> int:
    """How many good rows of a form were merged: those that wait for what only other returns show are none of them."""
    wrong = {(f.sheet, f.row) for f in return_.findings if f.level == "error" and f.form == rows.form}
    return len(rows.good) - (sum((row.sheet, row.row) in wrong for row in rows.good) if wrong else 0)


def returns_to_correct(book: Book) -> frozenset[int]:
    """The returned files with errors that still stand, as positions in `book.returns`: still owed.

    An error stands until a later file of the form it is in; one about the file or its cover, while the file is its
    unit's latest of any form. A file of which no row could be taken (its cover names two units, or no day) is owed
    until its unit, or the one that it names, has sent another since.
    """
    waiting, latest = {row.digest for row in book.pending}, latest_files(book)
    owed = []
    for place, return_ in enumerate(book.returns):
        if return_.verdict != "returned":
            continue
        is_owed = return_.digest in waiting or (place in latest and not _is_put_right(return_, latest[place]))
        if is_owed and (return_.forms or not _is_sent_again(book, return_)):
            owed.append(place)
    return frozenset(owed)


def files_to_correct(book: Book) -> int:
    """How many lines of `files_table` say that a file must still be corrected, those of lower offices' ledgers too."""
    names = [column.name for column in declared("files", "columns")]
    place, yes = names.index("to_correct"), catalog.words("ledger")["yes"]
    lower = sum(1 for line in book.lower_files if line[place] == yes)
    return len(returns_to_correct(book)) + lower


def _is_put_right(return_: Return, latest_forms: set[str]) -> bool:
    """Whether every error of a file is in a form that came again; `latest_forms` are those that did not."""
    wrong = {finding.form for finding in return_.findings if finding.level == "error"}
    return bool(wrong) and wrong <= {rows.form for rows in return_.forms} - latest_forms


def _is_sent_again(book: Book, return_: Return) -> bool:
    unit = roster_for(book.settings).by_name(return_.cover.get("unit_name", ""))
    units = {return_.unit_code, unit.code if unit else return_.unit_code}
    later = (other for other in book.returns if other.forms and other.unit_code in units and has_arrived(other.verdict))
    # Without a day of its own only the saved times tell which came after which.
    return any(other.order > return_.order if return_.filled_on else other.saved > return_.saved for other in later)


# ---- 说明


def about_table(book: Book) -> Table:
    """What the workbook is: the campaign, the day, the counts, the states, and the numbers that were withdrawn."""
    facts, names = catalog.words("ledger")["about"], tuple(c.name for c in declared("about", "columns"))
    rows: list[tuple[str, Any]] = [
        (facts["campaign"], book.settings.campaign),
        (facts["organisation"], book.settings.organisation),
        (facts["as_of"], book.as_of),
        *([(facts["run"], book.run)] if book.run else []),
        *((facts["rows"].format(title=form.title), len(book.items[form.name])) for form in ledger_forms(book)),
        (facts["pending"], len(pending_table(book).rows)),
        (facts["files"], sum(return_.verdict != "ignored" for return_ in book.returns)),
        (facts["withdrawn"], "、".join(book.withdrawn_numbers) or facts["none"]),
        (facts["office"], facts["office_text"].format(labels="、".join(_office_labels(book)))),
        (facts["folded"], facts["folded_text"]),
        *((facts["state"].format(state=name), text) for name, text in _legend(book, facts)),
    ]
    return Table(names, rows)


def _office_labels(book: Book) -> list[str]:
    return [column.label for form in catalog.forms().values() for column in form.office_columns]


def _legend(book: Book, facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each state of an item with what it means."""
    names = catalog.states("item")
    for key, text in facts["states"].items():
        yield names[key], text.format(early_warning=book.settings.early_warning)


def day_text(day: date) -> str:
    """A day as a heading shows it: 2005年5月25日."""
    return str(catalog.words("ledger")["day"]).format(year=day.year, month=day.month, day=day.day)
