"""The warnings that still stand: of each unit's latest file of each form, and of nothing that is confidential."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from status_books import UNITS, book_of, settings_of

from rectify_xl.messages import code_name
from rectify_xl.model import Book, Finding, FormRows, Return, Row, Settings, Verdict
from rectify_xl.progress.standing import standing_warnings
from rectify_xl.tables.ledger_table import returns_to_correct

GOOD = (Row("表", 4, ()),)


def warned(code: str, form: str = "ledger", level: str = "warning") -> Finding:
    return Finding(level=level, code=code, form=form, sheet="整改台帐", cell="G4", row=4, value="甲")  # type: ignore[arg-type]


def sent(day: int, unit: str, findings: Sequence[Finding], *forms: str, verdict: Verdict = "accepted") -> Return:
    return Return(
        file=f"{unit}-{day}.xlsx", digest=f"{unit}{day}", verdict=verdict, unit_code=unit, unit_name=unit,
        filled_on=date(2005, 5, day), findings=tuple(findings),
        forms=tuple(FormRows(form=form, good=GOOD) for form in forms),
    )  # fmt: skip


def told(*returns: Return) -> list[tuple[str, str, str]]:
    """Unit, kind of warning, and file, as the table lists them."""
    book: Book = replace(book_of({}), returns=returns)
    return [(row[0], row[3], row[5]) for row in standing_warnings(book).rows]


def test_a_warning_stands_until_a_later_file_of_the_form_comes() -> None:
    early = sent(10, "B", [warned("coverage"), warned("no-rows", "measures")], "ledger", "measures")
    late = sent(20, "B", [warned("hidden-rows")], "ledger")
    assert told(early) == [("B", code_name("coverage"), "B-10.xlsx"), ("B", code_name("no-rows"), "B-10.xlsx")]
    assert told(early, late) == [("B", code_name("no-rows"), "B-10.xlsx"), ("B", code_name("hidden-rows"), "B-20.xlsx")]


def test_units_stand_in_the_rosters_order_and_only_warnings_of_files_that_count() -> None:
    levels = [warned("old-template", ""), warned("date", level="error"), warned("fixed-date", level="fixed")]
    other = sent(12, "A", levels)
    refused = sent(14, "A", [warned("macros", "")], "ledger", verdict="refused")
    assert [row[0] for row in told(sent(11, "B", [warned("coverage")], "ledger"), other, refused)] == ["A", "B"]


def test_rows_that_only_the_office_may_read_are_not_told_of() -> None:
    assert told(sent(10, "A", [warned("coverage", "guidance")], "guidance")) == []


def test_a_row_says_where_and_when() -> None:
    book = replace(book_of({}), returns=(sent(10, "A", [warned("hidden-rows")], "ledger"),))
    ((code, name, matter, _, text, file, day),) = standing_warnings(book).rows
    assert (code, name, matter, file, day) == ("A", "甲支部", "整改台帐", "A-10.xlsx", date(2005, 5, 10))
    assert "整改台帐" in text


def owed(*returns: Return, settings: Settings | None = None) -> frozenset[int]:
    return returns_to_correct(replace(book_of({}, settings), returns=returns))


def test_a_file_sent_back_is_owed_until_a_later_one_of_its_forms() -> None:
    wrong = warned("date", level="error")
    back, again = sent(10, "A", [wrong], "ledger", verdict="returned"), sent(20, "A", [], "ledger")
    assert owed(back) == {0} and owed(back, again) == owed(back, again, sent(21, "A", [], "survey")) == frozenset()
    both = sent(10, "A", [wrong], "ledger", "survey", verdict="returned")
    assert owed(both, sent(20, "A", [], "survey")) == {0} and owed(both, again) == frozenset()
    of_its_cover = sent(10, "A", [warned("required", "cover", "error")], "ledger", "survey", verdict="returned")
    assert owed(of_its_cover, again) == {0} and owed(of_its_cover, again, sent(20, "A", [], "survey")) == frozenset()


def test_a_merged_units_file_is_owed_until_its_successor_sends_that_form() -> None:
    merged = replace(UNITS[1], merged_into="A", stopped_on=date(2005, 5, 15))
    settings = settings_of((UNITS[0], merged, *UNITS[2:]))
    back = sent(10, "B", [warned("date", level="error")], "ledger", verdict="returned")
    early, late = sent(14, "A", [], "ledger"), sent(15, "A", [], "ledger")
    assert owed(back, early, sent(20, "A", [], "survey"), settings=settings) == {0}
    assert owed(back, early, late, settings=settings) == frozenset()
    itself = replace(back, file="B-15.xlsx", filled_on=date(2005, 5, 15))
    assert owed(itself, late, settings=settings) == {0}
    assert owed(itself, late, sent(22, "A", [], "ledger"), settings=settings) == frozenset()


def test_a_file_of_which_nothing_was_taken_is_owed_until_either_unit_that_its_cover_names_sends_another() -> None:
    wrong = replace(sent(10, "A", [], verdict="returned"), cover={"unit_name": "乙支部"})
    undated = replace(sent(10, "A", [], verdict="returned"), filled_on=None, saved="2005-05-18T08:00:00Z")
    last_week = replace(sent(11, "A", [], "ledger"), saved="2005-05-11T08:00:00Z")
    by_name, by_code, before = sent(20, "B", [], "ledger"), sent(20, "A", [], "ledger"), sent(9, "B", [], "ledger")

    for still in ((wrong,), (wrong, before), (wrong, sent(20, "C", [], "ledger")), (undated, last_week)):
        assert owed(*still) == {0}
    assert not owed(wrong, by_name) and not owed(wrong, by_code)
    assert not owed(undated, replace(last_week, saved="2005-05-18T09:00:00Z"))
