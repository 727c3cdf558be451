"""The built-in profiles: the Settings that a new workspace of an organisation begins with."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from rectify_xl.errors import WrongUse
from rectify_xl.facts import catalog, terms
from rectify_xl.facts.catalog import FACTS, FactsError, profile_names, record
from rectify_xl.model import Evidence, Filing, Level, Settings, Task
from rectify_xl.normal import key_text
from rectify_xl.rules.expression import ExpressionError
from rectify_xl.rules.expression_text import parse_condition

Lists = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """A profile's data file."""

    name: str
    organisation: str
    campaign: str
    early_warning: int
    stage: Mapping[str, date]
    follow_up: Mapping[str, Any]
    lists: Mapping[str, list[str]]
    reviewers: Mapping[str, list[str]]
    filings: tuple[Mapping[str, Any], ...]
    schedule: tuple[Mapping[str, Any], ...]
    optional_columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """One task of a profile's schedule; `units` are the kinds asked where a piece of evidence names none."""

    id: str
    item: str
    units: tuple[str, ...]
    evidence: tuple[Mapping[str, Any], ...]
    time: str = ""
    content: str = ""
    remark: str = ""
    start: date | None = None
    end: date | None = None
    half_day: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Proof:
    form: str
    where: str = ""
    units: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """The data file that is being read, and the lists that its names must come from."""

    file: str
    lists: Lists = field(default_factory=dict)

    def check(self, key: str, names: Sequence[str], allowed: Sequence[str]) -> None:
        """Refuses a name that is not among the allowed ones."""
        for name in names:
            if name not in allowed:
                raise FactsError(self.file, key, f"no {name!r} there")


@cache
def profile(name: str) -> Settings:
    """The settings that a new workspace of that profile begins with, without units; WrongUse if there is none."""
    if name not in profile_names():
        raise WrongUse(str(name), "no-such-profile", profiles="|".join(profile_names()))
    return load_profile(name)


@cache
def profile_of_campaign(campaign: str) -> str | None:
    """The name of the profile whose campaign is called so; spaces and width do not matter."""
    key = key_text(campaign)
    return next((name for name in profile_names() if key_text(profile(name).campaign) == key), None)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def followup_end(end: date | None, months: int | None) -> date | None:
    """The default end of the follow-up: so many months after the stage's end; None without either."""
    return None if end is None or months is None else months_after(end, months)


def load_profile(name: str, folder: Path = FACTS) -> Settings:
    """The settings of profiles/<name>.toml below `folder`; FactsError naming file and key for any slip in it."""
    file = f"profiles/{name}.toml"
    entry: _Entry = record(_Entry, catalog.read_toml(file, folder), file, "profile")
    if entry.name != name:
        raise FactsError(file, "name", "is not the file's")
    place = _Place(file=file, lists=_lists(entry, file))
    for key, keys in (("stage", {"start", "end"}), ("follow_up", {"months", "end"})):
        place.check(key, [*getattr(entry, key)], [*keys])
    end, months = entry.stage.get("end"), entry.follow_up.get("months")
    labels = [column.label for form in catalog.forms().values() for column in form.columns]
    place.check("optional_columns", entry.optional_columns, labels)
    return Settings(
        campaign=entry.campaign,
        organisation=entry.organisation,
        stage_start=entry.stage.get("start"),
        stage_end=end,
        followup_end=entry.follow_up.get("end") or followup_end(end, months),
        followup_months=months,
        early_warning=entry.early_warning,
        optional_columns=entry.optional_columns,
        tasks=_tasks(entry.schedule, place),
        reviewers=_reviewers(entry.reviewers, place),
        filings=_filings(entry.filings, place),
        lists=place.lists,
        aliases={name: dict(words) for name, words in catalog.option_aliases().items()},
    )


def _lists(entry: _Entry, file: str) -> Lists:
    """Every list by name: the profile's own first, then those of all."""
    base = catalog.base_lists()
    own = [name for name in terms.list_titles() if name not in base]
    if set(own) != set(entry.lists):
        raise FactsError(file, "lists", f"differs from profiles.toml in {set(own) ^ set(entry.lists)}")
    lists = {name: tuple(entry.lists[name]) for name in own} | dict(base)
    for name, options in lists.items():
        if not options or len(set(options)) != len(options):
            raise FactsError(file, f"lists.{name}", "is empty, or an option stands twice")
    for name, option, title in terms.missing_options(lists):
        raise FactsError(file, f"lists.{name}", f"lacks {option!r}, which the rules of {title} name")
    return lists


def _reviewers(entry: Mapping[str, list[str]], place: _Place) -> tuple[tuple[str, str], ...]:
    place.check("reviewers", [*entry], place.lists["member_role"])
    for role, reviewers in entry.items():
        place.check(f"reviewers.{role}", reviewers, place.lists["reviewer_role"])
    return tuple((role, reviewer) for role, reviewers in entry.items() for reviewer in reviewers)


def _filings(entries: Sequence[Mapping[str, Any]], place: _Place) -> tuple[Filing, ...]:
    filings: list[Filing] = []
    levels: tuple[Level, ...] = ("error", "warning")
    for at, entry in enumerate(entries):
        key = f"filings.{at}"
        kinds = tuple(entry.get("unit_kind", ()))
        rule: Filing = record(Filing, {**entry, "unit_kind": ""}, place.file, key)
        place.check(f"{key}.unit_kind", kinds, place.lists["unit_kind"])
        place.check(f"{key}.document", [rule.document], place.lists["filed_document"])
        place.check(f"{key}.authority", [rule.authority], place.lists["authority"])
        place.check(f"{key}.level", [rule.level], levels)
        filings += [
            Filing(unit_kind=kind, document=rule.document, authority=rule.authority, level=rule.level) for kind in kinds
        ]
    return tuple(filings)


def _tasks(entries: Sequence[Mapping[str, Any]], place: _Place) -> tuple[Task, ...]:
    steps: list[_Step] = [record(_Step, e, place.file, f"schedule.{e.get('id')}") for e in entries]
    if len({step.id for step in steps}) != len(steps):
        raise FactsError(place.file, "schedule", "an id stands twice")
    return tuple(_task(step, place) for step in steps)


def _task(step: _Step, place: _Place) -> Task:
    key = f"schedule.{step.id}"
    place.check(f"{key}.units", step.units, place.lists["unit_kind"])
    place.check(f"{key}.half_day", [step.half_day] if step.half_day else [], place.lists["half_day"])
    return Task(
        id=step.id,
        item=step.item,
        content=step.content,
        remark=step.remark,
        time=step.time,
        start=step.start,
        end=step.end,
        half_day=step.half_day,
        evidence=tuple(
            _evidence(proof, step, place, f"{key}.evidence.{at}") for at, proof in enumerate(step.evidence)
        ),
    )


def _evidence(entry: Mapping[str, Any], step: _Step, place: _Place, key: str) -> Evidence:
    proof: _Proof = record(_Proof, entry, place.file, key)
    place.check(f"{key}.form", [proof.form], [*catalog.forms()])
    place.check(f"{key}.units", proof.units, place.lists["unit_kind"])
    if proof.where:
        try:
            parse_condition(proof.where, terms.condition_words(catalog.forms()[proof.form], place.lists))
        except ExpressionError as error:
            raise FactsError(place.file, f"{key}.where", str(error)) from error
    return Evidence(form=proof.form, kinds=proof.units or step.units, where=proof.where)
