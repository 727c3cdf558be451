"""Marked returns: what is on the copy, what is not touched, and that marks come off again."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hard_packages import (
    CLERKS_NOTES,
    HARD,
    MOST_STYLES,
    SHEET,
    UNSAFE,
    changed,
    noted,
    plain,
    restricted,
    unzipped,
    zipped,
)
from hypothesis import given
from hypothesis import strategies as st
from package_looks import Looks, contents, values
from returns import filled_template, reopened, row, settings_for
from soffice import convert, convert_all, needs_soffice

from rectify_xl.excel.marked import CannotPatch, copy_or_reason, mark, unmark, write_copy_or_list, write_problem_list
from rectify_xl.excel.marking import style_part
from rectify_xl.excel.marking.colours import MOST_FILLS, fill_text, is_fill_text, mark_colour, number_in
from rectify_xl.excel.marking.elements import Edits, parse
from rectify_xl.facts import catalog
from rectify_xl.model import Finding, FormRows, Level, Return, Row
from rectify_xl.office.ruling import ruling_for
from rectify_xl.receiving.intake import files_in
from rectify_xl.receiving.reading import read_file
from rectify_xl.runs import pipeline

RULING = ruling_for(settings_for())
LIST = catalog.reading().problems_sheet
SEND_BY = date(2005, 6, 1)
RED, AMBER, DARK_RED = "FFF4BBB9", "FFF4DB8C", "FFCB3523"


def finding(level: Level, cell: str, number: int | None = None, **more: Any) -> Finding:
    told: dict[str, Any] = {"code": "choice", "sheet": SHEET, "label": "栏目", "value": "=1+1", **more}
    return Finding(level=level, cell=cell, row=number, **told)


HELD = Return(
    file="a.xlsx",
    verdict="returned",
    findings=(
        finding("error", "B2", 2),
        finding("warning", "C3", 3),
        finding("error", "D4", 4, code="required", value=""),
        finding("error", "B1", 1),
        finding("error", "", 3),
        finding("fixed", "A4", 4),
        finding("warning", "", None, code="no-rows"),
        finding("warning", "", None, sheet="", code="macros"),
    ),
)
# The cells that HELD marks; a row's first column is A, as its findings have it.
MARKED = {"A3": "error", "B1": "error", "B2": "error", "C3": "warning", "D4": "error"}
hard = pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in HARD.items()])


# Packages whose formats name fonts and borders that are not there: openpyxl does not open them.
UNSTYLED = ("few_styles", "no_styles")


def known(look: Any, make: Callable[[], bytes]) -> Any:
    """A look without what the package does not say before it is marked."""
    return (look[0], look[2], look[4]) if make.__name__ in UNSTYLED else look


def write_returned(data: bytes, held: Return, target: Path, send_by: date | None = None) -> Path:
    """The marked copy of a file written to `target`, or the list of its problems beside it; the path written."""
    copy = copy_or_reason(data, held, send_by=send_by, lang="zh")
    return write_copy_or_list(copy, held, target, send_by=send_by)


def values_before(make: Callable[[], bytes]) -> dict[str, Any]:
    """The values of a package; calamine does not read UTF-16."""
    return values(zipped(plain()) if make.__name__ == "in_utf16" else make())


def clerks(titles: dict[str, Any]) -> dict[str, Any]:
    """What is on the sheets that are the clerk's, our list apart (it is the last)."""
    return {title: titles[title] for title in list(titles)[:-1]}


# ---- what is not touched

_MAY_CHANGE = re.compile(
    r"\[Content_Types\]\.xml|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/styles\.xml|xl/worksheets/sheet\d\.xml"
    r"|xl/worksheets/_rels/sheet\d\.xml\.rels|xl/comments\d\.xml|xl/drawings/vmlDrawing\d\.vml"
)


@hard
def test_every_other_part_keeps_its_bytes(make: Callable[[], bytes]) -> None:
    made = make()  # once: openpyxl writes the time into it
    before = {name.replace("\\", "/"): data for name, data in unzipped(made).items()}
    after = unzipped(mark(made, HELD))
    assert list(after)[: len(before)] == list(before)
    assert [n for n in before if after[n] != before[n] and not _MAY_CHANGE.fullmatch(n)] == []


