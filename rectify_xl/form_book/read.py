"""Reads a form from the sheets of the workbook that declares it; all mistakes are noted before it is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.form_book.book import Around, FormBook, condition_in, fits, list_called, says_yes
from rectify_xl.form_book.columns import Declared, read_columns
from rectify_xl.form_book.layout import form_book_layout
from rectify_xl.form_book.rules import read_rules, with_usual_rules
from rectify_xl.model import Deadline, Form, Remarks
from rectify_xl.normal import key_text
from rectify_xl.office.settings.book import rows_by_title
from rectify_xl.office.settings.campaign import pairs_in
from rectify_xl.office.settings.cells import Rows, SettingsCell
from rectify_xl.office.settings.problems import Notes, SettingsError
from rectify_xl.rules.expression import Node


def form_from(sheets: Mapping[str, Rows], around: Around, file: str = "") -> Form:
    """The form that a workbook's sheets declare; `sheets` gives by title the rows of values from A1 on.

    Raises SettingsError with every mistake, each with `file`, in the order of the sheets and their cells.
    """
    declared = form_book_layout().sheets
    book = FormBook(sheets=declared, rows=rows_by_title(sheets), absent="form-missing-sheet", around=around)
    columns = read_columns(book)
    # Without any column each label elsewhere would be told as one that is not there.
    form = _form(book, columns) if columns.lines else None
    if form is None or book.mistakes():
        raise SettingsError(replace(problem, file=file) for problem in book.mistakes())
    return form


@dataclass(frozen=True, kw_only=True, slots=True)
class _FormSheet:
    """The sheet 表单: cells and values by setting; `free` is where another setting could stand."""

    cells: Mapping[str, SettingsCell]
    values: Mapping[str, Any]
    free: str

    def text(self, name: str) -> str:
        """The value of a setting as text, "" for none."""
        return str(self.values.get(name) or "")


def _form(book: FormBook, declared: Declared) -> Form:
    about = _read_form_sheet(book, declared)
    title = about.text("title")
    looks, fillers = book.layout.looks, {label: name for name, label in book.layout.fillers.items()}
    remarks = _remarks(book, about, declared)
    columns, key = declared.columns, _named(about, "key", declared)
    rules = read_rules(book, declared, remarks=remarks is not None)
    form = Form(
        name=about.text("name") or title,
        title=title,
        template=about.text("template") or title + looks.template_suffix,
        version=about.values.get("version") or looks.version,
        filled_by=fillers.get(about.text("filled_by"), next(iter(book.layout.fillers))),
        key=key,
        columns=columns,
        rules=with_usual_rules(rules, key, declared),
        office_columns=declared.office,
        id_letter=about.text("id_letter"),
        restricted=says_yes(about.text("restricted")),
        row_is=about.text("row_is"),
        from_papers=about.text("from_papers"),
        notes=tuple(about.values.get("notes") or ()),
        deadline=_deadline(book, about, declared),
        started=_tree(book, about, declared, "started"),
        closed_when=_tree(book, about, declared, "closed_when"),
        unchanged=_named(about, "unchanged", declared),
        evidence_on="".join(_named(about, "evidence_on", declared)),
        remarks=remarks,
        lists=declared.lists,
        positions={column.name: place for place, column in enumerate(columns)},
    )
    _note_clashes(book, about, form)
    _note_number(book, about, declared, form)
    return form


def _read_form_sheet(book: FormBook, declared: Declared) -> _FormSheet:
    sheet, rows = book.sheet("form")
    if rows is None:
        book.note_absence(sheet)
        return _FormSheet(cells={}, values={}, free="")
    options = book.options({list_called("labels"): tuple(declared.labels())})
    cells, free = pairs_in(sheet, rows, book.layout.form, (options, book.notes))
    return _FormSheet(cells=cells, values={name: cell.read() for name, cell in cells.items()}, free=free)


def _named(about: _FormSheet, name: str, declared: Declared) -> tuple[str, ...]:
    """The columns that a setting names by their labels."""
    value, names = about.values.get(name) or (), declared.labels()
    return tuple(names[label] for label in ((value,) if isinstance(value, str) else value) if label in names)


def _tree(book: FormBook, about: _FormSheet, declared: Declared, name: str) -> Node | None:
    cell = about.cells.get(name)
    return condition_in(cell, declared.vocabulary(book.around.lists)) if cell else None


def _need(book: FormBook, about: _FormSheet, name: str, because: str) -> None:
    """Notes that a setting is empty though another one needs it."""
    label, other = book.layout.setting(name).label, about.cells[because]
    params = {"label": label, "value": "", "other": other.column.label, "other_value": other.text}
    cell = about.cells.get(name)
    book.notes.add(book.sheets["form"].title, cell.name if cell else about.free, "form-needs", **params)


def _only_with(about: _FormSheet, names: tuple[str, ...], with_name: str, label: str) -> None:
    """Notes settings that mean nothing without another one."""
    if not about.text(with_name):
        for name in names:
            if name in about.cells and about.cells[name].text:
                about.cells[name].refuse("form-only-for", other=label, other_label=label)


def _deadline(book: FormBook, about: _FormSheet, declared: Declared) -> Deadline | None:
    _only_with(about, ("done", "done_on", "standing", "agreed"), "due", book.layout.setting("due").label)
    due = "".join(_named(about, "due", declared))
    if not due:
        return None
    done = _tree(book, about, declared, "done")
    if done is None:
        _need(book, about, "done", "due")
        return None
    _note_dates(about, declared, ("due", "done_on"))
    return Deadline(
        due=due,
        done=done,
        done_on="".join(_named(about, "done_on", declared)),
        standing=_tree(book, about, declared, "standing"),
        agreed=says_yes(about.text("agreed")),
    )


def _note_dates(about: _FormSheet, declared: Declared, names: tuple[str, ...]) -> None:
    """Notes the settings that name a column which holds no dates."""
    kinds = {column.label: column.kind for column in declared.columns}
    for name in names:
        label = about.text(name)
        if label and kinds.get(label, "date") != "date":
            about.cells[name].refuse("form-misfit", word=label)


_REMARKS = ("remark_number", "remark_text", "remark_day", "remark_into_text", "remark_into_day")


def _remarks(book: FormBook, about: _FormSheet, declared: Declared) -> Remarks | None:
    _note_dates(about, declared, ("evidence_on", "remark_day"))
    _only_with(about, _REMARKS, "remark_form", book.layout.setting("remark_form").label)
    target = next((form for form in book.around.forms if form.title == about.text("remark_form")), None)
    if target is None:
        return None
    if not target.id_letter:
        about.cells["remark_form"].refuse("form-no-number")
    for name in _REMARKS:
        if not about.text(name):
            _need(book, about, name, "remark_form")
    office = {column.label: column.name for column in target.office_columns}
    for name in ("remark_into_text", "remark_into_day"):
        if about.text(name) and about.text(name) not in office:
            about.cells[name].refuse("form-no-office-column", other=target.title, options=tuple(office))
    number, text, day = ("".join(_named(about, name, declared)) for name in _REMARKS[:3])
    into_text, into_day = (office.get(about.text(name), "") for name in _REMARKS[3:])
    return Remarks(form=target.name, number=number, text=text, day=day, into_text=into_text, into_day=into_day)


# ---- clashes with other forms and sheets


def _note_clashes(book: FormBook, about: _FormSheet, form: Form) -> None:
    """Notes impossible names and files, and what another form uses already."""
    looks, cells = book.layout.looks, about.cells
    for name, pattern in (
        ("title", looks.title_pattern),
        ("name", looks.name_pattern),
        ("template", looks.template_pattern),
        ("id_letter", looks.letter_pattern),
    ):
        if name in cells and not (name == "name" and about.text(name) == form.title):
            fits(cells[name], about.text(name), pattern)
    if about.text("name") in looks.reserved_names:
        cells["name"].refuse("form-pattern", hint=cells["name"].column.hint)
    if form.title and not about.text("name") and not re.fullmatch(looks.name_pattern, form.title):
        _need(book, about, "name", "title")
    _note_taken_titles(about, form)
    for other in book.around.taken:
        for name in ("title", "name", "id_letter"):
            if name in cells and about.text(name) and _are_same(getattr(other, name), about.text(name)):
                _refuse_taken(book, cells[name], other)
        if other.name == form.name and not about.text("name") and "title" in cells:
            _refuse_taken(book, cells["title"], other)
    _note_lists(book, form)


def _refuse_taken(book: FormBook, cell: SettingsCell, other: Form) -> None:
    """Names what uses a cell's text already: another workbook of the office's by its file, for it may be a copy."""
    file = book.around.files.get(other.name)
    if file:
        cell.refuse("form-taken-in", other=file)
    else:
        cell.refuse("form-taken", other=other.title)


def _note_taken_titles(about: _FormSheet, form: Form) -> None:
    """A form's sheet stands in templates and in the ledger: it is not called as another sheet there."""
    ledger, facts = catalog.words("ledger"), catalog.reading()
    taken = [ledger[part]["title"] for part in ("solved", "pending", "files", "about")]
    taken += [catalog.cover().sheet, facts.instructions_sheet, facts.lists_sheet, facts.self_check_sheet]
    if form.title and (key_text(form.title) in map(key_text, taken) or form.title.startswith(facts.problems_sheet)):
        about.cells["title"].refuse("form-taken", other=form.title)


