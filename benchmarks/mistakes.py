"""All kinds of mistakes: ours in six tables (cells, numbers, rows, sheets, files, clerks), and those of other modules.

A file of kinds is a Python module with a list `KINDS`; `spoiling` says what a kind is and how it is written.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from mistakes_in_cells import CELLS
from mistakes_in_files import FILES
from mistakes_in_numbers import NUMBERS
from mistakes_in_rows import ROWS
from mistakes_in_sheets import SHEETS
from mistakes_of_clerks import CLERKS
from spoiling import Case, Kind, cases_of

_TABLES = {"cells": CELLS, "numbers": NUMBERS, "rows": ROWS, "sheets": SHEETS, "files": FILES, "clerks": CLERKS}
KINDS: tuple[Kind, ...] = tuple(replace(kind, group=name) for name, table in _TABLES.items() for kind in table)


def load_kinds(path: Path) -> tuple[Kind, ...]:
    """The kinds of a Python file; ValueError where it has none."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kinds = getattr(module, "KINDS", ())
    if not kinds:
        raise ValueError(f"{path} has no KINDS")
    return tuple(replace(kind, group=kind.group or path.stem) for kind in kinds)


def all_cases(files: Iterable[Path] = (), *, ours: bool = True, most: int = 0, only: str = "") -> list[Case]:
    """The cases of our kinds and of those files: of kinds whose group or name holds `only`, the first `most` (0: all)."""
    kinds: Sequence[Kind] = [*(KINDS if ours else ()), *(kind for path in files for kind in load_kinds(path))]
    return [case for kind in kinds if only in f"{kind.group} {kind.name}" for case in cases_of(kind, most)]
