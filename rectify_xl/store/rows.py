"""Returns as rows of the memory and back: values by content, findings with their params, covers and letters."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple, Self, cast

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
from rectify_xl.store.packed_lines import encoder, packed, unpacked, with_days

FINDING_NAMES = "path, level, code, sheet, cell, row, name, label, value, params, form, rule"


class RowNumbers(dict[tuple[str, str, str], dict[int, str]]):
    """The numbers of the items that rows are: by (digest, form, sheet), then by row."""

    @classmethod
    def of(cls, digest: str, given: Iterable[tuple[Any, ...]]) -> Self:
        """Those of one file, from (form, sheet, row, number)."""
        made = cls()
        for form, title, row, number in given:
            made.setdefault((digest, form, title), {})[row] = number
        return made


class SheetRows(NamedTuple):
    """One sheet of a form: its rows packed (None: nothing is kept of them), how many are good, how many are not."""

    form: str
    title: str
    letters: str
    good: int
    bad: int
    rows: bytes | None


def _tagged(value: Any) -> Any:
    if isinstance(value, date):
        return {"day": value.isoformat()}
    raise TypeError(f"{type(value).__name__} is not for the memory")


_with_tagged_days = encoder(_tagged)


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


def sheets_of(held: Return) -> Iterator[SheetRows]:
    """The sheets of a return in its order; rows of restricted forms are counted and nothing else."""
    for rows in held.forms:
        is_restricted = catalog.forms()[rows.form].restricted
        by_sheet: dict[str, tuple[list[Row], list[Row]]] = {title: ([], []) for title in rows.letters}
        for place, told in enumerate((rows.bad, rows.good)):
            for row in told:
                by_sheet.setdefault(row.sheet, ([], []))[place].append(row)
        for title, (bad, good) in by_sheet.items():
            kept = None if is_restricted else rows_to(good, bad)
            letters = json.dumps(rows.letters.get(title, ()))
            yield SheetRows(rows.form, title, letters, len(good), len(bad), kept)


def rows_to(good: Iterable[Row], bad: Iterable[Row]) -> bytes:
    """The rows of one sheet, packed."""
    told = [(row.row, is_good, row.values, row.typed) for is_good, rows in ((1, good), (0, bad)) for row in rows]
    told.sort(key=itemgetter(0))
    return packed(told)


def rows_from(form: str, title: str, told: bytes) -> Iterator[tuple[Row, bool]]:
    """What `rows_to` was given, in the order of the sheet; whether each is good."""
    days, places = _Days(), day_positions(form)
    for row, is_good, values, typed in chain.from_iterable(unpacked(told)):
        for place in places:
            if place < len(values) and values[place].__class__ is str:
                values[place] = days[values[place]]
        yield Row(title, row, tuple(values), tuple(typed)), bool(is_good)


class _Days(dict[str, Any]):
    """Days by their texts, each made once; a text that tells none stood in the place of one in a row that waits."""

    def __missing__(self, told: str) -> Any:
        try:
            made: Any = date.fromisoformat(told)
        except ValueError:
            made = told
        self[told] = made
        return made


def numbers_to(numbers: Mapping[int, str]) -> str:
    """The numbers of a sheet's rows, as text."""
    return with_days(list(numbers.items()))


def numbers_from(told: str) -> dict[int, str]:
    """What `numbers_to` was given."""
    return dict(json.loads(told))


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
