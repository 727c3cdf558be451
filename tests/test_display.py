"""What Jupyter shows: records in, escaped and well-formed HTML out."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest

from rectify_xl import catalog
from rectify_xl.display import form_html, settings_html, table_html
from rectify_xl.model import Settings, Table, Unit


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
