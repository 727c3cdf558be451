"""docs/forms.md tells every sheet, setting and column of a form's workbook as facts/form_book.toml has them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from form_books import RULES
from sources import ROOT

from rectify_xl.facts import catalog
from rectify_xl.form_book.conditions import Vocabulary, parse_labelled
from rectify_xl.form_book.layout import form_book_layout
from rectify_xl.office.settings.layout import SettingsColumn

PAGE = ROOT / "docs" / "forms.md"
OPEN, CLOSE = "<!-- columns -->\n", "<!-- /columns -->\n"


def tables() -> Iterator[str]:
    layout = form_book_layout()
    for name, sheet in layout.sheets.items():
        yield f"\n### {sheet.title}\n\n{sheet.hint}\n"
        yield from table(layout.form if name == "form" else sheet.columns)


def table(columns: Sequence[SettingsColumn]) -> Iterator[str]:
    yield "\n| | 写什么 |\n|---|---|\n"
    for column in columns:
        label = f"**{column.label}**" if column.required else column.label
        yield f"| {label} | {'；'.join(filter(None, [words_for(column), column.hint]))} |\n"


def words_for(column: SettingsColumn) -> str:
    layout = form_book_layout()
    known = {
        layout.sheets["columns"].column("kind").list: tuple(layout.kinds.values()),
        layout.setting("filled_by").list: tuple(layout.fillers.values()),
        layout.sheets["rules"].column("code").list: tuple(layout.rule_names()),
    }
    words = known.get(column.list)
    return "、".join(words) if words else column.list


def test_the_page_tells_every_column() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(OPEN)
    held, after = rest.split(CLOSE)
    made = "".join(tables()) + "\n"
    if os.environ.get("RECTIFY_XL_REGENERATE") and held != made:
        PAGE.write_text(before + OPEN + made + CLOSE + after, encoding="utf-8")
        held = made
    assert held == made, "RECTIFY_XL_REGENERATE=1 makes it anew"


def test_every_condition_on_the_page_can_be_read() -> None:
    forms = [*catalog.built_in_forms().values(), catalog.built_in_forms()["ledger"]]
    columns = {c.label: replace(c, name=c.label) for form in forms for c in form.columns}
    options = {c.name: catalog.base_lists().get(c.choices) for c in columns.values() if c.choices}
    vocabulary = Vocabulary(columns=tuple(columns.values()), options=options)
    section = PAGE.read_text(encoding="utf-8").split("## Conditions")[1].split("Parts are joined")[0]
    written = [told for told in re.findall(r"`([^`\n]+)`", section) if " " in told or "(" in told]
    assert len(written) >= 10 and all(parse_labelled(text, vocabulary) for text in written)
    assert {line[0] for line in RULES[1:]} <= set(form_book_layout().rule_names())
