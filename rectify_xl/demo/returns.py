"""The demo's returns: which unit sends what on which day, with which flaws; all planned before any is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from rectify_xl.demo.flaws import Draft, add_flaw
from rectify_xl.demo.records import Rows, rows_for
from rectify_xl.demo.scene import Scene, Values, scene_for
from rectify_xl.demo.units import Facts, demo_facts
from rectify_xl.facts import catalog
from rectify_xl.model import Settings, Unit

_STEADY: Facts = {"returns": [7, 0]}
_AHEAD = timedelta(days=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One file of the inbox: its path there, the contents of its cover and sheets, and the codes of its findings.

    `profile` names whose template it is ("" the workspace's own); `data` is what it holds if it is no workbook.
    """

    path: str
    template: str = ""
    unit: Unit
    filled_on: date
    rows: Mapping[str, Sequence[Values]] = field(default_factory=dict)
    dropped: tuple[tuple[str, str], ...] = ()
    codes: frozenset[str] = frozenset()
    profile: str = ""
    data: bytes | None = None


def returns_for(settings: Settings, profile: str, as_of: date) -> list[Sent]:
    """Every file that came in by `as_of`, and the few that should not have."""
    sent: list[Sent] = []
    patterns = list(_patterns(settings, profile))
    office = demo_facts()[profile]["office"]["kind"]
    reporting = [unit for unit, pattern in patterns if pattern["returns"] and unit.kind != office]
    for place, (_, pattern) in enumerate(patterns):
        days = [as_of - timedelta(days=before) for before in pattern["returns"]]
        if not days:
            continue
        certain = "flaws" in pattern
        scene = scene_for(settings, profile, place, as_of=as_of, last=days[-1], is_certain=certain)
        rows = rows_for(scene, reporting)
        for day in days:
            sent += _sent_on(day, scene, rows, pattern)
    return [*sent, *_strays(sent, settings, profile, as_of)]


def _patterns(settings: Settings, profile: str) -> Iterator[tuple[Unit, Facts]]:
    """How each unit reports: branches by the patterns in turn, all others steadily."""
    patterns, branch = demo_facts()["patterns"], demo_facts()[profile]["branch"]["kind"]
    branches = 0
    for unit in settings.units:
        yield unit, patterns[branches % len(patterns)] if unit.kind == branch else _STEADY
        branches += unit.kind == branch


def _sent_on(day: date, scene: Scene, rows: Mapping[str, Rows], pattern: Facts) -> Iterator[Sent]:
    """The workbooks of one day; one is sent only when each of its sheets has something on it."""
    templates = pattern.get("only", [*catalog.templates()])
    if day < scene.last:
        templates = [name for name in templates if name in demo_facts()["sending"]["first"]]
    for name in templates:
        filled = {form.name: rows[form.name](day) for form in catalog.templates()[name] if form.name in rows}
        if filled and len(filled) == len(catalog.templates()[name]) and all(filled.values()):
            draft = Draft(scene=scene, day=day, rows=filled)
            for flaw in pattern.get("flaws", ()) if day == scene.last else ():
                add_flaw(draft, flaw)
            yield sent_by(draft, name)


def sent_by(draft: Draft, template: str) -> Sent:
    """The file that a draft becomes when its unit sends one of its workbooks."""
    unit, day = draft.scene.unit, draft.day
    sending = demo_facts()["sending"]
    return Sent(
        path=sending["path"].format(month=day.month, day=day.day, code=unit.code, name=unit.name, template=template),
        template=template,
        unit=unit,
        filled_on=day,
        rows=draft.rows,
        dropped=tuple(draft.dropped),
        codes=frozenset(draft.codes),
    )


# ---- files that should not have come


def _strays(sent: Sequence[Sent], settings: Settings, profile: str, as_of: date) -> Iterator[Sent]:
    """A copy, a return from a stranger, one of another campaign, one dated ahead, an empty file and a lock file."""
    facts, ledger = demo_facts()["flaws"], next(iter(catalog.templates()))
    good = next((s for s in reversed(sent) if s.template == ledger and not s.codes), None)
    if good is None:
        return
    stranger = replace(good.unit, **facts["not_on_roster"])
    other = next(name for name in demo_facts() if name != profile and "units_a_committee" in _table(name))
    strays = {
        "copies": replace(good, codes=frozenset({"repeated"})),
        "stranger": replace(good, unit=stranger, codes=frozenset({"unknown-unit"})),
        "other_campaign": replace(good, profile=other, codes=frozenset({"other-campaign"})),
        "future": replace(good, filled_on=as_of + _AHEAD, codes=frozenset({"future"})),
    }
    for name, stray in strays.items():
        yield replace(stray, path=demo_facts()["sending"]["stray"].format(folder=facts[name], template=ledger))
    yield Sent(path=facts["garbled"], unit=stranger, filled_on=as_of, data=b"", codes=frozenset({"not-a-workbook"}))
    yield Sent(path=facts["lock"], unit=stranger, filled_on=as_of, data=b"\x00")


def _table(name: str) -> Facts:
    entry = demo_facts()[name]
    return entry if isinstance(entry, dict) else {}
