"""An office's 整改台帐.xlsx judged as a return: its rows with number, source and state, its 待更正 and 报送情况."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.grid import RawBook
from rectify_xl.judging.ledger_sheets import Repeated, column_findings, extra_sheet_findings, repeated_rows
from rectify_xl.judging.ledger_sides import SIDE_SHEETS, JudgedLedger
from rectify_xl.kinds import Parser, Reading, Setting, as_text, parser_for
from rectify_xl.layouts.layout import column_letter
from rectify_xl.layouts.ledger_columns import DIGEST_DIGITS, groups_for
from rectify_xl.layouts.ledger_layouts import LedgerSheet, Values, sheets_in
from rectify_xl.model import Column, Finding, Form, Item, LedgerRow, Pending, Row, State, Unit
from rectify_xl.normal import as_typed, plain
from rectify_xl.office.ruling import Ruling
from rectify_xl.rules.expression_python import Test, compile_test


def judge_ledger(raw: RawBook, ruling: Ruling, file: str) -> JudgedLedger:
    """Everything that a ledger workbook holds; a row that cannot be used is pending, with a finding at its cell."""
    judged = JudgedLedger()
    values = {grid.title: _from_a1(grid.rows, grid.first_row, grid.first_column) for grid in raw.sheets}
    sheets = list(sheets_in(values))
    judged.findings += extra_sheet_findings(raw.sheets, {sheet.title for sheet in sheets})
    repeated = repeated_rows(sheets)
    for sheet in sheets:
        name = sheet.layout.name
        if name in catalog.forms():
            _FormSheetJudge(catalog.forms()[name], sheet, ruling, file).judge_into(judged, repeated)
        elif name in SIDE_SHEETS:
            SIDE_SHEETS[name](sheet, judged)
    return judged


def _from_a1(rows: Values, first_row: int, first_column: int) -> list[Sequence[Any]]:
    return [[] for _ in range(first_row - 1)] + [[*[""] * first_column, *row] for row in rows]


# ---- the sheet of a form


class _FormSheetJudge:
    """Judges one form's sheet: every row becomes an item with one state, or is pending."""

    def __init__(self, form: Form, sheet: LedgerSheet, ruling: Ruling, file: str) -> None:
        self.form, self.sheet, self.ruling, self.file = form, sheet, ruling, file
        self.groups = groups_for(form)
        start = ruling.settings.stage_start
        self.parsers = [self._parser(c, start.year if start else None) for c in sheet.layout.columns]
        self.positions = {column.name: position for position, column in enumerate(sheet.layout.columns)}
        as_written = [*self.groups.deadline, *(c for c in self.groups.source if c.kind == "text")]
        self.are_as_written = [column in as_written for column in sheet.layout.columns]
        # Equal texts become one object, so that they are pickled and kept in memory once.
        self.shared_texts: dict[str, str] = {}
        self.letters = self._column_letters()
        done = form.deadline.done if form.deadline else None
        self.done: Test | None = (
            compile_test(done, form.positions, frozenset(), {"plain": plain}) if done is not None else None
        )

    def _parser(self, column: Column, year: int | None) -> Parser:
        settings = self.ruling.settings
        if column in self.form.columns:
            return self.ruling.plan(self.form, year).parsers[self.form.positions[column.name]]
        return parser_for(column, Setting(lists=settings.lists, aliases=settings.aliases, year=year))

    def judge_into(self, judged: JudgedLedger, repeated: Mapping[tuple[str, int], Repeated]) -> None:
        """Adds the rows of the sheet, and the findings of its rows and columns."""
        judged.findings += column_findings(self.form, self.sheet, self.ruling.plan(self.form, None).optional)
        for row, cells in self.sheet.rows():
            values, findings = self._values(row, cells)
            unit = self._unit(values)
            if unit is None:
                findings.append(self._finding(row, cells, 0, "unknown", (("case", "unit"),)))
            elif other := self._other_unit(unit, values):
                params = (("code", unit.code), ("name", other.name), ("expected", unit.name))
                findings.append(self._finding(row, cells, 0, "unit-mismatch", params))
            if other_row := repeated.get((self.sheet.title, row)):
                findings.append(self._twice(row, cells, other_row))
            missing = [c.name for c in self.groups.source[1:5] if values[self.positions[c.name]] is None]
            if missing:
                findings.append(self._finding(row, cells, self.positions[missing[0]], "required", ()))
            if findings or unit is None:
                judged.findings += findings
                judged.bad.setdefault(self.form.name, []).append(Row(self.sheet.title, row, ()))
                judged.pending.append(self._pending(row, cells, values, findings))
            else:
                item = self._item(unit, values)
                judged.rows.append(LedgerRow(item, self.sheet.title, row, self.letters))

    def _twice(self, row: int, cells: Sequence[Any], other: Repeated) -> Finding:
        """The finding on a row of which another one has the number or the source."""
        name = next((c.name for c in self.form.columns if c.assigned), self.groups.source[3].name)
        params = (("other_row", other.row), ("other_sheet", other.sheet))
        case = (("case", other.case),) if other.case else ()
        return self._finding(row, cells, self.positions[name], "duplicate", (*case, *params))

    def _values(self, row: int, cells: Sequence[Any]) -> tuple[list[Any], list[Finding]]:
        """The typed values of a row, and its errors; what was understood kindly is no finding here."""
        values: list[Any] = []
        findings: list[Finding] = []
        share = self.shared_texts.setdefault
        columns = zip(cells, self.parsers, self.are_as_written, strict=True)
        for position, (cell, parse, is_as_written) in enumerate(columns):
            if cell == "":
                values.append(None)
            elif is_as_written:
                text = as_text(cell)
                values.append(share(text, text))
            else:
                value = parse(cell)
                if isinstance(value, Reading):
                    if catalog.codes()[value.code].level == "error":
                        findings.append(self._finding(row, cells, position, value.code, value.params))
                    value = value.value
                values.append(share(value, value) if value.__class__ is str else value)
        return values, findings

    def _unit(self, values: Sequence[Any]) -> Unit | None:
        """The unit of a row by its code, else by its name; with an empty roster any that is written."""
        code, name = (str(value or "") for value in values[:2])
        roster = self.ruling.roster
        if roster.is_empty:
            return Unit(code=code or name, name=name or code) if code or name else None
        return (roster.by_code(code) if code else None) or (roster.by_name(name) if name and not code else None)

    def _other_unit(self, unit: Unit, values: Sequence[Any]) -> Unit | None:
        """The unit of a row's name, if it is another than that of its code."""
        name = str(values[1] or "")
        other = self.ruling.roster.by_name(name) if name and name != unit.name else None
        return other if other and other.code != unit.code else None

    def _item(self, unit: Unit, values: Sequence[Any]) -> Item:
        form, lead = self.form, len(self.groups.lead)
        own = tuple(values[lead : lead + len(form.columns)])
        source = [values[self.positions[c.name]] for c in self.groups.source]
        file, sheet, row, digest, filled_on, saved, first_on, *started = source
        number = next((value for value, column in zip(own, form.columns, strict=True) if column.assigned), None)
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
            office={c.name: v for c in form.office_columns if (v := values[self.positions[c.name]]) is not None},
        )

    def _done_seen_on(self, values: Sequence[Any], own: Sequence[Any], filled_on: date) -> date | None:
        """The day when the item was first seen done; by its deadline, where its 到期状态 says it was done in time."""
        deadline = self.form.deadline
        if deadline is None or self.done is None or not self.done(own, ()):
            return None
        due = own[self.form.positions[deadline.due]]
        is_in_time = values[self.positions[self.groups.deadline[0].name]] == catalog.states("item")["done"]
        return min(filled_on, due) if is_in_time and due else filled_on

    def _column_letters(self) -> tuple[str, ...]:
        lead = len(self.groups.lead)
        offsets = self.sheet.places[lead : lead + len(self.form.columns)]
        return tuple("" if offset is None else column_letter(offset) for offset in offsets)

    def _finding(
        self, row: int, cells: Sequence[Any], position: int, code: str, params: tuple[tuple[str, Any], ...]
    ) -> Finding:
        column, offset = self.sheet.layout.columns[position], self.sheet.places[position]
        return Finding(
            level="error",
            code=code,
            file=self.file,
            sheet=self.sheet.title,
            cell=f"{column_letter(offset)}{row}" if offset is not None else "",
            row=row,
            column=column.name,
            label=column.label,
            value=as_typed(as_text(cells[position])),
            params=params,
            form=self.form.name,
        )

    def _pending(self, row: int, cells: Sequence[Any], values: Sequence[Any], findings: Sequence[Finding]) -> Pending:
        """A bad row of the ledger itself, as it waits at the upper office."""
        lead = len(self.groups.lead)
        typed = tuple(as_typed(as_text(cell)) for cell in cells[lead : lead + len(self.form.columns)])
        filled_on = values[self.positions[self.groups.source[4].name]]
        return Pending(
            unit_code=as_text(values[0] or ""),
            unit_name=as_text(values[1] or ""),
            form=self.form.name,
            row=Row(self.sheet.title, row, (), typed),
            file=self.file,
            filled_on=filled_on if isinstance(filled_on, date) else None,
            digest=as_text(values[self.positions[self.groups.source[3].name]] or ""),
            findings=tuple(findings),
        )
