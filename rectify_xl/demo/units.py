"""The made-up units of the demo, and the settings of a workspace that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

from rectify_xl.days.periods import parse_period
from rectify_xl.facts import catalog
from rectify_xl.model import Settings, Task, Unit
from rectify_xl.office import profiles

Facts = Mapping[str, Any]
# The first people lead; the heads and members of the units are the others, in turn.
LEADERS, MEMBERS = 5, 60


@cache
def demo_facts() -> Facts:
    """facts/demo.toml."""
    return catalog.read_toml("demo.toml")


def demo_settings(profile: str, units: int) -> Settings:
    """The profile's settings with so many made-up units, and with example dates where the paper names none."""
    own, settings = demo_facts()[profile], profiles.profile(profile)
    stage = own.get("stage", {"start": settings.stage_start, "end": settings.stage_end})
    made_up = tuple(_units(profile, units))
    first = next((unit.code for unit in made_up if unit.kind == own["committees"][0]["kind"]), "")
    dated = replace(
        settings,
        stage_start=stage["start"],
        stage_end=stage["end"],
        followup_end=settings.followup_end or profiles.followup_end(stage["end"], settings.followup_months),
        remark=own["remark"],
        units=made_up,
    )
    return replace(dated, tasks=tuple(_task(task, own, first, stage["start"].year) for task in settings.tasks))


def _task(task: Task, own: Facts, first_committee: str, year: int) -> Task:
    """The task with its example dates; what only the association's own committee owes names it."""
    if task.id in own.get("of_first_committee", ()) and first_committee:
        task = replace(task, evidence=tuple(replace(e, units=(first_committee,)) for e in task.evidence))
    time = own.get("times", {}).get(task.id)
    if time is None:
        return task
    period = parse_period(time, year=year)
    return replace(task, time=time, start=period.start, end=period.end, half_day=period.half_day)


# ---- the units


def _units(profile: str, count: int) -> Iterator[Unit]:
    """The top unit, committees, the office, and branches below the committees in turn."""
    own = demo_facts()[profile]
    committees = [f"{own['prefix']}{number + 2:02d}" for number in range(max(1, count // own["units_a_committee"]))]
    for number in range(count):
        code = f"{own['prefix']}{number + 1:02d}"
        if number == 0:
            texts, parent = {**own["top"]}, ""
        elif code in committees:
            texts, parent = _committee(own, number - 1), f"{own['prefix']}01"
        elif number == len(committees) + 1:
            texts, parent = {**own["office"]}, f"{own['prefix']}01"
        else:
            place = number - len(committees) - 2
            texts = {**own["branch"], "name": own["branch"]["name"].format(number=chinese_number(place + 1))}
            parent = committees[place % len(committees)]
        yield _unit(code, texts, parent, number)


def _committee(own: Facts, place: int) -> dict[str, str]:
    sorts = own["committees"]
    sort, turn = sorts[place % len(sorts)], place // len(sorts)
    name = sort["next"].format(number=chinese_number(turn + 1)) if turn else sort["name"]
    return {"kind": sort["kind"], "name": name}


def _unit(code: str, texts: Mapping[str, str], parent: str, number: int) -> Unit:
    return Unit(
        code=code,
        name=texts["name"],
        kind=texts["kind"],
        parent=parent,
        first_responsible=member(number, 0),
        leader=person(number % LEADERS),
        members=Random(code).randint(9, 64),
    )


def member(unit: int, number: int) -> str:
    """A made-up person of a unit, 0 its head; the first sixty are different people."""
    return person(len(demo_facts()["stems"]) + (unit + number) % MEMBERS)


def person(number: int) -> str:
    """A made-up person, a different one for each of the first seventy numbers."""
    facts = demo_facts()
    stems, branches = facts["stems"], facts["branches"]
    turn = number - len(stems)
    name = stems[number] if turn < 0 else stems[turn % len(stems)] + branches[turn % len(branches)]
    text: str = facts["people"].format(name=name)
    return text


def chinese_number(number: int) -> str:
    """A number from 1 to 9999 as it is spoken: 12 and 105 in Chinese numerals."""
    facts = demo_facts()
    text, digits = "", str(number)
    for place, digit in zip(range(len(digits) - 1, -1, -1), map(int, digits), strict=True):
        if digit:
            text += facts["numerals"][digit] + facts["tens"][place]
        elif text and not text.endswith(facts["zero"]):
            text += facts["zero"]
    text = text.rstrip(facts["zero"])
    one_ten = facts["numerals"][1] + facts["tens"][1]
    return text.removeprefix(facts["numerals"][1]) if text.startswith(one_ten) else text
