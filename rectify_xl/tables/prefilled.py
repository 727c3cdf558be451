"""The pre-filled workbook of a unit: its rows in the ledger, which columns are agreed, and the office's remarks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.merging.deadlines import is_asked
from rectify_xl.model import Book, Due, Form, Item, Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownRow:
    """A row of a pre-filled workbook: `locked` columns are agreed, `tone` colours the row, `remark` is a note.

    `tone` is a name of item states (late, due_soon) or "".
    """

    values: tuple[Any, ...]
    locked: frozenset[str] = frozenset()
    tone: str = ""
    remark: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """One unit's pre-filled workbook: its forms in order, and the rows of each."""

    unit: Unit
    forms: tuple[Form, ...]
    rows: Mapping[str, tuple[KnownRow, ...]] = field(default_factory=dict)


def issued_for(book: Book, units: Sequence[Unit]) -> Iterator[Issued]:
    """The pre-filled workbook of each unit, in the order given."""
    by_unit: dict[str, dict[str, list[KnownRow]]] = {}
    numbered = [form for form in catalog.forms().values() if form.id_letter]
    for form in numbered:
        items = book.items.get(form.name, ())
        for item, due in zip(items, book.dues.get(form.name) or (None,) * len(items), strict=True):
            rows = by_unit.setdefault(item.unit_code, {}).setdefault(form.name, [])
            rows.append(_known_row(form, item, due))
    for unit in units:
        unit_rows = by_unit.get(unit.code, {})
        forms = tuple(form for form in numbered if form.name in unit_rows or _is_owed(book, form, unit))
        yield Issued(unit=unit, forms=forms, rows={name: tuple(rows) for name, rows in unit_rows.items()})


def _is_owed(book: Book, form: Form, unit: Unit) -> bool:
    """Whether some task asks the unit for the form; where no task asks it for anything, every form is."""
    asked = [evidence for task in book.settings.tasks for evidence in task.evidence if is_asked(evidence, unit)]
    return not asked or any(evidence.form == form.name for evidence in asked)


def _known_row(form: Form, item: Item, due: Due | None) -> KnownRow:
    states = {text: name for name, text in catalog.states("item").items()}
    tone = states[due.state] if due and states[due.state] in ("late", "due_soon") else ""
    return KnownRow(values=item.values, locked=_locked(form), tone=tone, remark=_remark(form, item, due))


def _locked(form: Form) -> frozenset[str]:
    """The columns that are agreed: the number, and the deadline that only the office moves."""
    agreed = {form.deadline.due} if form.deadline and form.deadline.agreed else set()
    return frozenset({c.name for c in form.columns if c.assigned} | agreed)


def _remark(form: Form, item: Item, due: Due | None) -> str:
    """The note on a row: its state and day where one is owed, and the office's remarks."""
    words = catalog.words("issue")
    lines = []
    if due and due.day and due.workdays_left is not None:
        lines.append(words["state"].format(state=due.state, day=due.day.isoformat()))
    labels = {column.name: column.label for column in form.office_columns}
    for name, value in item.office.items():
        if value and name in labels:
            lines.append(words["office"].format(label=labels[name], said=value))
    return "\n".join(lines)


def file_name(unit: Unit) -> str:
    """<单位编码>_<单位名称>.xlsx, with _ for characters that a file system refuses."""
    name = "".join("_" if c in '\\/:*?"<>|' or ord(c) < 32 else c for c in f"{unit.code}_{unit.name}")
    return f"{name.strip(' .')[:120]}.xlsx"