def _bare(xml: bytes) -> bytes:
    """A sheet without what the page on marks says may change in it."""
    xml = xml.decode("utf-16").encode() if xml[:2] in (b"\xff\xfe", b"\xfe\xff") else xml
    xml = re.sub(rb"<\?xml[^>]*>\s*|<(?:x:)?legacyDrawing[^>]*/>", b"", xml)
    xml = re.sub(rb"\s+(?:s|spans|tabSelected)\s*=\s*[\"'][^\"']*[\"']", b"", xml)
    xml = re.sub(rb"<((?:x:)?c)(?: r=\"\w+\")?\s*(?:/>|></\1>)", b"", xml)
    xml = re.sub(rb"<(row[^>]*?) ?/>", rb"<\1></row>", xml)
    return re.sub(rb'<row r="4"></row>', b"", xml)


@hard
def test_a_marked_sheet_keeps_every_other_byte(make: Callable[[], bytes]) -> None:
    name = "xl/worksheets/sheet1.xml"
    before = {n.replace("\\", "/"): d for n, d in unzipped(make()).items()}
    assert _bare(unzipped(mark(make(), HELD))[name]) == _bare(before[name])


@hard
def test_old_cells_are_equal(make: Callable[[], bytes]) -> None:
    data = make()
    made = mark(data, HELD)
    assert clerks(values(made)) == values_before(make)
    if make.__name__ not in (*UNSTYLED, "strict", "back_slashes"):  # these openpyxl does not read, or reads as empty
        for formulas in (False, True):
            assert clerks(contents(made, formulas=formulas)) == contents(data, formulas=formulas)


@hard
def test_only_the_fill_of_a_marked_cell_is_changed(make: Callable[[], bytes]) -> None:
    before, after = Looks(make()), Looks(mark(make(), HELD))
    old, new = before.looks(SHEET), after.looks(SHEET)
    for cell, look in old.items():
        unfilled = (*new[cell][:2], look[2], *new[cell][3:])
        assert known(unfilled, make) == known(look, make), cell
    assert {cell for cell in old if old[cell][2] != new[cell][2]} <= set(MARKED)
    for title in before.sheets:
        if title != SHEET:
            assert after.looks(title) == before.looks(title)


# ---- what is on the copy


@hard
def test_marks_and_notes_stand_in_their_cells(make: Callable[[], bytes]) -> None:
    after = Looks(mark(make(), HELD))
    threads = {"B2"} if "threaded" in make.__name__ else set()
    for cell, level in MARKED.items():
        number = number_in(after.fill(SHEET, cell))
        assert number is not None, cell
        assert after.fill(SHEET, cell) in {mark_colour(level, light, number) for light in (False, True)}
        word = "〔检查错误：" if level == "error" else "〔检查提醒："
        assert (word in after.notes(SHEET).get(cell, "")) is (cell not in threads), cell
    assert "A4" not in after.notes(SHEET) and not number_in(after.fill(SHEET, "A4"))


@hard
def test_every_note_has_one_box(make: Callable[[], bytes]) -> None:
    after = Looks(mark(make(), HELD))
    noted = [openpyxl.utils.cell.coordinate_to_tuple(cell) for cell in after.notes(SHEET)]
    assert sorted(after.boxes(SHEET)) == sorted((r - 1, c - 1) for r, c in noted)


@hard
def test_the_list_stands_last_and_is_opened_first(make: Callable[[], bytes]) -> None:
    before, after = Looks(make()), Looks(mark(make(), HELD))
    assert list(after.sheets)[:-1] == list(before.sheets)
    title = LIST if LIST not in before.sheets else f"{LIST} (2)"
    assert (list(after.sheets)[-1], after.active, after.selected) == (title, title, {title})


def test_a_clerks_note_keeps_its_text_and_its_runs() -> None:
    before, after = Looks(noted()).notes(SHEET), Looks(mark(noted(), HELD)).notes(SHEET)
    assert {cell: after[cell][: len(text)] for cell, text in before.items()} == before
    told = unzipped(mark(noted(), HELD))["xl/comments1.xml"].decode()
    assert '<t>请看 &quot;附件&quot;_x000D_&#10;二\n〔检查错误：' in told
    assert '<rPr><b/><sz val="9"/></rPr><t>示例甲：</t>' in told
    assert '<t xml:space="preserve">〔检查错误：' in unzipped(mark(zipped(plain()), HELD))["xl/comments1.xml"].decode()


def test_a_thread_is_left_alone() -> None:
    parts = unzipped(mark(HARD["threaded"](), HELD))
    assert Looks(zipped(parts)).notes(SHEET)["B2"] == "[线程批注]请核对"
    assert Looks(zipped(parts)).fill(SHEET, "B2") == RED


