"""What Jupyter shows: records in, escaped and well-formed HTML out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from books import small_book
from returns import row, settings_for
from weeks import SETTINGS, drop, run

import rectify_xl as rx
from rectify_xl.days.periods import Period, parse_period
from rectify_xl.display import form_html, settings_html, table_html
from rectify_xl.facts import catalog
from rectify_xl.frames.result import Report, Result
from rectify_xl.model import Settings, Table, Unit
from rectify_xl.runs import workspace
from rectify_xl.runs.memory import Memory


def texts(html: str, tag: str) -> list[str]:
    """The texts of every element of a kind; fails where the HTML is not well-formed."""
    root = ElementTree.fromstring("<div>" + html.replace("<br>", "<br/>") + "</div>")
    return ["".join(element.itertext()) for element in root.iter(tag)]


@pytest.mark.parametrize("name", catalog.forms())
def test_a_form_shows_every_column_and_rule(name: str) -> None:
    form = catalog.forms()[name]
    html = form._repr_html_()
    assert html == form_html(form)
    cells = texts(html, "td")
    assert cells[0::5] == [column.label for column in form.columns]
    assert cells[1::5] == [column.name for column in form.columns]
    assert len(texts(html, "li")) == len(form.rules)


def test_what_a_column_asks_for() -> None:
    cells = texts(form_html(catalog.forms()["activities"]), "td")
    rows = {cells[at]: cells[at + 2 : at + 5] for at in range(0, len(cells), 5)}
    assert rows["主题"] == ["文字；2 至 200 个字", "必填", ""]
    assert rows["应到人数"] == ["整数；1 至 100000", "", ""]
    assert rows["时段"] == ["选项", "", "上午、下午、全天"]


def test_settings() -> None:
    settings = Settings(
        campaign="<b>活动</b>",
        organisation="示例 & 办公室",
        stage_start=date(2005, 5, 12),
        optional_columns=("整改层面", "整改范围"),
        units=(Unit(code="KX01", name="示例支部"),),
    )
    html = settings._repr_html_()
    assert html == settings_html(settings)
    assert texts(html, "caption") == ["示例 & 办公室：<b>活动</b>"]
    cells = texts(html, "td")
    told = dict(zip(cells[0::2], cells[1::2], strict=True))
    assert told["整改提高阶段"] == "2005-05-12 至 未定"
    assert (told["巩固期结束"], told["单位"], told["可不填栏目"]) == ("未定", "1 项", "整改层面、整改范围")


def test_a_table_is_escaped_and_cut() -> None:
    table = Table(("<甲>", "乙"), [("a<b\nc", date(2005, 5, 1)), (None, 0)] * 30)
    html = table_html(table, "表")
    assert texts(html, "th") == ["<甲>", "乙"]
    assert texts(html, "td")[:4] == ["a<bc", "2005-05-01", "", "0"]
    assert "a&lt;b<br>c" in html
    assert len(texts(html, "tr")) == 51
    assert texts(html, "p") == ["共 60 行，此处显示前 50 行"]
    assert texts(table_html(Table(("甲",), [])), "p") == []


# ---- what there is, in short


def test_a_period_shows_its_days() -> None:
    html = parse_period("5月12日下午", year=2005)._repr_html_()
    assert texts(html, "th") == ["开始", "结束", "时段"] and texts(html, "td") == ["2005-05-12", "2005-05-12", "下午"]
    assert texts(parse_period("5月底前", year=2005)._repr_html_(), "td") == ["不限", "2005-05-31", ""]
    assert texts(parse_period("长期坚持", year=2005)._repr_html_(), "caption") == ["未定时间"]
    assert "<b>" not in Period(start=None, end=None, half_day="<b>")._repr_html_()


HOSTILE = "<script>alert(1)</script>&\u202e=HYPERLINK()"


def hostile_result() -> Result:
    book = small_book()
    return Result(book=replace(book, settings=replace(book.settings, campaign=HOSTILE)))


def hostile_memory(folder: Path) -> Memory:
    workspace.create(folder, replace(settings_for(), campaign="<script>alert(1)</script>&"))
    return rx.open(folder)


def test_results_and_reports_tell_what_there_is_escaped() -> None:
    result = hostile_result()
    html = result._repr_html_()
    assert "<script" not in html and html.count("<table") == 1 and len(html) < 3000
    assert "\u202e" not in html
    assert texts(html, "caption") == ["<script>alert(1)</script>&\\u202e=HYPERLINK()　截至 2005-05-25"]
    cells = texts(html, "td")
    told = dict(zip(cells[0::2], cells[1::2], strict=True))
    assert (told["接收"], told["整改台帐"], told["待更正"], told["整改台帐：逾期"]) == ("3", "8", "2", "1")
    report = Report(returns=result.book.returns)
    assert texts(report._repr_html_(), "caption") == ["检查文件 7 个"]
    assert repr(report).startswith("<Report: 接收 3") and len(repr(result)) < 400


def test_a_memory_tells_what_it_holds(tmp_path: Path) -> None:
    memory = hostile_memory(tmp_path / "w")
    assert "<script" not in memory._repr_html_() and texts(memory._repr_html_(), "td") == []
    place = tmp_path / "v"
    workspace.create(place, SETTINGS)
    drop(place, "a.xlsx", row("ledger"))
    run(place)
    cells = texts(rx.open(place)._repr_html_(), "td")
    assert cells == ["汇总次数", "1", "接收", "1", "整改台帐：历次填报的行", "1"]
    assert repr(rx.open(place)) == "<Memory: 汇总次数 1, 接收 1, 整改台帐：历次填报的行 1>"


def test_hostile_forms_and_tables_are_escaped() -> None:
    form = catalog.forms()["survey"]
    evil = replace(form, title=HOSTILE, columns=(replace(form.columns[0], label=HOSTILE), *form.columns[1:]))
    for html in (evil._repr_html_(), table_html(Table((HOSTILE,), [(HOSTILE,)]), HOSTILE)):
        assert "<script" not in html and texts(html, "caption")[0].startswith("<script>")
