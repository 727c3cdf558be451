"""What `consolidate`, `run` and `check` return: frames made when first asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING

from rectify_xl.display import counts_html, counts_line
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import under_settings, using
from rectify_xl.frames.build import deadlines_table, findings_table, frame_of, returns_table, tasks_table
from rectify_xl.frames.by_form import FramesByForm, open_forms
from rectify_xl.frames.columns import frame_kinds, ledger_kinds
from rectify_xl.model import SENT_BACK, Book, Form, Return, Settings
from rectify_xl.progress.items import ITEMS
from rectify_xl.tables.ledger_table import files_table, ledger_table, pending_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Result:
    """The result of one consolidation. Frames: `rows[form]`, `tasks`, `deadlines`, `findings`, `files`, `pending`.

    `outputs` are the files that a run wrote, relative to its workspace.
    """

    book: Book
    outputs: tuple[str, ...] = ()

    @property
    def as_of(self) -> date:
        """The day of judgement."""
        return self.book.as_of

    @property
    def settings(self) -> Settings:
        """The settings it was judged by."""
        return self.book.settings

    @property
    def own_forms(self) -> tuple[Form, ...]:
        """The office's own forms."""
        return self.settings.forms

    @property
    def ok(self) -> bool:
        """Whether no file was returned or refused."""
        return _is_ok(self.book.returns)

    @cached_property
    def rows(self) -> Mapping[str, pd.DataFrame]:
        """The ledger's rows by form name, one row an item, columns as on the sheets of 整改台帐.xlsx."""
        return FramesByForm(self.own_forms, partial(_rows_of, self.book))

    @cached_property
    def tasks(self) -> pd.DataFrame:
        """One row per unit and task (task, item, time, start, end, unit_code, unit_name, state, shown, asked, ...)."""
        return frame_of(tasks_table(self.book), frame_kinds("tasks"))

    @cached_property
    @under_settings
    def deadlines(self) -> pd.DataFrame:
        """One row per item that is owed (form, unit_code, unit_name, item_id, text, due_on, state, workdays_left)."""
        return frame_of(deadlines_table(self.book), frame_kinds("deadlines"))

    @cached_property
    @under_settings
    def findings(self) -> pd.DataFrame:
        """One row per finding (level, code, file, sheet, cell, row, column, label, value, message)."""
        return frame_of(findings_table(self.book.findings), frame_kinds("findings"))

    @cached_property
    @under_settings
    def files(self) -> pd.DataFrame:
        """One row per file, as 报送情况 shows them; `verdict` is accepted, returned, refused, repeated or held."""
        table = files_table(self.book, {name: name for name in catalog.states("verdict")})
        return frame_of(table, frame_kinds("files"))

    @cached_property
    @under_settings
    def pending(self) -> pd.DataFrame:
        """One row per row that waits in 待更正; `form` is the form's name, `findings` the sentences, a line each."""
        return frame_of(pending_table(self.book), frame_kinds("pending"))

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every frame that holds anything, by the name it is exported under: rows_ledger, tasks, deadlines, ..."""
        frames = {f"rows_{name}": frame for name, frame in self.rows.items() if len(frame)}
        return frames | {name: getattr(self, name) for name in ("tasks", "deadlines", "findings", "files", "pending")}

    @under_settings
    def _counts(self) -> dict[str, int]:
        """The counts above 0 of files by verdict, rows by form, pending rows, and the ledger's items by state."""
        counts = _verdicts(self.book.returns)
        counts |= {form.title: len(self.book.items.get(form.name, ())) for form in open_forms()}
        counts[catalog.words("ledger")["pending"]["title"]] = len(self.book.pending)
        words = catalog.words("display")["result"]
        states = Counter(due.state for due in self.book.dues.get(ITEMS, ()))
        title = catalog.forms()[ITEMS].title
        for state in catalog.states("item").values():
            counts[words["state"].format(title=title, state=state)] = states[state]
        return {name: count for name, count in counts.items() if count}

    def __repr__(self) -> str:
        return counts_line(f"Result {self.as_of}", self._counts())

    def _repr_html_(self) -> str:
        words = catalog.words("display")["result"]
        caption = words["caption"].format(campaign=self.settings.campaign, as_of=self.as_of)
        return counts_html(caption, self._counts())


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Report:
    """The result of a check. Frames: `files` (one row a file) and `findings` (one row a finding).

    `forms` are the office's own, whose rules the findings' sentences explain.
    """

    returns: tuple[Return, ...]
    forms: tuple[Form, ...] = ()

    @property
    def own_forms(self) -> tuple[Form, ...]:
        """The office's own forms."""
        return self.forms

    @property
    def ok(self) -> bool:
        """Whether no file was returned or refused."""
        return _is_ok(self.returns)

    @cached_property
    def files(self) -> pd.DataFrame:
        """One row per file (file, verdict, unit_code, unit_name, ..., errors, warnings, fixed, good_rows)."""
        return frame_of(returns_table(self.returns), frame_kinds("checked"))

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row per finding (level, code, file, sheet, cell, row, column, label, value, message)."""
        with using(self.forms):
            table = findings_table([finding for return_ in self.returns for finding in return_.findings])
            return frame_of(table, frame_kinds("findings"))

    def frames(self) -> dict[str, pd.DataFrame]:
        """Both frames by the name they are exported under: checked (the files) and findings."""
        return {"checked": self.files, "findings": self.findings}

    def _counts(self) -> dict[str, int]:
        """The counts above 0 of files by verdict and findings by level."""
        levels = Counter(str(finding.level) for return_ in self.returns for finding in return_.findings)
        counts = _verdicts(self.returns) | {name: levels[level] for level, name in catalog.states("level").items()}
        return {name: count for name, count in counts.items() if count}

    def __repr__(self) -> str:
        return counts_line("Report", self._counts())

    def _repr_html_(self) -> str:
        caption = catalog.words("display")["report"]["caption"].format(files=len(self.returns))
        return counts_html(caption, self._counts())


def _is_ok(returns: Sequence[Return]) -> bool:
    return not any(return_.verdict in SENT_BACK for return_ in returns)


def _rows_of(book: Book, form: Form) -> pd.DataFrame:
    return frame_of(ledger_table(book, form.name), ledger_kinds(form))


def _verdicts(returns: Sequence[Return]) -> dict[str, int]:
    counts = Counter(str(return_.verdict) for return_ in returns)
    return {name: counts[verdict] for verdict, name in catalog.states("verdict").items()}
