"""Reads Settings from the sheets of 配置.xlsx; all mistakes are noted before the workbook is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from rectify_xl.facts import catalog, terms
from rectify_xl.facts.in_force import lists_of, own_forms, using
from rectify_xl.layouts.ledger_columns import DIGEST_DIGITS
from rectify_xl.messages import code_name
from rectify_xl.model import Filing, Form, Settings, Waiver
from rectify_xl.normal import key_text
from rectify_xl.office.settings.book import FilledBook, rows_by_title
from rectify_xl.office.settings.campaign import Campaign, read_campaign
from rectify_xl.office.settings.cells import Line, Options, Rows, header_of, options_by_key
from rectify_xl.office.settings.layout import settings_layout
from rectify_xl.office.settings.lists import Dictionary, note_missing, read_lists
from rectify_xl.office.settings.problems import SettingsError
from rectify_xl.office.settings.tasks import Surroundings, read_tasks
from rectify_xl.office.settings.units import called_in, read_units

# A file's digest, or enough of its beginning.
_DIGEST = re.compile(f"[0-9a-fA-F]{{{DIGEST_DIGITS},64}}")


def settings_from(sheets: Mapping[str, Rows], forms: Sequence[Form] = ()) -> Settings:
    """The settings that a workbook's sheets say; `sheets` gives by title the rows of values from A1 on.

    `forms` are the office's own: the sheets may name them, and the lists that they bring are among the settings'.
    Raises SettingsError with every mistake, in the order of the sheets and their cells.
    """
    book = _book(sheets)
    with using(forms):
        settings = _settings(book)
    if mistakes := book.mistakes():
        raise SettingsError(mistakes)
    return settings


def lists_in(sheets: Mapping[str, Rows]) -> Mapping[str, tuple[str, ...]]:
    """The options by list of 字典, as far as it can be read: `settings_from` reports its mistakes."""
    return _dictionary(_book(sheets)).lists


def _book(sheets: Mapping[str, Rows]) -> FilledBook:
    return FilledBook(sheets=settings_layout().sheets, rows=rows_by_title(sheets))


def _settings(book: FilledBook) -> Settings:
    words = _with_lists_of(own_forms(), _dictionary(book))
    options = _options(book, words)
    campaign = _campaign(book, options)
    units = read_units(book.lines("units", options))
    start: date | None = campaign.values.get("stage_start")
    surroundings = Surroundings(
        lists=words.lists,
        kinds={unit.code: unit.kind for unit in units},
        year=start.year if start else None,
        year_cell=_year_cell(book, campaign),
    )
    # With an empty roster any unit is taken as its cover writes it, so that a waiver may name any.
    waiver_options = options if units else {name: allowed for name, allowed in options.items() if name != "unit"}
    return Settings(
        **{"campaign": "", "organisation": "", **campaign.values},
        units=units,
        tasks=read_tasks(book.lines("schedule", options), surroundings),
        reviewers=_reviewers(book.lines("reviewers", options)),
        filings=_filings(book.lines("filings", options)),
        lists=words.lists,
        aliases=words.aliases,
        holidays=_holidays(book.lines("holidays", options), settings_layout().options["day"][0]),
        waivers=_waivers(book.lines("waivers", waiver_options)),
        forms=own_forms(),
    )


def _with_lists_of(forms: Sequence[Form], words: Dictionary) -> Dictionary:
    """The dictionary with the lists that the office's own forms bring."""
    lists, aliases = lists_of(forms)
    return Dictionary(lists={**words.lists, **lists}, aliases={**words.aliases, **aliases})


def _options(book: FilledBook, words: Dictionary) -> Options:
    """The options of every list that choices come from; a list whose sheet is missing is left out."""
    lists = {
        **settings_layout().options,
        "form": terms.form_titles(),
        "code": terms.waivable_codes(),
        "list": terms.list_titles().values(),
        "label": [column.label for form in catalog.forms().values() for column in form.columns],
        "level": terms.rule_levels(),
        **words.lists,
    }
    sheet, rows = book.sheet("units")
    named_units = called_in(sheet, rows) if rows is not None else None
    called = {"code called": {key_text(code_name(code)).casefold(): code for code in terms.waivable_codes()}}
    if named_units is not None:
        lists["unit"] = [code for _, code in named_units]
        called["unit called"] = {key_text(name).casefold(): code for name, code in reversed(named_units)}
    return {**{name: options_by_key(options) for name, options in lists.items()}, **called}


def _dictionary(book: FilledBook) -> Dictionary:
    titles = {"list": options_by_key(terms.list_titles().values())}
    lines = book.lines("lists", titles)
    words = read_lists(lines)
    sheet, rows = book.sheet("lists")
    header = header_of(sheet, rows) if rows is not None else None
    if header is not None and {"list", "option"} <= set(header.places):
        below = max((line.row for line in lines), default=header.at + 1) + 1
        note_missing(sheet, words.lists, (below, header), book.notes)
    return words


def _campaign(book: FilledBook, options: Options) -> Campaign:
    sheet, rows = book.sheet("campaign")
    if rows is not None:
        return read_campaign(sheet, rows, options, book.notes)
    book.note_absence(sheet)
    return Campaign(values={}, places={})


def _year_cell(book: FilledBook, campaign: Campaign) -> str:
    """The cell where the campaign's year should stand; "" where a mistake there is noted already."""
    cell = campaign.places.get("stage_start", "")
    return "" if book.notes.knows(book.sheets["campaign"].title, cell) else cell


def _reviewers(lines: Sequence[Line]) -> tuple[tuple[str, str], ...]:
    pairs = ((line.values["member_role"], line.values["reviewer_role"]) for line in lines)
    return tuple(dict.fromkeys(pairs))


def _filings(lines: Sequence[Line]) -> tuple[Filing, ...]:
    levels = terms.rule_levels()
    return tuple(Filing(**{**line.values, "level": levels.get(line.values["level"], "error")}) for line in lines)


def _waivers(lines: Sequence[Line]) -> tuple[Waiver, ...]:
    """The waivers; one without a rule must name the file that is not to count."""
    for line in lines:
        if not line.cells["rule"].text and not line.values["digest"]:
            line.cells["rule"].refuse("required")
        if line.values["digest"] and not _DIGEST.fullmatch(line.values["digest"]):
            line.cells["digest"].refuse("digest", least=DIGEST_DIGITS)
    return tuple(Waiver(**line.values) for line in lines)


def _holidays(lines: Sequence[Line], works: str) -> tuple[tuple[date, bool], ...]:
    """(day, whether it is worked on) in the order of the sheet; a day that stands twice is noted."""
    by_day: dict[date, Line] = {}
    for line in lines:
        if day := line.values["day"]:
            first = by_day.setdefault(day, line)
            if first is not line:
                line.cells["day"].refuse("duplicate", other=first.cells["day"].name)
    return tuple((day, line.values["works"] == works) for day, line in by_day.items())
