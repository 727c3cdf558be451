"""The bench on which a template's self-check is held against Python's strict reading: rows in, disagreements out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from agreement_cases import RawRow, directed_rows
from agreement_rows import breaking_row
from hypothesis.errors import NoSuchExample
from returns import COVER, DAY
from uno_office import Book, opened

from rectify_xl.excel.templates.template import write_template
from rectify_xl.facts import catalog
from rectify_xl.kinds import CellError
from rectify_xl.layouts import layout
from rectify_xl.layouts.layout import FIRST_ROW, cell_name, column_letter
from rectify_xl.model import Form, Settings
from rectify_xl.rules.expression import BOUNDS, names_in
from rectify_xl.selfcheck.places import Plan, Total, check_book
from rectify_xl.selfcheck.strict import (
    Problem,
    StrictPlan,
    StrictRow,
    StrictSheet,
    day_of_cover,
    problems_by_cell,
    strict_cover,
    strict_plan,
    strict_row,
    strict_sheet,
)
from rectify_xl.selfcheck.totals import figures, header_line
from rectify_xl.selfcheck.true_values import row_values

COVER_FIELDS = catalog.cover().columns
LETTERS = tuple(column_letter(index) for index in range(2000))
# Excel's row of the first entry in a fresh template.
FIRST = FIRST_ROW + 1
# How many disagreements of one table are shown.
SHOWN = 5
# The figures that follow from the rows alone.
ALL_TOTALS = tuple(total for total in Total if total not in (Total.ANCHOR, Total.DEEP, Total.INSERTED))


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """A blank template of one form open in LibreOffice, and the plans of its self-check."""

    book: Book
    form: Form
    settings: Settings
    plan: Plan
    cover: Plan
    cover_cells: tuple[str, ...]

    @property
    def blank(self) -> RawRow:
        """A row with nothing in it."""
        return ("",) * len(self.form.columns)

    def type_rows(self, rows: Sequence[RawRow], first: int = FIRST) -> None:
        """Types rows into the form's sheet, the first of them into Excel's row `first`."""
        self.book.write(self.form.title, cell_name(first, 0), rows)

    def type_cover(self, cells: RawRow) -> None:
        """Types the cover's open fields, given all of them in their order."""
        fields = zip(COVER_FIELDS, self.cover_cells, cells, strict=True)
        for locked, run in groupby(fields, lambda field: field[0].locked):
            together = list(run)
            if not locked:
                self.book.write(catalog.cover().sheet, together[0][1], [[cell] for _, _, cell in together])

    def rows_on_sheet(self, header: int = FIRST_ROW) -> list[RawRow]:
        """What stands in the prepared rows below the header (Excel's row `header`), as a formula finds it."""
        last = cell_name(header + self.plan.rows, len(self.form.columns) - 1)
        cells = self.book.read(self.form.title, f"A{header + 1}:{last}")
        return [tuple(CellError("#N/A") if cell is None else cell for cell in row) for row in cells]

    def block(self, plan: Plan, count: int) -> list[dict[str, Any]]:
        """The first rows of a plan's block on the helper sheet, each by the letters of its columns."""
        first, last = plan.letters.raw[0], plan.letters.text
        cells = self.book.read(plan.title, f"{first}{plan.row(1)}:{last}{plan.row(count)}")
        names = LETTERS[LETTERS.index(first) : LETTERS.index(last) + 1]
        return [dict(zip(names, row, strict=True)) for row in cells]

    def figure(self, plan: Plan, total: Total) -> Any:
        """A figure over all rows of a plan."""
        cell = plan.total(total)
        return self.book.read(plan.title, f"{cell}:{cell}")[0][0]

    def figures(self, plan: Plan) -> dict[Total, Any]:
        """All of them, read at once."""
        cells = self.book.read(plan.title, f"{plan.total(min(Total))}:{plan.total(max(Total))}")
        return {total: cells[total][0] for total in Total}

    @property
    def first_field(self) -> int:
        """Excel's row of the cover's first field."""
        return int(self.cover_cells[0].removeprefix("C"))

    def verdict(self) -> str:
        """What the cover says of the whole workbook."""
        label = catalog.words("selfcheck")["cover"]["label"]
        said: str = next(row[1] for row in self.book.read(catalog.cover().sheet, "B1:C40") if row[0] == label)
        return said


