"""What the memory tells of a workspace without working anything out again: the week, and the states of one row."""

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
from rectify_xl.merging.given import ref_of
from rectify_xl.model import Known, Settings, Table
from rectify_xl.normal import inert, key_text
from rectify_xl.receiving.intake import WrongUse, inbox_sources
from rectify_xl.runs.means import Means
from rectify_xl.runs.told_by_ledgers import office_told, rows_told, states_told
from rectify_xl.runs.weekly import opened
from rectify_xl.runs.workspace import Workspace
from rectify_xl.store import Store
from rectify_xl.store.rows import numbers_from, rows_from
from rectify_xl.workdays import calendar_for

if TYPE_CHECKING:
    import pandas as pd

_OPEN = ("late", "due_soon", "not_due")
# The form whose deadlines are counted, as `run` does.
_COUNTED_FORM = "ledger"


def status_of(folder: str | Path, as_of: date, settings: Settings | None = None) -> dict[str, Any]:
    """The week as the last run left it, its deadlines judged for `as_of`; an unfinished run is finished first.

    {"as_of", "run": day of the last run or None, "files": {verdict: n}, "arrived": files that no run has seen,
    "rows", "pending", "deadlines", "tasks", "late" and "due_soon": [{form, id, unit, text, due, workdays_left}],
    "not_reported": unit names, "changes": {kind: n}, "since": the day the changes are against or None}.
    `settings` are those of the workspace where they were read already. Raises WorkspaceError, SettingsError and
    CannotFinish.
    """
    place = Workspace(folder)
    settings = settings or load_settings(place.settings_path)
    if _is_unfinished(place):
        with opened(folder, "status", as_of, Means(), read_only=False):
            pass
    with Store(place.memory, read_only=True) as store, using(settings.forms):
        runs = [run for run in store.runs() if run.is_finished]
        told: dict[str, Any] = {"as_of": as_of.isoformat(), "run": None}
        if runs:
            last = runs[-1]
            told |= {"run": last.as_of.isoformat(), **_of_run(store, last.seq)}
            told |= _deadlines(store, last.seq, settings, as_of)
        return told | {"files": _files(store), "arrived": _arrived(store, place)}


def first_seen(folder: str | Path) -> dict[str, int]:
    """How many of the files that the last finished run saw for the first time stand under each verdict."""
    with Store(Workspace(folder).memory, read_only=True) as store:
        told = "SELECT verdict, count(*) FROM arrivals WHERE run = ? GROUP BY verdict"
        runs = [run.seq for run in store.runs() if run.is_finished]
        return dict(store.rows(told, runs[-1])) if runs else {}


def _is_unfinished(place: Workspace) -> bool:
    with Store(place.memory, read_only=True) as store:
        return any(not run.is_finished for run in store.runs())


def _of_run(store: Store, seq: int) -> dict[str, Any]:
    held = store.summary(seq)
    return {
        name: held[name] for name in ("rows", "pending", "tasks", "not_reported", "changes", "since") if name in held
    }


def _files(store: Store) -> dict[str, int]:
    counts = dict(store.rows("SELECT verdict, count(*) FROM arrivals GROUP BY verdict"))
    return {verdict: counts.get(verdict, 0) for verdict in (*catalog.states("verdict"), "ignored")}


def _arrived(store: Store, place: Workspace) -> list[str]:
    """The files of the inbox that no run has seen: under a new path, or of another size than what came by it."""
    known = set(store.rows("SELECT a.path, f.size FROM arrivals a JOIN files f ON f.key = a.file"))
    paths = {path for path, _ in known}
    opened = {path[:at] for path in paths for at, sign in enumerate(path) if sign == "/"}
    found = []
    for source in inbox_sources(place.inbox):
        is_same = not source.is_regular or (source.name, Path(source.path).stat().st_size) in known
        if not (source.is_clutter or source.name in opened or (source.name in paths and is_same)):
            found.append(source.name)
    return found


def _deadlines(store: Store, seq: int, settings: Settings, as_of: date) -> dict[str, Any]:
    """The states of items on a day, from what the run knew of each: what is open is judged anew."""
    day = Day(as_of=as_of, calendar=calendar_for(dict(settings.holidays)), early_warning=settings.early_warning)
    snapshot = store.snapshot(seq)
    names, counts, left = catalog.states("item"), Counter[str](), cache(day.workdays_left)
    lists: dict[str, list[dict[str, Any]]] = {"late": [], "due_soon": []}
    for known in snapshot.items if snapshot else ():
        state = _state_on(known, day)
        if known.form == _COUNTED_FORM:
            counts[state] += 1
        if state in lists and known.due:
            lists[state].append(_owed(known, left(known.due)))
    for held in lists.values():
        held.sort(key=lambda told: (told["due"], told["unit"], told["id"]))
    return {"deadlines": {text: counts[name] for name, text in names.items()}, **lists}


def _state_on(known: Known, day: Day) -> str:
    if known.state not in _OPEN or known.due is None:
        return known.state
    if day.as_of > known.due:
        return "late"
    return "due_soon" if day.workdays_left(known.due) <= day.early_warning else "not_due"


def _owed(known: Known, left: int) -> dict[str, Any]:
    assert known.due is not None
    return {
        "form": known.form, "id": known.number, "unit": known.unit_code, "text": known.text,
        "due": known.due.isoformat(), "workdays_left": left,
    }  # fmt: skip


# ---- one row


