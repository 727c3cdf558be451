"""What the office did to its ledger workbook: entries in its own columns, and edits anywhere else that do nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from math import isclose
from typing import Any, NamedTuple

from rectify_xl import catalog
from rectify_xl.in_force import under_settings
from rectify_xl.kinds import Parser, Reading, Setting, as_text, parser_for
from rectify_xl.layout import column_letter
from rectify_xl.ledger_columns import groups_for, ledger_columns
from rectify_xl.ledger_layouts import LedgerSheet, form_layouts
from rectify_xl.merging.deadlines import CLOSED, EXTENDED_TO, form_test
from rectify_xl.model import Column, Finding, Form, OfficeEntry, Settings, Table
from rectify_xl.normal import as_typed, key_text

# How many numbers a sentence about rows that are gone names.
_MOST_NAMED = 10

Params = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedLedger:
    """A ledger workbook with its cells as they stand in it, and the run that it says wrote it ("": it does not)."""

    run: str = ""
    sheets: tuple[LedgerSheet, ...] = ()

    def of(self, form: str) -> list[LedgerSheet]:
        """The sheets that show a form; one of very many rows goes on on a second."""
        return [sheet for sheet in self.sheets if sheet.layout.name == form]


@dataclass(frozen=True, kw_only=True, slots=True)
class Edits:
    """What the office did: entries to be taken, and findings at the cells of the ledger."""

    entries: tuple[OfficeEntry, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reread:
    """The circumstances of reading a ledger back: its name in findings, the day of the run, and the settings.

    `is_copy` says that it is a dated copy beside the ledger: what the office typed there is told and not taken.
    """

    file: str
    as_of: date
    settings: Settings
    is_copy: bool = False

    @property
    def setting(self) -> Setting:
        """What the cells of the office's columns are parsed by."""
        start = self.settings.stage_start
        return Setting(
            lists=self.settings.lists, aliases=self.settings.aliases, year=start.year if start else None
        )


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
            findings += [
                told for sheet in typed.of(name) for number, cells in sheet.rows()
                if (told := _added(sheet, (number, cells), reread))
            ]  # fmt: skip
    return Edits(entries=tuple(entries), findings=tuple(findings))


class _Known(NamedTuple):
    """A written row with the values by column name."""

    place: int
    values: tuple[Any, ...]


