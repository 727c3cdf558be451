"""An old filled template carried over into the new one: read, sorted under today's columns, written beside it."""

from __future__ import annotations

import os
from dataclasses import replace
from errno import EEXIST, EISDIR
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

from rectify_xl import catalog
from rectify_xl.errors import WrongUse
from rectify_xl.excel.templates.template import write_template
from rectify_xl.in_force import using
from rectify_xl.judging.migrated import CarriedOver, forms_of
from rectify_xl.messages import sentence
from rectify_xl.model import RectifyError, Return, Settings
from rectify_xl.normal import inert
from rectify_xl.receiving import engine
from rectify_xl.receiving.intake import Source

if TYPE_CHECKING:
    from rectify_xl.receiving.carrying import Carried


class MigrationError(RectifyError):
    """A workbook that cannot be carried over; it tells why as `check` would."""

    def __init__(self, refused: Return) -> None:
        (self.finding,) = refused.findings
        super().__init__(self.sentence())

    def sentence(self, lang: str = "zh") -> str:
        """What is wrong with the file."""
        return f"{self.finding.file}: {sentence(self.finding, lang)}"

    def sentences(self, lang: str = "zh") -> list[str]:
        """The same, as every error of ours is told."""
        return [self.sentence(lang)]


def read_old(path: str | Path, settings: Settings | None) -> Carried:
    """A workbook to be carried over, read by a reader process; without settings by the campaign that it names.

    Raises MigrationError for what is none of ours or is refused, WrongUse for a file that is not there, OSError for a
    folder.
    """
    given = os.fspath(path)
    if not os.path.lexists(given):
        raise WrongUse(given)
    mode = os.lstat(given).st_mode
    if S_ISDIR(mode):
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), given)
    held = engine.carried_over(Source(path=given, name=inert(given), is_regular=S_ISREG(mode)), settings)
    if isinstance(held, Return):
        raise MigrationError(held)
    return held


def target_beside(path: str | Path, out: str | Path | None = None) -> Path:
    """Where the new workbook goes: to the file (.xlsx) or into the folder `out`, else beside the old one."""
    old = Path(path)
    name = old.stem + str(catalog.read_toml("workspace.toml")["migrated_suffix"])
    if out is None:
        return old.with_name(name)
    return Path(out) if Path(out).suffix.lower() == ".xlsx" else Path(out) / name


def migrate(path: str | Path, target: str | Path, settings: Settings) -> CarriedOver:
    """Writes the rows of an old filled template, or of an office's own sheet, into today's template at `target`.

    Values go under their columns by the header, also by other words for it, as they were typed; nothing is guessed.
    Gives what was carried over, with `left`: everything that has no place there. The old file stays as it is.
    Raises FileExistsError where `target` stands already, MigrationError for a workbook without a form of ours.
    """
    return write_carried(read_old(path, settings), Path(target), settings)


def write_carried(held: Carried, target: Path, settings: Settings) -> CarriedOver:
    """`migrate` for a workbook that was read already."""
    with using(settings.forms):
        carried = replace(held.over, forms=forms_of(held.over.rows))
    if target.exists():
        raise FileExistsError(EEXIST, "", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    write_template(carried.forms, target, settings, rows=carried.rows, cover=carried.cover)
    return carried
