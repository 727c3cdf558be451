"""The sheets of the ledger workbook as plain records: each one's table, its columns and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rectify_xl.excel.writing.fit import width_for_values
from rectify_xl.facts import catalog
from rectify_xl.kinds import as_text
from rectify_xl.layouts.ledger_columns import declared, groups_for, solved_columns
from rectify_xl.model import Book, Column, Form, Table
from rectify_xl.tables.item_columns import item_rows
from rectify_xl.tables.ledger_table import (
    about_table,
    day_text,
    files_table,
    ledger_forms,
    ledger_table,
    pending_table,
    solved_table,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerColumn:
    """One column as it is shown: its width, the layers of its header and its cells, whether it is folded away."""

    field: Column
    width: float
    header: str = "header_required"
    layer: str = ""
    is_folded: bool = False
    is_printed: bool = True
    is_typed_here: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A colour by value: the columns `over` get `layer` in the rows where `column` holds `value`."""

    column: str
    value: str
    layer: str
    over: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One sheet: its title, the two lines above the header, the columns and rows, and what is marked in them."""

    title: str
    heading: str
    subtitle: str
    columns: tuple[LedgerColumn, ...]
    table: Table
    frozen: int = 0
    marks: tuple[Mark, ...] = ()
    tab: str = "accent"
    is_landscape: bool = True
    is_filtered: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.field.name for column in self.columns)


def _widened(columns: tuple[LedgerColumn, ...]) -> tuple[LedgerColumn, ...]:
    """The columns, those of texts widened where all together would not fill the width of a page."""
    facts = catalog.words("ledger")["widths"]
    printed = [column for column in columns if column.is_printed and not column.is_folded]
    texts = [column for column in printed if column.field.kind == "text"]
    spare = facts["page"] - sum(column.width for column in printed)
    if spare <= 0 or not texts:
        return columns
    factor = 1 + spare / sum(column.width for column in texts)
    wider = {c.field.name: min(c.width * factor, max(facts["widest"], c.width)) for c in texts}
    return tuple(replace(c, width=round(wider.get(c.field.name, c.width), 2)) for c in columns)


def sheets_for(book: Book) -> Iterable[Sheet]:
    """The sheets of the ledger workbook in order."""
    for form in ledger_forms(book):
        yield _form_sheet(book, form)
    yield _solved_sheet(book)
    yield _side_sheet(book, "pending", pending_table(book), frozen=2, tab="red_mark")
    yield _side_sheet(book, "files", files_table(book), frozen=1, marks=_file_marks())
    yield _about_sheet(book)


def _form_sheet(book: Book, form: Form) -> Sheet:
    groups, table = groups_for(form), ledger_table(book, form.name)
    measured = [c.name for c in (*groups.lead, *groups.form, *groups.deadline, *groups.office)]
    samples = _samples(Table(tuple(measured), item_rows(book, form, measured)))
    empty = _empty_optional(book, form, samples)
    unfolded = catalog.words("ledger")["in_sight"]
    columns = (
        *(_fitted_column(c, samples) for c in groups.lead),
        *(_fitted_column(c, samples, is_folded=c.name in empty) for c in groups.form),
        *(_fitted_column(c, samples) for c in groups.deadline),
        *(_office_column(c, samples) for c in groups.office),
        *(_source_column(c, is_folded=not c.name.endswith(unfolded)) for c in groups.source),
    )
    assigned = [index for index, column in enumerate(columns) if column.field.assigned]
    return Sheet(
        **_heads(book, form.title, len(table.rows), office=bool(groups.office)),
        columns=_widened(columns),
        table=table,
        frozen=assigned[0] + 1 if assigned else len(groups.lead),
        marks=_state_marks(tuple(column.name for column in groups.deadline)),
        tab="band",
    )


def _samples(table: Table) -> dict[str, list[Any]]:
    """Sample values of each column, spread over the whole table."""
    step = max(len(table.rows) // int(catalog.words("ledger")["widths"]["sampled"]), 1)
    rows = list(table.rows[::step])
    return {name: [row[place] for row in rows] for place, name in enumerate(table.columns)}


def _fitted_column(column: Column, samples: Mapping[str, list[Any]], **more: Any) -> LedgerColumn:
    return LedgerColumn(field=column, width=width_for_values(column, samples[column.name]), **more)


def _office_column(column: Column, samples: Mapping[str, list[Any]]) -> LedgerColumn:
    """A column for the office to type into, wide enough even while it is empty."""
    least = catalog.words("ledger")["widths"]["typed_here"] if column.kind == "text" else 0.0
    width = max(width_for_values(column, samples[column.name]), least)
    return LedgerColumn(field=column, width=width, header="header_office", layer="office", is_typed_here=True)


def _source_column(column: Column, *, is_folded: bool) -> LedgerColumn:
    muted = LedgerColumn(field=column, width=column.width or 0, header="header_muted", layer="muted")
    return replace(muted, is_folded=is_folded, is_printed=False)


def _empty_optional(book: Book, form: Form, samples: Mapping[str, list[Any]]) -> frozenset[str]:
    """The columns that this organisation may leave blank (可不填栏目) and that no row fills."""
    optional = [c.name for c in form.columns if c.label in book.settings.optional_columns]
    blank = [name for name in optional if samples[name].count(None) == len(samples[name])]
    filled = set[str]()
    for columns in item_rows(book, form, blank).pieces() if blank else ():
        filled.update(name for name, values in zip(blank, columns, strict=True) if values.count(None) < len(values))
        if len(filled) == len(blank):
            break
    return frozenset(blank) - filled


def _heads(book: Book, title: str, count: int, *, office: bool = False) -> dict[str, Any]:
    facts, settings = catalog.words("ledger"), book.settings
    subtitle = facts["subtitle"].format(organisation=settings.organisation, as_of=day_text(book.as_of), count=count)
    return {
        "title": title,
        "heading": facts["title"].format(campaign=settings.campaign, sheet=title),
        "subtitle": subtitle + (facts["office_hint"] if office else ""),
    }


def _state_marks(over: tuple[str, ...]) -> tuple[Mark, ...]:
    """Marks over the deadline columns by the first of them, the state; () without such columns."""
    if not over:
        return ()
    names, layers = catalog.states("item"), catalog.words("ledger")["marks"]["item"]
    return tuple(Mark(column=over[0], value=names[key], layer=layer, over=over) for key, layer in layers.items())


def _file_marks() -> tuple[Mark, ...]:
    facts, names = catalog.words("ledger"), catalog.states("verdict")
    verdicts = facts["marks"]["verdict"].items()
    answers = ((facts[key], layer) for key, layer in facts["marks"]["yesno"].items())
    return (
        *(Mark(column="verdict", value=names[key], layer=layer, over=("verdict",)) for key, layer in verdicts),
        *(Mark(column="to_correct", value=value, layer=layer, over=("to_correct",)) for value, layer in answers),
    )


def _solved_sheet(book: Book) -> Sheet:
    table, title = solved_table(book), catalog.words("ledger")["solved"]["title"]
    columns, samples = solved_columns(), _samples(table)
    return Sheet(
        **_heads(book, title, len(table.rows)),
        columns=_widened(tuple(_fitted_column(column, samples) for column in columns)),
        table=table,
        frozen=next((index + 1 for index, column in enumerate(columns) if column.assigned), 2),
        marks=_state_marks(tuple(c.name for c in columns if c.choices == "state")),
        tab="green_mark",
    )


def _side_sheet(book: Book, part: str, table: Table, **more: Any) -> Sheet:
    facts = catalog.words("ledger")[part]
    columns = tuple(
        LedgerColumn(
            field=column, width=column.width or 0, is_folded=column.name in facts["folded"],
            header="header_muted" if column.name in facts["folded"] else "header_required",
        )
        for column in declared(part, "columns")
    )  # fmt: skip
    return Sheet(**_heads(book, facts["title"], len(table.rows)), columns=_widened(columns), table=table, **more)


def _about_sheet(book: Book) -> Sheet:
    facts: Mapping[str, Any] = catalog.words("ledger")["about"]
    about = about_table(book)
    rows = [(item, as_text(value)) for item, value in about.rows]
    names, layers = catalog.states("item"), catalog.words("ledger")["marks"]["item"]
    marks = tuple(
        Mark(column="item", value=facts["state"].format(state=names[key]), layer=layer, over=("item",))
        for key, layer in layers.items()
    )
    return Sheet(
        title=facts["title"],
        heading=facts["heading"].format(campaign=book.settings.campaign),
        subtitle="",
        columns=tuple(LedgerColumn(field=c, width=c.width or 0) for c in declared("about", "columns")),
        table=Table(about.columns, rows),
        marks=marks,
        tab="muted",
        is_landscape=False,
        is_filtered=False,
    )
