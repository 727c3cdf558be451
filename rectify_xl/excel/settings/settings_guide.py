"""The sheet 说明 of 配置.xlsx: how to fill in the others, and the words that they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from rectify_xl.excel.settings.settings_choices import Area
from rectify_xl.excel.writing.styles import A4, Styles, height_of, must
from rectify_xl.facts import catalog, terms
from rectify_xl.messages import messages
from rectify_xl.model import Settings
from rectify_xl.office.settings.layout import settings_layout
from rectify_xl.office.settings.tasks import condition_help

_TITLE_HEIGHT, _SECTION_HEIGHT = 30.0, 26.0
_LINE_SPACING = 1.12
_LAST = 2
Line = tuple[str, str, str]


def write_guide(page: Worksheet, styles: Styles, settings: Settings) -> dict[str, Area]:
    """Writes the sheet; first and last row (from 0) of each list of words in its first column, by list name."""
    guide = settings_layout().guide
    for index, width in enumerate(guide.widths):
        must(page.set_column(index, index, width, styles("text")))
    must(page.set_row(0, _TITLE_HEIGHT))
    must(page.merge_range(0, 0, 0, _LAST, guide.title, styles("title", "lefted")))
    row = 1
    for line in (guide.hint, *guide.lines):
        must(page.set_row(row, height_of([line], sum(guide.widths))))
        must(page.merge_range(row, 0, row, _LAST, line, styles("text" if row > 1 else "note")))
        row += 1
    areas: dict[str, Area] = {}
    parts: Sequence[tuple[str, Mapping[str, Any], list[Line]]] = (
        ("form", guide.forms, form_lines(settings)),
        ("code", guide.codes, code_lines()),
        ("list", guide.lists, list_lines()),
    )
    for name, head, lines in parts:
        areas[name] = _write_part(page, styles, row + 1, (head, lines))
        row = areas[name][1] + 1
    set_up_print(page)
    return areas


def set_up_print(page: Worksheet) -> None:
    """A4 landscape, one page wide, numbered."""
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(A4)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.fit_to_pages(1, 0)
    must(page.set_footer(settings_layout().looks.footer))


def _write_part(page: Worksheet, styles: Styles, row: int, part: tuple[Mapping[str, Any], list[Line]]) -> Area:
    """Writes a title, a header and lines from `row` on; the rows of the first and the last line."""
    head, lines = part
    must(page.set_row(row, _SECTION_HEIGHT))
    for index in range(_LAST + 1):
        must(page.write_string(row, index, head["title"] if index == 0 else "", styles("section")))
        must(page.write_string(row + 1, index, head["header"][index], styles("header")))
    for line_row, line in enumerate(lines, start=row + 2):
        must(page.set_row(line_row, _height(line)))
        for index, text in enumerate(line):
            must(page.write_string(line_row, index, text, styles("text", "grid")))
    return row + 2, row + 1 + len(lines)


def _height(line: Line) -> float:
    """The height of a line with some room to spare: a program without the font spaces lines wider."""
    cells = zip(line, settings_layout().guide.widths, strict=True)
    return _LINE_SPACING * max(height_of(text.split("\n"), width) for text, width in cells)


def form_lines(settings: Settings) -> list[Line]:
    """A line a form: its title, its template, and the columns that a 判定条件 may name with their options."""
    return [
        (form.title, form.template, "\n".join(condition_help(terms.condition_words(form, settings.lists))))
        for form in catalog.forms().values()
    ]


def code_lines() -> list[Line]:
    """A line a rule that may be waived: its code, its name, what it means."""
    texts = messages("zh")
    return [(name, texts[name].name, texts[name].means) for name in terms.waivable_codes()]


def list_lines() -> list[Line]:
    """A line a list: its title, and the columns of the settings and of the forms that use it."""
    layout = settings_layout()
    sheets = [(s.title, c.label, c.list) for s in layout.sheets.values() for c in s.columns]
    forms = [(f.title, c.label, c.choices) for f in catalog.forms().values() for c in f.columns]

    def uses(columns: Sequence[tuple[str, str, str]], name: str) -> str:
        mention = layout.looks.mention
        return "\n".join(mention.format(sheet=sheet, label=label) for sheet, label, used in columns if used == name)

    return [(title, uses(sheets, name), uses(forms, name)) for name, title in terms.list_titles().items()]
