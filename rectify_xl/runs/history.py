"""The states of one row over time, from the returns and from lower offices' ledgers, and its office columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rectify_xl.errors import WrongUse
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import using
from rectify_xl.frames.build import frame_of
from rectify_xl.frames.columns import frame_columns, frame_kinds
from rectify_xl.kinds import as_text
from rectify_xl.layouts.layout import column_letter
from rectify_xl.merging.numbering import StateRef, ref_of, state_ref
from rectify_xl.model import LedgerRow, Settings, Table
from rectify_xl.normal import inert, key_text
from rectify_xl.runs.same_columns import refuse_changed
from rectify_xl.runs.workspace import Workspace
from rectify_xl.store import Store
from rectify_xl.store.look_ups import NumberedItem, ReceivedLedger

if TYPE_CHECKING:
    import pandas as pd


def history_of(folder: str | Path, number: str, settings: Settings | None = None) -> dict[str, Any]:
    """The states of one row over time, from the returns and lower offices' ledgers, and its office columns.

    {"id", "form", "unit", "withdrawn", "states": [{"file", "sheet", "row", "cell", "filled_on", "saved", "digest",
    "arrived", "values": {column: text}, "changed": {column: [old, new]}}], "office": [{"column", "value", "as_of"}]}.
    A state that only a ledger has is shown at its cell there; what a lower office typed has that ledger's "file".
    `settings` are the workspace's, if they were read already. Raises WrongUse for a number that was never given,
    CannotFinish (form-changed) where its form's columns have changed since the last run.
    """
    workspace = Workspace(folder)
    settings = settings or load_settings(workspace.settings_path)
    with Store(workspace.memory, read_only=True) as store, using(settings.forms):
        form_name, known_number, unit, is_withdrawn = _item_numbered(store, number)
        office = [
            {"column": entry.column, "value": _text(entry.value), "as_of": entry.as_of.isoformat()}
            for entry in store.entries() if entry.number == known_number
        ]  # fmt: skip
        office += [
            {"column": column, "value": _text(value), "as_of": day.isoformat(), "file": inert(path)}
            for column, value, day, path in _office_changes(_rows_in_ledgers(store, known_number))
        ]
        office.sort(key=lambda entry: str(entry["as_of"]))
        states = [state for state, _ in _states(store, known_number, form_name)]
    return {
        "id": known_number, "form": form_name, "unit": unit, "withdrawn": is_withdrawn, "states": states,
        "office": office,
    }  # fmt: skip


def _item_numbered(store: Store, number: str) -> NumberedItem:
    """The item; WrongUse where there is none, CannotFinish where its form has changed since the last run."""
    # A number in other letters than its unit's code has them is the one that differs in nothing else.
    items = store.items_numbered(key_text(number))
    if not items or items[0].form not in catalog.forms():
        raise WrongUse(number, "no-such-number")
    refuse_changed(store, catalog.forms()[items[0].form])
    return items[0]


def history_frame(folder: str | Path, number: str) -> pd.DataFrame:
    """The states of one row as a frame (see `api.history`)."""
    workspace = Workspace(folder)
    with Store(workspace.memory, read_only=True) as store, using(load_settings(workspace.settings_path).forms):
        name, known_number, *_ = _item_numbered(store, number)
        form = catalog.forms()[name]
        rows = [_history_row(state, values) for state, values in _states(store, known_number, name)]
    names = (*frame_columns("history"), *(column.name for column in form.columns))
    return frame_of(Table(names, rows), frame_kinds("history", form))


def _history_row(state: Mapping[str, Any], values: Sequence[Any]) -> tuple[Any, ...]:
    days = {name: date.fromisoformat(state[name]) for name in ("filled_on", "arrived")}
    cells = {**state, **days, "changed": ",".join(state["changed"])}
    return (*(cells[name] for name in frame_columns("history")), *values)


def _states(store: Store, number: str, form: str) -> Iterator[tuple[dict[str, Any], Sequence[Any]]]:
    """The states of an item with their typed values, in the order in which returns stand."""
    direct = list(_direct_states(store, number, form))
    direct_refs = [state_ref(state["digest"], state["sheet"], state["row"]) for state, _ in direct]
    in_ledgers = _states_in_ledgers(_rows_in_ledgers(store, number), direct_refs)
    before: Mapping[str, str] | None = None
    for state, typed in sorted((*direct, *in_ledgers), key=lambda entry: _order(entry[0])):
        values = _texts_by_column(form, typed)
        changed = {
            name: [before.get(name, ""), values.get(name, "")]
            for name in [c.name for c in catalog.forms()[form].columns]
            if before is not None and before.get(name, "") != values.get(name, "")
        }
        before = values
        names = {"file": inert(state["file"]), "sheet": inert(state["sheet"])}
        yield {**state, **names, "values": values, "changed": changed}, typed


def _order(state: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(state[name] for name in ("filled_on", "saved", "digest", "row"))


def _direct_states(store: Store, number: str, form: str) -> Iterator[tuple[dict[str, Any], Sequence[Any]]]:
    """The states in units' own returns, each under the name and the day of its file's first arrival."""
    for told in store.told_rows(form, number):
        if told.is_good and told.filled_on:
            yield {
                "file": told.path, "sheet": told.row.sheet, "row": told.row.row,
                "cell": _first_cell(told.letters, told.row.row), "filled_on": told.filled_on.isoformat(),
                "saved": told.saved, "digest": told.digest, "arrived": told.arrived.isoformat(),
            }, told.row.values  # fmt: skip


def _texts_by_column(form: str, values: Sequence[Any]) -> dict[str, str]:
    columns = catalog.forms()[form].columns
    return {column.name: _text(value) for column, value in zip(columns, values, strict=False) if value is not None}


def _text(value: Any) -> str:
    return "" if value is None else as_text(value)


def _first_cell(letters: Sequence[str], row: int) -> str:
    """The first cell of a row in the clerk's own sheet, whose columns have these letters."""
    first = next(filter(None, letters), column_letter(0))
    return f"{first}{row}"


