"""Supervision records stand in the office columns of the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from returns import judged, row, settings_for

from rectify_xl.merge import Numbers
from rectify_xl.pipeline import book_of


def remark(day: int, text: str, item: str | None = "KX02-T001", **changes: Any) -> dict[str, Any]:
    return row("supervision", inspected_on=date(2005, 5, day), finding=text, item_id=item, **changes)


def test_the_latest_supervision_record_stands_on_its_item() -> None:
    ledger = judged({"ledger": [row("ledger"), row("ledger", problem="第二个问题")]}, file="a.xlsx")
    office = judged(
        {"supervision": [remark(22, "第二次督查意见"), remark(20, "第一次督查意见"), remark(23, "对单位的意见", None)]},
        cover={"unit_code": "KX09", "unit_name": "示例办公室"},
        file="b.xlsx",
    )
    book = book_of([ledger, office], settings_for(), date(2005, 5, 26), Numbers())
    first, second = book.items["ledger"]
    assert first.office == {"supervision": "第二次督查意见", "supervised_on": date(2005, 5, 22)}
    assert second.office == {}
