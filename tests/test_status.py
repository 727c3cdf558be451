"""整改进度.xlsx as leaders open and print it: sheets, charts, values without recalculation, and the same bytes again."""
# ruff: noqa: E501 (tables of Chinese text, where a character counts twice)

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from books import AS_OF, big_book, small_book
from ledgers import NASTY
from python_calamine import CalamineWorkbook
from sheetxml import book_xml
from soffice import convert, needs_soffice
from status_books import book_of, settings_of, task

from rectify_xl.excel.progress import status_page
from rectify_xl.excel.progress.status import SHEETS, write_status
from rectify_xl.facts import catalog
from rectify_xl.model import Book, Finding, Return, Settings, Snapshot, Unit
from rectify_xl.progress.period import snapshot_of
from rectify_xl.progress.units import words

TITLES = [
    "总览",
    "单位进度",
    "时限预警",
    "审核进度",
    "备案公布",
    "满意度",
    "建章立制",
    "支部设置",
    "督查",
    "提请协调",
    "领导联系点",
    "本期变化",
    "报送质量",
    "工作安排",
    "提醒事项",
]
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def written(book: Book, folder: Path) -> Path:
    path = folder / "整改进度.xlsx"
    write_status(book, path)
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(small_book(), tmp_path_factory.mktemp("status"))


def cells(path: Path, title: str) -> list[list[Any]]:
    """What stands on a sheet, from its first row on, as a program without formulas reads it."""
    return CalamineWorkbook.from_path(path).get_sheet_by_name(title).to_python(skip_empty_area=False)


def below_header(path: Path, title: str) -> list[list[Any]]:
    return cells(path, title)[5:]


@dataclass(frozen=True)
class ChartXml:
    """One chart: its kinds, its title, and by series the names and numbers it carries with it."""

    kinds: tuple[str, ...]
    title: str
    series: tuple[tuple[list[str], list[float]], ...]


