"""The documents are true: what is generated is the program's, and what is written names only what there is.

RECTIFY_XL_REGENERATE=1 makes the generated pages anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import commands
import dictionary
import frames_page
import pytest
from sources import ROOT

from rectify_xl import catalog
from rectify_xl.commands.table import COMMANDS

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


# ---- what is generated


@pytest.mark.parametrize(
    ("name", "made"),
    [("dictionary.md", dictionary.page), ("commands.md", commands.page), ("frames.md", frames_page.page)],
)
def test_a_generated_page_is_the_programs(name: str, made: Callable[[], str]) -> None:
    page, text = DOCS / name, made()
    if os.environ.get("RECTIFY_XL_REGENERATE"):
        page.write_text(text, encoding="utf-8")
    assert text_of(page) == text, "RECTIFY_XL_REGENERATE=1 makes it anew"


def test_the_dictionary_holds_every_column_and_list() -> None:
    text = text_of(DOCS / "dictionary.md")
    columns = [column for form in catalog.forms().values() for column in (*form.columns, *form.office_columns)]
    assert [column.name for column in columns if f"| {column.label} | `{column.name}` |" not in text] == []
    assert [name for name in catalog.base_lists() if f'<a id="list-{name}">' not in text] == []


def test_the_page_of_commands_holds_every_command_in_both_languages() -> None:
    text = text_of(DOCS / "commands.md")
    for name in COMMANDS:
        assert f"用法：rectify-xl {name} " in text and f"Usage: rectify-xl {name} " in text, name


# ---- links


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text_of(page))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_place_that_is_linked_to_is_there(page: Path) -> None:
    text = text_of(page)
    assert sorted(set(re.findall(r"\]\(#([^)]+)\)", text)) - anchors(text)) == []


def anchors(text: str) -> set[str]:
    """What may be linked to on a page: anchors of its own, and its headings as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    named = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return named | set(re.findall(r'<a id="([^"]+)">', text))