@dataclass(slots=True)
class _Compared:
    """One form's sheets against the rows that were written."""

    form: Form
    table: Table
    reread: Reread
    entries: list[OfficeEntry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _by_number: dict[str, _Known] = field(default_factory=dict)
    _by_source: dict[tuple[str, ...], _Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place, values in enumerate(self.table.rows):
            known = _Known(place, values)
            if number := self._number(values):
                self._by_number[number] = known
            self._by_source[self._source(values)] = known

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the sheet."""
        return ledger_columns(self.form)

    def _number(self, cells: Sequence[Any]) -> str:
        place = next((p for p, c in enumerate(self.columns) if c.assigned), None)
        return key_text(as_text(cells[place])) if place is not None and cells[place] not in ("", None) else ""

    def _source(self, cells: Sequence[Any]) -> tuple[str, ...]:
        """What a row without a number is known by: its sheet, row and digest at the source."""
        names = {c.name: place for place, c in enumerate(self.columns)}
        wanted = [names[c.name] for c in groups_for(self.form).source[1:4]]
        return tuple("" if cells[p] in ("", None) else _plain(cells[p]) for p in wanted)

    def take(self, sheet: LedgerSheet) -> None:
        """Takes in one sheet: entries from the office's columns, findings from all others."""
        office = {c.name for c in self.form.office_columns}
        parsers = {c.name: parser_for(c, self.reread.setting) for c in self.form.office_columns}
        for number, cells in sheet.rows():
            known = self._by_number.get(self._number(cells)) or self._by_source.get(self._source(cells))
            if known is None or known.place in self._seen:
                self.findings += [told for told in [_added(sheet, (number, cells), self.reread)] if told]
                continue
            self._seen.add(known.place)
            for place, (cell, before) in enumerate(zip(cells, known.values, strict=True)):
                if cell == before or (cell == "" and before is None) or sheet.places[place] is None:
                    continue
                column = self.columns[place]
                if not _differs(column, cell, before):
                    continue
                at = _at(sheet, number, place, self.reread.file)
                if column.name in office:
                    self._enter(at, (cell, before), known, parsers[column.name])
                else:
                    params = (("old", _said(before)), ("new", _said(cell)))
                    self.findings.append(replace(at, params=params, value=as_typed(_said(cell))))

    def _enter(self, at: Finding, typed: tuple[Any, Any], known: _Known, parser: Parser) -> None:
        """One cell of an office column: an entry, or why it cannot be one."""
        cell, before = typed
        at = replace(at, value=as_typed(_said(cell)))
        if self.reread.is_copy:
            params = (("case", "copy"), ("old", _said(before)), ("new", _said(cell)))
            self.findings.append(replace(at, params=params))
            return
        value, told = _understood(parser, cell, at)
        if told is None or told.level != "error":
            refusal = self._refused(at, value, known)
            told = refusal or told
        if told:
            self.findings.append(told)
        if told is None or told.level != "error":
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
        """Tells rows and columns that are gone."""
        gone = [values for place, values in enumerate(self.table.rows) if place not in self._seen]
        if gone:
            called = (self._number(values) or "·".join(self._source(values)[:2]) for values in gone[:_MOST_NAMED])
            named = "、".join(called)
            case = "deleted" if sheets else "sheet"
            title = sheets[0].title if sheets else self.form.title
            params: Params = (("case", case), ("numbers", named), ("count", len(gone)))
            self.findings.append(_about(self.form, self.reread.file, title, params))
        for sheet in sheets:
            lost = [c.label for c, place in zip(self.columns, sheet.places, strict=True) if place is None]
            if lost:
                params = (("case", "columns"), ("labels", "、".join(lost)))
                self.findings.append(_about(self.form, self.reread.file, sheet.title, params))


# ---- cells


def _differs(column: Column, cell: Any, before: Any) -> bool:
    """Whether a cell says something else than was written there, in whatever notation."""
    if cell == "" or before is None:
        return True
    if column.kind == "date":
        return bool(_day(column, cell) != _day(column, before))
    if isinstance(before, (int, float)) and isinstance(cell, (int, float)):
        return not isclose(before, cell, abs_tol=1e-9)
    return _plain(cell) != _plain(before)


def _day(column: Column, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    understood = parser_for(column, Setting(lists={}, aliases={}))(value)
    understood = understood.value if isinstance(understood, Reading) else understood
    return understood if isinstance(understood, date) else _plain(value)


def _plain(value: Any) -> str:
    return key_text(as_text(value))


def _said(value: Any) -> str:
    return "" if value in ("", None) else as_text(value)


def _understood(parser: Parser, cell: Any, at: Finding) -> tuple[Any, Finding | None]:
    """The value of an office cell, and what is told of it."""
    if cell == "":
        return None, None
    value = parser(cell)
    if not isinstance(value, Reading):
        return value, None
    told = replace(at, code=value.code, level=catalog.codes()[value.code].level, params=value.params)
    return value.value, told


# ---- findings


def _at(sheet: LedgerSheet, row: int, place: int, file: str) -> Finding:
    """A finding of ledger-edited at a cell, its params still wanting."""
    column, at = sheet.layout.columns[place], sheet.places[place]
    return Finding(
        level=catalog.codes()["ledger-edited"].level,
        code="ledger-edited",
        file=file,
        sheet=sheet.title,
        cell=f"{column_letter(at)}{row}" if at is not None else "",
        row=row,
        column=column.name,
        label=column.label,
        form=sheet.layout.name,
    )


def _about(form: Form, file: str, sheet: str, params: Params) -> Finding:
    level = catalog.codes()["ledger-edited"].level
    return Finding(level=level, code="ledger-edited", file=file, sheet=sheet, params=params, form=form.name)


def _added(sheet: LedgerSheet, typed: tuple[int, tuple[Any, ...]], reread: Reread) -> Finding | None:
    """A row that nobody wrote: one typed below the table, or a copy of another."""
    row, cells = typed
    place = next((at for at, cell in enumerate(cells) if cell != ""), None)
    if place is None:
        return None
    return replace(
        _at(sheet, row, place, reread.file), params=(("case", "added"),), value=as_typed(_said(cells[place]))
    )
