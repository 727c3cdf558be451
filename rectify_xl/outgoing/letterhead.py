"""The letterhead of what goes out: the office that sends it, and the day by which an answer is wanted."""

from __future__ import annotations

from datetime import date

from rectify_xl.days.workdays import calendar_for
from rectify_xl.facts import catalog
from rectify_xl.model import Book
from rectify_xl.office.roster import roster_for


def issuing_office(book: Book) -> str:
    """The roster's unit of the office's own kind, the first of them; without one the organisation."""
    kind = catalog.reading().office_kind
    active = roster_for(book.settings).active(book.as_of)
    return next((unit.name for unit in active if unit.kind == kind), book.settings.organisation)


def answer_by(book: Book) -> date:
    """The day 提前提醒工作日 working days, at least one, after the day of judgement."""
    return calendar_for(dict(book.settings.holidays)).step(book.as_of, max(book.settings.early_warning, 1))
