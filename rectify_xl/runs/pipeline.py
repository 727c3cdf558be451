"""The runs as lists of steps: check, send back, consolidate, run a workspace, issue; `weekly` has those of a week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, count
from os import PathLike
from pathlib import Path

from rectify_xl.errors import WrongUse
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.facts.in_force import using
from rectify_xl.files import fitting, refuse_existing, writable
from rectify_xl.merging.consolidation import book_of
from rectify_xl.merging.deadlines import units_that_report
from rectify_xl.merging.numbering import Numbers
from rectify_xl.model import SENT_BACK, Book, Return, Settings, Unit
from rectify_xl.office.roster import roster_for
from rectify_xl.receiving.cluster import is_cluster
from rectify_xl.receiving.containers import sources_in
from rectify_xl.receiving.intake import Source
from rectify_xl.receiving.places import is_url
from rectify_xl.runs import weekly
from rectify_xl.runs.outcome import Outcome as Outcome
from rectify_xl.runs.read_options import ReadOptions as ReadOptions
from rectify_xl.runs.sent_back import write_marked
from rectify_xl.runs.workspace import Workspace
from rectify_xl.tables.prefilled import file_name, issued_for


def check_returns(
    paths: Sequence[str | PathLike[str]], settings: Settings, as_of: date, options: ReadOptions | None = None
) -> tuple[Return, ...]:
    """The judged return of every file, each for itself: nothing is judged between returns. Raises WrongUse."""
    return tuple(_read(sources_in(paths), settings, as_of, options))


def send_back(
    paths: Sequence[str | Path], returns: Sequence[Return], folder: Path, send_by: date, lang: str = "zh"
) -> tuple[Path, ...]:
    """Writes into `folder` a marked copy of every file that must be corrected, or the list of its problems.

    `returns` are those of `check_returns(paths, ...)`. Never over an existing file: raises FileExistsError, and where a
    copy stands already before anything is written.
    """
    received = zip(sources_in(paths), returns, strict=True)
    to_correct = [(source, return_) for source, return_ in received if return_.verdict in SENT_BACK]
    targets = _told_apart([folder / _path_below(source) for source, _ in to_correct])
    for target in targets:
        refuse_existing(target)
    return tuple(write_marked(to_correct, targets, send_by=send_by, lang=lang))


def _told_apart(paths: Sequence[Path]) -> list[Path]:
    """The paths; of equal ones (files of one name out of several folders) the later are numbered: a (2).xlsx."""
    different: dict[Path, None] = {}
    for path in paths:
        numbered = (path.with_stem(f"{path.stem} ({number})") for number in count(2))
        different[next(name for name in chain([path], numbered) if name not in different)] = None
    return list(different)


def _path_below(source: Source) -> Path:
    """The path of a file's copy below the folder that copies are written into."""
    if is_url(source.name):
        return Path(source.name.rpartition("/")[2])
    name = Path(source.path if source.path == source.name else source.name)
    return Path(name.name) if name.is_absolute() or ".." in name.parts else Path(writable(name.as_posix()))


def consolidate_paths(
    paths: Sequence[str | PathLike[str]], settings: Settings, as_of: date, options: ReadOptions | None = None
) -> Book:
    """Files and folders as one book, without a workspace: numbers that rows carry are taken over. Raises WrongUse."""
    returns = _read(sources_in(paths), settings, as_of, options)
    return book_of(returns, settings, as_of, Numbers(closed=False))


def run_workspace(
    folder: str | Path,
    *,
    as_of: date,
    options: ReadOptions | None = None,
    dry_run: bool = False,
    verify: bool = False,
) -> Outcome:
    """The weekly job on a workspace; `dry_run` writes nothing, `verify` passes the merged frames to pandera.

    The workers of a Dask client leave rows in a hidden folder of the workspace while it runs.
    Raises SettingsError before anything is written, WorkspaceError for a folder that is none.
    """
    options = options or ReadOptions()
    if is_cluster(options.executor) and not dry_run:
        options = replace(options, spool=options.spool or str(folder))
    outcome = weekly.run_workspace(folder, as_of=as_of, options=options, dry_run=dry_run, verify=verify)
    return replace(outcome, notes=(*outcome.notes, *options.remarks))


def issue_workspace(
    folder: str | Path, *, as_of: date, units: Sequence[str] = (), options: ReadOptions | None = None
) -> tuple[str, ...]:
    """Writes the pre-filled workbook of every unit (or of those with the codes `units`) into 下发.

    Gives their paths in the workspace. Raises as `run_workspace` does, and WrongUse for a code that no unit has.
    """
    from rectify_xl.excel.templates.issued import write_issued

    workspace, book = weekly.issue_book(folder, as_of=as_of, options=options or ReadOptions())
    roster = roster_for(book.settings)
    units_by_code = {code: roster.meant_by(code) for code in units}
    for code, unit in units_by_code.items():
        if unit is None:
            raise WrongUse(code, "no-such-unit")
    codes = {unit.code for unit in units_by_code.values() if unit}
    asked_units = [unit for unit in units_that_report(roster, as_of) if not codes or unit.code in codes]
    workspace.issued.mkdir(exist_ok=True)
    with using(book.settings.forms):
        to_issue = list(issued_for(book, asked_units))
    written = [workspace.issued / _issued_name(issued.unit) for issued in to_issue]
    for issued, path in zip(to_issue, written, strict=True):
        write_issued(issued, path, book.settings)
    return tuple(path.relative_to(workspace.folder).as_posix() for path in written)


def issued_before(folder: str | Path, as_of: date) -> tuple[str, ...]:
    """The names of workbooks in 下发 of units that get none any more: stopped, merged or renamed since."""
    workspace = Workspace(folder)
    roster = roster_for(load_settings(workspace.settings_path))
    current = {_issued_name(unit) for unit in units_that_report(roster, as_of)}
    names = sorted(path.name for path in workspace.issued.glob("[!.~]*.xlsx"))
    return tuple(name for name in names if name not in current and roster.by_code(name.partition("_")[0]))


def _issued_name(unit: Unit) -> str:
    return fitting(file_name(unit))


def _read(sources: Sequence[Source], settings: Settings, as_of: date, options: ReadOptions | None) -> Iterable[Return]:
    return (options or ReadOptions()).read(sources, settings, as_of)
