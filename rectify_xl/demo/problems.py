"""The demo's problems, measures and institutions: planned once, then shown as they stand on the day of a return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rectify_xl.demo.scene import Scene, Values
from rectify_xl.demo.units import Facts, demo_facts
from rectify_xl.office.ruling import reviewers_of

_FEWEST, _MOST = 5, 12
# The columns of the ledger that say what sort of problem it is, each chosen from the list of its name.
SORTS = ("source", "aspect", "scope", "manner", "urgency", "difficulty")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """When a problem or a measure is due, begun, reviewed and done, also after the day of a return.

    `paced_by` is the day by which its unit thinks to be ready, where that is not the day on which it will be.
    """

    values: Values
    due: date | None = None
    begun: date | None = None
    reviewed: date | None = None
    done: date | None = None
    is_standing: bool = False
    progress: str = ""
    result: str = ""
    paced_by: date | None = None

    def status(self, day: date, options: Facts) -> str:
        """The status on a day."""
        if self.begun is None or self.begun > day or (self.reviewed and self.reviewed > day):
            return str(options["not_begun"])
        if self.is_standing:
            return str(options["standing"])
        return str(options["done" if self.done and self.done <= day else "under_way"])


# ---- the ledger


def problems_for(scene: Scene) -> Callable[[date], list[Values]]:
    """A function day -> the unit's ledger rows as it would report them that day."""
    lives = demo_facts()["lives"]
    first = lives[:4] * (2 if scene.is_certain else 1)
    texts = scene.rng.sample(scene.own["problems"], scene.rng.randint(max(_FEWEST, len(first)), _MOST))
    drawn = scene.rng.choices(lives, [life["weight"] for life in lives], k=len(texts) - len(first))
    plans = [_problem(text, life, scene) for text, life in zip(texts, first + drawn, strict=True)]
    plans[0] = _done_early(plans[0], scene)
    return lambda day: [ledger_row(plan, day, scene) for plan in plans]


def _problem(text: Facts, life: Facts, scene: Scene) -> Plan:
    options, handling = scene.options, scene.choose(life["handling"])
    due = _DUES[life["due"]](scene)
    pledged = handling == options["pledged"] or scene.rng.random() < 0.4
    values = {name: text[name] for name in ("category", "problem", "goal", "measure")}
    values |= {name: scene.choose(scene.settings.lists[name]) for name in SORTS}
    values |= {
        "handling": handling,
        "horizon": life["horizon"],
        "explanation": demo_facts()["explanation"] if handling in options["explained"] else None,
        "pledged": options["yes" if pledged else "no"],
        "department": scene.choose(demo_facts()["departments"]),
        "owner": scene.member(scene.rng.randint(0, 3)),
        "due": due,
    }
    return Plan(
        values=values,
        due=due,
        begun=scene.start + timedelta(days=scene.rng.randint(0, 4)) if life["begun"] else None,
        done=_DONE[life.get("done", "")](due, scene),
        is_standing=life.get("standing", False),
        progress=text["progress"],
        result=text["result"],
    )


def _done_early(plan: Plan, scene: Scene) -> Plan:
    """The same problem done in the first days, so that every return has something to show."""
    return Plan(
        values=plan.values,
        due=plan.due,
        begun=scene.start,
        done=scene.step(scene.start, 2),
        progress=plan.progress,
        result=plan.result,
    )


_DUES: dict[str, Callable[[Scene], date | None]] = {
    "past": lambda scene: scene.step(scene.as_of, -scene.rng.randint(1, 4)),
    "soon": lambda scene: scene.step(scene.as_of, scene.rng.randint(1, scene.settings.early_warning)),
    "end": lambda scene: scene.end,
    "after": lambda scene: scene.step(scene.end, scene.rng.randint(8, 55)),
    "none": lambda scene: None,
}
_DONE: dict[str, Callable[[date | None, Scene], date | None]] = {
    "": lambda due, scene: None,
    "in-time": lambda due, scene: scene.day_within(scene.step(scene.start, 2), scene.as_of),
    "late": lambda due, scene: min(scene.as_of, scene.step(due or scene.as_of, scene.rng.randint(1, 2))),
}


