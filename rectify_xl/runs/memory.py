"""A workspace's memory as pandas frames: its runs, files, findings and row states, each read when first asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rectify_xl import catalog
from rectify_xl.display import counts_html, counts_line
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.frames.build import findings_table, frame_of
from rectify_xl.frames.by_form import FramesByForm
from rectify_xl.frames.columns import frame_columns, frame_kinds
from rectify_xl.in_force import using
from rectify_xl.model import Form, Settings, Table
from rectify_xl.normal import inert
from rectify_xl.runs.same_columns import refuse_changed
from rectify_xl.runs.workspace import Workspace
from rectify_xl.store import Store
from rectify_xl.store.rows import FINDING_NAMES, finding_from, ledger_from, numbers_from, rows_from

if TYPE_CHECKING:
    import pandas as pd

# Where a row stands: its file's digest, sheet and row.
_Place = tuple[str, str, int]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Memory:
    """The memory of one workspace. Frames: `runs`, `files`, `findings`, and `states[form]`; nothing is written."""

    workspace: Workspace
    settings: Settings

    def _rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        with Store(self.workspace.memory, read_only=True) as store:
            return store.rows(query, *params)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run in order: run (its id), as_of (datetime64), is_finished (boolean)."""
        rows = self._rows("SELECT id, as_of, is_finished FROM runs ORDER BY seq")
        table = Table(frame_columns("runs"), [(name, _day(day), bool(is_finished)) for name, day, is_finished in rows])
        return frame_of(table, frame_kinds("runs"))

    @cached_property
    def files(self) -> pd.DataFrame:
        """One row per file and path in order of arrival, as the last run judged it."""
        arrivals = self._rows(
            "SELECT a.path, a.verdict, f.unit_code, f.unit_name, f.filled_on, f.saved, f.digest, f.size, a.arrived,"
            " r.id FROM arrivals a JOIN files f ON f.key = a.file JOIN runs r ON r.seq = a.run ORDER BY a.seq"
        )
        rows = [(inert(row[0]), *row[1:4], _day(row[4]), *row[5:8], _day(row[8]), row[9]) for row in arrivals]
        return frame_of(Table(frame_columns("arrivals"), rows), frame_kinds("arrivals"))

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row per finding of every file, then those between returns of the last run, as `Result.findings`."""
        rows = self._rows(f"SELECT {FINDING_NAMES} FROM findings ORDER BY file IS NULL, file, place")
        with using(self.settings.forms):
            return frame_of(findings_table([finding_from(row) for row in rows]), frame_kinds("findings"))

    @cached_property
    def states(self) -> Mapping[str, pd.DataFrame]:
        """By form name one row per row of every return received: its number and source, then the form's columns.

        CannotFinish (form-changed) for a form whose columns have changed since the last run.
        """
        return FramesByForm(self.settings.forms, self._states_of)

    def _states_of(self, form: Form) -> pd.DataFrame:
        sheets = self._rows(  # beside a min() the other columns are of its row
            "SELECT n.numbers, a.path, h.title, f.digest, f.filled_on, f.saved, t.rows, min(a.seq) FROM told t"
            " JOIN sheets h ON h.key = t.sheet JOIN files f ON f.key = h.file JOIN arrivals a ON a.file = f.key"
            " LEFT JOIN numbered n ON n.sheet = h.key"
            " WHERE h.form = ? GROUP BY h.key ORDER BY f.filled_on, f.saved, f.digest, h.key",
            form.name,
        )
        if sheets:
            with Store(self.workspace.memory, read_only=True) as store:
                refuse_changed(store, form)
        told, nothing = self._rows_in_ledgers, (None,) * len(form.columns)
        rows = []
        for packed_numbers, path, title, digest, day, saved, packed_rows, _ in sheets:
            numbers = numbers_from(packed_numbers or "[]")
            for row, is_good in rows_from(form.name, title, packed_rows):
                known = (numbers.get(row.row), row.values or nothing)
                number, values = told.get((digest, title, row.row), known)
                source = (inert(path), inert(title), row.row, digest, _day(day), saved)
                rows.append((number, *source, is_good, *values))
        names = (*frame_columns("states"), *(column.name for column in form.columns))
        return frame_of(Table(names, rows), frame_kinds("states", form))

    @cached_property
    def _rows_in_ledgers(self) -> Mapping[_Place, tuple[str, Sequence[Any]]]:
        """Number and values of every row of lower offices' ledgers, whose sheets in the memory have none."""
        ledgers = self._rows("SELECT digest, ledger FROM files WHERE ledger IS NOT NULL")
        return {
            (digest, row.sheet, row.row): (row.item.number, row.item.values)
            for digest, packed in ledgers
            if (ledger := ledger_from(packed))
            for row in ledger.rows
        }

    @property
    def own_forms(self) -> tuple[Form, ...]:
        """The office's own forms."""
        return self.settings.forms

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every frame that holds anything, by the name it is exported under: runs, arrivals, states_ledger, ..."""
        states = {f"states_{name}": frame for name, frame in self.states.items() if len(frame)}
        return {"runs": self.runs, "arrivals": self.files, "findings": self.findings} | states

    def _summary(self) -> tuple[str, dict[str, int]]:
        """The campaign, and the number of things of each kind that the memory holds, by the kind's name."""
        words = catalog.words("display")["memory"]
        counted = {words["runs"]: self._rows("SELECT count(*) FROM runs")[0][0]}
        verdicts = dict(self._rows("SELECT verdict, count(*) FROM arrivals GROUP BY verdict"))
        counted |= {name: verdicts.get(verdict, 0) for verdict, name in catalog.states("verdict").items()}
        rows = dict(self._rows("SELECT form, sum(good + bad) FROM sheets GROUP BY form"))
        with using(self.settings.forms):
            for form in catalog.forms().values():
                counted[words["states"].format(title=form.title)] = 0 if form.restricted else rows.get(form.name, 0)
        return self.settings.campaign, {name: count for name, count in counted.items() if count}

    def __repr__(self) -> str:
        return counts_line("Memory", self._summary()[1])

    def _repr_html_(self) -> str:
        campaign, counts = self._summary()
        return counts_html(catalog.words("display")["memory"]["caption"].format(campaign=campaign), counts)


def open_memory(folder: str | Path) -> Memory:
    """The memory of a workspace. Raises WorkspaceError and SettingsError."""
    workspace = Workspace(folder)
    return Memory(workspace=workspace, settings=load_settings(workspace.settings_path))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
