from __future__ import annotations

import json
import os
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from hostile_texts import NAMES, SIGN, texts
from returns import COVER, row, settings_for

from rectify_xl.cli import main
from rectify_xl.facts import catalog
from rectify_xl.frames.result import Result
from rectify_xl.reports import run_json
from rectify_xl.runs import pipeline, workspace

DAY = date(2005, 5, 25)
HOSTILE = texts()
ROWS_A_FILE = 10
COLUMNS = ("problem", "goal", "measure", "progress", "department", "result", "remark")


def returned(rows: Sequence[dict[str, Any]], **cover: Any) -> bytes:
    """A workbook of a cover and a ledger, every text a text whatever it begins with."""
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    first.title = catalog.cover().sheet
    form = catalog.forms()["ledger"]
    lines = [["", column.label, {**COVER, **cover}.get(column.name)] for column in catalog.cover().columns]
    body = [[form.title], [], [c.label for c in form.columns], *([r.get(c.name) for c in form.columns] for r in rows)]
    for sheet, table in ((first, lines), (book.create_sheet(form.title), body)):
        for at, line in enumerate(table, start=1):
            for place, value in enumerate(line, start=1):
                cell = sheet.cell(at, place, value)
                if isinstance(value, str):
                    cell.data_type = "s"
    book.create_sheet("=1+1 HX")["A1"] = "x"
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def hostile_rows(at: int) -> list[dict[str, Any]]:
    """Ten rows, a hostile text in every column that takes one; every third row waits, its status being one too."""
    picked = HOSTILE[at : at + ROWS_A_FILE]
    rows = [row("ledger", **dict.fromkeys(COLUMNS, text)) for text in picked]
    return [
        replaced | ({"status": replaced["goal"], "owner": replaced["goal"]} if n % 3 == 0 else {})
        for n, replaced in enumerate(rows)
    ]


def with_macros(data: bytes) -> bytes:
    """The workbook as a .xlsm with something like a macro in it."""
    held = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as package, zipfile.ZipFile(held, "w") as made:
        for name in package.namelist():
            part = package.read(name)
            if name == "[Content_Types].xml":
                kind = b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
                part = part.replace(b"</Types>", kind).replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml", 1)
            made.writestr(name, part)
        made.writestr("xl/vbaProject.bin", b"Attribute VB_Name")
    return held.getvalue()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace full of hostile returns, and its run."""
    folder = tmp_path_factory.mktemp("inert") / "整改工作"
    units = tuple(
        replace(settings_for().units[2], code=f"KX{n:02}", name=f"示例{n}支部", aliases=(), parent="")
        for n in range(30)
    )
    workspace.create(folder, settings_for(units=units))
    names = [name if isinstance(name, str) else os.fsdecode(name) for name in NAMES]
    for at in range(0, len(HOSTILE), ROWS_A_FILE):
        number = at // ROWS_A_FILE
        data = returned(hostile_rows(at), unit_code=f"KX{number:02}", unit_name=f"示例{number}支部")
        (folder / "收件" / names[number].replace("{0}", SIGN)).write_bytes(data)
    macros = returned([row("ledger", due="2005.5.32")], unit_code="KX29", unit_name="示例29支部")
    (folder / "收件" / "macros.xlsm").write_bytes(with_macros(macros))
    return folder


@pytest.fixture(scope="module")
def outcome(place: Path) -> pipeline.Outcome:
    return pipeline.run_workspace(place, as_of=DAY)


def written(place: Path) -> Iterator[tuple[str, zipfile.ZipFile]]:
    """Every workbook that a run and an issue wrote."""
    for part in ("成果", "退回", "下发"):
        for path in sorted((place / part).rglob("*")):
            if path.is_file():
                yield path.relative_to(place).as_posix(), zipfile.ZipFile(path)


def active(package: zipfile.ZipFile) -> Iterator[str]:
    """Whatever in a workbook is more than text: formulas, links that lead out, names, header and footer lines."""
    for name in package.namelist():
        if not name.endswith((".xml", ".rels", ".vml")):
            continue
        for element in ElementTree.fromstring(package.read(name)).iter():
            local = element.tag.rpartition("}")[2]
            if local in {"f", "formula", "formula1", "formula2", "definedName", "oddHeader", "oddFooter", "ddeLink"}:
                yield f"{name} {local} {element.text}"
            elif local == "Relationship" or "External" in element.attrib.values():
                yield f"{name} {local} {' '.join(element.attrib.values())}"


def test_there_are_enough_of_them() -> None:
    assert len(set(HOSTILE)) >= 100
    assert all(SIGN in text for text in HOSTILE)


def test_no_text_becomes_a_formula_a_link_or_a_name(place: Path, outcome: pipeline.Outcome) -> None:
    pipeline.issue_workspace(place, as_of=DAY, units=["KX01"])
    seen, texts_found = 0, 0
    for path, package in written(place):
        with package:
            assert [told for told in active(package) if SIGN in told] == [], path
            assert not any("externalLink" in name or "connections" in name for name in package.namelist()), path
            texts_found += sum(SIGN.encode() in package.read(name) for name in package.namelist())
            seen += 1
    assert seen > len(HOSTILE) // ROWS_A_FILE
    assert texts_found > seen // 2
    assert any(item.values for item in outcome.book.items["ledger"])


def test_macros_leave_only_in_the_clerks_own_copy(place: Path, outcome: pipeline.Outcome) -> None:
    held = {path for path, package in written(place) for name in package.namelist() if "vba" in name.lower()}
    assert held <= {f"退回/{DAY.isoformat()}/macros.xlsm"}
    (told,) = [r for r in outcome.book.returns if r.file == "macros.xlsm"]
    assert "macros" in [finding.code for finding in told.findings]


def odd(text: str) -> set[str]:
    """Characters that would move a terminal or a reader's eye: controls, directions, and what is no character."""
    return {c for c in text if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}


def test_names_and_values_are_inert_in_json(outcome: pipeline.Outcome) -> None:
    told = json.loads(json.dumps(run_json(outcome.book, outcome.outputs), ensure_ascii=False))

    def strings(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from chain(*map(strings, value.values()))
        elif isinstance(value, list):
            yield from chain(*map(strings, value))
        elif isinstance(value, str):
            yield value

    found = list(strings(told))
    assert sum(SIGN in text for text in found) > 100
    assert {text: odd(text) for text in found if odd(text)} == {}


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_terminal_sees_only_text(place: Path, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        main(["check", str(place / "收件"), "--settings", str(place / "配置.xlsx"), "--as-of", DAY.isoformat(), *flags])
    out, err = capsys.readouterr()
    assert SIGN in out
    assert odd(out + err) == set()
    assert "\t" not in out


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[Any] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_holds_only_tables(outcome: pipeline.Outcome) -> None:
    seen = Seen()
    result = Result(book=outcome.book)
    seen.feed(result._repr_html_())
    seen.feed(outcome.book.settings._repr_html_())
    assert seen.tags <= {
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "p",
        "br",
        "h4",
        "ul",
        "li",
        "div",
        "b",
    }
    assert not any(re.match("on|href|src|style", name) for name, _ in seen.attributes)
