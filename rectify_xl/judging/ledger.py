"""An office's 整改台帐.xlsx judged as a return: its rows with number, source and state, what waits, and its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rectify_xl import catalog
from rectify_xl.expression_python import Test, compile_test
from rectify_xl.grid import RawBook
from rectify_xl.judging.ledger_sheets import about_columns, other_sheets
from rectify_xl.kinds import Parser, Reading, Setting, as_text, parser_for
from rectify_xl.layout import column_letter
from rectify_xl.ledger_columns import DIGEST_DIGITS, groups_for
from rectify_xl.ledger_layouts import LedgerSheet, Values, sheets_in
from rectify_xl.model import Column, Finding, Form, Item, Ledger, LedgerRow, Pending, Row, State, Unit
from rectify_xl.normal import as_typed, key_text, plain
from rectify_xl.ruling import Ruling

# The code under which a lower office's ledger tells what its rows wait for.
LOWER = "lower-office"
# What ends a sentence: told again, it gets its end anew.
_END = "\u3002."


@dataclass(slots=True)
class JudgedLedger:
    """A ledger while it is judged: what it tells, findings at its own cells, the places of bad rows by form."""

    organisation: str = ""
    as_of: date | None = None
    as_of_at: tuple[str, int] = ("", 0)
    run: str = ""
    retired: frozenset[str] = frozenset()
    rows: list[LedgerRow] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    files: list[tuple[Any, ...]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    bad: dict[str, list[Row]] = field(default_factory=dict)

    def told(self) -> Ledger:
        """What the ledger tells, for the merge."""
        return Ledger(
            as_of=self.as_of,
            run=self.run,
            rows=tuple(self.rows),
            pending=tuple(self.pending),
            files=tuple(self.files),
            retired=self.retired,
        )


def judge_ledger(raw: RawBook, ruling: Ruling, file: str) -> JudgedLedger:
    """Everything that a ledger workbook tells; a row that cannot be used waits, told at its cell."""
    judged = JudgedLedger()
    values = {grid.title: _from_a1(grid.rows, grid.first_row, grid.first_column) for grid in raw.sheets}
    sheets = list(sheets_in(values))
    judged.findings += other_sheets(raw.sheets, {sheet.title for sheet in sheets})
    for sheet in sheets:
        name = sheet.layout.name
        if name in catalog.forms():
            _FormSheet(catalog.forms()[name], sheet, ruling, file).judge_into(judged)
        elif name in _PARTS:
            _PARTS[name](sheet, judged)
    return judged


def _from_a1(rows: Values, first_row: int, first_column: int) -> list[Sequence[Any]]:
    return [[] for _ in range(first_row - 1)] + [[*[""] * first_column, *row] for row in rows]


# ---- the sheet of a form


class _FormSheet:
    """One form's sheet: every row becomes an item with one state, or waits."""

    def __init__(self, form: Form, sheet: LedgerSheet, ruling: Ruling, file: str) -> None:
        self.form, self.sheet, self.ruling, self.file = form, sheet, ruling, file
        self.groups = groups_for(form)
        start = ruling.settings.stage_start
        self.parsers = [self._parser(c, start.year if start else None) for c in sheet.layout.columns]
        self.places = {column.name: at for at, column in enumerate(sheet.layout.columns)}
        states, sources = self.groups.deadline, [c for c in self.groups.source if c.kind == "text"]
        self.are_words = [column in states or column in sources for column in sheet.layout.columns]
        # The texts of a ledger repeat from row to row: each is held, and sent to the parent, once.
        self.words: dict[str, str] = {}
        self.letters = self._letters()
        done = form.deadline.done if form.deadline else None
        self.done: Test | None = (
            compile_test(done, form.positions, frozenset(), {"plain": plain}) if done is not None else None
        )

    def _parser(self, column: Column, year: int | None) -> Parser:
        settings = self.ruling.settings
        if column in self.form.columns:
            return self.ruling.plan(self.form, year).parsers[self.form.positions[column.name]]
        return parser_for(column, Setting(lists=settings.lists, aliases=settings.aliases, year=year))

    def judge_into(self, judged: JudgedLedger) -> None:
        """Adds the rows of the sheet, and what is told of them and of its columns."""
        judged.findings += about_columns(self.form, self.sheet, self.ruling.plan(self.form, None).optional)
        for number, cells in self.sheet.rows():
            values, told = self._values(number, cells)
            unit = self._unit(values)
            if unit is None:
                told.append(self._finding(number, cells, 0, "unknown", (("case", "unit"),)))
            elif other := self._other_unit(unit, values):
                params = (("code", unit.code), ("name", other.name), ("expected", unit.name))
                told.append(self._finding(number, cells, 0, "unit-mismatch", params))
            lacking = [c.name for c in self.groups.source[1:5] if values[self.places[c.name]] is None]
            if lacking:
                told.append(self._finding(number, cells, self.places[lacking[0]], "required", ()))
            if told or unit is None:
                judged.findings += told
                judged.bad.setdefault(self.form.name, []).append(Row(self.sheet.title, number, ()))
                judged.pending.append(self._waiting(number, cells, values, told))
            else:
                item = self._item(unit, values)
                judged.rows.append(LedgerRow(item, self.sheet.title, number, self.letters))

    def _values(self, number: int, cells: Sequence[Any]) -> tuple[list[Any], list[Finding]]:
        """The typed values of a row, and its errors; what a kind reading understands is taken in silence."""
        values: list[Any] = []
        told: list[Finding] = []
        words = self.words
        for at, (cell, parse, is_word) in enumerate(zip(cells, self.parsers, self.are_words, strict=True)):
            if cell == "":
                values.append(None)
            elif is_word:
                text = as_text(cell)
                values.append(words.setdefault(text, text))
            else:
                value = parse(cell)
                if isinstance(value, Reading):
                    if catalog.codes()[value.code].level == "error":
                        told.append(self._finding(number, cells, at, value.code, value.params))
                    value = value.value
                values.append(words.setdefault(value, value) if value.__class__ is str else value)
        return values, told

    def _unit(self, values: Sequence[Any]) -> Unit | None:
        """The unit of a row by its code, else by its name; any that is written where no roster is kept."""
        code, name = (str(value or "") for value in values[:2])
        roster = self.ruling.roster
        if roster.is_empty:
            return Unit(code=code or name, name=name or code) if code or name else None
        return (roster.by_code(code) if code else None) or (roster.by_name(name) if name and not code else None)

    def _other_unit(self, unit: Unit, values: Sequence[Any]) -> Unit | None:
        """The unit that a row's name names, if it is another than its code does."""
        name = str(values[1] or "")
        other = self.ruling.roster.by_name(name) if name and name != unit.name else None
        return other if other and other.code != unit.code else None

    def _item(self, unit: Unit, values: Sequence[Any]) -> Item:
        form, lead = self.form, len(self.groups.lead)
        own = tuple(values[lead : lead + len(form.columns)])
        source = [values[self.places[c.name]] for c in self.groups.source]
        file, sheet, row, digest, filled_on, saved, first_on, *started = source
        number = next((own[at] for at, column in enumerate(form.columns) if column.assigned), None)
        state = State(str(file or ""), digest[:DIGEST_DIGITS], sheet, row, filled_on, saved or "", own)
        return Item(
            form=form.name,
            unit_code=unit.code,
            unit_name=unit.name,
            number=number or "",
            values=own,
            states=(state,),
            first_on=first_on or filled_on,
            started_on=started[0] if started else None,
            done_seen_on=self._done_seen_on(values, own, filled_on),
            office={c.name: v for c in form.office_columns if (v := values[self.places[c.name]]) is not None},
        )

    def _done_seen_on(self, values: Sequence[Any], own: Sequence[Any], filled_on: date) -> date | None:
        """When the item was first seen done, as far as a ledger tells: in time, if its state says so."""
        deadline = self.form.deadline
        if deadline is None or self.done is None or not self.done(own, ()):
            return None
        due = own[self.form.positions[deadline.due]]
        is_in_time = values[self.places[self.groups.deadline[0].name]] == catalog.states("item")["done"]
        return min(filled_on, due) if is_in_time and due else filled_on

    def _letters(self) -> tuple[str, ...]:
        lead = len(self.groups.lead)
        places = self.sheet.places[lead : lead + len(self.form.columns)]
        return tuple("" if place is None else column_letter(place) for place in places)

    def _finding(
        self, row: int, cells: Sequence[Any], at: int, code: str, params: tuple[tuple[str, Any], ...]
    ) -> Finding:
        column, place = self.sheet.layout.columns[at], self.sheet.places[at]
        return Finding(
            level="error",
            code=code,
            file=self.file,
            sheet=self.sheet.title,
            cell=f"{column_letter(place)}{row}" if place is not None else "",
            row=row,
            column=column.name,
            label=column.label,
            value=as_typed(as_text(cells[at])),
            params=params,
            form=self.form.name,
        )

    def _waiting(self, row: int, cells: Sequence[Any], values: Sequence[Any], told: Sequence[Finding]) -> Pending:
        """A row of the ledger itself that waits at the upper office."""
        lead = len(self.groups.lead)
        typed = tuple(as_typed(as_text(cell)) for cell in cells[lead : lead + len(self.form.columns)])
        filled_on = values[self.places[self.groups.source[4].name]]
        return Pending(
            unit_code=as_text(values[0] or ""),
            unit_name=as_text(values[1] or ""),
            form=self.form.name,
            row=Row(self.sheet.title, row, (), typed),
            file=self.file,
            filled_on=filled_on if isinstance(filled_on, date) else None,
            digest=as_text(values[self.places[self.groups.source[3].name]] or ""),
            findings=tuple(told),
        )


