"""Returns as rows of the memory and back: values by content, findings with their params, covers and letters."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple, Self, cast

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_forms
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
    counted_rows,
)
from rectify_xl.store.packed_lines import encoder, packed, unpacked, unpacked_at, with_days

FINDING_NAMES = "path, level, code, sheet, cell, row, name, label, value, params, form, rule"


# A sheet in the memory: the digest of its file, its form, its title.
Sheet = tuple[str, str, str]


class RowNumbers:
    """The item numbers of rows by sheet, then by row; in little memory, for there may be as many as rows."""

    def __init__(self) -> None:
        self._lines: dict[Sheet, bytearray] = {}

    @classmethod
    def of(cls, digest: str, rows: Iterable[tuple[Any, ...]]) -> Self:
        """The numbers of one file, from (form, sheet, row, number)."""
        numbers = cls()
        for form, title, row, number in rows:
            numbers.add((digest, form, title), row, number)
        return numbers

    def add(self, sheet: Sheet, row: int, number: str) -> None:
        """Adds the number of one row; no number has white space in it."""
        lines = self._lines.get(sheet)
        if lines is None:
            lines = self._lines[sheet] = bytearray()
        lines += f"{row} {number}\n".encode("utf-8", "surrogatepass")

    def sheets(self) -> Collection[Sheet]:
        """The sheets with numbers."""
        return self._lines.keys()

    def pop(self, sheet: Sheet) -> dict[int, str]:
        """The numbers of a sheet's rows, which are here no more."""
        lines = self._lines.pop(sheet, b"").decode("utf-8", "surrogatepass").split("\n")
        pairs = (line.split(" ") for line in lines[:-1])
        return {int(row): number for row, number in pairs}


class SheetRows(NamedTuple):
    """One sheet of a form: its rows packed (None: they are not kept), how many are good, how many are not."""

    form: str
    title: str
    letters: str
    good: int
    bad: int
    rows: bytes | None


def _tagged(value: Any) -> Any:
    if isinstance(value, date):
        return {"day": value.isoformat()}
    raise TypeError(f"{type(value).__name__} cannot be stored")


_with_tagged_days = encoder(_tagged)


def to_json(value: Any) -> str:
    """A value as text: days as {"day": ...}, tuples as lists."""
    return _with_tagged_days(value)


def from_json(text: str) -> Any:
    """What `to_json` was given, lists as tuples."""
    return _untagged(json.loads(text))


# Nearly all parts of a list are of these classes and need no conversion.
_SCALARS = frozenset((str, int, float, bool, type(None)))


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return tuple([part if part.__class__ in _SCALARS else _untagged(part) for part in value])
    if isinstance(value, dict):
        if value.keys() == {"day"}:
            return date.fromisoformat(value["day"])
        return {name: _untagged(part) for name, part in value.items()}
    return value


# ---- an office's ledger as a return: there are few of them, each stored whole with the names of its classes

_RECORDS = {kind.__name__: kind for kind in (Finding, Item, Ledger, LedgerRow, Pending, Row, State)}


def ledger_to(ledger: Ledger | None) -> bytes | None:
    """An office's ledger, packed; None of any other return."""
    if ledger is None:
        return None
    return zlib.compress(json.dumps(_to_plain(ledger), ensure_ascii=False, default=_tagged).encode(), 1)


def ledger_from(compressed: bytes | None) -> Ledger | None:
    """What `ledger_to` was given."""
    return None if compressed is None else cast("Ledger", _from_plain(json.loads(zlib.decompress(compressed))))


def _to_plain(value: Any) -> Any:
    name = type(value).__name__
    if name in _RECORDS:
        names = getattr(value, "_fields", None) or [field.name for field in fields(value)]
        return {"is": name, "of": {part: _to_plain(getattr(value, part)) for part in names}}
    if isinstance(value, (list, tuple)):
        return [_to_plain(part) for part in value]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(value)}
    if isinstance(value, Mapping):
        return {"map": [[key, _to_plain(part)] for key, part in value.items()]}
    return value


