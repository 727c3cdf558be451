"""What the office did to its ledger workbook: entries in its own columns, and edits anywhere else that do nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import under_settings
from rectify_xl.kinds import Parser, Reading, parser_for
from rectify_xl.layouts.ledger_columns import groups_for, ledger_columns
from rectify_xl.layouts.ledger_layouts import LedgerSheet, form_layouts
from rectify_xl.merging.deadlines import CLOSED, EXTENDED_TO, form_test
from rectify_xl.merging.edit_findings import (
    added_row,
    cell_finding,
    changed_cell,
    differs,
    plain_text,
    quoted,
    sheet_finding,
)
from rectify_xl.merging.typed_ledger import Reread, TypedLedger
from rectify_xl.model import Column, Finding, Form, OfficeEntry, Params, Table
from rectify_xl.normal import as_typed

# How many numbers a sentence about rows that are gone names.
_MOST_NAMED = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Edits:
    """What the office did: entries to be taken, and findings at the cells of the ledger."""

    entries: tuple[OfficeEntry, ...] = ()
    findings: tuple[Finding, ...] = ()


@under_settings
def edits_in(typed: TypedLedger, written: Mapping[str, Table], reread: Reread) -> Edits:
    """Compares a ledger with what the run wrote that it names (tables by form, as `ledger_table` makes them).

    A row is known by its number, one without by its source; wherever rows and columns stand now, only what differs
    is told. An entry blank where something stood clears it (value None).
    """
    entries: list[OfficeEntry] = []
    findings: list[Finding] = []
    for name, table in written.items():
        form = catalog.forms()[name]
        if table.rows and not form.restricted:
            comparison = _FormComparison(form, table, reread)
            for sheet in typed.of(name):
                comparison.add(sheet)
            comparison.close(typed.of(name))
            entries += comparison.entries
            findings += comparison.findings
    for name in form_layouts():
        if name not in written or not written[name].rows:
            for sheet in typed.of(name):
                for row in sheet.rows():
                    findings += added_row(sheet, row, reread.file)
    return Edits(entries=tuple(entries), findings=tuple(findings))


class _WrittenRow(NamedTuple):
    """A row as the run wrote it: its place in the table, its values, and its cells where these alone survive."""

    place: int
    values: tuple[Any, ...]
    shown: tuple[Any, ...] = ()


@dataclass(slots=True)
class _FormComparison:
    """One form's sheets against the rows that were written.

    `_changed` holds the changed cells of every row that was found, by the row's place and the column's.
    """

    form: Form
    table: Table
    reread: Reread
    entries: list[OfficeEntry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    columns: tuple[Column, ...] = ()
    _number_place: int | None = None
    _source_places: tuple[int, ...] = ()
    _form_places: tuple[int, ...] = ()
    _parsers: dict[str, Parser] = field(default_factory=dict)
    _changed: dict[int, dict[int, Any]] = field(default_factory=dict)
    _by_number: dict[str, _WrittenRow] = field(default_factory=dict)
    _by_source: dict[tuple[str, ...], _WrittenRow] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.columns = ledger_columns(self.form)
        places = {column.name: place for place, column in enumerate(self.columns)}
        self._number_place = next((place for place, column in enumerate(self.columns) if column.assigned), None)
        self._source_places = tuple(places[column.name] for column in groups_for(self.form).source[1:4])
        self._form_places = tuple(places[column.name] for column in self.form.columns if not column.assigned)
        self._parsers = {c.name: parser_for(c, self.reread.setting) for c in self.form.office_columns}
        for place, values in enumerate(self.table.rows):
            written = _WrittenRow(place, values)
            if number := self._number(values):
                self._by_number[number] = written
            self._by_source[self._source(values)] = written

    def _number(self, cells: Sequence[Any]) -> str:
        """The number of a row, "" if it has none."""
        cell = "" if self._number_place is None else cells[self._number_place]
        return "" if cell in ("", None) else plain_text(cell)

    def _source(self, cells: Sequence[Any]) -> tuple[str, ...]:
        """What a row without a number is known by: its sheet, row and digest at the source."""
        source = (cells[place] for place in self._source_places)
        return tuple("" if cell in ("", None) else plain_text(cell) for cell in source)

    def _written_row(self, cells: Sequence[Any]) -> _WrittenRow | None:
        """The row that was written: by number or source; where each names another, the one that is more like it."""
        numbered, sourced = self._by_number.get(self._number(cells)), self._by_source.get(self._source(cells))
        if numbered is None or sourced is None or numbered is sourced:
            return numbered or sourced

        def likeness(written: _WrittenRow) -> int:
            return sum(not _is_changed(self.columns[p], cells[p], written.values[p]) for p in self._form_places)

        return sourced if likeness(sourced) > likeness(numbered) else numbered

    def add(self, sheet: LedgerSheet) -> None:
        """Adds one sheet: entries from the office's columns, findings from all others."""
        repeated: list[tuple[int, tuple[Any, ...]]] = []
        for number, cells in sheet.rows():
            written = self._written_row(cells)
            if written is None:
                self.findings += added_row(sheet, (number, cells), self.reread.file)
                continue
            if written.place in self._changed:
                repeated.append((number, cells))
            if self.reread.is_surviving:
                written = written._replace(shown=tuple(cells))
            changed = self._changed.setdefault(written.place, {})
            for place, cell in self._changes(sheet, cells, written):
                at = cell_finding(sheet, number, place, self.reread.file)
                if place not in changed:
                    changed[place] = cell
                    self._judge(at, (cell, written.values[place]), written)
                elif plain_text(cell) != plain_text(changed[place]):
                    finding = changed_cell(at, cell, changed[place])
                    self.findings.append(replace(finding, params=(("case", "other"), *finding.params)))
        self.findings += self._repeated(sheet, repeated)

    def _changes(self, sheet: LedgerSheet, cells: Sequence[Any], written: _WrittenRow) -> Iterator[tuple[int, Any]]:
        """The cells that say something else than was written, by the places of their columns."""
        for place, (cell, before) in enumerate(zip(cells, written.values, strict=True)):
            if cell != before and sheet.places[place] is not None and _is_changed(self.columns[place], cell, before):
                yield place, cell

    def _repeated(self, sheet: LedgerSheet, rows: Sequence[tuple[int, tuple[Any, ...]]]) -> list[Finding]:
        """Rows that stand once more, told at the first: what they say counts where those before say nothing new."""
        if not rows:
            return []
        row, cells = rows[0]
        findings = added_row(sheet, (row, cells), self.reread.file)
        place = self._number_place
        if findings and place is not None and cells[place] != "":
            at = cell_finding(sheet, row, place, self.reread.file)
            findings = [replace(at, value=as_typed(quoted(cells[place])))]
        return [replace(finding, params=(("case", "twice"), ("count", len(rows)))) for finding in findings]

    def _judge(self, at: Finding, change: tuple[Any, Any], written: _WrittenRow) -> None:
        """One cell that was changed (to what, from what): an office column's, or another's."""
        if at.column in self._parsers:
            self._enter(at, change, written)
        elif not self.reread.is_recalled:
            self.findings.append(changed_cell(at, *change))

    def _enter(self, at: Finding, change: tuple[Any, Any], written: _WrittenRow) -> None:
        """One cell of an office column: an entry, or why it cannot be one."""
        cell, before = change
        if self.reread.is_copy:
            finding = changed_cell(at, cell, before)
            self.findings.append(replace(finding, params=(("case", "copy"), *finding.params)))
            return
        at = replace(at, value=as_typed(quoted(cell)))
        value, found = _understood(self._parsers[at.column], cell, at)
        if found is None or found.level != "error":
            found = self._refused(at, value, written) or found
        if found:
            self.findings.append(found)
        is_taken = found is None or found.level != "error"
        if is_taken and value != before:
            number = self._number(written.values)
            self.entries.append(OfficeEntry(self.form.name, number, at.column, value, self.reread.as_of))

    def _refused(self, at: Finding, value: Any, written: _WrittenRow) -> Finding | None:
        """An extension before the deadline, or 销号 on an open item: errors that change nothing."""
        form = self.form
        row = dict(zip((column.name for column in self.columns), written.values, strict=True))
        if at.column == EXTENDED_TO and form.deadline and value:
            due = row[form.deadline.due]
            if due and value < due:
                return replace(at, level="error", code="date-order", params=(("case", "extension"), ("day", due)))
        if at.column == CLOSED and form.closed_when and value == catalog.base_lists()["yesno"][0]:
            is_closed = form_test(form, form.closed_when)
            if written.shown:  # a completed state that was closed stands there, whatever came after it
                row = dict(zip(row, written.shown, strict=True))
            if not is_closed([row[column.name] for column in form.columns], ()):
                return replace(at, level="error", code="consistent", params=(("case", "open"),))
        return None

    def close(self, sheets: Sequence[LedgerSheet]) -> None:
        """Adds the findings on rows and columns that are gone, and on headers that were changed."""
        gone = [values for place, values in enumerate(self.table.rows) if place not in self._changed]
        if gone and not (sheets and self.reread.is_recalled):
            names = [self._number(values) or "·".join(self._source(values)[:2]) for values in gone[:_MOST_NAMED]]
            case, title = ("deleted", sheets[0].title) if sheets else ("sheet", self.form.title)
            self._tell(title, (("case", case), ("numbers", "、".join(names)), ("count", len(gone))))
        for sheet in sheets:
            lost = [c.label for c, place in zip(self.columns, sheet.places, strict=True) if place is None]
            if lost:
                self._tell(sheet.title, (("case", "columns"), ("labels", "、".join(lost))))
            for place, label in sheet.renamed():
                at = cell_finding(sheet, sheet.header + 1, place, self.reread.file)
                params = (("case", "header"), ("old", at.label), ("new", label))
                self.findings.append(replace(at, params=params, value=as_typed(label)))

    def _tell(self, title: str, params: Params) -> None:
        """Adds a finding on a whole sheet."""
        self.findings.append(sheet_finding(self.form.name, self.reread.file, title, params))


def _is_changed(column: Column, cell: Any, before: Any) -> bool:
    """Whether a cell says something else than was written; a blank one is nothing."""
    return not (cell == before or (cell == "" and before is None)) and differs(column, cell, before)


def _understood(parser: Parser, cell: Any, at: Finding) -> tuple[Any, Finding | None]:
    """The value of an office cell, and the finding on it if there is one."""
    if cell == "":
        return None, None
    read = parser(cell)
    if not isinstance(read, Reading):
        return read, None
    return read.value, replace(at, code=read.code, level=catalog.codes()[read.code].level, params=read.params)
