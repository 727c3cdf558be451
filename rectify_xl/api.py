"""The public functions of the package: paths and settings in, frames and workbooks out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rectify_xl.arguments import Paths, checked_executor, checked_settings, day_from, forms_from, paths_from
from rectify_xl.errors import WrongUse, quoted
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import using
from rectify_xl.files import path_from
from rectify_xl.model import Book, Form, Settings
from rectify_xl.receiving.engine import Progress
from rectify_xl.runs import pipeline

if TYPE_CHECKING:
    import pandas as pd

    from rectify_xl.frames.result import Report, Result
    from rectify_xl.runs.memory import Memory

forms = catalog.built_in_forms()


def check(
    paths: Paths,
    settings: Settings,
    *,
    as_of: date,
    executor: Executor | None = None,
    spool: str | Path | None = None,
    guard: bool = True,
) -> Report:
    """Judges files or folders, each file for itself: `.files` and `.findings` are frames, `.ok` says all is well.

    Paths may be those of files and folders, or URLs; `as_of` a date, a datetime or an ISO text.
    Chunks of files go to the `executor`, if there is one, as `consolidate` has it; `guard` is as there too.

    `.files` has one row a file (file, verdict, unit_code, unit_name, ...), `.findings` one row a finding (level,
    code, file, sheet, cell, row, column, label, value, message). Raises WrongUse, a RectifyError, for a missing path
    or another wrong argument.
    """
    from rectify_xl.frames.result import Report

    options = _read_options(executor, spool, guard)
    returns = pipeline.check_returns(paths_from(paths), checked_settings(settings), day_from(as_of), options)
    return Report(returns=returns, forms=settings.forms)


def consolidate(
    paths: Paths,
    settings: Settings,
    *,
    as_of: date,
    executor: Executor | None = None,
    spool: str | Path | None = None,
    guard: bool = True,
) -> Result:
    """Judges and merges files or folders without a workspace; writes nothing.

    `.rows[form]`, `.tasks`, `.deadlines`, `.findings`, `.files` and `.pending` are frames, made when first asked for.
    Any `executor` may read the files, also a Dask client's (`client.get_executor()`): each chunk is read by a guarded
    process of its worker. The workers leave rows in `spool`, a folder or URL that they see too, instead of sending
    them. Unsaid, a Dask client's are tried with this machine's folder for temporary files, others send them.
    Without `guard` files are read where they are, in the executor's worker or in this very process: only for files
    that come from nobody else, for one that hangs or fills the memory takes the caller along.
    """
    from rectify_xl.frames.result import Result

    options = _read_options(executor, spool, guard)
    book = pipeline.consolidate_paths(paths_from(paths), checked_settings(settings), day_from(as_of), options)
    return Result(book=book)


def _read_options(executor: Executor | None, spool: str | Path | None, guard: bool) -> pipeline.ReadOptions:
    place = None if spool is None else str(spool)
    return pipeline.ReadOptions(workers=1, executor=checked_executor(executor), spool=place, guard=guard)


def run(
    folder: str | Path,
    *,
    as_of: date,
    workers: int = 1,
    executor: Executor | None = None,
    scheduler: str | None = None,
    dry_run: bool = False,
    verify: bool = False,
    progress: Progress | None = None,
) -> Result:
    """The weekly job on a workspace, as the command `run` does it; `.outputs` are the files written, relative to it.

    Files are read by as many processes as `workers` says, under limits; they import nothing of the caller's script.
    Instead, an `executor` may read them, or the workers of the Dask `scheduler` at an address such as tcp://host:8786:
    these must see the workspace under the same path, and leave rows in a hidden folder of it meanwhile.
    """
    from rectify_xl.frames.result import Result
    from rectify_xl.receiving.cluster import reached

    executor = checked_executor(executor)
    with reached(scheduler) as reading:
        options = pipeline.ReadOptions(workers=workers, executor=reading or executor, progress=progress)
        outcome = pipeline.run_workspace(folder, as_of=day_from(as_of), options=options, dry_run=dry_run, verify=verify)
    return Result(book=outcome.book, outputs=outcome.outputs)


def issue(folder: str | Path, *, as_of: date, units: str | Sequence[str] | None = ()) -> tuple[str, ...]:
    """Writes the units' pre-filled workbooks into 下发, as the command `issue` does; gives their paths there.

    `units` are codes (or one code) of those that are asked for, all unless said. Raises WrongUse for an unknown one.
    """
    several = units if isinstance(units, Iterable) and not isinstance(units, str) else () if units is None else (units,)
    codes = list(map(str, several))
    return pipeline.issue_workspace(folder, as_of=day_from(as_of), units=codes)


def history(folder: str | Path, number: str) -> pd.DataFrame:
    """The states of one row over time, one row a state: its source, then the form's columns, typed as the ledger's.

    Columns: file, sheet, row, cell, filled_on, saved, digest, arrived, changed (names of columns, joined by commas),
    then the form's. Raises WrongUse for a number that was never given.
    """
    from rectify_xl.runs.history import history_frame

    return history_frame(folder, str(number))


def open(folder: str | Path) -> Memory:
    """The memory of a workspace as frames: `.runs`, `.files`, `.findings`, and `.states[form]`; nothing is written."""
    from rectify_xl.runs.memory import open_memory

    return open_memory(folder)


def export(known: Result | Report | Memory, folder: str | Path, *, format: str = "csv") -> tuple[str, ...]:
    """Writes the frames of a result, a report or a memory as files into a folder; gives the files' names.

    One file a frame, `format` csv (for Excel and everything else; no text can run as a formula, see docs/frames.md)
    or parquet (needs the extra `parquet`). Files of those names are replaced.
    Raises WrongUse for another format, for what has no such frames, or without pyarrow.
    """
    from rectify_xl.runs.export import FORMATS, export_frames

    if not hasattr(known, "own_forms"):
        raise WrongUse(quoted(known), "no-frames-given")
    if format not in FORMATS:
        raise WrongUse(format, "no-such-format")
    with using(known.own_forms):
        return export_frames(known.frames(), path_from(folder), form=format)


def read_export(folder: str | Path, settings: Settings | None = None) -> dict[str, pd.DataFrame]:
    """The frames of a folder that `export` wrote, by name, typed as they were; with `settings` of own forms too.

    Raises WrongUse for a folder that is not there.
    """
    from rectify_xl.runs.export import read_frames

    with using(() if settings is None else checked_settings(settings).forms):
        return read_frames(path_from(folder))


def _book_of(result: Result) -> Book:
    from rectify_xl.frames.result import Result

    if not isinstance(result, Result):
        raise WrongUse(quoted(result), "no-result-given")
    return result.book


def write_ledger(result: Result, path: str | Path) -> None:
    """Writes 整改台帐.xlsx from a result."""
    from rectify_xl.excel.ledgers.ledger import write_ledger as write

    write(_book_of(result), path_from(path))


def write_status(result: Result, path: str | Path) -> None:
    """Writes 整改进度.xlsx from a result."""
    from rectify_xl.excel.progress.status import write_status as write

    write(_book_of(result), path_from(path))


def write_bulletin(result: Result, path: str | Path) -> None:
    """Writes 整改情况通报.xlsx from a result."""
    from rectify_xl.excel.papers.bulletin import write_bulletin as write

    write(_book_of(result), path_from(path))


def write_reminders(result: Result, path: str | Path) -> None:
    """Writes 催办通知.xlsx from a result."""
    from rectify_xl.excel.papers.reminders import write_reminders as write

    write(_book_of(result), path_from(path))


def write_publication(result: Result, path: str | Path) -> None:
    """Writes 公布稿.xlsx from a result."""
    from rectify_xl.excel.papers.publication import write_publication as write

    write(_book_of(result), path_from(path))


def write_settings(settings: Settings, path: str | Path) -> None:
    """Writes 配置.xlsx."""
    from rectify_xl.excel.settings.settings_book import write_settings as write

    write(checked_settings(settings), path_from(path))


def write_template(form_or_forms: Form | str | Iterable[Form | str], path: str | Path, settings: Settings) -> None:
    """Writes a blank template workbook of one or more forms (or names of forms) under an office's settings."""
    from rectify_xl.excel.templates.template import write_template as write

    write(forms_from(form_or_forms, checked_settings(settings)), path_from(path), settings)


def read_ledger(path: str | Path, settings: Settings | None = None) -> dict[str, pd.DataFrame]:
    """A ledger workbook as frames by form name, columns in English, typed as `Result.rows` has them.

    With `settings` their office's own forms are read too. Raises OSError, and WrongUse for what is no ledger.
    """
    from rectify_xl.excel.ledgers.ledger_reader import read_ledger as read

    with using(() if settings is None else checked_settings(settings).forms):
        return read(path_from(path))
