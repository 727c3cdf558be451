from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sheetxml import book_xml

from rectify_xl.excel.writing.styles import Styles, colours, height_of, must, new_workbook, save_workbook
from rectify_xl.facts import catalog

FACTS = catalog.words("style")


def luminance(colour: str) -> float:
    """How light a colour is on a black-and-white print, 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with a cell in every format of the house, named in its text."""
    path = tmp_path_factory.mktemp("styles") / "样式.xlsx"

    def fill(book: object) -> None:
        styles = Styles(book)  # type: ignore[arg-type]
        sheet = styles.workbook.add_worksheet("样式")
        for row, name in enumerate(FACTS["formats"]):
            must(sheet.write_string(row, 0, name, styles(name)))

    save_workbook(path, fill, as_of=date(2005, 5, 25))
    return path


def test_every_format_has_one_of_our_two_fonts(samples: Path) -> None:
    book = book_xml(samples)
    fonts = {c.get("r"): book.font(c.get("s")) for c in book.sheets["样式"].iter("c")}
    texts = book.texts("样式")
    headings = {texts[cell] for cell, font in fonts.items() if font == "黑体"}
    assert set(fonts.values()) == {"宋体", "黑体"}
    assert headings == {name for name, entry in FACTS["formats"].items() if entry.get("font_name") == "heading"}
    assert book.font("0") == "宋体"


def test_a_column_format_never_changes_the_font() -> None:
    kinds = {name: FACTS["formats"][name] for name in catalog.KINDS}
    assert all(not any(key.startswith("font") for key in entry) for entry in kinds.values())
    assert "font_name" not in FACTS["formats"]["unlocked"]


def test_formats_are_made_once_and_later_layers_win() -> None:
    with new_workbook(BytesIO(), as_of=None) as book:
        book.add_worksheet()
        styles = Styles(book)
        assert styles("date", "grid") is styles("date", "grid")
        assert styles("date", "grid") is not styles("date")
        assert styles("header", "lefted").text_h_align == styles("lefted").text_h_align
        with pytest.raises(KeyError):
            styles("no such format")


@pytest.mark.parametrize("name", ["good", "warn", "bad"])
def test_marks_can_be_read_in_black_and_white(name: str) -> None:
    entry = FACTS["formats"][name]
    assert luminance(colours()[entry["bg_color"]]) - luminance(colours()[entry["font_color"]]) > 0.5
    others = [FACTS["formats"][other] for other in ("good", "warn", "bad") if other != name]
    marks = {key: entry.get(key) for key in ("bold", "italic")}
    assert all({key: other.get(key) for key in ("bold", "italic")} != marks for other in others)


def test_headers_differ_in_lightness() -> None:
    dark, light = (colours()[FACTS["formats"][n]["bg_color"]] for n in ("header_required", "header"))
    assert luminance(light) - luminance(dark) > 0.5


# ---- the workbook


def bytes_of(as_of: date | None) -> bytes:
    held = BytesIO()
    with new_workbook(held, as_of=as_of) as book:
        book.add_worksheet("表").write_string(0, 0, "=1+1")
    return held.getvalue()


@pytest.mark.parametrize(
    ("as_of", "told"), [(None, "2005-01-01T00:00:00Z"), (date(2005, 5, 25), "2005-05-25T00:00:00Z")]
)
def test_a_workbook_carries_no_clock(as_of: date | None, told: str) -> None:
    assert bytes_of(as_of) == bytes_of(as_of)
    core = ET.fromstring(zipfile.ZipFile(BytesIO(bytes_of(as_of))).read("docProps/core.xml"))
    assert {e.text for e in core if e.tag.endswith(("created", "modified"))} == {told}


_ODD_TEXTS = ("=1+1", "http://example.org", "123", "+1", "@x")
# Our texts are written as texts: xlsxwriter before 3.3.1 makes a formula of {=1} where it may choose.
_WAYS = [*product(("write", "write_string"), _ODD_TEXTS), ("write_string", "{=1}")]


@pytest.mark.parametrize(("way", "text"), _WAYS)
def test_texts_stay_texts(tmp_path: Path, way: str, text: str) -> None:
    path = tmp_path / "x.xlsx"
    save_workbook(path, lambda book: getattr(book.add_worksheet("表"), way)(0, 0, text), as_of=None)
    assert book_xml(path).texts("表") == {"A1": text}
    assert [p.name for p in tmp_path.iterdir()] == ["x.xlsx"]


def test_a_workbook_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save_workbook(tmp_path / "没有" / "x.xlsx", lambda book: book.add_worksheet(), as_of=None)


@pytest.mark.parametrize("status", [0, None, 1, "text"])
def test_what_xlsxwriter_did_is_fine(status: object) -> None:
    must(status)


@pytest.mark.parametrize("status", [-1, -2, -3])
def test_what_xlsxwriter_refused_is_not(status: int) -> None:
    with pytest.raises(ValueError, match=str(status)):
        must(status)


@pytest.mark.parametrize(
    ("lines", "width", "height"),
    [
        *[([""], 20, 18), (["整改"], 20, 18), (["整" * 30], 20, 46), (["整改", "整改"], 20, 32)],
        *[(["整" * 30, ""], 20, 60), (["整改\n整改"], 20, 32), (["整" * 3000], 20, 409)],
    ],
)
def test_heights_of_wrapped_lines(lines: list[str], width: float, height: float) -> None:
    assert height_of(lines, width) == height