def test_a_shared_drawing_is_copied_for_the_marked_sheet() -> None:
    before, after = (Looks(d) for d in (HARD["shared_drawing"](), mark(HARD["shared_drawing"](), HELD)))
    assert after.boxes("另一张") == before.boxes("另一张")
    assert set(before.boxes(SHEET)) < set(after.boxes(SHEET))


def test_light_letters_get_a_dark_mark_and_those_of_no_valid_colour_a_light_one() -> None:
    after = Looks(mark(zipped(plain()), HELD))
    assert number_in(after.fill(SHEET, "B1")) == 1
    assert after.fill(SHEET, "B1")[:4] == DARK_RED[:4]
    assert (after.fill(SHEET, "B2"), after.fill(SHEET, "C3")) == (RED, AMBER)
    parts = plain()
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(b'<color theme="0"/>', b'<color rgb="white"/>')
    assert Looks(mark(zipped(parts), HELD)).fill(SHEET, "B1")[:4] == RED[:4]


def test_a_cell_that_is_not_there_is_made_with_the_format_it_would_get() -> None:
    look = Looks(mark(zipped(plain()), HELD)).looks(SHEET)["D4"]
    assert look[0] == "49" and 'locked="0"' in look[4]


def test_merged_cells_are_marked_where_they_are_shown() -> None:
    held = replace(HELD, findings=(finding("warning", "B2", 2), finding("error", "B3", 3)))
    after = Looks(mark(HARD["merged"](), held))
    assert after.fill(SHEET, "B2") == RED and after.fill(SHEET, "B3") == ""
    assert list(after.notes(SHEET)) == ["B2"] and after.notes(SHEET)["B2"].count("〔检查") == 2


def test_the_gravest_of_several_findings_colours_and_all_are_told() -> None:
    held = replace(HELD, findings=(finding("warning", "B2", 2), finding("error", "B2", 2)))
    after = Looks(mark(zipped(plain()), held))
    assert after.fill(SHEET, "B2") == RED
    assert re.findall("〔检查(..)", after.notes(SHEET)["B2"]) == ["错误", "提醒"]


def test_a_row_is_marked_in_the_first_column_of_its_form() -> None:
    rows = FormRows(form="ledger", letters={SHEET: ("", "C", "B")})
    held = replace(HELD, findings=(finding("warning", "", 3),), forms=(rows,))
    assert list(Looks(mark(zipped(plain()), held)).notes(SHEET)) == ["B3"]


