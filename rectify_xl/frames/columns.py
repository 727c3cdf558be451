"""The columns of the frames that no form declares: their names, kinds and meanings, as facts/frames.toml has them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.layouts.ledger_columns import declared, ledger_columns
from rectify_xl.model import Form

# The dtype of a column by its kind; a text (an option, a number, people) is an object: a str or None.
DTYPES = {"date": "datetime64[ns]", "integer": "Int64", "percent": "float64", "flag": "boolean"}
TEXT_DTYPE = "object"
# The frames whose columns are those of a sheet of the ledger workbook.
_SHEETS = {"files": ("files", "columns"), "pending": ("pending", "columns")}


class FrameColumn(NamedTuple):
    """One column of a frame: its name, its kind (see DTYPES) and its meaning."""

    name: str
    kind: str
    means: str

    @property
    def dtype(self) -> str:
        """The pandas dtype."""
        return DTYPES.get(self.kind, TEXT_DTYPE)


class FrameFacts(NamedTuple):
    """One frame: the attributes that return it, what a row is, and its columns in order."""

    of: str
    rows: str
    columns: tuple[FrameColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)


@cache
def frame_facts() -> dict[str, FrameFacts]:
    """Every frame that facts/frames.toml describes, by its name there."""
    return {name: _facts(name, entry) for name, entry in catalog.read_toml("frames.toml").items()}


def _facts(name: str, entry: Mapping[str, Any]) -> FrameFacts:
    sheet_kinds = {column.name: column.kind for column in declared(*_SHEETS[name])} if name in _SHEETS else {}
    columns = [{"kind": sheet_kinds.get(column["name"], "text"), **column} for column in entry["columns"]]
    return FrameFacts(entry["of"], entry["rows"], tuple(FrameColumn(**column) for column in columns))


def frame_columns(frame: str) -> tuple[str, ...]:
    """The names of a frame's columns in order."""
    return frame_facts()[frame].names


def frame_kinds(frame: str, form: Form | None = None) -> dict[str, str]:
    """The kind of every column of a frame; where a form's own columns follow, `form` names it."""
    own = {column.name: column.kind for column in form.columns} if form else {}
    return own | {column.name: column.kind for column in frame_facts()[frame].columns}


def ledger_kinds(form: Form) -> dict[str, str]:
    """The kind of every column of a form's ledger sheet."""
    return {column.name: column.kind for column in ledger_columns(form)}
