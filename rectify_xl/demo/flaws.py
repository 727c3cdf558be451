"""The flaws of the demo's returns: each changes one row of a good one, and is found under one code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from rectify_xl.demo.scene import Scene, Values
from rectify_xl.demo.units import demo_facts
from rectify_xl.kinds import CellError


@dataclass(kw_only=True, slots=True)
class Draft:
    """A return of one workbook while flaws are put into it: its rows by form, and which of them have one already."""

    scene: Scene
    day: date
    rows: dict[str, list[Values]]
    touched: set[tuple[str, int]] = field(default_factory=set)
    dropped: list[tuple[str, str]] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """A flaw of one form: how it changes which sort of row, and the code of its finding."""

    form: str
    code: str
    change: Callable[[Values, Draft], Values]
    fits: Callable[[Values, Draft], bool] = lambda row, draft: True
    column: str = ""


def add_flaw(draft: Draft, name: str) -> None:
    """Puts a flaw into the first row that it fits and that has none; a draft without such a row stays as it is."""
    flaw = FLAWS[name]
    rows = draft.rows.get(flaw.form, [])
    for at, row in enumerate(rows):
        if (flaw.form, at) not in draft.touched and flaw.fits(row, draft):
            rows[at] = flaw.change(row, draft)
            draft.touched.add((flaw.form, at))
            draft.codes.add(flaw.code)
            return


def _fact(name: str) -> Any:
    return demo_facts()["flaws"][name]


def _is(column: str, option: str) -> Callable[[Values, Draft], bool]:
    """Whether a row shows one of the demo's options in a column."""
    return lambda row, draft: bool(row[column] == draft.scene.options[option])


def _is_dated(row: Values, draft: Draft) -> bool:
    """Whether a row is under way and owed by a day."""
    return _is("status", "under_way")(row, draft) and row["due"] is not None


def _owed_later(row: Values, draft: Draft) -> bool:
    return _is_dated(row, draft) and draft.day < row["due"] < draft.scene.end


def _in_stage(row: Values, draft: Draft) -> bool:
    return _is_dated(row, draft) and bool(row["due"] == draft.scene.end)


def _day_off(row: Values, draft: Draft) -> Values:
    day = draft.scene.end
    while draft.scene.calendar.is_workday(day):
        day -= timedelta(days=1)
    return {**row, "due": day}


def _twice(row: Values, draft: Draft) -> Values:
    draft.rows["ledger"].append({**row})
    draft.touched.add(("ledger", len(draft.rows["ledger"]) - 1))
    return row


def _gone(row: Values, draft: Draft) -> Values:
    """The row leaves the sheet; the last row takes its place, so that nothing else moves."""
    return draft.rows["ledger"].pop()


def _other(column: str, choices: str) -> Callable[[Values, Draft], Values]:
    """Another option than the right one."""
    return lambda row, draft: {
        **row, column: next(o for o in draft.scene.settings.lists[choices] if o != row[column])
    }  # fmt: skip


def _aliased(row: Values, draft: Draft) -> Values:
    aliases: Mapping[str, str] = draft.scene.settings.aliases["status"]
    return {**row, "status": next(alias for alias, option in aliases.items() if option == row["status"])}


def _dotted(row: Values, draft: Draft) -> Values:
    day = row["due"]
    return {**row, "due": f"{day.year}.{day.month}.{day.day}"}


def _without_column(row: Values, draft: Draft) -> Values:
    draft.dropped.append(("ledger", "department"))
    return row


def _unhappy(row: Values, draft: Draft) -> Values:
    asked = row["asked"]
    return {**row, "satisfied": asked // 5, "fairly_satisfied": asked // 5, "dissatisfied": asked // 2}


def _again(row: Values, draft: Draft) -> Values:
    under_way = draft.scene.options["under_way"]
    return {**row, "status": under_way, "percent": 0.9, "completed": None, "result": None}


FLAWS: Mapping[str, Flaw] = {
    "wrong-option": Flaw(
        form="ledger", code="choice", change=lambda row, draft: {**row, "urgency": _fact("wrong_option")}
    ),
    "blank": Flaw(form="ledger", code="required", change=lambda row, draft: {**row, "owner": None}),
    "broken-formula": Flaw(
        form="ledger", code="error-value", fits=_is("status", "under_way"),
        change=lambda row, draft: {**row, "progress": CellError("#REF!")},
    ),
    "no-date": Flaw(
        form="ledger", code="date", fits=_is_dated, change=lambda row, draft: {**row, "due": _fact("no_date")}
    ),
    "done-in-part": Flaw(
        form="ledger", code="consistent", fits=_is("status", "done"), change=lambda row, draft: {**row, "percent": 0.8}
    ),
    "done-tomorrow": Flaw(
        form="ledger", code="window", fits=_is("status", "done"),
        change=lambda row, draft: {**row, "completed": draft.day + timedelta(days=1)},
    ),
    "twice": Flaw(form="ledger", code="duplicate", change=_twice),
    "gone": Flaw(form="ledger", code="missing-row", change=_gone),
    "no-column": Flaw(form="ledger", code="missing-column", change=_without_column),
    "saturday": Flaw(form="ledger", code="workday", fits=_in_stage, change=_day_off),
    "text-date": Flaw(form="ledger", code="fixed-date", fits=_in_stage, change=_dotted),
    "alias": Flaw(form="ledger", code="fixed-choice", fits=_is("status", "done"), change=_aliased),
    "text-percent": Flaw(
        form="ledger", code="fixed-percent", fits=_is("status", "under_way"),
        change=lambda row, draft: {**row, "percent": f"{row['percent']:.0%}"},
    ),
    "moved": Flaw(
        form="ledger", code="moved-deadline", fits=_owed_later,
        change=lambda row, draft: {**row, "due": draft.scene.end},
    ),
    "reopened": Flaw(form="ledger", code="reopened", fits=_is("status", "done"), change=_again),
    "wrong-reviewer": Flaw(form="measures", code="reviewer", change=_other("reviewer_role", "reviewer_role")),
    "bad-sum": Flaw(
        form="survey", code="sum", change=lambda row, draft: {**row, "satisfied": row["satisfied"] + 1}
    ),
    "not-revised": Flaw(
        form="publications", code="consistent", fits=_is("published", "plan"), change=_unhappy
    ),
}  # fmt: skip
