"""The sheets 字段 and 选项 of a form's workbook: its columns, and the lists that it brings with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rectify_xl.facts import catalog, terms
from rectify_xl.form_book.book import FormBook, condition_in, fits, list_called, says_yes
from rectify_xl.form_book.conditions import Vocabulary, typed_words
from rectify_xl.form_book.layout import form_book_layout
from rectify_xl.judging.headings import is_self_check, is_serial, label_key
from rectify_xl.model import Column, OptionList
from rectify_xl.normal import key_text, narrow, shown
from rectify_xl.office.settings.cells import Line
from rectify_xl.office.settings.layout import settings_layout
from rectify_xl.office.settings.lists import aliases_of
from rectify_xl.rules.expression import BOUNDS, FUNCTIONS, And, Compare, Const, Name, Node

# The name of the column that the office numbers, in every form that leaves it open.
NUMBER = "item_id"


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """The columns of units and office with the line each stands on, and the lists that the form brings.

    `numbered` are the lines of the columns that the office numbers.
    """

    columns: tuple[Column, ...]
    office: tuple[Column, ...]
    lines: Mapping[str, Line]
    lists: tuple[OptionList, ...]
    numbered: tuple[Line, ...] = ()

    def labels(self) -> dict[str, str]:
        """The names of the units' columns by label."""
        return {column.label: column.name for column in self.columns}

    def vocabulary(self, office_lists: Mapping[str, Sequence[str]]) -> Vocabulary:
        """The vocabulary of conditions, from the form's own lists and the office's."""
        lists = {**office_lists, **{option_list.name: option_list.options for option_list in self.lists}}
        options = {c.name: lists.get(c.choices) for c in self.columns if c.choices}
        unread = frozenset(name for name, line in self.lines.items() if not line.values["kind"])
        return Vocabulary(columns=self.columns, options={**options, "unit_kind": lists.get("unit_kind")}, unread=unread)


def read_columns(book: FormBook) -> Declared:
    """The columns in their order; mistakes are noted."""
    lists = _read_lists(book)
    titles = (*terms.list_names(), *(option_list.name for option_list in lists))
    lines = book.lines("columns", book.options({list_called("lists"): titles}))
    sheet, rows = book.sheet("columns")
    if rows is not None and not lines and not book.notes.problems:
        book.notes.add(sheet.title, "", "form-no-columns")
    columns_read, by_name = list[tuple[Line, Column]](), dict[str, Line]()
    labels: dict[str, Line] = {}
    for line in lines:
        column = _column(line)
        _note_label(line, labels)
        if column.name in by_name and line.values["label"] and not column.assigned:
            first = by_name[column.name].cells["name"]
            line.cells["name"].refuse("form-twice", value=shown(column.name), other=first.name)
        by_name.setdefault(column.name, line)
        columns_read.append((line, column))
    units = tuple(column for line, column in columns_read if not says_yes(line.values["by_office"]))
    office = tuple(column for line, column in columns_read if says_yes(line.values["by_office"]))
    numbered = tuple(line for line, column in columns_read if column.assigned)
    declared = Declared(columns=units, office=office, lines=by_name, lists=lists, numbered=numbered)
    return _with_fills(book, declared)


# ---- 选项


def _read_lists(book: FormBook) -> tuple[OptionList, ...]:
    """The lists in the order in which they first stand there; options and other words that clash are noted."""
    by_list: dict[str, dict[str, Line]] = {}
    for line in book.lines("lists", book.options()):
        name, option = line.values["list"], line.values["option"]
        if name in terms.list_names():
            line.cells["list"].refuse("form-list-in-dictionary")
        elif name and option:
            options = by_list.setdefault(name, {})
            first = options.setdefault(key_text(option), line)
            if first is not line:
                line.cells["option"].refuse("form-twice", other=first.cells["option"].name)
    return tuple(_list(name, options) for name, options in by_list.items())


def _list(name: str, options: Mapping[str, Line]) -> OptionList:
    words = tuple(line.values["option"] for line in options.values())
    return OptionList(name=name, options=words, aliases=tuple(aliases_of(options).items()))


# ---- 字段


def _column(line: Line) -> Column:
    values, kinds = line.values, {label: kind for kind, label in form_book_layout().kinds.items()}
    kind = kinds.get(values["kind"], "text")
    assigned = says_yes(values["assigned"])
    _note_fit(line, kind)
    return Column(
        name=_name_of(line, assigned=assigned),
        label=values["label"],
        kind=kind,
        required=_is_required(line, assigned=assigned),
        level=terms.rule_levels().get(values["level"], "error"),
        choices=_list_name(kind, values["choices"]),
        length=_bounds(line, "shortest", "longest", (0, catalog.reading().longest_text)),
        range=_range(line, kind),
        personal=says_yes(values["personal"]),
        assigned=assigned,
        width=values["width"],
        hint=values["hint"],
        aliases=values["aliases"],
        offers_stage_end=says_yes(values["offers_stage_end"]),
    )


