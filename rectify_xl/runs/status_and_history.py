"""What the memory holds of a workspace, without working it out again: the week, and the states of one row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rectify_xl import catalog
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.frames.build import frame_of
from rectify_xl.frames.columns import frame_columns, frame_kinds
from rectify_xl.in_force import using
from rectify_xl.kinds import as_text
from rectify_xl.layout import column_letter
from rectify_xl.merging.deadlines import Day
from rectify_xl.merging.numbering import state_ref
from rectify_xl.model import Known, Settings, Table
from rectify_xl.normal import inert, key_text
from rectify_xl.progress.items import ITEMS
from rectify_xl.receiving.intake import Source, WrongUse, inbox_sources
from rectify_xl.runs.ledger_history import office_changes, rows_in_ledgers, states_in_ledgers
from rectify_xl.runs.read_options import ReadOptions
from rectify_xl.runs.same_columns import refuse_changed
from rectify_xl.runs.weekly import opened
from rectify_xl.runs.workspace import Workspace
from rectify_xl.store import Store
from rectify_xl.store.rows import numbers_from, rows_from
from rectify_xl.workdays import calendar_for

if TYPE_CHECKING:
    import pandas as pd

_OPEN_STATES = ("late", "due_soon", "not_due")


def status_of(folder: str | Path, as_of: date, settings: Settings | None = None) -> dict[str, Any]:
    """The week as the last run left it, its deadlines judged for `as_of`; an unfinished run is finished first.

    {"as_of", "run": day of the last run or None, "files": {verdict: n}, "arrived": files that no run has seen,
    "rows", "pending", "deadlines", "tasks", "late" and "due_soon": [{form, id, unit, text, due, workdays_left}],
    "not_reported": unit names, "changes": {kind: n} of every form, "item_changes": the same of the ledger alone,
    "since": the day the changes are against or None}.
    `settings` are the workspace's, if they were read already. Raises WorkspaceError, SettingsError and
    CannotFinish.
    """
    workspace = Workspace(folder)
    settings = settings or load_settings(workspace.settings_path)
    if _is_unfinished(workspace):
        with opened(folder, "status", as_of, ReadOptions(), read_only=False):
            pass
    with Store(workspace.memory, read_only=True) as store, using(settings.forms):
        runs = [run for run in store.runs() if run.is_finished]
        report: dict[str, Any] = {"as_of": as_of.isoformat(), "run": None}
        if runs:
            last = runs[-1]
            report |= {"run": last.as_of.isoformat(), **_run_summary(store, last.seq)}
            report |= _deadlines(store, last.seq, settings, as_of)
        return report | {"files": _files(store), "arrived": _arrived(store, workspace)}


def first_seen(folder: str | Path) -> dict[str, int]:
    """The number of files by verdict, of those first seen by the last finished run."""
    with Store(Workspace(folder).memory, read_only=True) as store:
        query = "SELECT verdict, count(*) FROM arrivals WHERE run = ? GROUP BY verdict"
        runs = [run.seq for run in store.runs() if run.is_finished]
        return dict(store.rows(query, runs[-1])) if runs else {}


def _is_unfinished(workspace: Workspace) -> bool:
    with Store(workspace.memory, read_only=True) as store:
        return any(not run.is_finished for run in store.runs())


def _run_summary(store: Store, seq: int) -> dict[str, Any]:
    summary = store.summary(seq)
    names = ("rows", "pending", "tasks", "not_reported", "changes", "item_changes", "since")
    return {name: summary[name] for name in names if name in summary}


def _files(store: Store) -> dict[str, int]:
    counts = dict(store.rows("SELECT verdict, count(*) FROM arrivals GROUP BY verdict"))
    return {verdict: counts.get(verdict, 0) for verdict in (*catalog.states("verdict"), "ignored")}


def _arrived(store: Store, workspace: Workspace) -> list[str]:
    """The files of the inbox that no run has seen: under a new path, or of another size than what came by it."""
    known = set(store.rows("SELECT a.path, f.size FROM arrivals a JOIN files f ON f.key = a.file"))
    paths = {path for path, _ in known}
    containers = {path[:end] for path in paths for end, sign in enumerate(path) if sign == "/"}
    unseen = []
    for source in inbox_sources(workspace.inbox):
        size = _size(source) if source.is_regular else None
        is_same = size is None or (source.name, size) in known
        if not (source.is_clutter or source.name in containers or (source.name in paths and is_same)):
            unseen.append(source.name)
    return unseen


def _size(source: Source) -> int | None:
    """The size of a file in bytes, None if it went away meanwhile."""
    try:
        return Path(source.path).stat().st_size
    except OSError:
        return None


def _deadlines(store: Store, seq: int, settings: Settings, as_of: date) -> dict[str, Any]:
    """The states of items on a day: those that a run knew, open ones judged anew."""
    day = Day(as_of=as_of, calendar=calendar_for(dict(settings.holidays)), early_warning=settings.early_warning)
    snapshot = store.snapshot(seq)
    names, counts, workdays_left = catalog.states("item"), Counter[str](), cache(day.workdays_left)
    lists: dict[str, list[dict[str, Any]]] = {"late": [], "due_soon": []}
    for known in snapshot.items if snapshot else ():
        state = _state_on(known, day)
        if known.form == ITEMS:
            counts[state] += 1
        if state in lists and known.due:
            lists[state].append(_owed_item(known, workdays_left(known.due)))
    for rows in lists.values():
        rows.sort(key=lambda row: (row["due"], row["unit"], row["id"]))
    return {"deadlines": {text: counts[name] for name, text in names.items()}, **lists}


def _state_on(known: Known, day: Day) -> str:
    if known.state not in _OPEN_STATES or known.due is None:
        return known.state
    if day.as_of > known.due:
        return "late"
    return "due_soon" if day.workdays_left(known.due) <= day.early_warning else "not_due"


def _owed_item(known: Known, workdays_left: int) -> dict[str, Any]:
    assert known.due is not None
    return {
        "form": known.form, "id": known.number, "unit": known.unit_code, "text": known.text,
        "due": known.due.isoformat(), "workdays_left": workdays_left,
    }  # fmt: skip


# ---- one row


def history_of(folder: str | Path, number: str, settings: Settings | None = None) -> dict[str, Any]:
    """The states of one row over time, from the returns and lower offices' ledgers, and its office columns.

    {"id", "form", "unit", "withdrawn", "states": [{"file", "sheet", "row", "cell", "filled_on", "saved", "digest",
    "arrived", "values": {column: text}, "changed": {column: [old, new]}}], "office": [{"column", "value", "as_of"}]}.
    A state that only a ledger has is shown at its cell there; what a lower office typed has that ledger's "file".
    `settings` are as for `status_of`. Raises WrongUse for a number that was never given, CannotFinish
    (form-changed) where its form's columns have changed since the last run.
    """
    workspace = Workspace(folder)
    settings = settings or load_settings(workspace.settings_path)
    with Store(workspace.memory, read_only=True) as store, using(settings.forms):
        form_name, known_number, unit, is_withdrawn = _item_row(store, number)
        office = [
            {"column": entry.column, "value": _text(entry.value), "as_of": entry.as_of.isoformat()}
            for entry in store.entries() if entry.number == known_number
        ]  # fmt: skip
        office += [
            {"column": column, "value": _text(value), "as_of": day.isoformat(), "file": inert(path)}
            for column, value, day, path in office_changes(rows_in_ledgers(store, known_number))
        ]
        office.sort(key=lambda entry: str(entry["as_of"]))
        states = [state for state, _ in _states(store, known_number, form_name)]
    return {
        "id": known_number, "form": form_name, "unit": unit, "withdrawn": bool(is_withdrawn), "states": states,
        "office": office,
    }  # fmt: skip


def _item_row(store: Store, number: str) -> tuple[Any, ...]:
    """The item's form, number, unit and whether it was withdrawn.

    WrongUse where there is none, CannotFinish where its form has changed since the last run.
    """
    # A number in other letters than its unit's code has them is the one that differs in nothing else.
    alike = "SELECT form, number, unit_code, is_withdrawn FROM items WHERE number = ?"
    rows = next((found for how in ("", " COLLATE NOCASE") if (found := store.rows(alike + how, key_text(number)))), [])
    if not rows or rows[0][0] not in catalog.forms():
        raise WrongUse(number, "no-such-number")
    refuse_changed(store, catalog.forms()[rows[0][0]])
    return rows[0]


def history_frame(folder: str | Path, number: str) -> pd.DataFrame:
    """The states of one row as a frame (see `api.history`)."""
    workspace = Workspace(folder)
    with Store(workspace.memory, read_only=True) as store, using(load_settings(workspace.settings_path).forms):
        name, known_number, *_ = _item_row(store, number)
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
    in_ledgers = states_in_ledgers(rows_in_ledgers(store, number), direct_refs)
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
    # Beside a min() SQLite takes the other columns from the row that has it.
    for sheet, numbers, packed_rows, letters, filled_on, saved, digest, path, arrived, _ in store.rows(
        "SELECT h.title, n.numbers, t.rows, h.letters, f.filled_on, f.saved, f.digest, a.path, a.arrived, min(a.seq)"
        " FROM numbered n JOIN told t ON t.sheet = n.sheet JOIN sheets h ON h.key = n.sheet"
        " JOIN files f ON f.key = h.file JOIN arrivals a ON a.file = f.key WHERE h.form = ? AND instr(n.numbers, ?)"
        " GROUP BY h.key",
        form, json.dumps(number, ensure_ascii=False),
    ):  # fmt: skip
        wanted = {row for row, named in numbers_from(numbers).items() if named == number}
        rows = rows_from(form, sheet, packed_rows, wanted)
        for row in (row for row, is_good in rows if is_good):
            yield {
                "file": path, "sheet": sheet, "row": row.row, "cell": _first_cell(letters, row.row),
                "filled_on": filled_on, "saved": saved, "digest": digest, "arrived": arrived,
            }, row.values  # fmt: skip


def _texts_by_column(form: str, values: Sequence[Any]) -> dict[str, str]:
    columns = catalog.forms()[form].columns
    return {column.name: _text(value) for column, value in zip(columns, values, strict=False) if value is not None}


def _text(value: Any) -> str:
    return "" if value is None else as_text(value)


def _first_cell(letters: str, row: int) -> str:
    """The first cell of a row in the clerk's own sheet."""
    first = next((letter for letter in json.loads(letters) if letter), column_letter(0))
    return f"{first}{row}"
