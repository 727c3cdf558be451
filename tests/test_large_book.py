"""Large workbooks read band by band: the same cells, and the same trouble, as if they were read at once."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from xml_mutants import mutant

from rectify_xl.excel.reading import banding, large_book, large_sheet
from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.excel.reading.usual_sheets import UsualReader
from rectify_xl.excel.reading.usual_texts import UnusualMarkup
from rectify_xl.excel.reading.xml_parts import is_sound
from rectify_xl.grid import RawBook, Unreadable
from rectify_xl.kinds import CellError, NoValue

SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
Change = Callable[[str], str | bytes]


@cache
def made(*options: str) -> Mapping[str, bytes]:
    """The parts of a workbook of three hundred rows with gaps, days, merged cells and a second sheet."""
    held = BytesIO()
    with xlsxwriter.Workbook(held, dict.fromkeys(options, True)) as book:
        sheet, day = book.add_worksheet("整改台帐"), book.add_format({"num_format": "yyyy-mm-dd"})
        share = book.add_format({"num_format": "0%"})
        for row in (row for row in range(3, 300) if not 100 < row < 150):
            sheet.write_row(row, 1, [f"问题{row}", "整改中", "a < b & c", row / 4])
            sheet.write_datetime(row, 6, date(2005, 5, 1 + row % 30), day)
            sheet.write_number(row, 7, 0.5, share if row % 2 else None)
        sheet.merge_range(200, 9, 203, 10, "并")
        book.add_worksheet("封面").write(0, 0, "填报单位")
    with zipfile.ZipFile(held) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return held.getvalue()


def changed(change: Change, part: str = SHEET) -> bytes:
    parts = made()
    new = change(parts[part].decode())
    assert new != parts[part].decode()
    return packed({**parts, part: new.encode() if isinstance(new, str) else new})


def told(data: bytes) -> Any:
    """All that is read of a workbook, whatever its rows begin with; or the code that refuses it."""
    try:
        book = read_workbook(data)
    except Unreadable as error:
        return error.code
    return book.external_link, book.has_external_links, [_grid(book, at) for at in range(len(book.sheets))]


def _grid(book: RawBook, at: int) -> Any:
    grid = book.sheets[at]
    cells = {
        (grid.first_row + i, grid.first_column + j): (type(value), value)
        for i, row in enumerate(grid.rows)
        for j, value in enumerate(row)
        if value != "" or value.__class__ is not str
    }
    percents = [place for place in cells if place[1] == 7 and grid.is_percent(*place)]
    return grid.title, cells, grid.hidden_rows, sorted(grid.merges), dict(grid.far), grid.visible, percents


@pytest.fixture
def in_bands(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], Any]:
    """Reads every workbook as a large one, in bands of a dozen rows; as well where no row is tried as a usual one."""

    def read(data: bytes) -> Any:
        with monkeypatch.context() as patched:
            patched.setattr(large_book, "LARGE", 0)
            patched.setattr(large_book, "BAND", 512)
            patched.setattr(large_book, "_PIECE", 700)
            patched.setattr(banding, "BAND", 3_000)
            read = told(data)
            patched.setattr(large_book._Tries, "is_due", lambda tries: False)
            patched.setattr(large_book, "texts_of", _never)
            assert told(data) == read
            return read

    return read


def _never(data: bytes) -> list[str]:
    raise UnusualMarkup


def swap(*pairs: str, part: str = SHEET) -> Callable[[], bytes]:
    """A maker: old for new in a part, pair by pair."""

    def change(xml: str) -> str:
        for old, new in zip(pairs[::2], pairs[1::2], strict=True):
            xml = re.sub(old, new, xml, flags=re.DOTALL)
        return xml

    return lambda: changed(change, part)


def cell(name: str, inside: str) -> Callable[[], bytes]:
    """A maker: one cell written anew."""
    return swap(rf'<c r="{name}"[^>]*?(?:/>|>.*?</c>)', f'<c r="{name}"{inside}')


PREFIXED = (r"^<\?xml[^>]*>\s*", "", r"<(/?)(\w)", r"<\1x:\2", "xmlns=", "xmlns:x=")
PHONETIC = '<si><rPh sb="0" eb="1"><t>x</t></rPh><t xml:space="preserve"> 整改_x000D_中 '

ALIKE: dict[str, Callable[[], bytes]] = {
    "as written": lambda: packed(made()),
    "texts in their cells": lambda: packed(made("constant_memory")),
    "days from 1904": lambda: packed(made("date_1904")),
    "a hidden row": swap('<row r="180"', '<row r="180" hidden="1"'),
    "an error value": cell("B180", ' t="e"><v>#REF!</v></c>'),
    "a formula never calculated": cell("E250", "><f>A1</f></c>"),
    "a formula that leads out": cell("E250", '><f>WEBSERVICE("http://a")</f><v>1</v></c>'),
    "a far cell": swap("</row></sheetData>", '<c r="XFD300"><v>1</v></c></row></sheetData>'),
    "rows without numbers": swap(r' r="[A-Z]+2[0-9]+"', "", '<row r="2[0-9]+"', "<row"),
    "texts of another kind": cell("B180", ' t="str"><v>\ue0003</v></c>'),
    "a text of no number": cell("B180", ' t="s"><v>x</v></c>'),
    "a text past the end": cell("B180", ' t="s"><v>99999</v></c>'),
    "two values in a cell": cell("B180", ' t="s"><v>1</v> <v>0</v></c>'),
    "a value of no kind": cell("B180", ' t="x"><v>1</v></c>'),
    "every third row as no program has it": swap('(<row r="[0-9]*[369]"[^>]*>)', r"\1 "),
    "a number that is none": cell("E180", "><v>NaN</v></c>"),
    "rows in another order": swap('<row r="250"', '<row r="150"'),
    "a row twice": swap(r'(<row r="250".*?</row>)', r"\1\1"),
    "tags that cross": swap(r'(<row r="250".*?)</c></row>', r"\1</row></c>"),
    "a comment among the rows": swap('<row r="180"', '<!-- <row r="9" --><row r="180"'),
    "prefixed": swap(*PREFIXED),
    "UTF-16": lambda: changed(lambda xml: xml.replace("UTF-8", "UTF-16").encode("utf-16")),
    "a document type": swap("<worksheet", "<!DOCTYPE a><worksheet"),
    "cut": swap("</worksheet>", "</work"),
    "cut among the rows": swap('<row r="180".*', ""),
    "the list twice": swap("</sheetData>", "</sheetData><sheetData></sheetData>"),
    "texts with phonetics and blanks": swap("<si><t>整改中", PHONETIC, part=TEXTS),
    "empty texts": swap("<si><t>整改中</t></si>", "<si/>", "<t>问题3</t>", "<t></t>", part=TEXTS),
    "texts with a control character": swap("整改中", "整&#2;改", part=TEXTS),
    "prefixed texts": swap(*PREFIXED, part=TEXTS),
}


@pytest.mark.parametrize("name", list(ALIKE))
def test_bands_tell_what_the_whole_tells(name: str, in_bands: Callable[[bytes], Any]) -> None:
    data = ALIKE[name]()
    assert in_bands(data) == told(data)


@pytest.mark.parametrize("option", ["", "constant_memory"])
def test_no_mutant_is_read_in_bands_that_is_not_sound(option: str, in_bands: Callable[[bytes], Any]) -> None:
    parts = made(*filter(None, [option]))
    begin, end = (parts[SHEET].index(sign) for sign in (b'<row r="20"', b'<row r="280"'))
    small = parts[SHEET][:begin] + parts[SHEET][end:]
    for seed in range(15):
        data = mutant(small, seed)
        refused = isinstance(in_bands(packed({**parts, SHEET: data})), str)
        assert refused or is_sound(data), seed


def test_what_is_compared_is_there(in_bands: Callable[[bytes], Any]) -> None:
    kinds = {"an error value": CellError, "a formula never calculated": NoValue}
    for name, kind in kinds.items():
        _, _, ((_, cells, *_), _) = in_bands(ALIKE[name]())
        assert [place for place, (held, _) in cells.items() if held is kind] in ([(180, 1)], [(250, 4)])
    _, _, ((_, cells, _, merges, _, _, percents), _) = in_bands(ALIKE["as written"]())
    assert len(cells) == 248 * 6 + 1 and merges == [(201, 9, 204, 10)] and len(percents) == 124
    link, _, ((_, _, hidden, *_), _) = in_bands(ALIKE["a formula that leads out"]())
    assert link == ("整改台帐", "E250") and hidden == ()


def test_filled_cells_are_counted_over_all_bands(
    in_bands: Callable[[bytes], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    most = large_sheet.limits()
    monkeypatch.setattr(large_sheet, "limits", lambda: replace(most, cells=248 * 6))
    assert in_bands(packed(made())) == "limit-cells"


def test_a_large_part_is_never_held_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    plain = UsualReader.lines
    monkeypatch.setattr(large_book, "LARGE", 10_000)
    monkeypatch.setattr(large_book, "BAND", 2_000)
    monkeypatch.setattr(banding, "BAND", 2_000)
    monkeypatch.setattr(UsualReader, "lines", lambda *given: [seen.append(len(given[1])), plain(*given)][1])
    read_workbook(packed(made()))
    assert len(seen) > 20 and max(seen) < 5_000
