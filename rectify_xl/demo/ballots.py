"""The surveys of the demo's weeks: units differ in how satisfied they are and how many vote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import log

from rectify_xl.demo.records import Votes, ballot, day_of
from rectify_xl.demo.scene import Scene, Values, asked_of, form_named
from rectify_xl.demo.units import Facts, demo_facts

_AGAIN = timedelta(days=28)


def ballots_for(scene: Scene, habit: Facts) -> Iterator[Values]:
    """A unit's rows of the survey, a row a kind of participant; a sour unit asks once more four weeks later."""
    survey = demo_facts()["season"]["survey"]
    day = next((day for task, _ in asked_of(scene, "survey") if (day := day_of(task, scene))), None)
    if day is None:
        return
    is_sour = scene.rng.random() < survey["sour"]
    usual = survey["pleased"] - survey["slow_costs"] * (habit["pace"] - 0.75)
    pleased = survey["sour_pleased"] if is_sour else usual + scene.rng.gauss(0, survey["spread"])
    yield from _ballots(scene, day, pleased)
    if is_sour:
        yield from _ballots(scene, scene.step(day + _AGAIN, 1), usual)


def _ballots(scene: Scene, day: date, pleased: float) -> Iterator[Values]:
    participants = next(rule.all_of for rule in form_named("survey").rules if rule.all_of)
    survey, rng = demo_facts()["season"]["survey"], scene.rng
    size = rng.lognormvariate(log(survey["ballots"]), survey["ballots_spread"])
    for participant in participants:
        issued = max(3, round(size * rng.uniform(0.5, 1.5)))
        valid = issued - rng.randint(0, issued // 8)
        abstained = rng.randint(0, 1)
        happy = sum(rng.random() < pleased for _ in range(valid - abstained))
        fairly = sum(rng.random() < 0.3 for _ in range(happy))
        yield ballot(scene, participant, day, Votes(issued, valid, abstained, fairly, valid - abstained - happy))
