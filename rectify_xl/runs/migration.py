"""An old filled template carried over into the new one: read, sorted under today's columns, written beside it."""

from __future__ import annotations

from errno import EEXIST
from pathlib import Path

from rectify_xl import catalog
from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.excel.templates.template import write_template
from rectify_xl.grid import RawBook, Unreadable
from rectify_xl.in_force import using
from rectify_xl.judging.judge import Received, refused
from rectify_xl.judging.migrated import CarriedOver, carry_over
from rectify_xl.messages import sentence
from rectify_xl.model import RectifyError, Settings
from rectify_xl.normal import inert


class MigrationError(RectifyError):
    """A workbook that cannot be carried over; it tells why as `check` would."""

    def __init__(self, path: Path, error: Unreadable) -> None:
        (self.finding,) = refused(Received(file=inert(str(path))), error).findings
        super().__init__(self.sentence())

    def sentence(self, lang: str = "zh") -> str:
        """What is wrong with the file."""
        return f"{self.finding.file}: {sentence(self.finding, lang)}"


def read_old(path: str | Path) -> RawBook:
    """A workbook to be carried over. Raises MigrationError for what is none, OSError for what cannot be read."""
    try:
        return read_workbook(Path(path).read_bytes())
    except Unreadable as error:
        raise MigrationError(Path(path), error) from error


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
    return write_carried(read_old(path), Path(path), Path(target), settings)


def write_carried(raw: RawBook, path: Path, target: Path, settings: Settings) -> CarriedOver:
    """`migrate` for a workbook that was read already."""
    with using(settings.forms):
        try:
            carried = carry_over(raw.sheets, settings.campaign)
        except Unreadable as error:
            raise MigrationError(path, error) from error
    if target.exists():
        raise FileExistsError(EEXIST, "", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    write_template(carried.forms, target, settings, rows=carried.rows, cover=carried.cover)
    return carried
