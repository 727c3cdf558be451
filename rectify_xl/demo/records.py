"""The demo's meetings, publications, filings, surveys, branches and inspections: rows with a day of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from rectify_xl.demo.problems import institutions_for, measures_for, problems_for
from rectify_xl.demo.scene import Scene, Values, asked_of, form_named, option_asked
from rectify_xl.demo.units import chinese_number, demo_facts
from rectify_xl.model import Task, Unit

Rows = Callable[[date], list[Values]]


class Votes(NamedTuple):
    """Ballots handed out and valid ones, and of these those of no opinion, fairly satisfied and dissatisfied."""

    issued: int
    valid: int
    abstained: int
    fairly: int
    unhappy: int


def rows_for(scene: Scene, others: Sequence[Unit]) -> dict[str, Rows]:
    """By form a function day -> the unit's rows as of that day, for the forms that the unit fills in."""
    forms = {e.form for task in scene.settings.tasks for e in task.evidence if scene.unit.kind in e.kinds}
    forms |= {*scene.own["also"].get(scene.unit.kind, ())}
    if any(filing.unit_kind == scene.unit.kind for filing in scene.settings.filings):
        forms.add("filings")
    if scene.unit.kind == scene.own["office"]["kind"]:
        return {"supervision": dated("inspected_on", list(_inspections(scene, others)))}
    makers: dict[str, Callable[[Scene], Rows]] = {
        "ledger": problems_for,
        "measures": measures_for,
        "institutions": institutions_for,
        "activities": lambda s: dated("held_on", list(_meetings(s))),
        "publications": lambda s: dated("published_on", list(_publications(s))),
        "filings": lambda s: dated("filed_on", list(_filings(s))),
        "survey": lambda s: dated("surveyed_on", list(_ballots(s))),
        "branches": lambda s: _always(list(_branches(s))),
    }
    return {name: make(scene) for name, make in makers.items() if name in forms}


def dated(column: str, rows: Sequence[Values]) -> Rows:
    """A function day -> the rows that are dated up to it."""
    return lambda day: [row for row in rows if row[column] <= day]


def _always(rows: list[Values]) -> Rows:
    return lambda day: rows


def day_of(task: Task, scene: Scene) -> date | None:
    """A working day in the task's window by the unit's latest return; None where it lies ahead of that."""
    first, last = max(task.start or scene.start, scene.start), min(task.end or scene.last, scene.last)
    return scene.day_within(first, last) if first <= last else None


# ---- meetings and publications


def _meetings(scene: Scene) -> Iterator[Values]:
    facts, form = demo_facts(), form_named("activities")
    for task, evidence in asked_of(scene, "activities"):
        activity, held_on = option_asked(evidence, form, scene.settings), day_of(task, scene)
        if held_on is not None and scene.happens(activity):
            yield _meeting(activity, held_on, task.half_day, scene)
    extra = list(facts["activities"])[-1]
    if scene.rng.random() < 0.4:
        yield _meeting(extra, scene.day_within(scene.start, scene.last), None, scene)


