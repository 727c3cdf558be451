"""What stands on each sheet of the ledger workbook: its table, its columns and how they are shown, as plain records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rectify_xl import catalog
from rectify_xl.excel.writing.fit import width_for_values
from rectify_xl.kinds import as_text
from rectify_xl.ledger_columns import declared, groups_for, solved_columns
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
class Shown:
    """How one column is shown: its width, the layers of its header and its cells, whether it is folded away."""

    column: Column
    width: float
    header: str = "header_required"
    layer: str = ""
    is_folded: bool = False
    is_printed: bool = True
    is_typed_here: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """The columns of `over` carry `layer` in the rows where `column` holds `value`."""

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
    columns: tuple[Shown, ...]
    table: Table
    frozen: int = 0
    marks: tuple[Mark, ...] = ()
    tab: str = "accent"
    is_landscape: bool = True
    is_filtered: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(shown.column.name for shown in self.columns)


def _spread(columns: tuple[Shown, ...]) -> tuple[Shown, ...]:
    """The columns with their texts widened where all of them together would not fill a page."""
    facts = catalog.words("ledger")["widths"]
    printed = [shown for shown in columns if shown.is_printed and not shown.is_folded]
    texts = [shown for shown in printed if shown.column.kind == "text"]
    spare = facts["page"] - sum(shown.width for shown in printed)
    if spare <= 0 or not texts:
        return columns
    factor = 1 + spare / sum(shown.width for shown in texts)
    wider = {shown.column.name: min(shown.width * factor, max(facts["widest"], shown.width)) for shown in texts}
    return tuple(replace(shown, width=round(wider.get(shown.column.name, shown.width), 2)) for shown in columns)


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
    fitted = [c.name for c in (*groups.lead, *groups.form, *groups.deadline, *groups.office)]
    samples = _samples(Table(tuple(fitted), item_rows(book, form, fitted)))
    empty = _empty_optional(book, form, samples)
    in_sight = catalog.words("ledger")["in_sight"]
    columns = (
        *(_fitted(c, samples) for c in groups.lead),
        *(_fitted(c, samples, is_folded=c.name in empty) for c in groups.form),
        *(_fitted(c, samples) for c in groups.deadline),
        *(_typed_here(c, samples) for c in groups.office),
        *(_source(c, is_folded=not c.name.endswith(in_sight)) for c in groups.source),
    )
    assigned = [place for place, shown in enumerate(columns) if shown.column.assigned]
    return Sheet(
        **_heads(book, form.title, len(table.rows), office=bool(groups.office)),
        columns=_spread(columns),
        table=table,
        frozen=assigned[0] + 1 if assigned else len(groups.lead),
        marks=_state_marks(tuple(column.name for column in groups.deadline)),
        tab="band",
    )


def _samples(table: Table) -> dict[str, list[Any]]:
    """Some values of each column, from all over the table."""
    step = max(len(table.rows) // int(catalog.words("ledger")["widths"]["sampled"]), 1)
    rows = list(table.rows[::step])
    return {name: [row[place] for row in rows] for place, name in enumerate(table.columns)}


def _fitted(column: Column, samples: Mapping[str, list[Any]], **more: Any) -> Shown:
    return Shown(column=column, width=width_for_values(column, samples[column.name]), **more)


def _typed_here(column: Column, samples: Mapping[str, list[Any]]) -> Shown:
    """An office column: wide enough to type into though nothing stands there yet."""
    least = catalog.words("ledger")["widths"]["typed_here"] if column.kind == "text" else 0.0
    width = max(width_for_values(column, samples[column.name]), least)
    return Shown(column=column, width=width, header="header_office", layer="office", is_typed_here=True)


def _source(column: Column, *, is_folded: bool) -> Shown:
    shown = Shown(column=column, width=column.width or 0, header="header_muted", layer="muted")
    return replace(shown, is_folded=is_folded, is_printed=False)


def _empty_optional(book: Book, form: Form, samples: Mapping[str, list[Any]]) -> frozenset[str]:
    """The columns that this organisation may leave out (可不填栏目) and that no row fills."""
    optional = [c.name for c in form.columns if c.label in book.settings.optional_columns]
    waiting = [name for name in optional if samples[name].count(None) == len(samples[name])]
    filled = set[str]()
    for columns in item_rows(book, form, waiting).pieces() if waiting else ():
        filled.update(name for name, values in zip(waiting, columns, strict=True) if values.count(None) < len(values))
        if len(filled) == len(waiting):
            break
    return frozenset(waiting) - filled


def _heads(book: Book, title: str, count: int, *, office: bool = False) -> dict[str, Any]:
    facts, settings = catalog.words("ledger"), book.settings
    subtitle = facts["subtitle"].format(organisation=settings.organisation, as_of=day_text(book.as_of), count=count)
    return {
        "title": title,
        "heading": facts["title"].format(campaign=settings.campaign, sheet=title),
        "subtitle": subtitle + (facts["office_hint"] if office else ""),
    }


def _state_marks(over: tuple[str, ...]) -> tuple[Mark, ...]:
    """Marks over the deadline columns (none: no marks), by the first of them, the state."""
    names, layers = catalog.states("item"), catalog.words("ledger")["marks"]["item"]
    if not over:
        return ()
    return tuple(Mark(column=over[0], value=names[key], layer=layer, over=over) for key, layer in layers.items())


def _file_marks() -> tuple[Mark, ...]:
    facts, names = catalog.words("ledger"), catalog.states("verdict")
    verdicts = facts["marks"]["verdict"].items()
    owed = ((facts[key], layer) for key, layer in facts["marks"]["yesno"].items())
    return (
        *(Mark(column="verdict", value=names[key], layer=layer, over=("verdict",)) for key, layer in verdicts),
        *(Mark(column="to_correct", value=value, layer=layer, over=("to_correct",)) for value, layer in owed),
    )


def _solved_sheet(book: Book) -> Sheet:
    table, title = solved_table(book), catalog.words("ledger")["solved"]["title"]
    columns, samples = solved_columns(), _samples(table)
    return Sheet(
        **_heads(book, title, len(table.rows)),
        columns=_spread(tuple(_fitted(column, samples) for column in columns)),
        table=table,
        frozen=next((at + 1 for at, column in enumerate(columns) if column.assigned), 2),
        marks=_state_marks(tuple(c.name for c in columns if c.choices == "state")),
        tab="green_mark",
    )


def _side_sheet(book: Book, part: str, table: Table, **more: Any) -> Sheet:
    facts = catalog.words("ledger")[part]
    columns = tuple(
        Shown(
            column=column, width=column.width or 0, is_folded=column.name in facts["folded"],
            header="header_muted" if column.name in facts["folded"] else "header_required",
        )
        for column in declared(part, "columns")
    )  # fmt: skip
    return Sheet(**_heads(book, facts["title"], len(table.rows)), columns=_spread(columns), table=table, **more)


def _about_sheet(book: Book) -> Sheet:
    facts: Mapping[str, Any] = catalog.words("ledger")["about"]
    told = about_table(book)
    rows = [(item, as_text(value)) for item, value in told.rows]
    names, layers = catalog.states("item"), catalog.words("ledger")["marks"]["item"]
    marks = tuple(
        Mark(column="item", value=facts["state"].format(state=names[key]), layer=layer, over=("item",))
        for key, layer in layers.items()
    )
    return Sheet(
        title=facts["title"],
        heading=facts["heading"].format(campaign=book.settings.campaign),
        subtitle="",
        columns=tuple(Shown(column=c, width=c.width or 0) for c in declared("about", "columns")),
        table=Table(told.columns, rows),
        marks=marks,
        tab="muted",
        is_landscape=False,
        is_filtered=False,
    )