def _are_same(one: str, other: str) -> bool:
    return bool(one) and key_text(one).lower() == key_text(other).lower()


def _note_lists(book: FormBook, form: Form) -> None:
    """Two forms may bring the same list, but not two lists of one name."""
    sheet = book.sheets["lists"]
    for other in book.around.taken:
        for option_list in other.lists:
            if any(own.name == option_list.name and own != option_list for own in form.lists):
                params = {"value": option_list.name, "other": other.title}
                book.notes.add(sheet.title, _cell_of(book, option_list.name), "form-list-differs", **params)


def _cell_of(book: FormBook, name: str) -> str:
    """Where a list first stands."""
    silent = replace(book, notes=Notes())
    lines = silent.lines("lists", book.options())
    return next(line.cells["list"].name for line in lines if line.values["list"] == name)


def _note_number(book: FormBook, about: _FormSheet, declared: Declared, form: Form) -> None:
    """A letter goes with one column that the office numbers."""
    numbered = declared.numbered
    letter = book.layout.setting("id_letter")
    if numbered and not form.id_letter and about.free:
        cell = about.cells.get("id_letter")
        params = {"label": letter.label, "example": letter.name[0].upper()}
        book.notes.add(book.sheets["form"].title, cell.name if cell else about.free, "form-no-letter", **params)
    if form.id_letter and not numbered:
        about.cells["id_letter"].refuse("form-no-assigned")
    for line in numbered[1:]:
        line.cells["assigned"].refuse("form-two-assigned", other=numbered[0].cells["assigned"].name)