def _list_name(kind: str, title: str) -> str:
    """The list of a column of choices, whose title may be that of a dictionary's list; "" for other kinds."""
    if kind == "yesno":
        return "yesno"
    return terms.list_names().get(title, title) if kind == "choice" else ""


def _is_required(line: Line, *, assigned: bool) -> bool:
    """As the cell says; a number or an office's column is never asked of a unit unless it says so."""
    value = line.values["required"]
    return says_yes(value) if value else not (assigned or says_yes(line.values["by_office"]))


def _name_of(line: Line, *, assigned: bool) -> str:
    """The given name, else the label; a name that the grammar of rules uses itself is noted."""
    name, label = line.values["name"], str(line.values["label"])
    if not name:
        return NUMBER if assigned else label
    cell = line.cells["name"]
    if name != label and fits(cell, name, form_book_layout().looks.name_pattern) and name in (*BOUNDS, *FUNCTIONS):
        cell.refuse("form-pattern", hint=cell.column.hint)
    return str(name)


def _range(line: Line, kind: str) -> Any:
    """(least, most) of a count or a share, None without either; a share's that is none of 0 to 1 is noted."""
    usual = (0, 1) if kind == "percent" else (0, 10 ** catalog.reading().most_digits - 1)
    bounds = _bounds(line, "least", "most", usual)
    for name in ("least", "most"):
        if kind == "percent" and line.values[name] is not None and not 0 <= line.values[name] <= 1:
            line.cells[name].refuse("form-share")
    return bounds


def _bounds(line: Line, low: str, high: str, usual: tuple[int, int]) -> Any:
    """(least, most), either as usual where only the other is written; None without either."""
    least, most = line.values[low], line.values[high]
    if least is None and most is None:
        return None
    if least is not None and most is not None and most < least:
        other = line.cells[low]
        line.cells[high].refuse("form-bounds", other=other.column.label, other_value=shown(other.text))
    return (usual[0] if least is None else least, usual[1] if most is None else most)


# Cells that may be filled only for columns of some kinds.
_OF_KINDS = {
    "choices": ("choice",),
    "shortest": ("text",),
    "longest": ("text",),
    "least": ("integer", "percent"),
    "most": ("integer", "percent"),
    "assigned": ("id",),
    "offers_stage_end": ("date",),
    "standing_fills": ("date",),
}


def _note_fit(line: Line, kind: str) -> None:
    """Notes cells that are for another kind of column, and a choice without its list."""
    if not line.values["kind"]:
        return
    shown_kind = line.cells["kind"].column.label
    for name, kinds in _OF_KINDS.items():
        cell = line.cells[name]
        is_filled = says_yes(cell.text) if name in ("assigned", "offers_stage_end") else cell.text
        if is_filled and kind not in kinds:
            kind_names = settings_layout().separators[0].join(form_book_layout().kinds[k] for k in kinds)
            cell.refuse("form-only-for", other=kind_names, other_label=shown_kind)
    if kind == "choice" and not line.cells["choices"].text:
        params = {"other": shown_kind, "other_value": line.values["kind"]}
        line.cells["choices"].refuse("form-needs", **params)


def _note_label(line: Line, labels: dict[str, Line]) -> None:
    label, cell = line.values["label"], line.cells["label"]
    key = label_key(label)
    if not label:
        return
    if not key or len(label) > form_book_layout().looks.label_limit or "\n" in label:
        cell.refuse("form-pattern", hint=cell.column.hint)
    elif is_serial(label) or is_self_check(label) or key in _labels_of_the_ledger():
        cell.refuse("form-taken", other=catalog.read_toml("workspace.toml")["ledger"])
    elif narrow(label) in typed_words():
        cell.refuse("form-taken", other=form_book_layout().examples["words"])
    elif (first := labels.setdefault(key, line)) is not line:
        cell.refuse("form-twice", other=first.cells["label"].name)


def _labels_of_the_ledger() -> set[str]:
    facts = catalog.words("ledger")
    return {label_key(entry["label"]) for part in ("lead", "deadline", "source", "started") for entry in facts[part]}


# ---- options that a phrase for "permanent" (长期坚持) fills in


def _with_fills(book: FormBook, declared: Declared) -> Declared:
    vocabulary = declared.vocabulary(book.around.lists)

    def with_fills(column: Column) -> Column:
        line = declared.lines.get(column.name)
        tree = condition_in(line.cells["standing_fills"], vocabulary) if line else None
        fills = dict(_fills(tree)) if tree else {}
        if tree and not fills and line:
            line.cells["standing_fills"].refuse("form-pattern", hint=line.cells["standing_fills"].column.hint)
        return replace(column, standing_fills=fills) if fills else column

    return replace(declared, columns=tuple(with_fills(column) for column in declared.columns))


def _fills(tree: Node) -> list[tuple[str, str]]:
    """(column, option) of each `column = option`; [] for any other condition."""
    match tree:
        case Compare("=", Name(name), Const(str() as option)):
            return [(name, option)]
        case And(parts):
            pairs_of_parts = [_fills(part) for part in parts]
            return [pair for pairs in pairs_of_parts for pair in pairs] if all(pairs_of_parts) else []
    return []
