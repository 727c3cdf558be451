"""How large a received file may be, as facts/limits.toml has it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rectify_xl.facts import catalog


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """[file] of facts/limits.toml; what each entry is for stands there."""

    file_bytes: int
    archived_bytes: int
    entries: int
    inflated_bytes: int
    entry_bytes: int
    ratio: int
    ratio_from_bytes: int
    sheets: int
    cells: int
    columns: int
    merges: int
    depth: int
    kept_text: int
    archives: int


@cache
def limits() -> Limits:
    """The limits that hold for every file."""
    record: Limits = catalog.record(Limits, catalog.read_toml("limits.toml")["file"], "limits.toml", "file")
    return record
