"""Returns as rows of the memory and back: values by content, findings with their params, covers and letters."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple, cast

from rectify_xl import catalog
from rectify_xl.in_force import kept_by_forms
from rectify_xl.model import (
    Finding,
    FormRows,
    Item,
    Ledger,
    LedgerRow,
    Pending,
    Return,
    Row,
    State,
)

FINDING_NAMES = "path, level, code, sheet, cell, row, name, label, value, params, form, rule"


class Content(NamedTuple):
    """What one row says, known by its digest: values (days as text) and, of a row that waits, what was typed."""

    digest: bytes
    told: str
    typed: str | None


class StateRow(NamedTuple):
    """One row of a sheet as stored: its number on the sheet, whether it is good, and its content."""

    row: int
    is_good: bool
    content: Content


class ItemKeys(dict[tuple[str, str, str], dict[int, int]]):
    """The keys of the items that rows are: by (digest, form, sheet), then by row."""


class SheetRows(NamedTuple):
    """One sheet of a form: its rows, or of a restricted form only how many there are."""

    form: str
    title: str
    letters: str
    good: int
    bad: int
    rows: Sequence[StateRow]


def _tagged(value: Any) -> Any:
    if isinstance(value, date):
        return {"day": value.isoformat()}
    raise TypeError(f"{type(value).__name__} is not for the memory")


def _encoder(default: Callable[[Any], Any]) -> Callable[[Any], str]:
    """What writes values as text; made once, for it is asked a hundred thousand times."""
    return json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=default, check_circular=False).encode


_with_tagged_days, with_days = _encoder(_tagged), _encoder(date.isoformat)


def to_json(value: Any) -> str:
    """A value as text: days as {"day": ...}, tuples as lists."""
    return _with_tagged_days(value)


def from_json(text: str) -> Any:
    """What `to_json` was given, lists as tuples."""
    return _untagged(json.loads(text))


# Parts of a list that need no look into them: nearly all.
_AS_THEY_ARE = frozenset((str, int, float, bool, type(None)))


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return tuple([part if part.__class__ in _AS_THEY_ARE else _untagged(part) for part in value])
    if isinstance(value, dict):
        if value.keys() == {"day"}:
            return date.fromisoformat(value["day"])
        return {name: _untagged(part) for name, part in value.items()}
    return value


# ---- an office's ledger as a return: few of them, each told whole

_TOLD = {kind.__name__: kind for kind in (Finding, Item, Ledger, LedgerRow, Pending, Row, State)}


def ledger_to(ledger: Ledger | None) -> bytes | None:
    """What an office's ledger tells, packed; None of any other return."""
    if ledger is None:
        return None
    return zlib.compress(json.dumps(_told(ledger), ensure_ascii=False, default=_tagged).encode(), 1)


def ledger_from(packed: bytes | None) -> Ledger | None:
    """What `ledger_to` was given."""
    return None if packed is None else cast("Ledger", _untold(json.loads(zlib.decompress(packed))))


def _told(value: Any) -> Any:
    name = type(value).__name__
    if name in _TOLD:
        names = getattr(value, "_fields", None) or [field.name for field in fields(value)]
        return {"is": name, "of": {part: _told(getattr(value, part)) for part in names}}
    if isinstance(value, (list, tuple)):
        return [_told(part) for part in value]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(value)}
    if isinstance(value, Mapping):
        return {"map": [[key, _told(part)] for key, part in value.items()]}
    return value


def _untold(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_untold(part) for part in value)
    if not isinstance(value, dict):
        return value
    if "is" in value:
        return _TOLD[value["is"]](**{name: _untold(part) for name, part in value["of"].items()})
    if "map" in value:
        return {_untold(key): _untold(part) for key, part in value["map"]}
    return frozenset(value["set"]) if "set" in value else date.fromisoformat(value["day"])


# ---- rows


@kept_by_forms()
def day_positions(form: str) -> tuple[int, ...]:
    """The positions of a form's date columns: the only values that are no plain JSON."""
    return tuple(place for place, column in enumerate(catalog.forms()[form].columns) if column.kind == "date")


def content_of(row: Row) -> Content:
    """The content of one row."""
    told = with_days(row.values)
    typed = with_days(row.typed) if row.typed else None
    digest = blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16)
    if typed is not None:
        digest.update(b"\0" + typed.encode("utf-8", "surrogatepass"))
    return Content(digest.digest(), told, typed)


def values_from(form: str, told: str) -> tuple[Any, ...]:
    """The values of one row in the form's column order."""
    values = json.loads(told)
    for place in day_positions(form):
        if place < len(values) and values[place] is not None:
            values[place] = _day(values[place])
    return tuple(values)


def _day(value: Any) -> Any:
    """A day, or what stood in its place in a row that waits."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return value


def sheets_of(held: Return) -> Iterable[SheetRows]:
    """The sheets of a return in its order; rows of restricted forms are counted and nothing else."""
    for rows in held.forms:
        is_restricted = catalog.forms()[rows.form].restricted
        by_sheet: dict[str, list[StateRow]] = {title: [] for title in rows.letters}
        counts: dict[tuple[str, bool], int] = {}
        for is_good, told in ((True, rows.good), (False, rows.bad)):
            for row in told:
                counts[row.sheet, is_good] = counts.get((row.sheet, is_good), 0) + 1
                held_rows = by_sheet.setdefault(row.sheet, [])
                if not is_restricted:
                    held_rows.append(StateRow(row.row, is_good, content_of(row)))
        for title, kept in by_sheet.items():
            good, bad = counts.get((title, True), 0), counts.get((title, False), 0)
            yield SheetRows(rows.form, title, json.dumps(rows.letters.get(title, ())), good, bad, kept)


def form_rows(
    form: str, sheets: Sequence[tuple[str, str, int, int]], rows: Iterable[tuple[Row, bool]] | None
) -> FormRows:
    """One form of a return again from its sheets (title, letters, good, bad) and rows in order (None: only counted)."""
    letters = {title: tuple(json.loads(told)) for title, told, _, _ in sheets}
    if rows is None or catalog.forms()[form].restricted:
        good = tuple(row for title, _, count, _ in sheets for row in (Row(title, 0, ()),) * count)
        bad = tuple(row for title, _, _, count in sheets for row in (Row(title, 0, ()),) * count)
        return FormRows(form=form, good=good, bad=bad, letters=letters)
    kept = list(rows)
    return FormRows(
        form=form,
        good=tuple(row for row, is_good in kept if is_good),
        bad=tuple(row for row, is_good in kept if not is_good),
        letters=letters,
    )


# ---- findings


def finding_row(finding: Finding) -> tuple[Any, ...]:
    """A finding in the order of FINDING_NAMES."""
    return (
        finding.file, finding.level, finding.code, finding.sheet, finding.cell, finding.row, finding.column,
        finding.label, finding.value, to_json(finding.params), finding.form, finding.rule,
    )  # fmt: skip


def finding_from(row: Sequence[Any]) -> Finding:
    """A finding from a row in the order of FINDING_NAMES."""
    path, level, code, sheet, cell, line, column, label, value, params, form, rule = row
    return Finding(
        level=level, code=code, file=path, sheet=sheet, cell=cell, row=line, column=column, label=label, value=value,
        params=() if params == "[]" else from_json(params), form=form, rule=rule,
    )  # fmt: skip


def cover_from(text: str) -> Mapping[str, str]:
    """The public fields of a cover."""
    made: Mapping[str, str] = json.loads(text)
    return made