def charts(path: Path) -> list[ChartXml]:
    with zipfile.ZipFile(path) as package:
        parts = sorted((n for n in package.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", n)), key=len)
        return [_chart(ET.fromstring(package.read(name))) for name in parts]


def _chart(root: ET.Element) -> ChartXml:
    def values(part: ET.Element | None) -> list[str]:
        return [v.text or "" for v in part.iter(f"{CHART}v")] if part is not None else []

    series = tuple(
        (values(one.find(f"{CHART}cat")), list(map(float, values(one.find(f"{CHART}val")))))
        for one in root.iter(f"{CHART}ser")
    )
    kinds = tuple(e.tag.removeprefix(CHART) for e in root.iter() if e.tag.endswith("Chart"))
    title = "".join(t.text or "" for t in root.iter(f"{TEXT}t"))
    return ChartXml(kinds, title, series)


# ---- the sheets


def test_the_sheets_stand_in_the_order_of_the_contract(small: Path) -> None:
    assert CalamineWorkbook.from_path(small).sheet_names == TITLES
    assert [sheet.key for sheet in SHEETS] == list(words()["sheets"])


def test_every_heading_says_what_whose_and_of_which_day(small: Path) -> None:
    for title in TITLES:
        heading, subtitle = (row[0] for row in cells(small, title)[:2])
        assert title in heading
        assert "示例科协先进性教育活动整改提高阶段" in subtitle
        assert "2005-05-25" in subtitle


@pytest.mark.parametrize("title", TITLES)
def test_it_prints_on_a4_one_page_wide_across_unless_it_is_narrow_with_its_header_on_every_page(small: Path, title: str) -> None:
    book = book_xml(small)
    sheet = book.sheets[title]
    setup, properties = sheet.find("pageSetup"), sheet.find("sheetPr/pageSetUpPr")
    assert setup is not None
    assert (setup.get("paperSize"), setup.get("orientation")) == ("9", "portrait" if title == "审核进度" else "landscape")
    assert "&P" in (sheet.findtext("headerFooter/oddFooter") or "")
    assert (title == "总览") == (properties is None)  # there the scale is fixed, and the charts with it
    assert setup.get("scale" if title == "总览" else "fitToHeight") in ("82", "0")
    assert "Print_Titles" in " ".join(book.local_names(title))
    assert sheet.find("sheetViews/sheetView/pane") is not None


def test_no_sheet_has_a_formula(small: Path) -> None:
    for title, sheet in book_xml(small).sheets.items():
        assert not list(sheet.iter("f")), title


def test_values_are_numbers_days_and_texts_without_recalculation(small: Path) -> None:
    first = next(row for row in below_header(small, "时限预警") if row[4] == "KX02-T001")
    assert first[7:9] == [date(2005, 5, 23), -2.0]
    assert below_header(small, "单位进度")[-1][1:4] == ["合计", "", "2/4"]
    assert below_header(small, "单位进度")[-1][9:] == [8.0, 1.0, 1.0, 1.0, 1.0, 3.0, 1.0, 0.25]


def test_the_codes_of_errors_are_named_in_words(small: Path) -> None:
    header = cells(small, "报送质量")[4]
    assert "必填未填" in header
    assert not set(header) & set(catalog.codes())


def test_key_figures_stand_first(small: Path) -> None:
    rows = [row[:24] for row in cells(small, "总览")]  # chart data stands folded beside them
    labels, values = [v for v in rows[3] if v], [v for v in rows[4] if v != ""]
    assert dict(zip(labels, values, strict=True)) == {
        "应报单位": 4, "已报送单位": 4, "未报送单位": 0, "整改事项": 8, "已完成": 2, "完成率": 0.25,
    }  # fmt: skip


# ---- how it looks


def fills(path: Path, title: str) -> Mapping[str, str]:
    """The fill of each cell of a sheet that has one."""
    book = book_xml(path)
    colours = [e.find("patternFill/fgColor") for e in book.styles.iter("fill")]
    made = {}
    for cell in book.sheets[title].iter("c"):
        colour = colours[int(book.style(cell.get("s")).get("fillId", "0"))]
        if colour is not None:
            made[cell.get("r", "")] = colour.get("rgb", "")[2:]
    return made


def test_late_is_red_due_soon_amber_and_done_green(small: Path) -> None:
    named = catalog.words("style")["colours"]
    tones = {"逾期未办": "red", "逾期": "red", "即将到期": "amber", "按期完成": "green", "逾期完成": "green"}
    texts = book_xml(small).texts("单位进度") | {
        f"!{cell}": text for cell, text in book_xml(small).texts("时限预警").items()
    }
    seen = set()
    for cell, text in texts.items():
        state = text.split(" ")[0]
        if state in tones and int(re.sub(r"\D", "", cell)) > 5:
            title = "时限预警" if cell.startswith("!") else "单位进度"
            assert fills(small, title)[cell.lstrip("!")] == named[tones[state]][1:], (title, cell, text)
            seen.add(state)
    assert seen == set(tones)


def test_rows_are_as_high_as_their_longest_text(tmp_path: Path) -> None:
    finding = "整改措施不够具体，责任没有落实到人，" * 8
    path = written(book_of({"supervision": [("O", {"finding": finding})]}), tmp_path)
    heights = {row.get("r"): float(row.get("ht", "0")) for row in book_xml(path).sheets["督查"].iter("row")}
    assert heights["6"] > 5 * 13
    assert heights["7"] < 30  # the total


def test_the_filter_leaves_the_totals_where_they_are(small: Path) -> None:
    table = next(sheet for sheet in SHEETS if sheet.key == "units").table(small_book())
    reach = book_xml(small).sheets["单位进度"].find("autoFilter")
    assert reach is not None
    assert reach.get("ref", "").endswith(str(5 + len(table.rows) - 1))


def test_the_changes_name_the_run_they_are_told_against(tmp_path: Path) -> None:
    book = small_book()
    same = written(replace(book, previous=replace(snapshot_of(book), as_of=date(2005, 5, 18))), tmp_path)
    assert below_header(same, "本期变化")[0][0] == "与 2005-05-18 的汇总相比没有变化。"
    assert "2005-05-18" in cells(same, "本期变化")[2][0]
    fresh = written(replace(book, previous=Snapshot(as_of=date(2005, 5, 18))), tmp_path)
    assert [row[0] for row in below_header(fresh, "本期变化")] == ["新增"] * 13 + ["完成"] * 3 + ["报送中缺失"]


def test_a_sheet_without_rows_says_so_in_words(tmp_path: Path) -> None:
    path = written(Book(as_of=AS_OF, settings=Settings(campaign="示例活动", organisation="示例单位")), tmp_path)
    own = {"满意度": "satisfaction", "提请协调": "coordination", "领导联系点": "leaders", "本期变化": "period", "提醒事项": "standing"}
    for title in TITLES[1:]:
        told = words()["empty"][own[title]] if title in own else "暂无"
        assert below_header(path, title)[0][0] == told, title
    said = {text for row in cells(path, "总览") for text in row}
    assert {words()["charts"][name] for name in ("no_items", "no_tasks", "no_errors")} <= said
    assert charts(path) == []


# ---- charts


def test_the_charts_carry_the_numbers_they_show(small: Path) -> None:
    states, gantt, units, wrong, again = charts(small)
    assert states.kinds == ("doughnutChart",)
    assert states.series[0][0] == [
        "按期完成 1 项",
        "逾期完成 1 项",
        "无时限 1 项",
        "逾期 1 项",
        "即将到期 1 项",
        "未到期 3 项",
    ]
    assert states.series[0][1] == [1, 1, 1, 1, 1, 3]
    assert units.series[0][0] == ["示例学会支部 0%", "示例机关党委 67%", "示例党组 0%"]
    assert units.series[0][1] == [0, 1, 0]
    assert wrong.series[0] == (["未识别单位的文件", "示例后勤支部"], [1, 3])
    assert gantt.series[:3] == again.series[:3]


def test_the_schedule_is_drawn_from_first_to_last_day_and_marks_the_day_of_judgement(small: Path) -> None:
    gantt = charts(small)[1]
    names, begins = gantt.series[0]
    assert gantt.kinds == ("barChart", "barChart")
    assert names[-1] == "T1 党员大会 5月12日下午"  # the last bar stands on top
    serial = date(2005, 5, 12).toordinal() - date(1899, 12, 30).toordinal()
    assert begins[-1] == serial
    assert gantt.series[1][1] == [0, 4, 2, 5, 1]
    assert gantt.series[2][1] == [4, 7, 3, 0, 0]
    assert {int(day) for day in gantt.series[3][1]} == {serial + 13}
    assert "1 项未定日期" in gantt.title


def test_a_day_of_judgement_far_from_the_schedule_is_not_marked(tmp_path: Path) -> None:
    book = replace(small_book(), as_of=date(2006, 3, 1))
    gantt = charts(written(book, tmp_path))[1]
    assert gantt.kinds == ("barChart",)
    assert "红线" not in gantt.title


def test_where_one_time_has_no_room_no_bar_is_named_with_its_time(tmp_path: Path) -> None:
    book = small_book()
    first, *others = book.settings.tasks
    tasks = (replace(first, item="党组织和领导班子制定方案"), *others)
    names = charts(written(replace(book, settings=replace(book.settings, tasks=tasks)), tmp_path))[1].series[0][0]
    assert names[-1] == "T1 党组织和领导班子制定方案" and not [name for name in names if "月" in name or "…" in name]


def test_a_schedule_without_dates_shows_its_units_instead_and_says_so(tmp_path: Path) -> None:
    told = settings_of(tasks=(task("S1", "ledger"), task("S2", "survey")))
    path = written(book_of({"ledger": [("A", {})]}, told), tmp_path)
    _, tasks, _ = charts(path)
    assert "未定日期" in tasks.title
    assert tasks.series == ((["S2 任务S2", "S1 任务S1"], [0, 1]), (["S2 任务S2", "S1 任务S1"], [3, 2]))
    assert words()["charts"]["no_dates"] in {text for row in cells(path, "工作安排") for text in row}


@pytest.mark.parametrize("units", [30, 31])
def test_the_units_least_done_are_drawn_and_the_rest_told_in_words(tmp_path: Path, units: int) -> None:
    book = big_book(units, 8 * units)
    finding = [Finding(level="error", code="date", file=back.file) for back in book.returns for _ in range(3)]
    drawn = charts(written(replace(book, findings=tuple(finding)), tmp_path))
    progress, wrong = drawn[2], drawn[3]
    assert len(progress.series[0][0]) == 30
    assert (f"共 {units} 个单位" in progress.title) == (units > 30)
    assert len(wrong.series[0][0]) == 15
    assert f"共 {units} 个" in wrong.title


# ---- what came from files


def test_texts_are_texts_whatever_they_begin_with(tmp_path: Path) -> None:
    units = [
        Unit(code=f"A{at}", name=text or "无名", kind="党支部", first_responsible=text) for at, text in enumerate(NASTY)
    ]
    rows = [(unit.code, {"problem": unit.name, "due": date(2005, 5, 20), "owner": unit.name}) for unit in units]
    refused = Return(file="\ud800.xlsx", verdict="refused")
    path = written(book_of({"ledger": rows}, settings_of(units), returns=(refused,)), tmp_path)
    sheet = book_xml(path).sheets["时限预警"]
    assert {
        c.get("t") for c in sheet.iter("c") if re.fullmatch(r"[CFG]\d+", c.get("r", "")) and c.get("r", "")[1:] > "5"
    } <= {"s", None}
    shown = {row[5] for row in below_header(path, "时限预警")}
    assert {"=1+1", "+1", "@a", "_x0041_", "001", "2005-05-16", "http://example.invalid"} <= shown
    assert not list(sheet.iter("hyperlink"))


def test_a_longer_text_than_a_cell_holds_is_cut(tmp_path: Path) -> None:
    rows = [("O", {"finding": "长" * 500}) for _ in range(70)]
    path = written(book_of({"supervision": rows}), tmp_path)
    assert max(len(str(value)) for row in cells(path, "督查") for value in row) == 32_767


# ---- writing


def filled(row: list[Any]) -> list[Any]:
    """What stands in a row, numbers to the twelve digits that survive LibreOffice."""
    return [float(f"{value:.12g}") if isinstance(value, float) else value for value in row if value != ""]


def test_the_same_book_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    assert written(small_book(), tmp_path).read_bytes() == small.read_bytes()


def test_a_result_is_written_as_its_book(small: Path, tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Result:
        book: Book

    write_status(Result(small_book()), str(tmp_path / "x.xlsx"))
    assert (tmp_path / "x.xlsx").read_bytes() == small.read_bytes()


def test_what_cannot_be_replaced_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "整改进度.xlsx").mkdir()
    with pytest.raises(OSError):
        written(small_book(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["整改进度.xlsx"]


def test_the_package_names_no_place_and_no_clock(small: Path) -> None:
    with zipfile.ZipFile(small) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert b"2005-05-25T00:00:00Z" in parts["docProps/core.xml"]
    assert not any(b"/tmp" in part or str(small.parent).encode() in part for part in parts.values())


@needs_soffice
def test_libreoffice_opens_it_and_keeps_every_value_and_chart(small: Path, tmp_path: Path) -> None:
    kept = convert(small, "xlsx", tmp_path / "kept")
    for title in TITLES[1:]:
        ours, theirs = below_header(small, title), below_header(kept, title)
        assert list(map(filled, theirs[: len(ours)])) == list(map(filled, ours)), title
    assert len(charts(kept)) == len(charts(small)) == 5


@needs_soffice
@pytest.mark.parametrize("units", [3, 30])
def test_the_overview_fills_its_pages_and_no_more(tmp_path: Path, units: int) -> None:
    path = written(big_book(units, 6 * units), tmp_path)
    pages = convert(path, "pdf", tmp_path / "pdf").read_bytes()
    count = max(int(n) for n in re.findall(rb"/Count (\d+)", pages))
    assert count <= (2 if units <= 3 else 3) + sum(1 if units <= 3 else 3 for _ in TITLES[1:])


@pytest.mark.filterwarnings("ignore:.*extension is not supported")  # data bars of Excel 2010, which openpyxl drops
def test_a_long_table_filled_at_once_equals_one_drawn_cell_by_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = big_book(40, 400)
    monkeypatch.setattr(status_page, "MANY_ROWS", 5)
    write_status(book, tmp_path / "fast.xlsx")
    monkeypatch.setattr(status_page, "MANY_ROWS", 10**9)
    write_status(book, tmp_path / "slow.xlsx")
    fast, slow = (openpyxl.load_workbook(BytesIO((tmp_path / n).read_bytes())) for n in ("fast.xlsx", "slow.xlsx"))
    filled = 0
    for title in slow.sheetnames:
        filled += slow[title].max_row > 20
        assert fast[title].max_row == slow[title].max_row
        for ours, theirs in zip(fast[title].iter_rows(), slow[title].iter_rows(), strict=True):
            for one, other in zip(ours, theirs, strict=True):
                assert (one.value, one.number_format, one.fill.bgColor.rgb, one.font.b, one.alignment.horizontal) == (
                    other.value, other.number_format, other.fill.bgColor.rgb, other.font.b, other.alignment.horizontal
                ), (title, one.coordinate)
    assert filled
