"""The table of reporting quality: who has not reported, which papers are missing, what had to be corrected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath
from typing import Any

from rectify_xl import catalog
from rectify_xl.merging.deadlines import is_asked
from rectify_xl.model import Book, Finding, Form, Table, Unit
from rectify_xl.progress.units import (
    Counted,
    counted_units,
    has_arrived,
    headed,
    reported,
    rows_by_sender,
    share,
    summed,
    words,
)

# The codes with a column of their own; the rest stand together.
MOST_CODES = 8


@dataclass(kw_only=True, slots=True)
class _Sent:
    """What one unit has sent, counted while the book is gone through."""

    files: Counter[str] = field(default_factory=Counter)
    filled_on: date | None = None
    good: int = 0
    pending: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    templates: set[str] = field(default_factory=set)
    restricted: Counter[str] = field(default_factory=Counter)


def quality(book: Book) -> Table:
    """One row a unit (those that nobody could name together in one), the last the total.

    Columns: unit_code, unit_name, reported, filled_on (the latest), missing (templates that tasks already begun or
    filing rules ask of the unit and that never came), files, returned, refused, good_rows (rows the ledger holds),
    pending_rows, good_rate (good of good and pending rows, a fraction of one), errors (over all files), the commonest
    codes, other_codes; last, of restricted forms nothing but how many rows came.
    """
    units = counted_units(book)
    sent, codes = _sent(book, units), commonest_codes(book)
    arrived = reported(book, units)
    rows = [
        _row(unit, sent[unit.code], codes, (unit.code in arrived, _missing(book, unit, sent[unit.code])))
        for unit in units.listed(code for code in sent if code)
    ]
    if "" in sent:
        rows.append(_row(Unit(code="", name=words()["unnamed"]), sent[""], codes, (None, ())))
    columns = ("unit_code", "unit_name", "reported", "filled_on", "missing", "files", "returned", "refused")
    rest = ("good_rows", "pending_rows", "good_rate", "errors", *headed("errors", codes), "other_codes")
    only_counted = headed("restricted", (form.title for form in _restricted_forms()))
    return Table((*columns, *rest, *only_counted), [*rows, _total(rows)] if rows else [])


def _row(unit: Unit, sent: _Sent, codes: Sequence[str], told: tuple[bool | None, Iterable[str]]) -> tuple[Any, ...]:
    answers, (has_reported, missing) = words()["answers"], told
    answer = "" if has_reported is None else answers["reported" if has_reported else "not_reported"]
    errors = sum(sent.errors.values())
    by_code = tuple(sent.errors[code] for code in codes)
    counts = (sum(sent.files.values()), sent.files["returned"], sent.files["refused"], sent.good, sent.pending)
    rate = share(sent.good, sent.good + sent.pending)
    return (unit.code, unit.name, answer, sent.filled_on, words()["joint"].join(missing), *counts, rate, errors,
            *by_code, errors - sum(by_code), *(sent.restricted[form.name] for form in _restricted_forms()))  # fmt: skip


def _restricted_forms() -> list[Form]:
    return [form for form in catalog.forms().values() if form.restricted]


def _total(rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    counts, errors = summed(rows, range(5, 10)), summed(rows, range(11, len(rows[0])))
    return ("", words()["total"], "", None, "", *counts, share(counts[3], counts[3] + counts[4]), *errors)


def _sent(book: Book, units: Counted) -> dict[str, _Sent]:
    """What each unit sent, by the code it counts under; "" for files that name no unit."""
    made: dict[str, _Sent] = defaultdict(_Sent)
    sender = {back.file: units.code_of(back.unit_code, back.unit_name) for back in book.returns}
    template = {form.name: form.template for form in catalog.forms().values()}
    for back in book.returns:
        if back.verdict != "ignored":
            sent = made[sender[back.file]]
            sent.files[back.verdict] += 1
            sent.templates.update(template[rows.form] for rows in back.forms if rows.form in template)
            if has_arrived(back.verdict) and back.filled_on:
                sent.filled_on = max(sent.filled_on or back.filled_on, back.filled_on)
    for finding in _errors(book):
        made[sender.get(finding.file, "")].errors[finding.code] += 1
    _count_rows(book, units, made, template)
    return made


def _count_rows(book: Book, units: Counted, made: Mapping[str, _Sent], template: Mapping[str, str]) -> None:
    for name, senders in rows_by_sender(book).items():
        for code, count in senders.items():
            sent = made[units.code_of(code)]
            sent.good += count
            sent.templates.add(template.get(name, ""))
    for row in book.pending:
        sent = made[units.code_of(row.unit_code, row.unit_name)]
        sent.pending += 1
        sent.templates.add(template.get(row.form, ""))
    for (name, code), count in book.restricted.items():
        sent = made[units.code_of(code)]
        sent.restricted[name] += count
        sent.templates.add(template.get(name, ""))


def commonest_codes(book: Book) -> tuple[str, ...]:
    """The codes of errors, the commonest first (equals in the catalogue's order), at most MOST_CODES."""
    counts = Counter(finding.code for finding in _errors(book))
    order = list(catalog.codes())
    return tuple(sorted(counts, key=lambda code: (-counts[code], order.index(code)))[:MOST_CODES])


def _errors(book: Book) -> Iterator[Finding]:
    """The errors of what units sent; what the office typed wrongly into its own ledger is no file of anybody's."""
    sent = {back.file for back in book.returns}
    return (found for found in book.findings if found.level == "error" and (found.file in sent or found.digest))


# ---- what a unit owes


def _missing(book: Book, unit: Unit, sent: _Sent) -> list[str]:
    owed = set(owed_forms(book, unit))
    templates = {form.template: None for form in catalog.forms().values() if form.name in owed}
    return [PurePath(name).stem for name in templates if name not in sent.templates]


def owed_forms(book: Book, unit: Unit) -> list[str]:
    """The forms that tasks begun by the day of judgement, or undated, and the filing rules ask of the unit."""
    forms = [
        evidence.form
        for task in book.settings.tasks
        if task.start is None or task.start <= book.as_of
        for evidence in task.evidence
        if is_asked(evidence, unit)
    ]
    return forms + ["filings"] * any(rule.unit_kind == unit.kind for rule in book.settings.filings)
