"""The rows of some returns set aside as Parquet, while their verdicts travel without them, and put back afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from rectify_xl.model import Return, Row
from rectify_xl.store.packed_lines import with_days
from rectify_xl.store.rows import from_json, ledger_from, ledger_to, to_json

# The columns of a spooled file. A line holds the good or bad rows of one form of one return (by index in the chunk).
# `rows` are JSON: {"days": positions, "rows": [[sheet, row, values, typed], ...]}, with days as text in these positions
# of `values`; where the rows are not that alike, [[sheet, row, values, typed], ...] with days as {"day": ...}. A line
# without a form holds an office's whole ledger.
COLUMNS = ("file", "form", "is_good", "rows", "ledger")
_Line = tuple[Any, ...]
_ENCODING = ("utf-8", "surrogatepass")
_PLAIN = frozenset((str, int, float, bool))


def _packed_rows(rows: Sequence[Row]) -> str:
    days = _day_positions(rows)
    return to_json(rows) if days is None else with_days({"days": days, "rows": rows})


def _day_positions(rows: Sequence[Row]) -> Sequence[int] | None:
    """The positions in `values` that hold days and nothing else; None where some hold days and other values."""
    if len({len(row.values) for row in rows}) > 1:
        return None
    columns = [set(map(type, column)) - {type(None)} for column in zip(*(row.values for row in rows), strict=True)]
    is_plain = all(types == {date} or types <= _PLAIN for types in columns)
    return [position for position, types in enumerate(columns) if date in types] if is_plain else None


def _unpacked_rows(packed: bytes) -> tuple[Row, ...]:
    text = packed.decode(*_ENCODING)
    if text.startswith("["):
        return tuple([Row(*cells) for cells in from_json(text)])
    spooled = json.loads(text)
    days, day = spooled["days"], cache(date.fromisoformat)
    for _, _, values, _ in spooled["rows"]:
        for position in days:
            if values[position] is not None:
                values[position] = day(values[position])
    return tuple([Row(sheet, row, tuple(values), tuple(typed)) for sheet, row, values, typed in spooled["rows"]])


def without_rows(returns: Sequence[Return]) -> tuple[list[Return], bytes]:
    """The returns without their rows, and a Parquet file of these (b"" of none).

    A return with a confidential form keeps its rows: they are not left on any disk. Needs pyarrow (the extra `dask`).
    """
    lines: list[_Line] = []
    light = []
    for index, return_ in enumerate(returns):
        if not return_.is_restricted:
            lines += _lines_of(return_, index)
            forms = tuple(replace(form, good=(), bad=()) for form in return_.forms)
            return_ = replace(return_, forms=forms, ledger=None)
        light.append(return_)
    return light, _packed(lines) if lines else b""


def with_rows(light: Sequence[Return], spooled: bytes) -> list[Return]:
    """The returns that `without_rows` was given."""
    rows: dict[tuple[int, str, bool], tuple[Row, ...]] = {}
    ledgers: dict[int, bytes] = {}
    for file, form, is_good, packed, ledger in _unpacked(spooled) if spooled else ():
        if form is None:
            ledgers[file] = ledger
        else:
            rows[file, form, is_good] = _unpacked_rows(packed)
    returns = []
    for index, return_ in enumerate(light):
        if not return_.is_restricted:
            forms = tuple(
                replace(f, good=rows.get((index, f.form, True), ()), bad=rows.get((index, f.form, False), ()))
                for f in return_.forms
            )
            return_ = replace(return_, forms=forms, ledger=ledger_from(ledgers.get(index)))
        returns.append(return_)
    return returns


def _lines_of(return_: Return, index: int) -> Iterator[_Line]:
    if return_.ledger is not None:
        yield index, None, None, None, ledger_to(return_.ledger)
    for form in return_.forms:
        for is_good, rows in ((True, form.good), (False, form.bad)):
            if rows:
                yield index, form.form, is_good, _packed_rows(rows).encode(*_ENCODING), None


# ---- Parquet


def _packed(lines: Sequence[_Line]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = (pa.int32(), pa.string(), pa.bool_(), pa.binary(), pa.binary())
    columns = zip(*lines, strict=True)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(arrays, names=list(COLUMNS)), sink, use_dictionary=["form"])
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _unpacked(spooled: bytes) -> Iterator[_Line]:
    import pyarrow as pa
    from pyarrow import parquet

    table = parquet.ParquetFile(pa.BufferReader(spooled)).read()
    return zip(*(table.column(name).to_pylist() for name in COLUMNS), strict=True)