def _from_plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_from_plain(part) for part in value)
    if not isinstance(value, dict):
        return value
    if "is" in value:
        return _RECORDS[value["is"]](**{name: _from_plain(part) for name, part in value["of"].items()})
    if "map" in value:
        return {_from_plain(key): _from_plain(part) for key, part in value["map"]}
    return frozenset(value["set"]) if "set" in value else date.fromisoformat(value["day"])


# ---- rows


@kept_by_forms()
def day_positions(form: str) -> tuple[int, ...]:
    """The positions of a form's date columns: the only values that are no plain JSON."""
    return tuple(place for place, column in enumerate(catalog.forms()[form].columns) if column.kind == "date")


def sheets_of(return_: Return) -> Iterator[SheetRows]:
    """The sheets of a return in its order; rows of restricted forms are only counted."""
    for rows in return_.forms:
        is_restricted = catalog.forms()[rows.form].restricted
        by_sheet: dict[str, tuple[list[Row], list[Row]]] = {title: ([], []) for title in rows.letters}
        for row in rows.bad:
            by_sheet.setdefault(row.sheet, ([], []))[0].append(row)
        for row in rows.good:
            by_sheet.setdefault(row.sheet, ([], []))[1].append(row)
        for title, (bad, good) in by_sheet.items():
            packed_rows = None if is_restricted else rows_to(good, bad)
            letters = json.dumps(rows.letters.get(title, ()))
            yield SheetRows(rows.form, title, letters, len(good), len(bad), packed_rows)


def rows_to(good: Iterable[Row], bad: Iterable[Row]) -> bytes:
    """The rows of one sheet, packed."""
    entries = [(row.row, is_good, row.values, row.typed) for is_good, rows in ((1, good), (0, bad)) for row in rows]
    entries.sort(key=itemgetter(0))
    return packed(entries)


def rows_from(
    form: str, title: str, packed_rows: bytes, wanted: Collection[int] | None = None
) -> Iterator[tuple[Row, bool]]:
    """What `rows_to` was given, in the order of the sheet, and whether each is good; `wanted` rows alone are quick."""
    days, places = _Days(), day_positions(form)
    pieces = unpacked(packed_rows) if wanted is None else unpacked_at(packed_rows, wanted)
    for row, is_good, values, typed in chain.from_iterable(pieces):
        if wanted is not None and row not in wanted:
            continue
        for place in places:
            if place < len(values) and values[place].__class__ is str:
                values[place] = days[values[place]]
        yield Row(title, row, tuple(values), tuple(typed)), bool(is_good)


class _Days(dict[str, Any]):
    """Days by their texts, each made once; a row that waits may have a text that is no day, which stays a text."""

    def __missing__(self, text: str) -> Any:
        try:
            day: Any = date.fromisoformat(text)
        except ValueError:
            day = text
        self[text] = day
        return day


def numbers_to(numbers: Mapping[int, str]) -> str:
    """The numbers of a sheet's rows, as text."""
    return with_days(list(numbers.items()))


def numbers_from(text: str) -> dict[int, str]:
    """What `numbers_to` was given."""
    return dict(json.loads(text))


def form_rows(
    form: str, sheets: Sequence[tuple[str, str, int, int]], rows: Iterable[tuple[Row, bool]] | None
) -> FormRows:
    """One form of a return from its sheets (title, letters, good, bad) and its rows in order (None: only counted)."""
    letters = {title: letters_from(text) for title, text, _, _ in sheets}
    if rows is None or catalog.forms()[form].restricted:
        good, bad = tuple[Row, ...](), tuple[Row, ...]()
        for title, _, good_count, bad_count in sheets:
            good += counted_rows(title, good_count)
            bad += counted_rows(title, bad_count)
        return FormRows(form=form, good=good, bad=bad, letters=letters)
    all_rows = list(rows)
    return FormRows(
        form=form,
        good=tuple(row for row, is_good in all_rows if is_good),
        bad=tuple(row for row, is_good in all_rows if not is_good),
        letters=letters,
    )


@lru_cache(maxsize=512)  # nearly all sheets of a form have the same
def letters_from(text: str) -> tuple[str, ...]:
    """The letters of a sheet's columns as they were stored, in the form's order."""
    return tuple(json.loads(text))


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
    cover: Mapping[str, str] = json.loads(text)
    return cover
