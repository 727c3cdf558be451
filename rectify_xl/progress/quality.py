"""The table of reporting quality: who has not reported, which templates are missing, what had to be corrected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.merging.deadlines import is_asked
from rectify_xl.model import Book, Finding, Form, Table, Unit
from rectify_xl.progress.units import (
    CountedUnits,
    band_columns,
    column_sums,
    counted_units,
    has_arrived,
    reporting_codes,
    rows_by_sender,
    share,
    words,
)

# The number of codes with a column of their own; the others share one.
MOST_CODES = 8


@dataclass(kw_only=True, slots=True)
class _Sent:
    """What one unit has sent; filled step by step while the book is read."""

    files: Counter[str] = field(default_factory=Counter)
    filled_on: date | None = None
    good: int = 0
    pending: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    templates: set[str] = field(default_factory=set)
    restricted: Counter[str] = field(default_factory=Counter)


def quality(book: Book) -> Table:
    """One row a unit, then one for all files that name no unit, the last the total.

    Columns: unit_code, unit_name, reported, filled_on (the latest), missing (templates that tasks already begun or
    filing rules ask of the unit and that never came), files, returned, refused, good_rows (rows the ledger holds),
    pending_rows, good_rate (good of good and pending rows, a fraction of one), errors (over all files), the commonest
    codes, other_codes; last, how many rows of each restricted form came.
    """
    units = counted_units(book)
    sent, codes = _sent_by_unit(book, units), commonest_codes(book)
    arrived = reporting_codes(book, units)
    asked = {unit.code for unit in units.asked}
    rows = []
    for unit in units.listed(code for code in sent if code):
        # The office and a stopped unit owe nothing, whatever they sent.
        missing = _missing_templates(book, unit, sent[unit.code]) if unit.code in asked else []
        rows.append(_row(unit, sent[unit.code], codes, (unit.code in arrived, missing)))
    if "" in sent:
        rows.append(_row(Unit(code="", name=words()["unnamed"]), sent[""], codes, (None, ())))
    columns = ("unit_code", "unit_name", "reported", "filled_on", "missing", "files", "returned", "refused")
    rest = ("good_rows", "pending_rows", "good_rate", "errors", *band_columns("errors", codes), "other_codes")
    only_counted = band_columns("restricted", (form.title for form in _restricted_forms()))
    return Table((*columns, *rest, *only_counted), [*rows, _total(rows)] if rows else [])


def _row(unit: Unit, sent: _Sent, codes: Sequence[str], about: tuple[bool | None, Iterable[str]]) -> tuple[Any, ...]:
    answers, (has_reported, missing) = words()["answers"], about
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
    counts, errors = column_sums(rows, range(5, 10)), column_sums(rows, range(11, len(rows[0])))
    return ("", words()["total"], "", None, "", *counts, share(counts[3], counts[3] + counts[4]), *errors)


def _sent_by_unit(book: Book, units: CountedUnits) -> dict[str, _Sent]:
    """What each unit sent, by the code it counts under; "" for files that name no unit."""
    by_unit: dict[str, _Sent] = defaultdict(_Sent)
    sender = {return_.file: units.code_of(return_.unit_code, return_.unit_name) for return_ in book.returns}
    template = {form.name: form.template for form in catalog.forms().values()}
    for return_ in book.returns:
        if return_.verdict != "ignored":
            sent = by_unit[sender[return_.file]]
            sent.files[return_.verdict] += 1
            sent.templates.update(template[rows.form] for rows in return_.forms if rows.form in template)
            if has_arrived(return_.verdict) and return_.filled_on:
                sent.filled_on = max(sent.filled_on or return_.filled_on, return_.filled_on)
    for finding in _errors(book):
        by_unit[sender.get(finding.file, "")].errors[finding.code] += 1
    _count_rows(book, units, by_unit, template)
    return by_unit


def _count_rows(book: Book, units: CountedUnits, by_unit: Mapping[str, _Sent], template: Mapping[str, str]) -> None:
    for name, senders in rows_by_sender(book).items():
        for code, count in senders.items():
            sent = by_unit[units.code_of(code)]
            sent.good += count
            sent.templates.add(template.get(name, ""))
    for row in book.pending:
        sent = by_unit[units.code_of(row.unit_code, row.unit_name)]
        sent.pending += 1
        sent.templates.add(template.get(row.form, ""))
    for (name, code), count in book.restricted.items():
        sent = by_unit[units.code_of(code)]
        sent.restricted[name] += count
        sent.templates.add(template.get(name, ""))


def commonest_codes(book: Book) -> tuple[str, ...]:
    """The codes of errors, the commonest first (equals in the catalogue's order), at most MOST_CODES."""
    counts = Counter(finding.code for finding in _errors(book))
    order = list(catalog.codes())
    return tuple(sorted(counts, key=lambda code: (-counts[code], order.index(code)))[:MOST_CODES])


def _errors(book: Book) -> Iterator[Finding]:
    """The errors in what units sent, without those in what the office typed into its own ledger."""
    files = {return_.file for return_ in book.returns}
    errors = (finding for finding in book.findings if finding.level == "error")
    return (finding for finding in errors if finding.file in files or finding.digest)


# ---- what a unit owes


def _missing_templates(book: Book, unit: Unit, sent: _Sent) -> list[str]:
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
    if any(rule.unit_kind == unit.kind for rule in book.settings.filings):
        forms.append("filings")
    return forms
