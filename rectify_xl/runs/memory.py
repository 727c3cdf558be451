"""A workspace's memory as pandas frames: its runs, files, findings and row states, each read when first asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rectify_xl.display import counts_html, counts_line
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import using
from rectify_xl.frames.build import findings_table, frame_of
from rectify_xl.frames.by_form import FramesByForm
from rectify_xl.frames.columns import frame_columns, frame_kinds
from rectify_xl.model import Form, Settings, Table
from rectify_xl.normal import inert
from rectify_xl.runs.same_columns import refuse_changed
from rectify_xl.runs.workspace import Workspace
from rectify_xl.store import Store

if TYPE_CHECKING:
    import pandas as pd

# Where a row stands: its file's digest, sheet and row.
_Place = tuple[str, str, int]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Memory:
    """The memory of one workspace. Frames: `runs`, `files`, `findings`, and `states[form]`; nothing is written."""

    workspace: Workspace
    settings: Settings

    def _store(self) -> Store:
        return Store(self.workspace.memory, read_only=True)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run in order: run (its id), as_of (datetime64), is_finished (boolean)."""
        with self._store() as store:
            rows = [(run.id, run.as_of, run.is_finished) for run in store.runs()]
        return frame_of(Table(frame_columns("runs"), rows), frame_kinds("runs"))

    @cached_property
    def files(self) -> pd.DataFrame:
        """One row per file and path in order of arrival, as the last run judged it."""
        with self._store() as store:
            rows = [line._replace(path=inert(line.path)) for line in store.arrival_lines()]
        return frame_of(Table(frame_columns("arrivals"), rows), frame_kinds("arrivals"))

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row per finding of every file, then those between returns of the last run, as `Result.findings`."""
        with self._store() as store, using(self.settings.forms):
            return frame_of(findings_table(store.all_findings()), frame_kinds("findings"))

    @cached_property
    def states(self) -> Mapping[str, pd.DataFrame]:
        """By form name one row per row of every return received: its number and source, then the form's columns.

        CannotFinish (form-changed) for a form whose columns have changed since the last run.
        """
        return FramesByForm(self.settings.forms, self._states_of)

    def _states_of(self, form: Form) -> pd.DataFrame:
        in_ledgers, nothing = self._rows_in_ledgers, (None,) * len(form.columns)
        rows = []
        with self._store() as store:
            if store.count_rows().get(form.name):
                refuse_changed(store, form)
            for told in store.told_rows(form.name):
                sheet, row, values = told.row.sheet, told.row.row, told.row.values or nothing
                number, values = in_ledgers.get((told.digest, sheet, row), (told.number or None, values))
                source = (inert(told.path), inert(sheet), row, told.digest, told.filled_on, told.saved)
                rows.append((number, *source, told.is_good, *values))
        names = (*frame_columns("states"), *(column.name for column in form.columns))
        return frame_of(Table(names, rows), frame_kinds("states", form))

    @cached_property
    def _rows_in_ledgers(self) -> Mapping[_Place, tuple[str | None, Sequence[Any]]]:
        """Number and values of every row of lower offices' ledgers, whose sheets in the memory have none."""
        with self._store() as store:
            return {
                (received.digest, row.sheet, row.row): (row.item.number, row.item.values)
                for received in store.received_ledgers()
                for row in received.ledger.rows
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
        with self._store() as store:
            counted, verdicts, rows = {words["runs"]: len(store.runs())}, store.count_verdicts(), store.count_rows()
        counted |= {name: verdicts.get(verdict, 0) for verdict, name in catalog.states("verdict").items()}
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
