"""The table of satisfaction: each unit's latest survey, its ballots, its rate, and who must make up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.merging.deadlines import is_asked
from rectify_xl.merging.speaking import Speakers
from rectify_xl.model import Book, Item, Table, Unit
from rectify_xl.office.roster import roster_for
from rectify_xl.progress.units import (
    band_columns,
    counted_units,
    items_of,
    last_day,
    options_of,
    places_by_unit,
    row_test_for,
    share,
    words,
)

VOTES = ("satisfied", "fairly_satisfied", "dissatisfied", "abstained")
Values = Sequence[Any]


def satisfaction(book: Book) -> Table:
    """One row a unit with its latest survey; those that must make up (补课) first, the most dissatisfied on top.

    The latest survey is the rows of the unit's latest return of the form; where a kind of participants was asked twice
    by one method, the later day counts. Those of merged units that each still send their own count together.
    Columns: unit_code, unit_name, surveyed_on (the last day), valid, satisfied, fairly_satisfied, dissatisfied,
    abstained (ballots), rate (satisfied and fairly of all that took a side, a fraction of one), the valid ballots by
    kind of participants that was asked, their rates, make_up (most were dissatisfied), opinions (of units that must
    make up, each once; no such column where none must). The other units are in the roster's order, the last row is the
    total. Before the first survey there is no row. Where some task asks for surveys, a unit that none asks and that
    sent none has no row.
    """
    units, surveys = counted_units(book), latest_surveys(book)
    asked = {values[_at("participant")] for unit_rows in surveys.values() for values in unit_rows}
    kinds = tuple(kind for kind in options_of(book, "survey", "participant") if kind in asked)
    answers = words()["answers"]
    rows: list[tuple[Any, ...]] = []
    listed = [unit for unit in units.listed(surveys) if unit.code in surveys or _is_asked(book, unit)]
    for unit in sorted(listed if surveys else (), key=lambda unit: _urgency(surveys.get(unit.code, []))):
        unit_rows = surveys.get(unit.code, [])
        verdict = "make_up" if must_make_up(unit_rows) else "" if unit_rows else "not_surveyed"
        ending = (answers.get(verdict, ""), _opinions(unit_rows) if must_make_up(unit_rows) else "")
        rows.append((unit.code, unit.name, *_survey_cells(unit_rows, kinds), *ending))
    if rows:
        all_rows = [values for unit_rows in surveys.values() for values in unit_rows]
        rows.append(("", words()["total"], *_survey_cells(all_rows, kinds), "", ""))
    by_kind = (*band_columns("valid", kinds), *band_columns("rates", kinds))
    columns = ("unit_code", "unit_name", "surveyed_on", "valid", *VOTES, "rate", *by_kind, "make_up", "opinions")
    if not any(map(must_make_up, surveys.values())):
        return Table(columns[:-1], [row[:-1] for row in rows])
    return Table(columns, rows)


def _is_asked(book: Book, unit: Unit) -> bool:
    """Whether a task asks the unit for a survey; any unit is asked where no task speaks of surveys."""
    evidence = [e for task in book.settings.tasks for e in task.evidence if e.form == "survey"]
    return not evidence or any(is_asked(e, unit) for e in evidence)


def _urgency(rows: Sequence[Values]) -> float:
    """A sort key: below 0 for those who must make up, the lower the more were dissatisfied; 0 for all others."""
    return (rate_of(votes_of(rows)) or 0.0) - 2 if must_make_up(rows) else 0.0


def _opinions(rows: Sequence[Values]) -> str:
    opinions = [values[_at("opinions")] for values in rows]
    return str(words()["line"].join(dict.fromkeys(filter(None, opinions))))


def latest_surveys(book: Book) -> dict[str, list[Values]]:
    """The rows of each unit's latest survey (see `satisfaction`), by the code they count under."""
    items, surveys = items_of(book, "survey"), dict[str, list[Values]]()
    senders, roster = {return_.digest: return_.unit_code for return_ in book.returns}, roster_for(book.settings)
    for code, places in places_by_unit(book, counted_units(book), "survey").items():
        by_file: dict[tuple[date, str, str], list[Values]] = {}
        for place in places:
            by_file.setdefault(_sent(items[place]), []).append(items[place].values)
        files = sorted(by_file)
        sent = [(senders.get(digest, code), day) for day, _, digest in files]
        surveys[code] = [row for at in Speakers(sent, roster).latest(sent) for row in _counting(by_file[files[at]])]
    return surveys


def _counting(rows: Sequence[Values]) -> list[Values]:
    """The rows of one file that count: the last of each kind of participants and method."""
    in_order = sorted(rows, key=lambda values: values[_at("surveyed_on")] or date.min)
    return list({(values[_at("participant")], values[_at("method")]): values for values in in_order}.values())


def _at(column: str) -> int:
    return catalog.forms()["survey"].positions[column]


def _sent(item: Item) -> tuple[date, str, str]:
    return (item.latest.filled_on, item.latest.saved, item.latest.digest)


def votes_of(rows: Sequence[Values]) -> dict[str, int]:
    """The ballots of a survey, summed by VOTES."""
    return {name: sum(values[_at(name)] or 0 for values in rows) for name in VOTES}


def rate_of(votes: Mapping[str, int]) -> float | None:
    """Satisfied and fairly satisfied of all that took a side, a fraction of one; None where nobody did."""
    content = votes["satisfied"] + votes["fairly_satisfied"]
    return share(content, content + votes["dissatisfied"])


def must_make_up(rows: Sequence[Values]) -> bool:
    """Whether most were dissatisfied over all rows of the survey."""
    form = catalog.forms()["survey"]
    totals: list[Any] = [None] * len(form.columns)
    for name, votes in votes_of(rows).items():
        totals[form.positions[name]] = votes
    return row_test_for("make_up", "survey")(totals)


def _survey_cells(rows: Sequence[Values], kinds: Sequence[str]) -> tuple[Any, ...]:
    by_kind = [[values for values in rows if values[_at("participant")] == kind] for kind in kinds]
    if not rows:
        return (None,) * (2 + len(VOTES) + 1 + 2 * len(kinds))
    votes = votes_of(rows)
    return (
        last_day(values[_at("surveyed_on")] for values in rows),
        _valid(rows),
        *votes.values(),
        rate_of(votes),
        *(_valid(kind_rows) if kind_rows else None for kind_rows in by_kind),
        *(rate_of(votes_of(kind_rows)) for kind_rows in by_kind),
    )


def _valid(rows: Sequence[Values]) -> int:
    """The valid ballots; where a method counts none, everybody who answered."""
    return sum(
        sum(values[_at(name)] or 0 for name in VOTES) if values[_at("valid")] is None else values[_at("valid")]
        for values in rows
    )
