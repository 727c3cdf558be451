"""Frames written as CSV that no spreadsheet executes, or as Parquet, for other programs; and read back."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rectify_xl.errors import WrongUse
from rectify_xl.facts import catalog
from rectify_xl.files import save_atomically
from rectify_xl.frames.build import frame_of
from rectify_xl.frames.columns import DTYPES, frame_facts, frame_kinds, ledger_kinds
from rectify_xl.model import Table

if TYPE_CHECKING:
    import pandas as pd

CSV, PARQUET = FORMATS = ("csv", "parquet")
# The prefixes of the names of frames with a form's rows, and with its row states.
ROWS, STATES = "rows_", "states_"
# Some programs take a text for a formula if it begins with one of these, also in full width. It is written behind an
# apostrophe, as is one that begins with an apostrophe; reading removes one.
_GUARD = "'"
_GUARDED = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20", _GUARD)
Frames = Mapping[str, "pd.DataFrame"]


def export_frames(frames: Frames, folder: str | Path, *, form: str = CSV) -> tuple[str, ...]:
    """Writes each frame to <name>.csv or <name>.parquet in a folder, replacing existing ones; returns the file names.

    CSV is UTF-8 with a byte order mark, so that Excel shows Chinese; days are written 2005-05-25, flags true and
    false, a blank is an empty cell, and no text begins as a formula does. Raises WrongUse for Parquet without pyarrow.
    """
    if form == PARQUET:
        _need_pyarrow()
    target_folder, writer = Path(folder), _WRITERS[form].write
    target_folder.mkdir(parents=True, exist_ok=True)
    names = []
    for name, frame in frames.items():
        save_atomically(target_folder / f"{name}.{form}", partial(writer, frame, kinds_of(name, list(frame.columns))))
        names.append(f"{name}.{form}")
    return tuple(names)


def read_frames(folder: str | Path) -> dict[str, pd.DataFrame]:
    """The frames that `export_frames` wrote into a folder, by name; Parquet counts where both formats are there.

    Raises WrongUse for a folder that does not exist, and for Parquet without pyarrow.
    """
    if not Path(folder).is_dir():
        raise WrongUse(str(folder))
    tables = {}
    for form in FORMATS:
        for path in sorted(Path(folder).glob(f"*.{form}")):
            if _is_frame(path.stem):
                tables[path.stem] = _WRITERS[form].read(path)
    return {name: frame_of(table, kinds_of(name, table.columns)) for name, table in tables.items()}


def kinds_of(name: str, columns: Sequence[str]) -> dict[str, str]:
    """The kind of every column of the frame with that name; a column that is not declared holds texts."""
    kinds: dict[str, str] = {}
    for prefix, kinds_for in ((ROWS, ledger_kinds), (STATES, partial(frame_kinds, "states"))):
        form = catalog.forms().get(name.removeprefix(prefix)) if name.startswith(prefix) else None
        kinds |= kinds_for(form) if form else {}
    if name in frame_facts():
        kinds = frame_kinds(name)
    return {column: kinds.get(column, "text") for column in columns}


def _is_frame(name: str) -> bool:
    """Whether a file name is that of a frame."""
    forms = catalog.forms()
    return name in frame_facts() or any(name == f"{prefix}{form}" for prefix in (ROWS, STATES) for form in forms)


# ---- texts that no spreadsheet executes


def guarded(text: str) -> str:
    """The text, behind an apostrophe if it begins as a formula does or with an apostrophe."""
    return _GUARD + text if text.startswith(_GUARDED) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text.removeprefix(_GUARD)


# ---- CSV


def _write_csv(frame: pd.DataFrame, kinds: Mapping[str, str], target: Path) -> None:
    columns = [[_cell(value, kinds[name]) for value in _plain(frame[name], kinds[name])] for name in frame.columns]
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow([guarded(name) for name in frame.columns])
        writer.writerows(zip(*columns, strict=True))


def _plain(column: pd.Series[Any], kind: str) -> Iterator[Any]:
    """The values of a column as plain Python values, None for a blank; surrogates are escaped as \\udc80."""
    blank = column.isna()
    values = column.dt.date if kind == "date" else column.astype(object)
    as_text = _escaped_text if kind not in DTYPES else lambda value: value
    return (None if is_blank else as_text(value) for value, is_blank in zip(values, blank, strict=True))


def _escaped_text(value: Any) -> str:
    return str(value).encode("utf-8", "backslashreplace").decode()


def _cell(value: Any, kind: str) -> Any:
    if value is None:
        return ""
    if kind in ("integer", "percent"):
        return int(value) if kind == "integer" else float(value)
    if kind == "flag":
        return "true" if value else "false"
    return value.isoformat() if kind == "date" else guarded(value)


def _read_csv(path: Path) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.reader(file))
    names = tuple(map(unguarded, records[0]))
    kinds = kinds_of(path.stem, names)
    readers = [_READERS.get(kinds[name], unguarded) for name in names]

    def row(record: Sequence[str]) -> tuple[Any, ...]:
        return tuple(read(text) if text else None for read, text in zip(readers, record, strict=True))

    return Table(names, [row(record) for record in records[1:]])


_READERS: Mapping[str, Callable[[str], Any]] = {
    "integer": int, "percent": float, "date": date.fromisoformat, "flag": lambda text: text == "true",
}  # fmt: skip


# ---- Parquet


def _write_parquet(frame: pd.DataFrame, kinds: Mapping[str, str], target: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    types = {
        "integer": pyarrow.int64(), "percent": pyarrow.float64(), "date": pyarrow.date32(), "flag": pyarrow.bool_(),
    }  # fmt: skip
    arrays = {
        name: pyarrow.array(list(_plain(frame[name], kinds[name])), types.get(kinds[name], pyarrow.string()))
        for name in frame.columns
    }
    parquet.write_table(pyarrow.table(arrays), target)


def _need_pyarrow() -> None:
    """Raises WrongUse where pyarrow is not installed."""
    try:
        import pyarrow  # noqa: F401 - whether it can be
    except ImportError:
        raise WrongUse("pyarrow", "no-parquet") from None


def _read_parquet(path: Path) -> Table:
    _need_pyarrow()
    from pyarrow import parquet

    table = parquet.read_table(path)
    columns = [table[name].to_pylist() for name in table.column_names]
    return Table(tuple(table.column_names), list(zip(*columns, strict=True)))


class _Writer(NamedTuple):
    """How a format is written and read."""

    write: Callable[[pd.DataFrame, Mapping[str, str], Path], None]
    read: Callable[[Path], Table]


_WRITERS: Mapping[str, _Writer] = {
    CSV: _Writer(_write_csv, _read_csv),
    PARQUET: _Writer(_write_parquet, _read_parquet),
}