@contextmanager
def bench(folder: Path, form: Form, settings: Settings, *, prepared: int = layout.PREPARED_ROWS) -> Iterator[Bench]:
    """A blank template of the form, open; with fewer prepared rows it is written, opened and calculated the faster."""
    path = folder / f"{form.name}.xlsx"
    with patch.object(layout, "PREPARED_ROWS", prepared):
        write_template(form, path, settings)
        checks = check_book((form,), settings)
    assert checks.forms[0].rows == prepared
    with opened(path) as book:
        labels = [row[0].removesuffix("*") for row in book.read(catalog.cover().sheet, "B1:B40")]
        cells = tuple(f"C{labels.index(column.label) + 1}" for column in COVER_FIELDS)
        plan, cover = checks.forms[0], checks.cover
        yield Bench(book=book, form=form, settings=settings, plan=plan, cover=cover, cover_cells=cells)


def good_cover(settings: Settings) -> RawRow:
    """The cover as a careful clerk fills it in."""
    filled = {**COVER, "campaign": settings.campaign}
    return tuple(filled.get(column.name, "") for column in COVER_FIELDS)


def made_rows(form: Form, settings: Settings) -> list[RawRow]:
    """The directed rows, and for every rule that none of them breaks one that Python finds to break it."""
    plan, rows = strict_plan(form, settings), directed_rows(form, settings)
    broken = {index for row in rows for index in strict_row(plan, row, DAY).broken}
    unset = {name for name, bound in zip(BOUNDS, plan.ruling.bounds(DAY, ""), strict=True) if bound is None}
    for rule in plan.judged:
        reads = {*names_in(rule.when), *names_in(rule.holds)}
        if not (rule.index in broken or rule.on or rule.all_of or reads & unset):
            with suppress(NoSuchExample):
                rows.append(breaking_row(form, settings, rule, partial(_is_broken, plan, rule.index)))
    return rows


def _is_broken(plan: StrictPlan, index: int, row: RawRow) -> bool:
    return index in strict_row(plan, row, DAY).broken


# ---- the comparison


class Said(NamedTuple):
    """One cell of the helper sheet and what Python means it to say, with all that is needed to see why not."""

    cell: str
    what: object
    sheet_says: Any
    python_says: Any
    typed: RawRow
    formula: str = ""

    def __str__(self) -> str:
        return (
            f"{self.cell} {self.what}: the sheet says {self.sheet_says!r}, Python {self.python_says!r}\n"
            f"  typed: {self.typed}\n  formula: {self.formula}"
        )


class Outcome(NamedTuple):
    """Where sheet and Python disagree, and every problem that the sheet told."""

    disagreements: list[Said]
    told: set[Problem]

    def __str__(self) -> str:
        return "\n".join(map(str, self.disagreements))


def judged(seat: Bench, rows: Sequence[RawRow], cover: RawRow, size: int) -> Outcome:
    """The outcome for a table typed over whatever stood in the first `size` rows, and calculated."""
    table = [*rows, *[seat.blank] * (size - len(rows))]
    seat.type_rows(table)
    seat.type_cover(cover)
    seat.book.calculate()
    return compared(seat, table, cover)


