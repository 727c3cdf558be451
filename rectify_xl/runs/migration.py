"""An old filled template carried over into today's: its rows are put under today's columns and written beside it."""

from __future__ import annotations

import os
from dataclasses import replace
from errno import EEXIST, EISDIR
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

from rectify_xl.errors import RectifyError, WrongUse, quoted
from rectify_xl.excel.templates.template import write_template
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import using
from rectify_xl.files import path_from
from rectify_xl.judging.migrated import CarriedOver, forms_of
from rectify_xl.messages import sentence
from rectify_xl.model import Return, Settings
from rectify_xl.normal import inert
from rectify_xl.receiving import engine
from rectify_xl.receiving.intake import Source

if TYPE_CHECKING:
    from rectify_xl.receiving.carrying import Carried


class MigrationError(RectifyError):
    """A workbook that cannot be carried over, with the finding of `check` that says why."""

    def __init__(self, refused: Return) -> None:
        (self.finding,) = refused.findings
        super().__init__(self.sentence())

    def sentence(self, lang: str = "zh") -> str:
        """What is wrong with the file."""
        return f"{self.finding.file}: {sentence(self.finding, lang)}"

    def sentences(self, lang: str = "zh") -> list[str]:
        """The same as a list, as every RectifyError has it."""
        return [self.sentence(lang)]


def read_old(path: str | Path, settings: Settings | None) -> Carried:
    """A workbook to be carried over, read by a reader process; without settings by those of the campaign it names.

    Raises MigrationError for a file that is refused, WrongUse for one that does not exist, OSError for a folder.
    """
    given = os.fspath(path)
    if not os.path.lexists(given):
        raise WrongUse(given)
    mode = os.lstat(given).st_mode
    if S_ISDIR(mode):
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), given)
    carried = engine.carried_over(Source(path=given, name=inert(given), is_regular=S_ISREG(mode)), settings)
    if isinstance(carried, Return):
        raise MigrationError(carried)
    return carried


def migration_target(path: str | Path, out: str | Path | None = None) -> Path:
    """Where the new workbook goes: to the file (.xlsx) or into the folder `out`, else beside the old one."""
    old = Path(path)
    name = old.stem + str(catalog.read_toml("workspace.toml")["migrated_suffix"])
    if out is None:
        return old.with_name(name)
    return Path(out) if Path(out).suffix.lower() == ".xlsx" else Path(out) / name


def migrate(path: str | Path, target: str | Path, settings: Settings) -> CarriedOver:
    """Writes the rows of an old filled template, or of an office's own sheet, into today's template at `target`.

    Values go as typed under the column whose label, or an alias of it, heads them; nothing is guessed. Returns what was
    carried over, and in `left` all that was left out. The old file stays as it is.
    Raises FileExistsError where `target` stands already, MigrationError for a workbook without a form of ours.
    """
    old, new = path_from(path), path_from(target)
    if not isinstance(settings, Settings):
        raise WrongUse(quoted(settings), "no-settings-given")
    return write_carried(read_old(old, settings), new, settings)


def write_carried(carried: Carried, target: Path, settings: Settings) -> CarriedOver:
    """`migrate` for a workbook that has been read."""
    with using(settings.forms):
        over = replace(carried.over, forms=forms_of(carried.over.rows))
    if target.exists():
        raise FileExistsError(EEXIST, "", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    write_template(over.forms, target, settings, rows=over.rows, cover=over.cover)
    return over
