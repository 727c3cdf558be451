"""The inputs of the demo's rows: settings, made-up texts, days, and one random generator for each unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar

from rectify_xl.days.workdays import WorkCalendar, calendar_for
from rectify_xl.demo.units import Facts, demo_facts, member
from rectify_xl.facts import catalog
from rectify_xl.facts.terms import condition_words
from rectify_xl.model import Evidence, Form, Settings, Task, Unit
from rectify_xl.rules.expression import Compare, Const
from rectify_xl.rules.expression_text import parse_condition

Values = dict[str, Any]
Option = TypeVar("Option")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One unit's part of the demo. With `is_certain` everything that can have happened by `last` has happened."""

    settings: Settings
    own: Facts
    unit: Unit
    place: int
    as_of: date
    last: date
    rng: Random
    calendar: WorkCalendar
    is_certain: bool = False

    @property
    def options(self) -> Mapping[str, Any]:
        """The options that the demo needs, by its own names."""
        options: Mapping[str, Any] = demo_facts()["options"]
        return options

    @property
    def start(self) -> date:
        """The stage's first day."""
        assert self.settings.stage_start is not None
        return self.settings.stage_start

    @property
    def end(self) -> date:
        """The stage's last working day."""
        assert self.settings.stage_end is not None
        return self.workday_before(self.settings.stage_end + timedelta(days=1))

    def choose(self, options: Sequence[Option]) -> Option:
        """One of the options by chance."""
        return self.rng.choice(options)

    def happens(self, name: str) -> bool:
        """Whether something happened in this unit, at random."""
        chances = demo_facts()["chances"]
        chance: float = chances.get(name, chances["usual"])
        return chance > 0 and (self.is_certain or self.rng.random() < chance)

    def step(self, day: date, count: int) -> date:
        """So many working days after a day, or before it."""
        return self.calendar.step(day, count)

    def workday_before(self, day: date) -> date:
        """The last working day before a day."""
        return self.calendar.step(day, -1)

    def day_within(self, first: date, last: date) -> date:
        """A working day from first to last by chance; the last one's eve where there is none."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        works = [day for day in days if self.calendar.is_workday(day)]
        return self.choose(works) if works else last

    def member(self, number: int) -> str:
        """A made-up person of the unit, 0 its head."""
        return member(self.place, number)


def scene_for(settings: Settings, profile: str, place: int, *, as_of: date, last: date, is_certain: bool) -> Scene:
    """The scene of the unit in that place of the roster whose latest return is of `last`; the same every time."""
    unit = settings.units[place]
    return Scene(
        settings=settings,
        own=demo_facts()[profile],
        unit=unit,
        place=place,
        as_of=as_of,
        last=last,
        rng=Random(f"{profile} {unit.code}"),
        calendar=calendar_for(dict(settings.holidays)),
        is_certain=is_certain,
    )


def asked_of(scene: Scene, form: str) -> Iterator[tuple[Task, Evidence]]:
    """The tasks that ask the unit for a form, with the evidence that does."""
    for task in scene.settings.tasks:
        for evidence in task.evidence:
            is_named = not evidence.units or scene.unit.code in evidence.units
            if evidence.form == form and scene.unit.kind in evidence.kinds and is_named:
                yield task, evidence


def option_asked(evidence: Evidence, form: Form, settings: Settings) -> str:
    """The option that a condition of the sort `column = option` asks for."""
    node = parse_condition(evidence.where, condition_words(form, settings.lists))
    assert isinstance(node, Compare) and isinstance(node.right, Const)
    return str(node.right.value)


def form_named(name: str) -> Form:
    """The form of that name."""
    return catalog.forms()[name]