# ---- the sheets beside the forms


def _typed(sheet: LedgerSheet) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows of a side sheet with days and whole numbers as such; what cannot be read so is nothing."""
    for number, cells in sheet.rows():
        yield number, tuple(_KINDS.get(c.kind, _text)(v) for c, v in zip(sheet.layout.columns, cells, strict=True))


def _text(value: Any) -> str | None:
    return None if value == "" else as_text(value)


def _day(value: Any) -> date | None:
    column = Column(name="day", label="", kind="date")
    understood = parser_for(column, Setting(lists={}, aliases={}))(value) if value != "" else None
    understood = understood.value if isinstance(understood, Reading) else understood
    return understood if isinstance(understood, date) else None


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, float)) else None


_KINDS = {"date": _day, "integer": _whole}


def _pending_sheet(sheet: LedgerSheet, judged: JudgedLedger) -> None:
    for _, row in _typed(sheet):
        unit_code, unit_name, _, source_sheet, source_row, typed, told, file, form, digest, filled_on = row
        if form in catalog.forms() and source_row is not None:
            lines = [line.rstrip(_END) for line in (told or "").split("\n") if line]
            waiting = Pending(
                unit_code=unit_code or "",
                unit_name=unit_name or "",
                form=form,
                row=Row(source_sheet or "", source_row, ()),
                file=file or "",
                digest=digest or "",
                filled_on=filled_on,
                findings=tuple(Finding(level="error", code=LOWER, params=(("text", line),)) for line in lines),
                typed=typed or "",
            )
            judged.pending.append(waiting)


def _files_sheet(sheet: LedgerSheet, judged: JudgedLedger) -> None:
    judged.files += [row for _, row in _typed(sheet)]


def _about_sheet(sheet: LedgerSheet, judged: JudgedLedger) -> None:
    facts: Mapping[str, Any] = catalog.words("ledger")["about"]
    told = {key_text(as_text(item)): (number, as_text(text).strip()) for number, (item, text) in sheet.rows()}
    said = {name: told.get(key_text(facts[name]), (0, "")) for name in ("organisation", "as_of", "run", "withdrawn")}
    judged.organisation, judged.run = said["organisation"][1], said["run"][1]
    judged.as_of, judged.as_of_at = _day(said["as_of"][1]), (sheet.title, said["as_of"][0])
    retired = said["withdrawn"][1]
    judged.retired = frozenset(n for n in retired.split("\u3001") if n and retired != facts["none"])


_PARTS = {"pending": _pending_sheet, "files": _files_sheet, "about": _about_sheet}
