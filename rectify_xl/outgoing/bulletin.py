"""The period's bulletin: its figures, the paragraphs made of them, the tables of units and of what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import under_settings
from rectify_xl.model import Book, Table
from rectify_xl.outgoing.bulletin_figures import figures_of, what_is_next
from rectify_xl.outgoing.bulletin_units import Standing, best_and_worst, not_reported
from rectify_xl.outgoing.letterhead import answer_by, issuing_office
from rectify_xl.progress.period import KINDS
from rectify_xl.progress.units import words as status_words
from rectify_xl.shares import percent_text
from rectify_xl.tables.ledger_table import day_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulletin:
    """The content of the page. `figures` are all its numbers by name, each a count, a share of one or a day.

    `sections` are headings with their paragraphs, `best` and `worst` units (unit_name, items, completed, completion,
    late), `coming` what is due next (due_on, matter, owed, is_task).
    """

    title: str
    office: str
    day: str
    addressed: str
    figures: Mapping[str, Any]
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    best: Table
    worst: Table
    coming: Table


def words() -> Mapping[str, Any]:
    """The wording of 整改情况通报.xlsx (facts/words/bulletin.toml)."""
    return catalog.words("bulletin")


@under_settings
def bulletin_for(book: Book) -> Bulletin:
    """The bulletin of a book."""
    facts, figures = words(), figures_of(book)
    best, worst = best_and_worst(book)
    paragraphs = (_overall(book, figures), (), _changes(figures), (), _wanted(book, figures))
    headings = [facts["headings"][name] for name in ("overall", "units", "changes", "coming", "wanted")]
    return Bulletin(
        title=facts["title"].format(campaign=book.settings.campaign),
        office=issuing_office(book),
        day=day_text(book.as_of),
        addressed=facts["addressed"],
        figures=figures,
        sections=tuple(zip(headings, paragraphs, strict=True)),
        best=_units(best),
        worst=_units(worst),
        coming=what_is_next(book, facts["most_coming"]),
    )


def _units(standings: Sequence[Standing]) -> Table:
    columns = ("unit_name", "items", "completed", "completion", "late")
    return Table(columns, [(s.unit.name, s.items, s.completed, s.completion, s.late) for s in standings])


# ---- the paragraphs


def _overall(book: Book, figures: Mapping[str, Any]) -> tuple[str, ...]:
    """Reports and items, then tasks and satisfaction; a sentence without anything to count is left out."""
    facts = words()["overall"]
    names = not_reported(book)
    shown = status_words()["joint"].join(names[: words()["most_names"]])
    missing = facts["missing_all" if len(names) <= words()["most_names"] else "missing_some"] if names else ""
    reported = facts["reports" if book.settings.units else "no_roster"].format(**figures)
    reports = reported + missing.format(names=shown, **figures) + facts["end"]
    items = _sentences(facts, figures, [("items", True), ("late_items", figures["late"] or figures["due_soon"])])
    if not figures["items"]:
        items = facts["no_items"]
    work = _sentences(
        facts,
        figures,
        [
            ("tasks", figures["tasks"]),
            ("survey", figures["surveyed"]),
            ("make_up", figures["make_up"]),
            ("upper", figures["upper"]),
            ("waiting", figures["pending"] or figures["to_correct"]),
        ],
    )
    return tuple(text for text in (reports + items, work) if text)


def _sentences(facts: Mapping[str, str], figures: Mapping[str, Any], choices: Sequence[tuple[str, object]]) -> str:
    """The sentences whose condition holds, one after another."""
    return "".join(facts[name].format(**_as_words(figures)) for name, holds in choices if holds)


def _as_words(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures as a sentence shows them: days and shares as text, a word for what is not known."""
    return {name: _as_word(value) for name, value in figures.items()}


def _as_word(value: Any) -> Any:
    if isinstance(value, date):
        return day_text(value)
    if isinstance(value, float):
        return percent_text(value)
    return words()["none"] if value is None else value


def _changes(figures: Mapping[str, Any]) -> tuple[str, ...]:
    facts = words()["changes"]
    if figures["previous"] is None:
        return (facts["first"],)
    if not any(figures[f"change_{name}"] for name in KINDS):
        return (facts["same"].format(**_as_words(figures)),)
    parts = [facts[name].format(**figures) for name in KINDS if figures[f"change_{name}"]]
    shown = _as_words(figures)
    trend = facts["trend" if shown["completion"] != shown["completion_before"] else "no_trend"]
    has_trend = figures["completion"] is not None and figures["completion_before"] is not None
    return (facts["since"].format(parts=facts["joint"].join(parts), **shown)
            + (trend.format(**shown) if has_trend else "") + facts["end"],)  # fmt: skip


def _wanted(book: Book, figures: Mapping[str, Any]) -> tuple[str, ...]:
    facts = words()["wanted"]
    choices = [
        ("not_reported", figures["not_reported"]),
        ("late", figures["late"] or figures["tasks_late"]),
        ("correct", figures["to_correct"]),
        ("make_up", figures["make_up"]),
        ("revise", figures["to_revise"]),
    ]
    requests = [facts[name] for name, holds in choices if holds] or [facts["nothing"]]
    return (facts["text"].format(parts=facts["joint"].join(requests), answer_by=day_text(answer_by(book))),)