def ledger_row(plan: Plan, day: date, scene: Scene) -> Values:
    """The problem's row in the ledger as its unit would report it that day."""
    options = scene.options
    status = plan.status(day, options)
    is_done, is_begun = status == options["done"], status != options["not_begun"]
    return {
        **plan.values,
        "status": status,
        "percent": 1.0 if is_done else _share(plan, day, scene) if is_begun else 0.0,
        "progress": plan.progress if is_begun else None,
        "completed": plan.done if is_done else None,
        "result": plan.result if is_done else None,
    }


def _share(plan: Plan, day: date, scene: Scene) -> float:
    """How far a problem is, from a tenth to nine tenths."""
    assert plan.begun is not None
    until = plan.paced_by or plan.done or plan.due or scene.end
    gone = ((day - plan.begun).days + 1) / max(1, (until - plan.begun).days + 1)
    return round(min(0.9, max(0.1, gone)), 1)


# ---- members' measures


def measures_for(scene: Scene) -> Callable[[date], list[Values]]:
    """A function day -> the unit's rows of members' measures as it would report them that day."""
    roles = [*scene.own["roles"].get(scene.unit.kind, ())]
    texts = scene.rng.sample(demo_facts()["measures"], len(roles))
    plans = [_measure(text, who, scene) for text, who in zip(texts, enumerate(roles), strict=True)]
    return lambda day: [_measure_row(plan, day, scene) for plan in plans]


def _measure(text: Facts, who: tuple[int, str], scene: Scene) -> Plan:
    number, role = who
    reviewed = scene.day_within(scene.step(scene.start, 1), scene.step(scene.start, 6))
    done = scene.step(reviewed, scene.rng.randint(1, 6)) if scene.rng.random() < 0.5 else None
    reviewers = reviewers_of(scene.settings, role)
    values = {
        "member": scene.member(number),
        "member_role": role,
        "problem": text["problem"],
        "aspect": text["aspect"],
        "measure": text["measure"],
        "due": scene.end,
        "reviewer_role": scene.choose(reviewers or scene.settings.lists["reviewer_role"]),
        "reviewer": scene.unit.leader if number == 0 else scene.unit.first_responsible,
    }
    return Plan(values=values, begun=reviewed, reviewed=reviewed, done=done, progress=text["progress"])


def _measure_row(plan: Plan, day: date, scene: Scene) -> Values:
    options = scene.options
    status = plan.status(day, options)
    is_reviewed = plan.reviewed is not None and plan.reviewed <= day
    is_done, is_begun = status == options["done"], status != options["not_begun"]
    return {
        **plan.values,
        "review_result": options["approved" if is_reviewed else "waiting"],
        "reviewed_on": plan.reviewed if is_reviewed else None,
        "status": status,
        "completed": plan.done if is_done else None,
        "progress": plan.progress if is_begun else None,
    }


# ---- institutions


def institutions_for(scene: Scene) -> Callable[[date], list[Values]]:
    """A function day -> the institutions that the unit keeps, improves or makes, as reported that day."""
    if not scene.happens("institutions"):
        return lambda day: []
    texts = scene.rng.sample(demo_facts()["institutions"], scene.rng.randint(2, 4))
    institutions = [_institution(text, scene) for text in texts]
    return lambda day: [_institution_row(values, issued, day, scene) for values, issued in institutions]


def _institution(text: Facts, scene: Scene) -> tuple[Values, date | None]:
    options = scene.options
    action = scene.choose(scene.settings.lists["institution_action"])
    values: dict[str, Any] = {
        "name": text["name"],
        "mechanism": text["mechanism"],
        "action": action,
        "department": scene.choose(demo_facts()["departments"]),
        "owner": scene.unit.first_responsible,
    }
    if action == options["kept"]:
        return values | {"status": options["in_force"]}, None
    values |= {"due": scene.step(scene.end, scene.rng.randint(0, 20)), "status": scene.choose(options["drafts"])}
    return values, scene.day_within(scene.start, scene.as_of) if scene.rng.random() < 0.5 else None


def _institution_row(values: Values, issued: date | None, day: date, scene: Scene) -> Values:
    if issued is None or issued > day:
        return values
    number = 10 + issued.day + len(values["name"])
    reference = demo_facts()["reference"].format(number=number)
    return {**values, "status": scene.options["issued"], "issued_on": issued, "document": reference}