def history_of(folder: str | Path, number: str, settings: Settings | None = None) -> dict[str, Any]:
    """The states of one row over time, as the returns and lower offices' ledgers told them, and what was typed of it.

    {"id", "form", "unit", "withdrawn", "states": [{"file", "sheet", "row", "cell", "filled_on", "saved", "digest",
    "arrived", "values": {column: text}, "changed": {column: [old, new]}}], "office": [{"column", "value", "as_of"}]}.
    A state that only a ledger tells is shown where it stands there; what a lower office typed has that ledger's "file".
    `settings` are as for `status_of`. Raises WrongUse for a number that was never given.
    """
    place = Workspace(folder)
    settings = settings or load_settings(place.settings_path)
    with Store(place.memory, read_only=True) as store, using(settings.forms):
        form, known, unit, is_withdrawn = _found(store, number)
        office = [
            {"column": entry.column, "value": _text(entry.value), "as_of": entry.as_of.isoformat()}
            for entry in store.entries() if entry.number == known
        ]  # fmt: skip
        office += [
            {"column": column, "value": _text(value), "as_of": day.isoformat(), "file": inert(path)}
            for column, value, day, path in office_told(rows_told(store, known))
        ]
        office.sort(key=lambda told: str(told["as_of"]))
        states = [state for state, _ in _states(store, known, form)]
    return {
        "id": known, "form": form, "unit": unit, "withdrawn": bool(is_withdrawn), "states": states, "office": office,
    }  # fmt: skip


def _found(store: Store, number: str) -> tuple[Any, ...]:
    """The item's form, number, unit and whether it was withdrawn; WrongUse where there is none."""
    found = store.rows(
        "SELECT form, number, unit_code, is_withdrawn FROM items WHERE number = ?", key_text(number).upper()
    )
    if not found or found[0][0] not in catalog.forms():
        raise WrongUse(number, "no-such-number")
    return found[0]


def history_frame(folder: str | Path, number: str) -> pd.DataFrame:
    """The states of one row as a frame (see `api.history`)."""
    place = Workspace(folder)
    with Store(place.memory, read_only=True) as store, using(load_settings(place.settings_path).forms):
        name, known, *_ = _found(store, number)
        form = catalog.forms()[name]
        rows = [_history_row(state, values) for state, values in _states(store, known, name)]
    names = (*frame_columns("history"), *(column.name for column in form.columns))
    return frame_of(Table(names, rows), frame_kinds("history", form))


def _history_row(state: Mapping[str, Any], values: Sequence[Any]) -> tuple[Any, ...]:
    days = {name: date.fromisoformat(state[name]) for name in ("filled_on", "arrived")}
    told = {**state, **days, "changed": ",".join(state["changed"])}
    return (*(told[name] for name in frame_columns("history")), *values)


def _states(store: Store, number: str, form: str) -> Iterator[tuple[dict[str, Any], Sequence[Any]]]:
    """The states of an item with their typed values, in the order in which returns stand."""
    direct = list(_direct_states(store, number, form))
    known = [ref_of(state["digest"], state["sheet"], state["row"]) for state, _ in direct]
    through = states_told(rows_told(store, number), known)
    before: Mapping[str, str] | None = None
    for state, typed in sorted((*direct, *through), key=lambda told: _order(told[0])):
        values = _named(form, typed)
        changed = {
            name: [before.get(name, ""), values.get(name, "")]
            for name in [c.name for c in catalog.forms()[form].columns]
            if before is not None and before.get(name, "") != values.get(name, "")
        }
        before = values
        shown = {"file": inert(state["file"]), "sheet": inert(state["sheet"])}
        yield {**state, **shown, "values": values, "changed": changed}, typed


def _order(state: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(state[name] for name in ("filled_on", "saved", "digest", "row"))


def _direct_states(store: Store, number: str, form: str) -> Iterator[tuple[dict[str, Any], Sequence[Any]]]:
    """The states that units' own returns told."""
    for sheet, numbers, told, letters, filled_on, saved, digest, path, arrived in store.rows(
        "SELECT h.title, n.numbers, t.rows, h.letters, f.filled_on, f.saved, f.digest, min(a.path), min(a.arrived)"
        " FROM numbered n JOIN told t ON t.sheet = n.sheet JOIN sheets h ON h.key = n.sheet"
        " JOIN files f ON f.key = h.file JOIN arrivals a ON a.file = f.key WHERE h.form = ? AND instr(n.numbers, ?)"
        " GROUP BY h.key",
        form, json.dumps(number, ensure_ascii=False),
    ):  # fmt: skip
        named = numbers_from(numbers)
        for row in (row for row, is_good in rows_from(form, sheet, told) if is_good and named.get(row.row) == number):
            yield {
                "file": path, "sheet": sheet, "row": row.row, "cell": _first_cell(letters, row.row),
                "filled_on": filled_on, "saved": saved, "digest": digest, "arrived": arrived,
            }, row.values  # fmt: skip


def _named(form: str, values: Sequence[Any]) -> dict[str, str]:
    columns = catalog.forms()[form].columns
    return {column.name: _text(value) for column, value in zip(columns, values, strict=False) if value is not None}


def _text(value: Any) -> str:
    return "" if value is None else as_text(value)


def _first_cell(letters: str, row: int) -> str:
    """The first cell of a row in the clerk's own sheet."""
    first = next((letter for letter in json.loads(letters) if letter), column_letter(0))
    return f"{first}{row}"
