"""Several weeks of the demo: problems found, worked on and done, and the files that each unit sends a week."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from rectify_xl.demo.ballots import ballots_for
from rectify_xl.demo.flaws import FLAWS, Draft, add_flaw
from rectify_xl.demo.problems import SORTS, Plan, ledger_row
from rectify_xl.demo.records import Rows, dated, rows_for
from rectify_xl.demo.returns import Sent, sent_by
from rectify_xl.demo.scene import Scene, Values, scene_for
from rectify_xl.demo.units import Facts, demo_facts
from rectify_xl.facts import catalog
from rectify_xl.model import Settings

_WEEK, _EVE = timedelta(days=7), timedelta(days=1)
_FEWEST, _MOST = 7, 14
# The form that is reported every week.
_WEEKLY = "ledger"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reporter:
    """A unit with its habit and its rows of any day; `rng` decides about its weeks."""

    scene: Scene
    habit: Facts
    rows: dict[str, Rows]
    rng: Random


def season_for(settings: Settings, profile: str, weeks: int) -> Iterator[tuple[date, list[Sent]]]:
    """Week by week the day of the office's run, and the files that its units sent on the eve of it."""
    season = demo_facts()["season"]
    days = [season["first"] + _WEEK * week for week in range(weeks)]
    reporters = list(_reporters(settings, profile, days[-1]))
    for week, day in enumerate(days):
        yield day, [sent for reporter in reporters for sent in _sent_in(reporter, week, day - _EVE)]


def _reporters(settings: Settings, profile: str, last: date) -> Iterator[_Reporter]:
    office = demo_facts()[profile]["office"]["kind"]
    habits = [habit for habit in demo_facts()["season"]["habits"] for _ in range(habit["weight"])]
    others = [unit for unit in settings.units if unit.kind != office]
    for place, unit in enumerate(settings.units):
        # Seven is prime to ten: ten units in a row have each habit as often as it is meant to stand.
        habit = habits[place * 7 % len(habits)]
        scene = scene_for(settings, profile, place, as_of=last, last=last - _EVE, is_certain=habit is habits[0])
        rows = rows_for(scene, others)
        if _WEEKLY in rows:
            rows[_WEEKLY] = _problems(scene, habit)
        if "survey" in rows:
            rows["survey"] = dated("surveyed_on", list(ballots_for(scene, habit)))
        yield _Reporter(scene=scene, habit=habit, rows=rows, rng=Random(f"season {profile} {unit.code}"))


# ---- what a unit sends in a week


def _sent_in(reporter: _Reporter, week: int, day: date) -> Iterator[Sent]:
    """The workbooks of one week: the ledger, and every few weeks all others that have something on each sheet."""
    if reporter.rng.random() >= reporter.habit["reports"]:
        return
    has_all = (week + reporter.scene.place) % demo_facts()["season"]["everything_every"] == 0
    for name, forms in catalog.templates().items():
        filled = {form.name: reporter.rows[form.name](day) for form in forms if form.name in reporter.rows}
        if (has_all or _WEEKLY in filled) and len(filled) == len(forms) and all(filled.values()):
            draft = Draft(scene=reporter.scene, day=day, rows=filled)
            for flaw in _flaws_of(reporter, filled):
                add_flaw(draft, flaw)
            yield sent_by(draft, name)


def _flaws_of(reporter: _Reporter, forms: Container[str]) -> Sequence[str]:
    """The flaws of one return of some forms, by the unit's habit: mostly none or one, seldom three."""
    weights = demo_facts()["season"]["flaws"]
    count = sum(reporter.rng.random() < reporter.habit["flaws"] / 3 for _ in range(3))
    drawn = dict.fromkeys(reporter.rng.choices([*weights], [*weights.values()], k=count))
    return [name for name in drawn if FLAWS[name].form in forms]


# ---- the lives of its problems


def _problems(scene: Scene, habit: Facts) -> Callable[[date], list[Values]]:
    """A function day -> the unit's ledger rows as it would report them that day: what it has found by then."""
    texts = scene.rng.sample(scene.own["problems"], scene.rng.randint(_FEWEST, _MOST))
    lives = sorted((_life(text, scene, habit) for text in texts), key=lambda life: life[0])
    return lambda day: [ledger_row(plan, day, scene) for found, plan in lives if found <= day]


def _life(text: Facts, scene: Scene, habit: Facts) -> tuple[date, Plan]:
    """The day on which a problem is found, and its life."""
    season, rng = demo_facts()["season"], scene.rng
    weeks = max(1, (scene.last - scene.start).days // 7 - 1)
    later = rng.randint(1, weeks) if rng.random() < season["found_later"] else 0
    found = scene.start + timedelta(days=rng.randint(0, 4)) + _WEEK * later
    values = {name: text[name] for name in ("category", "problem", "goal", "measure")}
    values |= {name: scene.choose(scene.settings.lists[name]) for name in SORTS}
    if rng.random() < season["standing"]:
        return found, _plan(text, values | _terms(scene, 2, None), begun=found, is_standing=True)
    planned = rng.randint(*season["middle"])
    due, horizon = _last_day(scene, scene.step(found, planned)), 1
    if later == 0 and rng.random() < 0.5:
        planned = rng.randint(*season["near"])
        due, horizon = min(scene.step(found, planned), scene.end), 0
    if rng.random() < season["never_begun"]:
        return found, _plan(text, values | _terms(scene, horizon, due))
    begun = found + timedelta(days=rng.randint(0, 4))
    slow = habit["pace"] * season["difficulty"][values["difficulty"]] * rng.lognormvariate(0, season["spread"])
    done = scene.step(begun, max(1, round(planned * slow)))
    paced_by = due if rng.random() < season["paced_by_due"] else done
    return found, _plan(text, values | _terms(scene, horizon, due), begun=begun, done=done, paced_by=paced_by)


def _last_day(scene: Scene, day: date) -> date:
    """The day, or the last working day of the follow-up where that is earlier."""
    end = scene.settings.followup_end
    return min(day, scene.workday_before(end + _EVE)) if end else day


def _terms(scene: Scene, horizon: int, due: date | None) -> Values:
    """By when and how a problem is to be put right; `horizon` is the place in the list of horizons."""
    options = scene.options
    name = scene.settings.lists["horizon"][horizon]
    handling = scene.choose(demo_facts()["season"]["handling"][name])
    pledged = handling == options["pledged"] or scene.rng.random() < 0.4
    return {
        "handling": handling,
        "horizon": name,
        "explanation": demo_facts()["explanation"] if handling in options["explained"] else None,
        "pledged": options["yes" if pledged else "no"],
        "department": scene.choose(demo_facts()["departments"]),
        "owner": scene.member(scene.rng.randint(0, 3)),
        "due": due,
    }


def _plan(text: Facts, values: Values, **days: date | bool | None) -> Plan:
    return Plan(values=values, due=values["due"], progress=text["progress"], result=text["result"], **days)  # type: ignore[arg-type]  # days and a flag by name