def _meeting(activity: str, held_on: date, half_day: str | None, scene: Scene) -> Values:
    texts = demo_facts()["activities"][activity]
    expected = scene.unit.members or 20
    return {
        "activity": activity,
        "subject": texts["subject"],
        "held_on": held_on,
        "half_day": half_day or scene.choose(scene.options["half_days"]),
        "place": scene.choose(demo_facts()["places"]),
        "chair": scene.unit.first_responsible,
        "expected": expected,
        "attended": expected - scene.rng.randint(0, expected // 8),
        "content": texts["content"],
    }


def _publications(scene: Scene) -> Iterator[Values]:
    form = form_named("publications")
    asked_for = [(task, option_asked(e, form, scene.settings)) for task, e in asked_of(scene, "publications")]
    plan = scene.options["plan"]
    if plan not in [published for _, published in asked_for]:
        yield _publication(plan, scene.day_within(scene.step(scene.start, 3), scene.last), scene)
    for task, published in asked_for:
        day = day_of(task, scene)
        if day is None and published == plan:
            day = scene.last
        if day is not None and scene.happens(published):
            yield _publication(published, day, scene)


def _publication(published: str, day: date, scene: Scene) -> Values:
    facts, asked = demo_facts(), scene.rng.randint(20, 90)
    dissatisfied = scene.rng.randint(0, asked // 8)
    fairly = scene.rng.randint(0, asked // 4)
    return {
        "published": published,
        "published_on": day,
        "form": scene.choose(scene.settings.lists["publication_form"][:4]),
        "audience": scene.choose(facts["audiences"]),
        "asked": asked,
        "satisfied": asked - dissatisfied - fairly - scene.rng.randint(0, 3),
        "fairly_satisfied": fairly,
        "dissatisfied": dissatisfied,
        "opinions": scene.choose(facts["opinions"]),
        "revised": scene.options["no"],
    }


# ---- filings and surveys


def _filings(scene: Scene) -> Iterator[Values]:
    named = [f for f in scene.settings.filings if f.unit_kind == scene.unit.kind]
    first = scene.step(scene.start, 3)
    for number, filing in enumerate(named, start=3):
        if first <= scene.last and scene.happens(filing.document):
            yield {
                "document": filing.document,
                "filed_on": scene.day_within(first, min(scene.step(first, 4), scene.last)),
                "authority": filing.authority,
                "reference": demo_facts()["reference"].format(number=number),
                "copies": scene.rng.randint(1, 3),
                "received_by": scene.unit.leader,
            }


def _ballots(scene: Scene) -> Iterator[Values]:
    days = [day for task, _ in asked_of(scene, "survey") if (day := day_of(task, scene))]
    if not days or not scene.happens("survey"):
        return
    sour = scene.rng.random() < 0.15
    for participant in next(r.all_of for r in form_named("survey").rules if r.all_of):
        yield _ballot(participant, days[0], sour, scene)


def _ballot(participant: str, day: date, sour: bool, scene: Scene) -> Values:
    issued = scene.rng.randint(8, 40)
    valid = issued - scene.rng.randint(0, 3)
    abstained = scene.rng.randint(0, 1)
    unhappy = (valid - abstained) * 2 // 3 if sour else scene.rng.randint(0, valid // 6)
    fairly = scene.rng.randint(0, (valid - abstained - unhappy) // 2)
    return ballot(scene, participant, day, Votes(issued, valid, abstained, fairly, unhappy))


def ballot(scene: Scene, participant: str, day: date, votes: Votes) -> Values:
    """A row of the survey: what participants of one kind voted on a day; every ballot that came back is valid."""
    return {
        "participant": participant,
        "method": scene.options["written_ballot"],
        "surveyed_on": day,
        "issued": votes.issued,
        "returned": votes.valid,
        "valid": votes.valid,
        "satisfied": votes.valid - votes.abstained - votes.unhappy - votes.fairly,
        "fairly_satisfied": votes.fairly,
        "dissatisfied": votes.unhappy,
        "abstained": votes.abstained,
        "opinions": scene.choose(demo_facts()["advice"]),
    }


# ---- branches and inspections


def _branches(scene: Scene) -> Iterator[Values]:
    facts, options = demo_facts()["branch_settings"], scene.options
    for number in range(1, scene.rng.randint(3, 5)):
        yield _branch(facts["staff"], number, scene) | {
            "kind": scene.settings.lists["branch_kind"][1], "senior_class": options["no"],
        }  # fmt: skip
    for number in range(1, scene.rng.randint(3, 6)):
        yield _branch(facts["classes"], number, scene) | {
            "kind": options["undergraduates"], "senior_class": options["yes"],
        }  # fmt: skip


def _branch(name: str, number: int, scene: Scene) -> Values:
    options, is_weak = scene.options, scene.rng.random() < 0.2
    return {
        "name": name.format(number=chinese_number(number)),
        "full_members": scene.rng.randint(3, 16),
        "has_branch": options["yes"],
        "secretary": scene.member(number),
        "committee": options["incomplete" if is_weak else "complete"],
        "condition": options["weak"] if is_weak else scene.choose(options["conditions"]),
        "remedy": demo_facts()["branch_settings"]["remedy"] if is_weak else None,
        "due": scene.step(scene.end, 20) if is_weak else None,
    }


def _inspections(scene: Scene, others: Sequence[Unit]) -> Iterator[Values]:
    texts, options = demo_facts()["supervision"], scene.options
    for unit in scene.rng.sample(others, max(1, len(others) // 3)):
        text = scene.choose(texts)
        day = scene.day_within(scene.start + timedelta(days=6), scene.last)
        answered = not text["passed"] and scene.rng.random() < 0.5
        yield {
            "inspected_on": day,
            "unit_code": unit.code,
            "inspector": scene.unit.first_responsible,
            "finding": text["finding"],
            "respond_by": None if text["passed"] else scene.step(day, scene.rng.randint(1, 5)),
            "result": options["passed" if text["passed"] else "again"],
            "response": demo_facts()["followed_up"] if answered else None,
        }
