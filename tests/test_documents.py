"""The documents are true: what is generated is the program's, and what is written names only what there is.

RECTIFY_XL_REGENERATE=1 makes the generated pages anew.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import commands
import dictionary
import frames_page
import limits
import nation
import pytest
from sources import ROOT

from rectify_xl.commands.table import COMMANDS, SHARED, flags_for
from rectify_xl.facts import catalog
from rectify_xl.form_book.conditions import Vocabulary, parse_labelled
from rectify_xl.rules.expression import ExpressionError

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


# ---- what is generated


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("dictionary.md", dictionary.page), ("commands.md", commands.page), ("frames.md", frames_page.page),
        ("scale.md", nation.page),
    ],
)  # fmt: skip
def test_a_generated_page_is_the_programs(name: str, made: Callable[[], str]) -> None:
    page, text = DOCS / name, made()
    if os.environ.get("RECTIFY_XL_REGENERATE"):
        page.write_text(text, encoding="utf-8")
    assert text_of(page) == text, "RECTIFY_XL_REGENERATE=1 makes it anew"


def test_the_limits_are_the_facts() -> None:
    page, made = DOCS / "security.md", limits.table()
    before, rest = text_of(page).split("<!-- limits -->\n")
    held, after = rest.split("<!-- /limits -->\n")
    if os.environ.get("RECTIFY_XL_REGENERATE") and held != made:
        page.write_text(f"{before}<!-- limits -->\n{made}<!-- /limits -->\n{after}", encoding="utf-8")
        held = made
    assert held == made, "RECTIFY_XL_REGENERATE=1 makes it anew"
    told = set(re.findall("`((?:limit|too)-[a-z]+)`", held))
    assert told == {code for code in catalog.codes() if code.startswith("limit-")} | {"too-large"}


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


# ---- the manual: every command, name and sentence in it is one of the program's

MANUAL = DOCS / "manual.zh-CN.md"
# A sentence of so few letters of its own would fit anything.
FEWEST_OWN_LETTERS = 5


def strings(facts: Any) -> Iterator[str]:
    """Every text of some facts, keys among them."""
    if isinstance(facts, str):
        yield facts
    elif isinstance(facts, dict):
        for key, value in facts.items():
            yield key
            yield from strings(value)
    elif isinstance(facts, list):
        for value in facts:
            yield from strings(value)


@cache
def said_by_the_facts() -> frozenset[str]:
    files = [path.relative_to(catalog.FACTS).as_posix() for path in catalog.FACTS.rglob("*.toml")]
    return frozenset(text for file in files for text in strings(catalog.read_toml(file)))


def commands_in(text: str) -> list[list[str]]:
    lines = re.findall(r"`(rectify-xl [^`\n]+)`", text) + re.findall(r"^ *(rectify-xl .+)$", text, re.MULTILINE)
    return [shlex.split(line) for line in lines]


def wrong_words(words: list[str]) -> list[str]:
    """What of a command line is neither a command, nor an option of that command, nor something of the caller's."""
    named = next((word for word in words[1:] if not word.startswith("-")), "")
    held = COMMANDS.get(named, ("", SHARED))[1]
    flags = flags_for(date(2005, 5, 25))
    known = {name for option in held for name in flags[option.rstrip("*")].names} | {"--help", "-h", "--version"}
    return [word for word in words[1:] if word.startswith("-") and word not in known] + [named] * (
        bool(named) and named not in COMMANDS
    )


def test_every_command_of_the_manual_is_one() -> None:
    found = commands_in(text_of(MANUAL))
    assert len(found) > 12 and {words[1] for words in found} == {"--help", *COMMANDS}
    assert [words for words in found if wrong_words(words)] == []


def test_a_wrong_command_would_be_found() -> None:
    assert wrong_words(["rectify-xl", "rum", "x"]) == ["rum"]
    assert wrong_words(["rectify-xl", "issue", "x", "--workers", "2"]) == ["--workers"]


def test_every_sheet_and_column_of_the_manual_is_one() -> None:
    named = set(re.findall(r"「([^」]+)」", text_of(MANUAL)))
    assert len(named) > 40
    assert named - said_by_the_facts() == set()


def test_every_state_and_verdict_is_explained() -> None:
    text = text_of(MANUAL)
    told = [*catalog.states("item").values(), *catalog.states("verdict").values()]
    assert [state for state in told if state not in text] == []


def test_every_place_of_a_workspace_is_explained() -> None:
    text, names = text_of(MANUAL), catalog.read_toml("workspace.toml")
    spoken = {key: name for key, name in names.items() if key != "archive_list"}
    assert [name for name in spoken.values() if name not in text] == []


def patterns() -> list[re.Pattern[str]]:
    """The sentences of the command line, of settings and of findings, whatever they fill in."""
    parts = [catalog.words("cli.zh"), catalog.words("settings.zh"), catalog.read_toml("messages.zh.toml")]
    texts = [text for part in parts for text in strings(part)]
    own = [text for text in texts if len(re.sub(r"\{[^}]*\}|\W", "", text)) >= FEWEST_OWN_LETTERS]
    return [re.compile(".+?".join(map(re.escape, re.split(r"\{[^}]*\}", text))), re.DOTALL) for text in own]


def sentences() -> list[str]:
    """What the manual says is seen when something goes wrong, without the words that every such line begins with."""
    rows = text_of(MANUAL).split("| 看到的话 |")[1].split("\n\n")[0].splitlines()[2:]
    return [re.sub("^(?:错误|没有完成)：", "", row.split(" | ")[0].strip("| ")) for row in rows]


@pytest.mark.parametrize("told", sentences())
def test_what_the_manual_quotes_is_what_the_program_says(told: str) -> None:
    bare = re.sub("（[^（）]*）$", "", told)  # the path that a failure may name behind its reason
    known = [*patterns(), *(re.compile(re.escape(text)) for text in catalog.words("cli.zh")["failed"].values())]
    assert any(pattern.fullmatch(text) for pattern in known for text in (told, bare)), told


def conditions() -> list[str]:
    """What the manual shows in its table of conditions."""
    table = text_of(MANUAL).split("| 写法 | 意思 |")[1].split("\n\n")[0]
    return re.findall("`([^`]+)`", table)


@pytest.mark.parametrize("condition", conditions())
def test_a_condition_of_the_manual_is_understood_by_some_form(condition: str) -> None:
    understood = []
    for form in catalog.forms().values():
        options = {c.name: catalog.base_lists().get(c.choices) for c in form.columns if c.choices}
        with suppress(ExpressionError):
            understood.append(parse_labelled(condition, Vocabulary(columns=form.columns, options=options)))
    assert understood


def test_the_manual_shows_every_sort_of_condition() -> None:
    assert len(conditions()) >= 10
