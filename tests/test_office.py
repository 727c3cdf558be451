"""Supervision records stand in the office columns of the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from returns import judged, row, settings_for

from rectify_xl.merging.consolidation import Past, book_of
from rectify_xl.merging.numbering import Numbers
from rectify_xl.model import OfficeEntry


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


def test_the_latest_entry_stands_over_records_and_counts() -> None:
    ledger = judged({"ledger": [row("ledger"), row("ledger", problem="第二个问题")]}, file="a.xlsx")
    office = judged(
        {"supervision": [remark(22, "第二次督查意见")]},
        cover={"unit_code": "KX09", "unit_name": "示例办公室"},
        file="b.xlsx",
    )
    day = date(2005, 5, 26)
    entries = [
        OfficeEntry("ledger", "KX02-T001", "extended_to", date(2005, 6, 20), day),
        OfficeEntry("ledger", "KX02-T001", "extended_to", date(2005, 6, 10), day),
        OfficeEntry("ledger", "KX02-T001", "extended_to", date(2005, 5, 30), date(2005, 5, 25)),
        OfficeEntry("ledger", "KX02-T001", "supervision", "办公室意见", day),
        OfficeEntry("ledger", "KX02-T002", "extended_to", date(2005, 6, 10), date(2005, 5, 25)),
        OfficeEntry("ledger", "KX02-T002", "extended_to", None, day),
    ]
    book = book_of([ledger, office], settings_for(), day, Numbers(), past=Past(entries=tuple(entries)))
    first, second = book.items["ledger"]
    assert first.office == {
        "supervision": "办公室意见", "supervised_on": date(2005, 5, 22), "extended_to": date(2005, 6, 10),
    }  # fmt: skip
    assert second.office == {}
    assert [due.day for due in book.dues["ledger"]] == [date(2005, 6, 10), date(2005, 5, 27)]
    cleared = OfficeEntry("ledger", "KX02-T001", "supervision", None, day)
    again = book_of([ledger, office], settings_for(), day, Numbers(), past=Past(entries=(*entries, cleared)))
    assert again.items["ledger"][0].office["supervision"] == "第二次督查意见"