def compared(seat: Bench, rows: Sequence[RawRow], cover: RawRow, totals: Sequence[Total] = ALL_TOTALS) -> Outcome:
    """The outcome for what is typed and calculated already: `rows` are the first of the prepared ones.

    Of the figures over all rows only `totals` are compared.
    """
    fields = dict(zip([column.name for column in COVER_FIELDS], cover, strict=True))
    on_cover = StrictSheet(rows=(strict_cover(seat.settings, fields),))
    sheet = strict_sheet(seat.plan.strict, rows, day_of_cover(cover))
    disagreements, lit = [], set()
    for held in (Held(seat.cover, [cover], on_cover), Held(seat.plan, rows, sheet)):
        block = seat.block(held.plan, len(held.raws))
        lit |= {flag.problem for flag in held.plan.flags for row in block if row[flag.letter] == flag.worth}
        over_all = chain(_header_said(seat, held), _totals_said(seat, held, totals))
        said = chain(_verdicts_said(held, block), _rows_said(held, block), over_all)
        differing = (one for one in said if not is_same(one.sheet_says, one.python_says))
        disagreements += [_with_formula(seat, held.plan, one) for one in islice(differing, SHOWN)]
    return Outcome(disagreements, lit)


class Held(NamedTuple):
    """Rows as typed, and what Python reads and judges of them."""

    plan: Plan
    raws: Sequence[RawRow]
    sheet: StrictSheet


def _verdicts_said(held: Held, block: Sequence[Mapping[str, Any]]) -> Iterator[Said]:
    """Row by row and rule by rule whether a problem is told."""
    for place, (typed, row, cells) in enumerate(zip(held.raws, held.sheet.rows, block, strict=True), start=1):
        problems = problems_of(held.plan, row)
        for flag in held.plan.flags:
            is_lit, is_broken = cells[flag.letter] == flag.worth, flag.problem in problems
            yield Said(held.plan.address(flag, place), flag.problem, is_lit, is_broken, typed)


def _rows_said(held: Held, block: Sequence[Mapping[str, Any]]) -> Iterator[Said]:
    """Whatever else the block says: values as understood, keys, what is told of each cell, counts, the row's text."""
    whole = row_values(held.plan, held.raws, held.sheet)
    for place, (typed, cells, expected) in enumerate(zip(held.raws, block, whole, strict=True), start=1):
        for (letter, said), meant in zip(cells.items(), expected, strict=True):
            yield Said(f"{letter}{held.plan.row(place)}", "", said, meant, typed)


def _header_said(seat: Bench, held: Held) -> Iterator[Said]:
    """The line beside the form's header: what the whole sheet lacks."""
    for letter, meant in header_line(held.plan, held.sheet).items():
        cell = f"{letter}{held.plan.row(0)}"
        yield Said(cell, "header", seat.book.read(held.plan.title, f"{cell}:{cell}")[0][0], meant.value, ())


def _totals_said(seat: Bench, held: Held, totals: Sequence[Total]) -> Iterator[Said]:
    """The figures over all rows."""
    meant = dict(zip(Total, figures(held.plan, held.sheet, seat.first_field), strict=True))
    counted = seat.figures(held.plan)
    for total in totals:
        yield Said(held.plan.total(total), total, counted[total], meant[total].value, ())


def _with_formula(seat: Bench, plan: Plan, said: Said) -> Said:
    formula = seat.book.formulas(plan.title, f"{said.cell}:{said.cell}")[0][0]
    return said._replace(formula=formula)


def problems_of(plan: Plan, row: StrictRow) -> set[Problem]:
    """Every problem of a row that a flag stands for: what is told of its cells, and each broken rule."""
    rules = plan.strict.facts.rules
    broken = {Problem(rules[i].column, rules[i].code, level, i) for i, level in row.broken.items()}
    return broken | {problem for problem in problems_by_cell(plan.strict, row).values() if problem.rule < 0}


def is_same(said: Any, meant: Any) -> bool:
    """Whether a cell as LibreOffice gives it (None: an error) is what Python means."""
    if isinstance(meant, CellError):
        return said is None
    return bool(said == meant) and isinstance(said, str) == isinstance(meant, str)
