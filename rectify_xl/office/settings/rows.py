"""Settings as the rows of 配置.xlsx: the inverse of `settings_from`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from rectify_xl.days.periods import PeriodError, parse_period
from rectify_xl.facts import catalog, terms
from rectify_xl.model import Evidence, Settings, Task
from rectify_xl.office.settings.layout import settings_layout

# A row by column: a text, a date, a whole number, several texts, or None for an empty cell.
SettingsRow = Mapping[str, Any]


def rows_for(settings: Settings) -> dict[str, list[SettingsRow]]:
    """The rows below the header of every sheet, by sheet name; 活动 has its value under the column `value`."""
    return {name: list(ROWS[name](settings)) for name in settings_layout().sheets}


def _campaign(settings: Settings) -> Iterator[SettingsRow]:
    for setting in settings_layout().campaign:
        yield {"name": setting.label, "value": getattr(settings, setting.name), "note": setting.hint}


def _units(settings: Settings) -> Iterator[SettingsRow]:
    columns = [column.name for column in settings_layout().sheets["units"].columns]
    for unit in settings.units:
        yield {name: getattr(unit, name) for name in columns}
    if not settings.units:
        yield settings_layout().sheets["units"].example


def _schedule(settings: Settings) -> Iterator[SettingsRow]:
    """A row a piece of evidence; what belongs to the task stands in its first row alone."""
    year = settings.stage_start.year if settings.stage_start else None
    for task in settings.tasks:
        evidence = task.evidence or (None,)
        about = {"time": task.time, "item": task.item, "content": task.content, "remark": task.remark}
        for place, proof in enumerate(evidence):
            first = {**about, **_days(task, year)} if place == 0 else {}
            yield {"id": task.id, **first, **(_proof(proof) if proof else {})}


def _proof(evidence: Evidence) -> SettingsRow:
    form = catalog.forms()[evidence.form]
    return {"kinds": evidence.kinds, "units": evidence.units, "form": form.title, "where": evidence.where}


def _days(task: Task, year: int | None) -> SettingsRow:
    """The days of a task, where its time in words does not give them."""
    days = (task.start, task.end, task.half_day)
    if days == _days_in_words(task.time, year):
        return {}
    return dict(zip(("start", "end", "half_day"), days, strict=True))


def _days_in_words(time: str, year: int | None) -> tuple[date | None, date | None, str | None]:
    try:
        period = parse_period(time, year=year)
    except PeriodError:
        return None, None, None
    return period.start, period.end, period.half_day


def _reviewers(settings: Settings) -> Iterator[SettingsRow]:
    for member_role, reviewer_role in settings.reviewers:
        yield {"member_role": member_role, "reviewer_role": reviewer_role}


def _filings(settings: Settings) -> Iterator[SettingsRow]:
    levels = catalog.states("level")
    for rule in settings.filings:
        about = {"unit_kind": rule.unit_kind, "document": rule.document, "authority": rule.authority}
        yield {**about, "level": levels[rule.level]}


def _lists(settings: Settings) -> Iterator[SettingsRow]:
    titles = terms.list_titles()
    for name, options in settings.lists.items():
        if name not in titles:  # a list that a form of the office's own brings stands in that form's workbook
            continue
        words: dict[str, list[str]] = {}
        for alias, option in settings.aliases.get(name, {}).items():
            words.setdefault(option, []).append(alias)
        for option in options:
            yield {"list": titles[name], "option": option, "aliases": tuple(words.get(option, ()))}


def _holidays(settings: Settings) -> Iterator[SettingsRow]:
    works, rests = settings_layout().options["day"]
    for day, is_worked in settings.holidays:
        yield {"day": day, "works": works if is_worked else rests}


def _waivers(settings: Settings) -> Iterator[SettingsRow]:
    columns = [column.name for column in settings_layout().sheets["waivers"].columns]
    for waiver in settings.waivers:
        yield {name: getattr(waiver, name) for name in columns}


ROWS: Mapping[str, Callable[[Settings], Iterator[SettingsRow]]] = {
    "campaign": _campaign,
    "units": _units,
    "schedule": _schedule,
    "reviewers": _reviewers,
    "filings": _filings,
    "lists": _lists,
    "holidays": _holidays,
    "waivers": _waivers,
}
