"""The rows of some returns set aside as Parquet, while their verdicts travel without them, and put back afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from rectify_xl.model import FormRows, Return, Row
from rectify_xl.store.rows import ledger_from, ledger_to

# What stands in a spool, a line a row: of which return of the chunk (from 0) and which of its forms, where, and what.
# `told` and `typed` are JSON (days as {"day": ...}); a line without a form holds an office's ledger as a whole.
COLUMNS = ("file", "form", "sheet", "row", "is_good", "told", "typed", "ledger")
_Line = tuple[Any, ...]
_WORDS = ("utf-8", "surrogatepass")


def _tagged(value: Any) -> Any:
    if isinstance(value, date):
        return {"day": value.isoformat()}
    raise TypeError(f"{type(value).__name__} stands in no row")


# Made once: json.dumps and json.loads make theirs anew for every row.
_told = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_tagged).encode
_understood = json.JSONDecoder(object_hook=lambda found: date.fromisoformat(found["day"])).decode


def _values(told: bytes) -> tuple[Any, ...]:
    found = _understood(told.decode(*_WORDS))
    return tuple([_tuples(part) if part.__class__ is list else part for part in found])


def _tuples(found: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuples(part) if isinstance(part, list) else part for part in found)


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
    rows: dict[tuple[int, str], tuple[list[Row], list[Row]]] = {}
    ledgers: dict[int, bytes] = {}
    for file, form, sheet, row, is_good, told, typed, ledger in _unpacked(spooled) if spooled else ():
        if form is None:
            ledgers[file] = ledger
        else:
            good, bad = rows.setdefault((file, form), ([], []))
            words = () if typed is None else _values(typed)
            (good if is_good else bad).append(Row(sheet.decode(*_WORDS), row, _values(told), words))
    made = []
    for at, held in enumerate(light):
        if not held.is_restricted:
            forms = tuple(_filled(form, *rows.get((at, form.form), ((), ()))) for form in held.forms)
            held = replace(held, forms=forms, ledger=ledger_from(ledgers.get(at)))
        made.append(held)
    return made


def _filled(form: FormRows, good: Sequence[Row], bad: Sequence[Row]) -> FormRows:
    return replace(form, good=tuple(good), bad=tuple(bad))


def _lines_of(held: Return, at: int) -> Iterator[_Line]:
    if held.ledger is not None:
        yield at, None, None, None, None, None, None, ledger_to(held.ledger)
    for form in held.forms:
        for is_good, rows in ((True, form.good), (False, form.bad)):
            for row in rows:
                typed = _told(row.typed).encode(*_WORDS) if row.typed else None
                sheet, told = row.sheet.encode(*_WORDS), _told(row.values).encode(*_WORDS)
                yield at, form.form, sheet, row.row, is_good, told, typed, None


# ---- Parquet


def _packed(lines: Sequence[_Line]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = (pa.int32(), pa.string(), pa.binary(), pa.int64(), pa.bool_(), pa.binary(), pa.binary(), pa.binary())
    columns = zip(*lines, strict=True)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(arrays, names=list(COLUMNS)), sink, use_dictionary=["form", "sheet"])
    made: bytes = sink.getvalue().to_pybytes()
    return made


def _unpacked(spooled: bytes) -> Iterator[_Line]:
    import pyarrow as pa
    from pyarrow import parquet

    table = parquet.ParquetFile(pa.BufferReader(spooled)).read()
    return zip(*(table.column(name).to_pylist() for name in COLUMNS), strict=True)