def test_notes_beyond_the_most_are_coloured_and_listed() -> None:
    most = catalog.words("marked")["most"]["notes"]
    held = replace(HELD, findings=tuple(finding("error", f"F{n}", n) for n in range(1, most + 3)))
    marked = mark(zipped(plain()), held)
    after = Looks(marked)
    assert len(after.notes(SHEET)) == most and after.fill(SHEET, f"F{most + 2}") == RED
    shapes = [d for n, d in unzipped(marked).items() if n.endswith(".vml")]
    ids = re.findall(rb'id="_x0000_s(\d+)"', shapes[0])
    assert len(set(ids)) == most
    blocks = re.search(rb'idmap v:ext="edit" data="([\d,]+)"', shapes[0])
    assert blocks and {int(i) // 1024 for i in ids} == set(map(int, blocks[1].split(b",")))


def test_without_findings_there_is_only_the_list() -> None:
    data = zipped(plain())
    made = unzipped(mark(data, replace(HELD, findings=(), verdict="accepted")))
    assert made["xl/worksheets/sheet1.xml"] == unzipped(data)["xl/worksheets/sheet1.xml"].replace(
        b'tabSelected="1"', b'tabSelected="0"'
    )


# ---- the list


def list_rows(data: bytes) -> list[list[Any]]:
    return list(values(data).values())[-1]


def test_the_list_says_how_many_what_to_do_by_when_and_which_rows_are_in() -> None:
    good = tuple(Row(SHEET, n, ()) for n in (2, 3, 4, 7, 9))
    held = replace(HELD, forms=(FormRows(form="ledger", good=good, bad=(Row(SHEET, 5, ()),)),))
    rows = list_rows(mark(zipped(plain()), held, send_by=SEND_BY))
    top = "\n".join(str(line[0]) for line in rows[:6])
    counts = ("8 个问题", "错误 4 个", "提醒 3 个", "已规范 1 个")
    for said in (*counts, "2005年6月1日前", "第 2—4、7、9 行", "第 5 行"):
        assert said in top
    head = next(n for n, line in enumerate(rows) if line[0] == "序号")
    lines = [line[:8] for line in rows[head + 1 :] if line[0] != ""]
    assert [(line[1], line[4]) for line in lines] == [
        ("错误", "B2"), ("错误", "D4"), ("错误", "B1"), ("错误", "第 3 行"),
        ("提醒", "C3"), ("提醒", ""), ("提醒", ""), ("已规范", "A4"),
    ]  # fmt: skip
    assert all("B2" in line[7] for line in lines if line[4] == "B2")


def test_the_list_speaks_english() -> None:
    top = "\n".join(str(line[0]) for line in list_rows(mark(zipped(plain()), HELD, lang="en", send_by=SEND_BY))[:6])
    assert "Problems: 8 (errors" in top and "again. Please send it again by 2005-06-01." in top
    assert "〔Check, error: " in Looks(mark(zipped(plain()), HELD, lang="en")).notes(SHEET)["B2"]


HOSTILE = [
    "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "=HYPERLINK(\"http://a.example\")", "http://a.example",
    "<f>1</f>", "</t></is></c>", "&amp;", "_x000D_", "〕〔检查错误：", "\x00\x1b\ufffe", "]]>", "'\"\t\n",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_the_copy_acts(text: str) -> None:
    title = re.sub(r"[\x00-\x1f\ufffe\\/*?:\[\]]", "", text)[:31] or "空"
    parts = plain()
    quoted = title.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace(">", "&gt;")
    book = parts["xl/workbook.xml"].decode().replace(f'name="{SHEET}"', f'name="{quoted}"')
    parts["xl/workbook.xml"] = book.encode()
    told = finding("error", "B2", 2, sheet=title, label=text, value=text)
    data = zipped(parts)
    made = mark(data, replace(HELD, findings=(told,)))
    sheet = unzipped(made)["xl/worksheets/sheet2.xml"].decode()
    assert not re.search(r"<f[ >]|r:id|<hyperlink [^>]*(?:display|http)[^>]*r:", sheet)
    links = re.findall(r"<hyperlink [^>]*>", sheet)
    assert len(links) == 1 and re.fullmatch(r'<hyperlink ref="E\d+" location="[^"]*"/>', links[0])
    assert unzipped(made)["xl/_rels/workbook.xml.rels"].count(b"External") == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(made))
    assert {c.data_type for line in book.worksheets[-1].iter_rows() for c in line} == {"n", "s"}
    assert len(Looks(made).notes(title)) == 1
    assert "〔检查" not in "".join(Looks(unmark(made)).notes(title).values())
    assert values(unmark(made)) == values(data)


def test_links_lead_to_the_cells_they_name() -> None:
    made = mark(HARD["odd_title"](), replace(HELD, findings=(finding("error", "B2", 2, sheet="=O'Neil&<b>!A1"),)))
    sheet = unzipped(made)["xl/worksheets/sheet3.xml"].decode()
    assert "location=\"'=O''Neil&amp;&lt;b&gt;!A1'!B2\"" in sheet


def test_a_hidden_sheet_gets_no_link() -> None:
    sheet = unzipped(mark(HARD["hidden_first"](), HELD))["xl/worksheets/sheet3.xml"]
    assert b"<hyperlink" not in sheet and sheet.count(b"<sheetView ") == 2


# ---- marks come off


def same_looks(before: Looks, after: Looks, make: Callable[[], bytes]) -> None:
    """Sheets, formats of cells and notes are those of before; no cell carries a mark."""
    assert (list(after.sheets), after.active) == (list(before.sheets), before.active)
    for title in before.sheets:
        old, new = before.looks(title), after.looks(title)
        assert {cell: known(new[cell], make) for cell in old} == {cell: known(old[cell], make) for cell in old}
        assert coloured(after, title) == set()
        assert after.notes(title) == before.notes(title)


@hard
def test_marks_come_off_and_marking_twice_is_marking_once(make: Callable[[], bytes]) -> None:
    data = make()
    made = mark(data, HELD)
    bare = unmark(made)
    assert values(bare) == values_before(make)
    same_looks(Looks(data), Looks(bare), make)
    assert unmark(bare) is bare and unmark(data) is data
    assert mark(made, HELD) == made and mark(data, HELD) == made
    other = replace(HELD, findings=(finding("warning", "A2", 2),))
    again = Looks(mark(made, other))
    assert coloured(again, SHEET) == {"A2"}
    assert [c for c, text in again.notes(SHEET).items() if "〔检查" in text] == ["A2"]


def test_what_a_clerk_adds_to_our_note_stays() -> None:
    parts = unzipped(mark(noted(), HELD))
    parts["xl/comments1.xml"] = parts["xl/comments1.xml"].replace("〕".encode(), "〕已改".encode())
    left = Looks(unmark(zipped(parts))).notes(SHEET)
    assert left["B1"] == "已改" and left["C3"] == "示例甲： 已核对 已改"


def test_marks_come_off_where_the_clerk_deleted_the_list() -> None:
    book = openpyxl.load_workbook(BytesIO(mark(zipped(plain()), HELD)))
    del book[LIST]
    held = BytesIO()
    book.save(held)
    left = Looks(unmark(held.getvalue()))
    assert coloured(left, SHEET) == set()
    assert left.notes(SHEET) == {}


def test_a_renamed_list_is_known_and_a_formula_in_it_takes_the_chain_along() -> None:
    book = openpyxl.load_workbook(BytesIO(mark(HARD["calculated"](), HELD)))
    book[LIST].title = "改了名"
    book["改了名"]["J9"] = "=1+1"
    held = BytesIO()
    book.save(held)
    assert list(values(unmark(held.getvalue()))) == [SHEET]
    parts = unzipped(mark(HARD["calculated"](), HELD))
    formula = b'<row r="99"><c r="J99"><f>1+1</f><v>2</v></c></row></sheetData>'
    parts["xl/worksheets/sheet2.xml"] = parts["xl/worksheets/sheet2.xml"].replace(b"</sheetData>", formula)
    assert "xl/calcChain.xml" not in unzipped(unmark(zipped(parts)))


def test_names_follow_their_sheets_when_the_list_goes() -> None:
    parts = unzipped(mark(HARD["names"](), HELD))
    book = parts["xl/workbook.xml"].decode()
    sheets = re.findall("<sheet [^>]*>", book)
    moved = book.replace("".join(sheets), "".join([sheets[2], *sheets[:2]]))
    moved = re.sub(r'localSheetId="(\d)"', lambda m: f'localSheetId="{int(m[1]) + 1}"', moved)
    ours = '<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">x</definedName>'
    parts["xl/workbook.xml"] = moved.replace("<definedNames>", ours).encode()
    left = unzipped(unmark(zipped(parts)))["xl/workbook.xml"].decode()
    assert re.findall(r'name="(\S+?)" localSheetId="(\d)"', left) == [
        ("_xlnm.Print_Area", "0"), ("_xlnm.Print_Titles", "1"),
    ]  # fmt: skip


RESAVED = ("plain", "noted", "merged", "hidden_first", "pictures")


def resaved_by_openpyxl(data: bytes) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(data))
        held = BytesIO()
        book.save(held)
    return held.getvalue()


@pytest.mark.parametrize("name", RESAVED)
def test_marks_come_off_a_file_that_openpyxl_saved(name: str) -> None:
    before = Looks(resaved_by_openpyxl(HARD[name]()))
    same_looks(before, Looks(unmark(resaved_by_openpyxl(mark(HARD[name](), HELD)))), HARD[name])


@pytest.fixture(scope="module")
def resaved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every hard package, marked and saved again by LibreOffice, by name."""
    folder = tmp_path_factory.mktemp("resaved")
    for name, make in HARD.items():
        (folder / f"{name}.xlsx").write_bytes(mark(make(), HELD))
    saved = convert_all([folder / f"{name}.xlsx" for name in HARD], "xlsx", folder / "saved")
    return {path.stem: path.read_bytes() for path in saved}


@needs_soffice
@pytest.mark.parametrize("name", RESAVED)
def test_marks_come_off_a_file_that_libreoffice_saved(name: str, resaved: dict[str, bytes]) -> None:
    saved = resaved[name]
    after = Looks(saved)
    assert after.active == LIST and "〔检查错误：" in after.notes(SHEET)["B1"]
    assert number_in(after.fill(SHEET, "B2")) == 0
    bare = unmark(saved)
    left, clerk = Looks(bare), Looks(HARD[name]())
    assert values(bare) == clerks(values(saved))
    assert LIST not in left.sheets
    assert coloured(left, SHEET) == set()
    assert {c: "".join(t.split()) for c, t in left.notes(SHEET).items()} == {
        c: "".join(t.replace("_x000D_", "").split()) for c, t in clerk.notes(SHEET).items()
    }
    if name == "plain":
        assert '<fgColor theme="4" tint="-0.249977111117893">' in left.looks(SHEET)["B1"][2]


@needs_soffice
@pytest.mark.parametrize("name", HARD)
def test_libreoffice_opens_every_copy(name: str, resaved: dict[str, bytes]) -> None:
    held = values(resaved[name])
    assert list(held)[-1].startswith(LIST) and held[SHEET][0][0] == "序号"


# ---- what cannot be marked


@pytest.mark.parametrize("name", UNSAFE)
def test_what_cannot_be_marked_says_why(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style_part, "_MOST_FORMATS", MOST_STYLES)
    make, reason = UNSAFE[name]
    with pytest.raises(CannotPatch) as caught:
        mark(make(), HELD)
    assert caught.value.reason == reason
    path = write_returned(make(), HELD, tmp_path / "台帐.xlsx", send_by=SEND_BY)
    assert path.name == "台帐.问题清单.xlsx" and [p.name for p in tmp_path.iterdir()] == [path.name]
    rows = values(path.read_bytes())[LIST]
    assert rows[1][0] == catalog.words("marked")["zh"]["reasons"][reason]
    assert [line[4] for line in rows if line[0] in (1.0, 2.0)] == ["B2", "D4"]


def test_every_reason_has_its_words() -> None:
    reasons = {reason for _, reason in UNSAFE.values()}
    reasons |= {"restricted", "refused", "gone", "unopened", "notes", "too-large"}
    for lang in ("zh", "en"):
        assert set(catalog.words("marked")[lang]["reasons"]) == reasons
        assert set(catalog.words("marked")[lang]["todo"]) == {
            "returned", "accepted", "refused", "held", "repeated", "ignored", "listed",
        }  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace("</xml>", "</v:xml>"),
        lambda xml: xml.replace("<commentList>", "<list>").replace("</commentList>", "</list>"),
    ],
)
def test_notes_written_as_nobody_writes_them_are_left_alone(change: Callable[[str], str]) -> None:
    parts = unzipped(noted())
    for name in ("xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"):
        parts[name] = change(parts[name].decode()).encode()
    with pytest.raises(CannotPatch, match="notes"):
        mark(zipped(parts), HELD)


def test_restricted_rows_are_copied_nowhere(tmp_path: Path) -> None:
    for data, held in (
        (restricted(), HELD),
        (zipped(plain()), replace(HELD, forms=(FormRows(form="guidance"),))),
        (zipped(plain()), replace(HELD, findings=(finding("error", "B2", 2, form="guidance"),))),
    ):
        with pytest.raises(CannotPatch, match="restricted"):
            mark(data, held)


def test_a_refused_file_gets_the_list_alone(tmp_path: Path) -> None:
    told = Finding(level="error", code="damaged", file="台帐.xlsx")
    held = Return(file="台帐.xlsx", verdict="refused", findings=(told,))
    path = write_returned(b"PK\x03\x04", held, tmp_path / "台帐.xlsx")
    rows = values(path.read_bytes())[LIST]
    assert path.name == "台帐.问题清单.xlsx" and any("文件已损坏" in str(line[7]) for line in rows if line[0] == 1.0)


def test_files_of_one_name_each_get_their_own(tmp_path: Path) -> None:
    paths = [tmp_path / folder / name for folder in "ab" for name in ("台帐.xls", "台帐.pdf")]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"%PDF")
    told = Finding(level="error", code="not-a-workbook", file="")
    held = [Return(file=str(path), verdict="refused", findings=(told,)) for path in paths]
    written = pipeline.send_back(paths, held, tmp_path / "退", SEND_BY)
    names = ("台帐", "台帐.pdf", "台帐 (2)", "台帐 (2).pdf")
    assert [path.name for path in written] == [f"{name}.问题清单.xlsx" for name in names]


def test_where_one_copy_stands_already_none_is_written(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("一.pdf", "二.pdf")]
    for path in paths:
        path.write_bytes(b"%PDF")
    told = Finding(level="error", code="not-a-workbook", file="")
    held = [Return(file=str(path), verdict="refused", findings=(told,)) for path in paths]
    (tmp_path / "退").mkdir()
    (tmp_path / "退" / "二.pdf").write_bytes(b"kept")
    with pytest.raises(FileExistsError):
        pipeline.send_back(paths, held, tmp_path / "退", SEND_BY)
    assert [path.name for path in (tmp_path / "退").iterdir()] == ["二.pdf"]


def test_no_file_is_ever_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "台帐.xlsx"
    assert write_returned(zipped(plain()), HELD, target) == target
    first = target.read_bytes()
    with pytest.raises(FileExistsError):
        write_returned(zipped(plain()), replace(HELD, findings=()), target)
    (tmp_path / "台帐.问题清单.xlsx").write_bytes(b"kept")
    with pytest.raises(FileExistsError):
        write_returned(b"1,2", HELD, target)
    assert target.read_bytes() == first and len(list(tmp_path.iterdir())) == 2


def test_the_same_input_gives_the_same_list(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_problem_list(HELD, tmp_path / name, reason="signed", send_by=SEND_BY)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


# ---- real workbooks


def judged_file(path: Path) -> Return:
    return read_file(files_in([path])[0], RULING, date(2005, 6, 30))


def flawed(path: Path) -> Path:
    rows = [row("ledger", problem=f"学习不够深入之{n}") for n in range(6)]
    rows[1]["due"], rows[2]["owner"], rows[3]["source"] = "2005.5.32", None, "道听途说"
    rows[4]["status"] = "已完成"
    return filled_template(path, {"ledger": rows})


def as_read(held: Return) -> tuple[Any, ...]:
    findings = [(f.level, f.code, f.sheet, f.cell, f.row, f.value) for f in held.findings]
    return held.verdict, findings, [(r.form, r.good, r.bad) for r in held.forms], held.cover, held.saved


def test_a_marked_return_reads_as_without_its_marks(tmp_path: Path) -> None:
    path = flawed(tmp_path / "a.xlsx")
    held = judged_file(path)
    assert held.verdict == "returned"
    made = write_returned(path.read_bytes(), held, tmp_path / "退回.xlsx", send_by=SEND_BY)
    assert as_read(judged_file(made)) == as_read(held)
    look = Looks(made.read_bytes())
    title = catalog.forms()["ledger"].title
    wanted = {f.cell for f in held.findings if f.level != "fixed"}
    assert wanted == coloured(look, title) == set(look.notes(title))
    assert rows_of(made, title) == rows_of(path, title)


def coloured(look: Looks, title: str) -> set[str]:
    return {cell for cell, colour in look.fills(title).items() if number_in(colour) is not None}


def rows_of(path: Path, title: str) -> list[tuple[Any, ...]]:
    with path.open("rb") as stream:
        return list(openpyxl.load_workbook(stream, read_only=True)[title].iter_rows(values_only=True))


@needs_soffice
def test_a_corrected_file_is_read_and_marked_anew(tmp_path: Path) -> None:
    path = flawed(tmp_path / "a.xlsx")
    saved = convert(path, "xlsx", tmp_path / "clerk")
    made = write_returned(saved.read_bytes(), judged_file(saved), tmp_path / "b.xlsx")
    again = convert(made, "xlsx", tmp_path / "again")
    held = judged_file(again)
    assert as_read(held)[:3] == as_read(judged_file(saved))[:3]
    fixed = replace(held, findings=held.findings[:1])
    look, title = Looks(mark(again.read_bytes(), fixed)), catalog.forms()["ledger"].title
    assert coloured(look, title) == {held.findings[0].cell}
    assert list(look.notes(title)) == [held.findings[0].cell]
    assert [title for title in look.sheets if title.startswith(LIST)] == [LIST]


def test_a_lost_column_marks_the_first_cell_of_the_header(tmp_path: Path) -> None:
    path = flawed(tmp_path / "a.xlsx")
    with reopened(path) as book:
        sheet = book[catalog.forms()["ledger"].title]
        lost = next(c for line in sheet.iter_rows(max_row=10) for c in line if str(c.value).startswith("责任人"))
        lost.value = None
    held = judged_file(path)
    assert "missing-column" in {f.code for f in held.findings}
    notes = Looks(mark(path.read_bytes(), held)).notes(sheet.title)
    assert "责任人" in notes[f"A{lost.row}"] and lost.coordinate not in notes


# ---- the small parts


def test_the_colours_of_marks_are_nobody_elses() -> None:
    every = {(level, light, n): mark_colour(level, light, n)
             for level in ("error", "warning") for light in (False, True) for n in range(MOST_FILLS)}  # fmt: skip
    assert len(set(every.values())) == len(every)
    assert all(number_in(colour) == n for (_, _, n), colour in every.items())
    ours = {"FF" + colour[1:] for colour in catalog.words("style")["colours"].values()}
    known = {"FFFFC7CE", "FFFFEB9C", "FFFF0000", "FFFFFF00", "FFFFC000", "FFFFE699", "FFF8CBAD", "FFFFC0CB"}
    assert not [colour for colour in ours | known if number_in(colour) is not None]
    for facts, made in (("error", RED), ("warning", AMBER), ("error_dark", DARK_RED)):
        assert "FF" + catalog.words("marked")["colours"][facts][1:] == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<fill></fill>",
        '<fill><patternFill patternType="solid"/></fill><xf/>',
        '<fill><patternFill patternType="solid"><fgColor rgb="FF00FF00" x="1"/></patternFill></fill>',
        '<fill><patternFill patternType="evil"/></fill>',
        '<fill><patternFill patternType="solid"><fgColor theme="&quot;"/></patternFill></fill>',
    ],
)
def test_a_fill_that_came_back_changed_is_not_used(text: str) -> None:
    assert not is_fill_text(text)
    parts = unzipped(mark(zipped(plain()), HELD))
    name = "xl/worksheets/sheet2.xml"
    fill = fill_text(parse(parts["xl/styles.xml"]).children[1].children[2])
    assert is_fill_text(fill)
    kept = fill.replace("<", "&lt;").replace(">", "&gt;").encode()
    assert parts[name].count(kept) == 1
    parts[name] = parts[name].replace(kept, text.replace("&", "&amp;").replace("<", "&lt;").encode())
    assert Looks(unmark(zipped(parts))).looks(SHEET)["B1"][2] == ""


_NAMES = st.sampled_from(["a", "p:b", "c", "d"])
_TREES = st.recursive(
    st.tuples(_NAMES, st.sampled_from(["", " k='1'", ' k="&lt;"', ' z="k=\'2\'" k = "3" ']), st.booleans()),
    lambda inside: st.tuples(_NAMES, st.just(' k="x>y"'), st.lists(inside, max_size=4)),
    max_leaves=12,
)


def _rendered(tree: Any) -> str:
    name, attributes, inside = tree
    if isinstance(inside, bool):
        return f"<{name}{attributes}/>" if inside else f"<{name}{attributes}>t&amp;<!-- <a/> --></{name}>"
    return f"<{name}{attributes}>{''.join(map(_rendered, inside))}</{name}>"


@given(_TREES, st.integers(0, 30), st.text("<>&\"'甲 \n", max_size=6))
def test_a_change_changes_one_element_and_nothing_else(tree: Any, place: int, value: str) -> None:
    data = f'<r xmlns:p="q">{_rendered(tree)}</r>'.encode()

    def every(element: Any) -> list[Any]:
        return [element, *(e for child in element.children for e in every(child))]

    root = parse(data)
    chosen = place % len(every(root))
    edits = Edits(data)
    assert edits.to_bytes() is data
    edits.set(every(root)[chosen], "k", value)
    edits.append(every(root)[chosen], b"<new/>")
    made = every(parse(edits.to_bytes()))
    assert made[chosen].attributes["k"] == value and made[chosen].children[-1].name == "new"
    told = [(e.name, e.text, e.attributes) for e in made if e.name != "new" and e is not made[chosen]]
    assert told == [(e.name, e.text, e.attributes) for n, e in enumerate(every(root)) if n != chosen]
    head, tail = data[: every(root)[chosen].start], data[every(root)[chosen].end :]
    assert edits.to_bytes().startswith(head) and edits.to_bytes().endswith(tail)


def test_a_zip_is_written_with_clean_headers() -> None:
    made = mark(HARD["streamed"](), HELD)
    with zipfile.ZipFile(BytesIO(made)) as package:
        assert package.testzip() is None
        assert {info.flag_bits for info in package.infolist()} == {0}
        assert {info.extra for info in package.infolist()} == {b""}


def test_a_clerks_notes_are_the_same_bytes_after_all() -> None:
    left = unzipped(unmark(mark(noted(), HELD)))["xl/comments1.xml"].decode()
    for note in re.findall("<comment .*?</comment>", CLERKS_NOTES):
        assert note.replace("<t/>", "<t></t>") in left


def test_views_of_a_sheet_in_another_encoding_are_found() -> None:
    assert b'tabSelected="0"' in unzipped(mark(HARD["in_utf16"](), HELD))["xl/worksheets/sheet1.xml"]
    with pytest.raises(CannotPatch, match="damaged"):
        mark(changed(workbook=lambda xml: xml.replace("<sheets>", "<sheets")), HELD)
