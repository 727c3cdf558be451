"""The rows of some returns set aside as Parquet, while their verdicts travel without them, and put back afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from rectify_xl.model import FormRows, Return, Row
from rectify_xl.store.packed_lines import with_days
from rectify_xl.store.rows import from_json, ledger_from, ledger_to, to_json

# What stands in a spool: of which return of the chunk (from 0) and which of its forms the good or the bad rows.
# `rows` are JSON: {"days": places, "rows": [[sheet, row, values, typed], ...]}, days as text in these places of
# `values`; where the rows are not that alike, [[sheet, row, values, typed], ...] with days as {"day": ...}. A line
# without a form holds an office's ledger as a whole.
COLUMNS = ("file", "form", "is_good", "rows", "ledger")
_Line = tuple[Any, ...]
_WORDS = ("utf-8", "surrogatepass")
_PLAIN = frozenset((str, int, float, bool))


def _told(rows: Sequence[Row]) -> str:
    days = _day_places(rows)
    return to_json(rows) if days is None else with_days({"days": days, "rows": rows})


def _day_places(rows: Sequence[Row]) -> Sequence[int] | None:
    """The places of `values` that hold days and nothing else; None where the rows are not as alike as that."""
    if len({len(row.values) for row in rows}) > 1:
        return None
    kinds = [set(map(type, column)) - {type(None)} for column in zip(*(row.values for row in rows), strict=True)]
    is_plain = all(held == {date} or held <= _PLAIN for held in kinds)
    return [place for place, held in enumerate(kinds) if date in held] if is_plain else None


def _rows(told: bytes) -> tuple[Row, ...]:
    text = told.decode(*_WORDS)
    if text.startswith("["):
        return tuple([Row(*found) for found in from_json(text)])
    found = json.loads(text)
    days, day = found["days"], cache(date.fromisoformat)
    for _, _, values, _ in found["rows"]:
        for place in days:
            if values[place] is not None:
                values[place] = day(values[place])
    return tuple([Row(sheet, row, tuple(values), tuple(typed)) for sheet, row, values, typed in found["rows"]])


def without_rows(returns: Sequence[Return]) -> tuple[list[Return], bytes]:
    """The returns without their rows, and a Parquet file of these (b"" of none).

    A return with a confidential form keeps its rows: they are not left on any disk. Needs pyarrow (the extra `dask`).
    """
    lines: list[_Line] = []
    light = []
    for at, held in enumerate(returns):
        if not held.is_restricted:
            lines += _lines_of(held, at)
            held = replace(held, forms=tuple(replace(form, good=(), bad=()) for form in held.forms), ledger=None)
        light.append(held)
    return light, _packed(lines) if lines else b""


def with_rows(light: Sequence[Return], spooled: bytes) -> list[Return]:
    """What `without_rows` was given."""
    rows: dict[tuple[int, str, bool], tuple[Row, ...]] = {}
    ledgers: dict[int, bytes] = {}
    for file, form, is_good, told, ledger in _unpacked(spooled) if spooled else ():
        if form is None:
            ledgers[file] = ledger
        else:
            rows[file, form, is_good] = _rows(told)
    made = []
    for at, held in enumerate(light):
        if not held.is_restricted:
            forms = tuple(_filled(form, *(rows.get((at, form.form, good), ()) for good in (True, False)))
                          for form in held.forms)  # fmt: skip
            held = replace(held, forms=forms, ledger=ledger_from(ledgers.get(at)))
        made.append(held)
    return made


def _filled(form: FormRows, good: Sequence[Row], bad: Sequence[Row]) -> FormRows:
    return replace(form, good=good, bad=bad)


def _lines_of(held: Return, at: int) -> Iterator[_Line]:
    if held.ledger is not None:
        yield at, None, None, None, ledger_to(held.ledger)
    for form in held.forms:
        for is_good, rows in ((True, form.good), (False, form.bad)):
            if rows:
                yield at, form.form, is_good, _told(rows).encode(*_WORDS), None


# ---- Parquet


def _packed(lines: Sequence[_Line]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = (pa.int32(), pa.string(), pa.bool_(), pa.binary(), pa.binary())
    columns = zip(*lines, strict=True)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(arrays, names=list(COLUMNS)), sink, use_dictionary=["form"])
    made: bytes = sink.getvalue().to_pybytes()
    return made


def _unpacked(spooled: bytes) -> Iterator[_Line]:
    import pyarrow as pa
    from pyarrow import parquet

    table = parquet.ParquetFile(pa.BufferReader(spooled)).read()
    return zip(*(table.column(name).to_pylist() for name in COLUMNS), strict=True)