# ---- what lower offices' ledgers hold of the row


class _RowInLedger(NamedTuple):
    """A row as one ledger workbook has it, and that workbook."""

    row: LedgerRow
    received: ReceivedLedger


def _rows_in_ledgers(store: Store, number: str) -> list[_RowInLedger]:
    """Every row with a number here in the ledgers that count, in order of arrival; a ledger goes by its first name."""
    ledgers = list(store.received_ledgers(counted=True))
    given = store.numbers().by_state if ledgers else {}
    numbers_here = {state_ref(*ref): here for ref, here in given.items()}
    return [
        _RowInLedger(row, received)
        for received in ledgers
        for row in received.ledger.rows
        if numbers_here.get(ref_of(row.item.latest), row.item.number) == number
    ]


def _states_in_ledgers(
    rows: Collection[_RowInLedger], direct: Collection[StateRef]
) -> Iterator[tuple[dict[str, Any], Any]]:
    """The states that did not come directly, each at its cell in the first ledger that has it, with its values.

    They are as `history` prints them: 填报日期 and saved time are those of the unit's own file.
    """
    seen = set(direct)
    for row, received in rows:
        (state,) = row.item.states
        ref = ref_of(state)
        if ref not in seen:
            seen.add(ref)
            yield {
                "file": received.path, "sheet": row.sheet, "row": row.row, "cell": _first_cell(row.letters, row.row),
                "filled_on": state.filled_on.isoformat(), "saved": state.saved, "digest": received.digest,
                "arrived": received.arrived.isoformat(),
            }, row.item.values  # fmt: skip


def _office_changes(rows: Collection[_RowInLedger]) -> Iterator[tuple[str, Any, date, str]]:
    """(Column, value, day of the ledger, its path) of every change in the office columns from ledger to ledger."""
    before: dict[str, Any] = {}
    dated = [(as_of, from_.digest, row, from_.path) for row, from_ in rows if (as_of := from_.ledger.as_of)]
    for as_of, _, row, path in sorted(dated, key=lambda entry: entry[:2]):
        office = dict(row.item.office)
        for column in sorted({*before, *office}):
            if office.get(column) != before.get(column):
                yield column, office.get(column), as_of, path
        before = office
