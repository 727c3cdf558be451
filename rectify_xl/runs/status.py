"""The week as the memory holds it, without working it out again: files, deadlines judged anew, what arrived since."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from rectify_xl.days.workdays import calendar_for
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import using
from rectify_xl.merging.deadlines import Day
from rectify_xl.model import Known, Settings
from rectify_xl.progress.items import ITEMS
from rectify_xl.receiving.intake import Source, inbox_files
from rectify_xl.runs.read_options import ReadOptions
from rectify_xl.runs.weekly import opened
from rectify_xl.runs.workspace import Workspace
from rectify_xl.store import Store

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
        runs = [run.seq for run in store.runs() if run.is_finished]
        return store.count_verdicts(runs[-1]) if runs else {}


def _is_unfinished(workspace: Workspace) -> bool:
    with Store(workspace.memory, read_only=True) as store:
        return any(not run.is_finished for run in store.runs())


def _run_summary(store: Store, seq: int) -> dict[str, Any]:
    summary = store.summary(seq)
    names = ("rows", "pending", "tasks", "not_reported", "changes", "item_changes", "since")
    return {name: summary[name] for name in names if name in summary}


def _files(store: Store) -> dict[str, int]:
    counts = store.count_verdicts()
    return {verdict: counts.get(verdict, 0) for verdict in (*catalog.states("verdict"), "ignored")}


def _arrived(store: Store, workspace: Workspace) -> list[str]:
    """The files of the inbox that no run has seen: under a new path, or of another size than what came by it."""
    known = store.sizes_by_path()
    paths = {path for path, _ in known}
    containers = {path[:end] for path in paths for end, sign in enumerate(path) if sign == "/"}
    unseen = []
    for source in inbox_files(workspace.inbox):
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
