"""What the office did to its ledger workbook: entries in its own columns, and edits anywhere else that do nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from rectify_xl import catalog
from rectify_xl.in_force import under_settings
from rectify_xl.kinds import Parser, Reading, as_text, parser_for
from rectify_xl.ledger_columns import groups_for, ledger_columns
from rectify_xl.ledger_layouts import LedgerSheet, form_layouts
from rectify_xl.merging.deadlines import CLOSED, EXTENDED_TO, form_test
from rectify_xl.merging.edit_findings import Params, about_sheet, added, at_cell, changed, differs, plainly, said
from rectify_xl.merging.typed_ledger import Reread, TypedLedger
from rectify_xl.model import Column, Finding, Form, OfficeEntry, Table
from rectify_xl.normal import as_typed, key_text

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
            compared = _Compared(form, table, reread)
            for sheet in typed.of(name):
                compared.take(sheet)
            compared.close(typed.of(name))
            entries += compared.entries
            findings += compared.findings
    for name in form_layouts():
        if name not in written or not written[name].rows:
            for sheet in typed.of(name):
                findings += [told for row in sheet.rows() for told in added(sheet, row, reread.file)]
    return Edits(entries=tuple(entries), findings=tuple(findings))


class _Known(NamedTuple):
    """A written row with the values by column name."""

    place: int
    values: tuple[Any, ...]


@dataclass(slots=True)
class _Compared:
    """One form's sheets against the rows that were written.

    `_seen` holds, of every row that was found, what it says otherwise than it was written, by the column's place.
    """

    form: Form
    table: Table
    reread: Reread
    entries: list[OfficeEntry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    columns: tuple[Column, ...] = ()
    _own: tuple[int, ...] = ()
    _parsers: dict[str, Parser] = field(default_factory=dict)
    _seen: dict[int, dict[int, Any]] = field(default_factory=dict)
    _by_number: dict[str, _Known] = field(default_factory=dict)
    _by_source: dict[tuple[str, ...], _Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.columns = ledger_columns(self.form)
        own = {column.name for column in self.form.columns if not column.assigned}
        self._own = tuple(place for place, column in enumerate(self.columns) if column.name in own)
        self._parsers = {c.name: parser_for(c, self.reread.setting) for c in self.form.office_columns}
        for place, values in enumerate(self.table.rows):
            known = _Known(place, values)
            if number := self._number(values):
                self._by_number[number] = known
            self._by_source[self._source(values)] = known

    def _number(self, cells: Sequence[Any]) -> str:
        place = next((p for p, c in enumerate(self.columns) if c.assigned), None)
        return key_text(as_text(cells[place])) if place is not None and cells[place] not in ("", None) else ""

    def _source(self, cells: Sequence[Any]) -> tuple[str, ...]:
        """What a row without a number is known by: its sheet, row and digest at the source."""
        names = {c.name: place for place, c in enumerate(self.columns)}
        wanted = [names[c.name] for c in groups_for(self.form).source[1:4]]
        return tuple("" if cells[p] in ("", None) else plainly(cells[p]) for p in wanted)

    def _known(self, cells: Sequence[Any]) -> _Known | None:
        """The row that was written: by number or source; where each names another, the one that is more like it."""
        numbered, sourced = self._by_number.get(self._number(cells)), self._by_source.get(self._source(cells))
        if numbered is None or sourced is None or numbered is sourced:
            return numbered or sourced

        def like(known: _Known) -> int:
            return sum(not _is_changed(self.columns[p], cells[p], known.values[p]) for p in self._own)

        return sourced if like(sourced) > like(numbered) else numbered

    def take(self, sheet: LedgerSheet) -> None:
        """Takes in one sheet: entries from the office's columns, findings from all others."""
        twice: list[tuple[int, tuple[Any, ...]]] = []
        for number, cells in sheet.rows():
            known = self._known(cells)
            if known is None:
                self.findings += added(sheet, (number, cells), self.reread.file)
                continue
            if known.place in self._seen:
                twice.append((number, cells))
            stands = self._seen.setdefault(known.place, {})
            for place, cell in self._changes(sheet, cells, known):
                at = at_cell(sheet, number, place, self.reread.file)
                if place not in stands:
                    stands[place] = cell
                    self._judge(at, (cell, known.values[place]), known)
                elif plainly(cell) != plainly(stands[place]):
                    told = changed(at, cell, stands[place])
                    self.findings.append(replace(told, params=(("case", "other"), *told.params)))
        self.findings += self._twice(sheet, twice)

    def _changes(self, sheet: LedgerSheet, cells: Sequence[Any], known: _Known) -> Iterator[tuple[int, Any]]:
        """The cells that say something else than was written, by the places of their columns."""
        for place, (cell, before) in enumerate(zip(cells, known.values, strict=True)):
            if cell != before and sheet.places[place] is not None and _is_changed(self.columns[place], cell, before):
                yield place, cell

    def _twice(self, sheet: LedgerSheet, rows: Sequence[tuple[int, tuple[Any, ...]]]) -> list[Finding]:
        """Rows that stand once more, told at the first: what they say counts where those before say nothing new."""
        told = added(sheet, rows[0], self.reread.file) if rows else []
        place = next((p for p, c in enumerate(self.columns) if c.assigned), None)
        if told and place is not None and (number := rows[0][1][place]) != "":
            told = [replace(at_cell(sheet, rows[0][0], place, self.reread.file), value=as_typed(said(number)))]
        return [replace(finding, params=(("case", "twice"), ("count", len(rows)))) for finding in told]

    def _judge(self, at: Finding, typed: tuple[Any, Any], known: _Known) -> None:
        """One cell that was changed: the office's, or another."""
        cell, before = typed
        if at.column in self._parsers:
            self._enter(at, typed, known)
        elif not self.reread.is_recalled:
            self.findings.append(changed(at, cell, before))

    def _enter(self, at: Finding, typed: tuple[Any, Any], known: _Known) -> None:
        """One cell of an office column: an entry, or why it cannot be one."""
        cell, before = typed
        at = replace(at, value=as_typed(said(cell)))
        if self.reread.is_copy:
            told = changed(at, cell, before)
            self.findings.append(replace(told, params=(("case", "copy"), *told.params)))
            return
        value, found = _understood(self._parsers[at.column], cell, at)
        if found is None or found.level != "error":
            found = self._refused(at, value, known) or found
        if found:
            self.findings.append(found)
        if found is None or found.level != "error":
            number = self._number(known.values)
            if value != before:
                self.entries.append(OfficeEntry(self.form.name, number, at.column, value, self.reread.as_of))

    def _refused(self, at: Finding, value: Any, known: _Known) -> Finding | None:
        """An extension before the deadline, or 销号 on an open item: errors that change nothing."""
        row = dict(zip((c.name for c in self.columns), known.values, strict=True))
        form = self.form
        if at.column == EXTENDED_TO and value and form.deadline and (due := row[form.deadline.due]) and value < due:
            return replace(at, level="error", code="date-order", params=(("case", "extension"), ("day", due)))
        is_closed = form_test(form, form.closed_when) if form.closed_when and at.column == CLOSED else None
        says_yes = value == catalog.base_lists()["yesno"][0]
        if is_closed and says_yes and not is_closed([row[c.name] for c in form.columns], ()):
            return replace(at, level="error", code="consistent", params=(("case", "open"),))
        return None

    def close(self, sheets: Sequence[LedgerSheet]) -> None:
        """Tells rows and columns that are gone, and headers that were changed."""
        gone = [values for place, values in enumerate(self.table.rows) if place not in self._seen]
        if gone and not (sheets and self.reread.is_recalled):
            called = (self._number(values) or "·".join(self._source(values)[:2]) for values in gone[:_MOST_NAMED])
            named = "、".join(called)
            title = sheets[0].title if sheets else self.form.title
            params: Params = (("case", "deleted" if sheets else "sheet"), ("numbers", named), ("count", len(gone)))
            self.findings.append(about_sheet(self.form.name, self.reread.file, title, params))
        for sheet in sheets:
            lost = [c.label for c, place in zip(self.columns, sheet.places, strict=True) if place is None]
            if lost:
                params = (("case", "columns"), ("labels", "、".join(lost)))
                self.findings.append(about_sheet(self.form.name, self.reread.file, sheet.title, params))
            for place, label in sheet.renamed():
                at = at_cell(sheet, sheet.header + 1, place, self.reread.file)
                params = (("case", "header"), ("old", at.label), ("new", label))
                self.findings.append(replace(at, params=params, value=as_typed(label)))


def _is_changed(column: Column, cell: Any, before: Any) -> bool:
    """Whether a cell says something else than was written; a blank one is nothing."""
    return not (cell == before or (cell == "" and before is None)) and differs(column, cell, before)


def _understood(parser: Parser, cell: Any, at: Finding) -> tuple[Any, Finding | None]:
    """The value of an office cell, and what is told of it."""
    if cell == "":
        return None, None
    value = parser(cell)
    if not isinstance(value, Reading):
        return value, None
    told = replace(at, code=value.code, level=catalog.codes()[value.code].level, params=value.params)
    return value.value, told
