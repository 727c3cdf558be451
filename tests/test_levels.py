"""Offices' ledgers as returns: rows keep number, source and state; merging is the same in any order and grouping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from shutil import copy
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from ledgers import written
from returns import UNITS, judged, row, settings_for
from weeks import drop, numbers, run

from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.excel.settings.settings_book import write_settings
from rectify_xl.judging.judge import Received, judge_book
from rectify_xl.merging.consolidation import Past, book_of
from rectify_xl.merging.numbering import Numbers
from rectify_xl.messages import sentence
from rectify_xl.model import Book, OfficeEntry, Return, Settings, Waiver
from rectify_xl.office.ruling import ruling_for
from rectify_xl.outgoing.bulletin_figures import figures_of
from rectify_xl.runs import workspace
from rectify_xl.runs.history import history_of
from rectify_xl.tables.ledger_table import files_table, pending_table

SETTINGS = settings_for()
DAY = date(2005, 6, 30)
A, B, C = (row("ledger", problem=text) for text in ("学习不够深入", "服务不够主动", "制度不够健全"))
NAMES = {unit.code: unit.name for unit in UNITS}


def sent(unit: str, day: str, *rows: dict[str, Any], form: str = "ledger") -> Return:
    cover = {"unit_code": unit, "unit_name": NAMES[unit], "filled_on": date.fromisoformat(f"2005-{day}")}
    held = judged({form: list(rows)}, cover=cover, file=f"{unit}-{day}-{form}.xlsx", saved=f"2005-{day}T08:00:00Z")
    return replace(held, digest=sha256(held.digest.encode()).hexdigest())


def book(*returns: Return, day: date = DAY, numbers: Numbers | None = None, **past: Any) -> Book:
    return book_of(returns, SETTINGS, day, numbers or Numbers(), past=Past(**past))


def ledger(
    held: Book, name: str = "台帐.xlsx", edit: Callable[[Any], object] | None = None, settings: Settings = SETTINGS
) -> Return:
    """The ledger workbook of a book, really written, and judged as a return."""
    data = written(held)
    if edit:
        opened = openpyxl.load_workbook(BytesIO(data))
        edit(opened)
        target = BytesIO()
        opened.save(target)
        data = target.getvalue()
    received = Received(file=name, digest=sha256(data).hexdigest(), suffix=".xlsx")
    return judge_book(read_workbook(data), ruling_for(settings), received, DAY)


def shown(held: Book) -> dict[str, list[tuple[Any, ...]]]:
    """What the ledger says of every row: whose, number, values, source, days, office, state."""
    made = {}
    for form, items in held.items.items():
        dues = held.dues.get(form, [None] * len(items))
        made[form] = [
            (i.unit_code, i.number, i.values, i.latest.file, i.latest.digest[:16], i.latest.sheet, i.latest.row,
             i.latest.filled_on, i.latest.saved, i.first_on, i.started_on, dict(i.office), due)
            for i, due in zip(items, dues, strict=True)
        ]  # fmt: skip
    return made


FIRST = (
    sent("KX02", "05-18", A, B, row("ledger", problem="还没有改好", category="没有的类别")),
    sent("KX02", "05-25", {**A, "percent": 0.8}, B),
    sent("KX02", "05-20", row("activities"), form="activities"),
)
OFFICE = sent("KX09", "05-26", row("supervision", item_id="KX02-T001", response="已改"), form="supervision")
SECOND = (sent("KX03", "05-20", C, row("ledger", problem="错的一行", urgency="很急")),)


def test_rows_keep_number_source_state_and_office_columns() -> None:
    entries = (OfficeEntry("ledger", "KX02-T002", "extended_to", date(2005, 7, 8), DAY),)
    lower = book(*FIRST, OFFICE, entries=entries)
    told = ledger(lower)
    assert (told.verdict, told.findings, told.filled_on) == ("accepted", (), DAY)
    upper = book(told)
    assert shown(upper) == shown(lower)
    assert upper.items["ledger"][0].office["supervision"] == row("supervision")["finding"]
    assert upper.dues["ledger"][1].day == date(2005, 7, 8)


def test_who_was_in_time_is_so_at_the_upper_office_too() -> None:
    """A ledger brings the latest states alone; 首报日期 and 首次启动日期 tell when the tasks were first shown."""
    idle = {**A, "status": "未启动", "percent": 0, "progress": None}
    weeks = [sent("KX02", "05-16", idle), sent("KX02", "05-19", A), sent("KX02", "05-25", {**A, "percent": 0.8})]
    weeks += [sent("KX02", day, row("measures"), form="measures") for day in ("05-19", "05-25")]
    lower = book(*weeks)
    asked = {"T4": ("按期完成", date(2005, 5, 19)), "T5": ("按期完成", date(2005, 5, 19))}
    for held in (lower, book(ledger(lower))):
        states = {t.task: (t.state, t.shown_on) for t in held.tasks if t.unit_code == "KX02" and t.task in asked}
        assert states == asked


def test_what_waits_and_the_files_travel_along() -> None:
    lower = book(*SECOND)
    upper = book(ledger(lower))
    assert list(pending_table(upper).rows) == list(pending_table(lower).rows)
    assert list(files_table(upper).rows)[1:] == list(files_table(lower).rows)
    assert [figures_of(held)["to_correct"] for held in (lower, upper)] == [1, 1]
    again = book(ledger(upper, "又一级.xlsx"))
    assert list(pending_table(again).rows) == list(pending_table(lower).rows)
    mended = book(ledger(lower), sent("KX03", "05-27", C))
    assert mended.pending == ()


def test_the_settings_among_the_returns_are_no_ledger(tmp_path: Path) -> None:
    """豁免 has a column 文件摘要 as 报送情况 has."""
    path = tmp_path / "配置.xlsx"
    write_settings(SETTINGS, path)
    received = Received(file="配置.xlsx", digest="0" * 64, suffix=".xlsx")
    held = judge_book(read_workbook(path.read_bytes()), ruling_for(SETTINGS), received, DAY)
    assert (held.verdict, held.ledger, [f.code for f in held.findings]) == ("refused", None, ["no-form"])


def test_a_file_of_a_lower_office_is_owed_no_more_once_its_rows_came_directly() -> None:
    lower = book(*FIRST[:1])
    upper = book(ledger(lower), sent("KX02", "05-27", A, B))
    told = {line[0]: line[-2] for line in files_table(upper).rows}
    assert told == {"台帐.xlsx": "否", "KX02-05-18-ledger.xlsx": "否", "KX02-05-27-ledger.xlsx": "否"}
    assert figures_of(upper)["to_correct"] == 0
    still = book(ledger(lower), sent("KX02", "05-27", row("activities"), form="activities"))
    assert figures_of(still)["to_correct"] == 1


def test_a_row_that_waits_for_a_number_nobody_gave_is_none_of_the_rows_that_were_merged() -> None:
    held = book(sent("KX02", "05-18", A, {**B, "item_id": "KX02-T009"}))
    columns, (line,) = files_table(held).columns, files_table(held).rows
    told = dict(zip(columns, line, strict=True))
    assert (told["verdict"], told["errors"], told["good_rows"], len(held.items["ledger"])) == ("退回", 1, 1, 1)


def test_the_same_rows_directly_and_through_a_ledger_are_one() -> None:
    lower = book(*FIRST, OFFICE)
    both = book(ledger(lower), *FIRST, OFFICE)
    assert shown(both) == shown(lower)
    assert [f.code for f in both.findings if f.code in ("conflict", "foreign-id", "duplicate")] == []
    assert len(files_table(both).rows) == len(both.returns)
    assert [p.row.row for p in both.pending] == [p.row.row for p in lower.pending]


def test_a_lower_offices_word_counts_until_the_upper_office_types_its_own() -> None:
    typed = (OfficeEntry("ledger", "KX02-T001", "extended_to", date(2005, 7, 8), DAY),)
    told = ledger(book(*FIRST, entries=typed))
    assert book(told).dues["ledger"][0].day == date(2005, 7, 8)
    own = OfficeEntry("ledger", "KX02-T001", "extended_to", date(2005, 7, 1), DAY)
    assert book(told, entries=(own,)).dues["ledger"][0].day == date(2005, 7, 1)
    assert book(told, entries=(own._replace(value=None),)).dues["ledger"][0].day == date(2005, 5, 27)


def office_of(*ledgers: Return) -> dict[str, Any]:
    return dict(book(*ledgers).items["ledger"][0].office)


def made_by(name: str, day: date, *returns: Return, **typed: Any) -> Return:
    """The ledger of an office of that name on a day, with what it typed of the first row."""
    entries = tuple(OfficeEntry("ledger", "KX02-T001", column, value, day) for column, value in typed.items())
    settings = replace(SETTINGS, organisation=name)
    return ledger(book_of(returns, settings, day, Numbers(), past=Past(entries=entries)), f"{name}{day}.xlsx")


@pytest.mark.parametrize("row_more", range(4))  # of one day the digests would decide
def test_three_levels_up_the_upper_offices_word_counts_before_that_of_its_lower_office(row_more: int) -> None:
    one, two, own = date(2005, 7, 8), date(2005, 7, 15), date(2005, 7, 1)
    lower = made_by("下级", date(2005, 5, 20), *FIRST, extended_to=one, supervised_on=one)
    other = sent("KX03", "05-19", row("ledger", problem=f"另外的第{row_more}项问题"))
    upper = made_by("上级", date(2005, 5, 20), lower, other, extended_to=own)
    assert office_of(lower, upper) == office_of(upper) == {"extended_to": own, "supervised_on": one}
    later = made_by("下级", date(2005, 5, 27), *FIRST, extended_to=two, supervised_on=two)
    assert office_of(lower, upper, later) == {"extended_to": own, "supervised_on": two}
    cleared = made_by("下级", date(2005, 5, 28), *FIRST)
    assert office_of(lower, upper, later, cleared) == {"extended_to": own}
    assert office_of(lower, cleared) == {}


def test_a_row_that_waits_in_an_older_ledger_waits_no_more_where_a_newer_one_merged_it() -> None:
    odd = {**B, "urgency": "特急"}
    kind = settings_for(lists={**SETTINGS.lists, "urgency": (*SETTINGS.lists["urgency"], "特急")})
    strict, understood = (
        replace(judged({"ledger": [A, odd]}, settings=settings, file="a.xlsx"), digest="d" * 64)
        for settings in (SETTINGS, kind)
    )
    old = ledger(book_of([strict], SETTINGS, date(2005, 5, 26), Numbers()), "旧.xlsx", settings=kind)
    new = ledger(book_of([understood], kind, DAY, Numbers()), "新.xlsx", settings=kind)
    for returns in ([old, new], [new, old]):
        upper = book_of(returns, kind, DAY, Numbers())
        assert ([i.number for i in upper.items["ledger"]], upper.pending) == (["KX02-T001", "KX02-T002"], ())
    assert len(book_of([old], kind, DAY, Numbers()).pending) == 1


def test_a_row_that_a_lower_office_took_out_leaves_the_upper_ledger_too() -> None:
    returns = [sent("KX02", "05-16", A, B), sent("KX02", "05-20", A)]
    waiver = Waiver(
        unit="KX02", rule="missing-row", item="KX02-T002", reason="并入别项", approved_by="示例甲", until=DAY
    )
    old = ledger(book(returns[0], day=date(2005, 5, 17)), "旧.xlsx")
    new = ledger(
        book_of(returns, settings_for(waivers=(waiver,)), DAY, given_by(book(returns[0]))), "新.xlsx"
    )
    assert [i.number for i in book(old).items["ledger"]] == ["KX02-T001", "KX02-T002"]
    for ledgers in ([old, new], [new, old], [ledger(book(old, new), "上级.xlsx"), old]):
        upper = book(*ledgers)
        assert ([i.number for i in upper.items["ledger"]], upper.withdrawn_numbers) == (["KX02-T001"], ("KX02-T002",))
    assert [i.number for i in book(old, new, returns[0]).items["ledger"]] == ["KX02-T001", "KX02-T002"]


def test_a_newer_remark_takes_the_place_of_one_that_a_ledger_shows() -> None:
    told = ledger(book(*FIRST, OFFICE))
    newer = row("supervision", item_id="KX02-T001", inspected_on=date(2005, 6, 1), finding="又一次督查意见")
    upper = book(told, sent("KX09", "06-02", newer, form="supervision"))
    assert upper.items["ledger"][0].office["supervision"] == "又一次督查意见"


def test_a_row_whose_unit_is_unknown_waits() -> None:
    few = settings_for(units=tuple(u for u in UNITS if u.code != "KX03"))
    told = ledger(book(*FIRST, *SECOND), settings=few)
    assert [(f.code, f.level, f.cell) for f in told.findings] == [("unknown", "error", "A6")]
    upper = book_of([told], few, DAY, Numbers())
    assert [i.number for i in upper.items["ledger"]] == ["KX02-T001", "KX02-T002"]
    assert ("KX03", "ledger") in [(p.unit_code, p.form) for p in upper.pending]


def test_a_direct_return_waits_until_the_ledger_that_knows_its_number_has_come() -> None:
    told = ledger(book(*FIRST))
    late = sent("KX02", "05-24", row("ledger", item_id="KX02-T002", problem="服务还不够主动"))
    alone = book(late)
    assert [f.code for f in alone.findings if f.level == "error"] == ["foreign-id"] and len(alone.pending) == 1
    together = book(late, told)
    assert [f.code for f in together.findings if f.level == "error"] == []
    assert [(i.number, len(i.states)) for i in together.items["ledger"]] == [("KX02-T001", 1), ("KX02-T002", 2)] or [
        (i.number, len(i.states)) for i in together.items["ledger"]
    ] == [("KX02-T002", 2), ("KX02-T001", 1)]


def test_where_a_ledger_and_a_direct_return_disagree_is_told() -> None:
    def edit(opened: Any) -> None:
        opened["整改台帐"]["V4"] = 0.3

    told = ledger(book(*FIRST), edit=edit)
    upper = book(told, *FIRST)
    [finding] = [f for f in upper.findings if f.code == "conflict"]
    assert (finding.file, finding.cell, finding.value) == ("台帐.xlsx", "C4", "KX02-T001")
    assert upper.items["ledger"][0].values[19] == 0.8  # what came directly


def given_by(held: Book) -> Numbers:
    by_state = {(s.digest, s.sheet, s.row): i.number for i in held.items["ledger"] for s in i.states}
    return Numbers(by_state=by_state, used=frozenset(by_state.values()))


@pytest.mark.parametrize("day", ["05-17", "05-20"])
def test_a_row_whose_number_this_office_gave_to_another_has_one_of_its_own_here(day: str) -> None:
    told = ledger(book(sent("KX02", "05-18", A)))
    later = ledger(book(sent("KX02", "05-18", A), sent("KX02", "05-24", {**A, "item_id": "KX02-T001",
                        "problem": "学习还不够深入", "percent": 0.9})), "后来.xlsx")  # fmt: skip
    direct = sent("KX02", day, row("ledger", problem="只报给上级的问题"))
    given, expected = given_by(book(direct)), {"KX02-T001": "只报给上级的问题", "KX02-T002": A["problem"]}
    for returns in ([direct, told], [told, direct], [direct, told], [direct, told, later], [later, direct, told]):
        upper = book(*returns, numbers=given)
        expected |= {"KX02-T002": "学习还不够深入"} if later in returns else {}
        assert {item.number: item.values[1] for item in upper.items["ledger"]} == expected
        found = [f for f in upper.findings if f.level != "fixed" and f.code != "missing-row"]
        assert {(f.code, f.cell, f.value, dict(f.params)["here"]) for f in found} == {
            ("conflict", "C4", "KX02-T001", "KX02-T002")
        }
        assert all(sentence(f) and sentence(f, "en") for f in found) and upper.pending == ()
        given = given_by(upper)
    own = sent("KX02", "06-01", row("ledger", item_id="KX02-T001", problem="学习还不够深入", percent=0.95))
    upper = book(direct, told, later, own, numbers=given)
    assert {item.number: item.values[19] for item in upper.items["ledger"]} == {"KX02-T001": 0.5, "KX02-T002": 0.95}


def test_its_number_here_stays_its_own_from_run_to_run_and_through_a_lost_memory(tmp_path: Path) -> None:
    lower, upper = tmp_path / "下级", tmp_path / "上级"
    for place in (lower, upper):
        workspace.create(place, SETTINGS)
    drop(upper, "直报.xlsx", B, filled_on=date(2005, 5, 20))
    run(upper, date(2005, 5, 20))
    expected = {"KX02-T001": B["problem"]}
    for day, sent_rows in ((18, A), (26, {**C, "item_id": "KX02-T001"})):
        drop(lower, f"{day}.xlsx", sent_rows, filled_on=date(2005, 5, day))
        run(lower, date(2005, 5, day))
        copy(lower / "成果" / "整改台帐.xlsx", upper / "收件" / f"台帐{day}.xlsx")
        expected["KX02-T002"] = sent_rows["problem"]
        assert numbers(run(upper, date(2005, 5, day + 3))) == expected
    (upper / "记录.sqlite").unlink()
    again = run(upper, date(2005, 5, 30))
    assert (numbers(again), again.notes) == (expected, ("rebuilt:记录.sqlite",))
    told = {number: [s["values"]["problem"] for s in history_of(upper, number)["states"]] for number in expected}
    assert told == {"KX02-T001": [B["problem"]], "KX02-T002": [A["problem"], C["problem"]]}


def under(name: str, *returns: Return) -> Return:
    """The ledger of an office of that name."""
    return ledger(book_of(returns, replace(SETTINGS, organisation=name), DAY, Numbers()), f"{name}.xlsx")


def test_numbers_that_two_lower_offices_gave_to_different_rows_stay_different_rows() -> None:
    one, other = under("甲办", sent("KX02", "05-16", A, C)), under("乙办", sent("KX02", "05-18", B, A))
    expected = {"KX02-T001": A["problem"], "KX02-T002": C["problem"], "KX02-T003": B["problem"]}
    for returns in ([one, other], [other, one]):
        upper = book(*returns)
        assert {item.number: item.values[1] for item in upper.items["ledger"]} == expected
        told = {(f.file, dict(f.params)["here"]) for f in upper.findings if f.code == "conflict"}
        assert told == {("乙办.xlsx", "KX02-T003"), ("乙办.xlsx", "KX02-T001")}
        next_level = book(under("上级", *returns))
        assert {item.number: item.values[1] for item in next_level.items["ledger"]} == expected
    for office in ("", "甲办"):  # offices may be called alike
        pair = under(office, sent("KX02", "05-16", A)), under(office, sent("KX02", "05-18", B))
        assert [i.values[1] for i in book(*pair).items["ledger"]] == [A["problem"], B["problem"]]
    alike = under("甲办", sent("KX02", "05-16", A, C)), under("甲办", sent("KX02", "05-18", B, A))
    assert {item.number: item.values[1] for item in book(*alike).items["ledger"]} == expected


def test_what_two_lower_offices_number_alike_keeps_its_number_whichever_ledger_comes_first(tmp_path: Path) -> None:
    upper = tmp_path / "上级"
    workspace.create(upper, SETTINGS)
    later = under("乙办", sent("KX02", "05-18", B))
    for place, (name, held) in enumerate((("乙办", [sent("KX02", "05-18", B)]), ("甲办", [sent("KX02", "05-16", A)]))):
        data = written(book_of(held, replace(SETTINGS, organisation=name), date(2005, 5, 20), Numbers()))
        (upper / "收件" / f"{name}.xlsx").write_bytes(data)
        made = numbers(run(upper, date(2005, 5, 20 + place)))
    assert made == {"KX02-T001": later.ledger.rows[0].item.values[1], "KX02-T002": A["problem"]}  # type: ignore[union-attr]
    (upper / "记录.sqlite").unlink()
    assert numbers(run(upper, date(2005, 5, 25))) == made


def test_a_unit_that_writes_its_own_offices_numbers_to_the_upper_office_too_is_understood(tmp_path: Path) -> None:
    """Both offices gave numbers to the same rows, in another order: rows must not change places."""
    lower, upper = tmp_path / "下级", tmp_path / "上级"
    for place in (lower, upper):
        workspace.create(place, SETTINGS)
    drop(lower, "1.xlsx", A, B, filled_on=date(2005, 5, 16))
    for place in (lower, upper):
        drop(place, "2.xlsx", B, A, filled_on=date(2005, 5, 18))
        made = numbers(run(place, date(2005, 5, 18)))
    assert made == {"KX02-T001": B["problem"], "KX02-T002": A["problem"]}
    copy(lower / "成果" / "整改台帐.xlsx", upper / "收件" / "台帐.xlsx")
    assert numbers(run(upper, date(2005, 5, 20))) == made
    both = {**A, "item_id": "KX02-T001", "percent": 0.8}, {**B, "item_id": "KX02-T002", "percent": 0.9}
    drop(upper, "3.xlsx", *both, filled_on=date(2005, 5, 24))
    outcome = run(upper, date(2005, 5, 24))
    assert numbers(outcome) == made
    assert {i.number: i.values[19] for i in outcome.book.items["ledger"]} == {"KX02-T001": 0.9, "KX02-T002": 0.8}
    told = {number: len(history_of(upper, number)["states"]) for number in made}
    assert told == {"KX02-T001": 2, "KX02-T002": 2}


def test_a_row_that_both_offices_numbered_alike_is_one() -> None:
    told = ledger(book(sent("KX02", "05-18", A)))
    direct = sent("KX02", "05-20", A)
    upper = book(direct, told, numbers=given_by(book(direct)))
    assert [(i.number, len(i.states)) for i in upper.items["ledger"]] == [("KX02-T001", 2)]
    assert [f.code for f in upper.findings if f.level != "fixed"] == []


@pytest.mark.parametrize(
    ("cell", "value", "code"), [("T4", "下周", "date"), ("J4", "紧急", "choice"), ("AJ4", None, "required")]
)
def test_a_cell_that_cannot_be_used_makes_its_row_wait(cell: str, value: Any, code: str) -> None:
    told = ledger(book(*FIRST), edit=lambda opened: opened["整改台帐"].__setitem__(cell, value))
    assert [(f.code, f.cell) for f in told.findings] == [(code, cell)] and told.verdict == "returned"
    upper = book(told)
    assert [i.number for i in upper.items["ledger"]] == ["KX02-T002"]


def test_rows_of_a_ledger_that_share_a_number_or_a_source_wait_unless_they_are_copies() -> None:
    def copied(opened: Any, **changes: Any) -> None:
        sheet = opened["整改台帐"]
        for place in range(1, sheet.max_column + 1):
            sheet.cell(6, place, sheet.cell(4, place).value).number_format = sheet.cell(4, place).number_format
        for cell, value in changes.items():
            sheet[cell].value = value

    def told(edit: Callable[[Any], object]) -> tuple[list[tuple[str, str]], list[str]]:
        held = ledger(book(*FIRST), edit=edit)
        assert all(sentence(f) and sentence(f, "en") for f in held.findings)
        return [(f.code, f.cell) for f in held.findings], [i.number for i in book(held).items.get("ledger", ())]

    both, second = ["KX02-T001", "KX02-T002"], ["KX02-T002"]
    assert told(lambda opened: opened["整改台帐"].__setitem__("C5", "KX02-T001")) == (
        [("duplicate", "C4"), ("duplicate", "C5")], []
    )  # fmt: skip
    assert told(copied) == ([], both)
    assert told(lambda opened: copied(opened, D6="另一个问题")) == ([("duplicate", "C4"), ("duplicate", "C6")], second)
    assert told(lambda opened: copied(opened, C6=None)) == ([("duplicate", "C4"), ("duplicate", "C6")], second)


def last_year(edit: Callable[[Any], object], settings: Settings = SETTINGS) -> tuple[list[tuple[str, str, str]], int]:
    """What is told of an edited ledger (level, code, cell), and how many of its three rows count."""
    told = ledger(book(*FIRST, *SECOND), edit=edit, settings=settings)
    assert all(sentence(f) and sentence(f, "en") for f in told.findings)
    held = book_of([told], settings, DAY, Numbers())
    return [(f.level, f.code, f.cell) for f in told.findings], len(held.items.get("ledger", ()))


def test_a_ledger_of_other_columns_and_sheets_is_imported_and_what_is_lost_is_told() -> None:
    def edit(opened: Any) -> None:
        sheet = opened["整改台帐"]
        sheet["M3"], sheet["S3"] = "办法", "责任人员"
        sheet.delete_cols(12)
        sheet.insert_cols(5)
        sheet["E3"], sheet["E5"] = "经费来源", "自筹"
        opened.create_sheet("帮扶对象")["A1"] = "姓名"

    assert last_year(edit) == ([
        ("warning", "extra-sheet", ""), ("warning", "missing-column", ""), ("warning", "missing-column", ""),
        ("fixed", "fixed-header", "S3"), ("warning", "extra-column", "E5"), ("warning", "extra-column", "M4"),
    ], 3)  # fmt: skip


def test_a_ledger_under_other_lists_and_another_roster_waits_where_it_cannot_be_read() -> None:
    settings = settings_for(lists={**SETTINGS.lists, "urgency": ("一般",)})
    told, count = last_year(lambda opened: None, settings)
    assert ({code for _, code, _ in told}, count) == ({"choice"}, 0)
    one, other = (next(u for u in UNITS if u.code == code) for code in ("KX02", "KX03"))
    named = {"KX02": other.name, "KX03": one.name}
    settings = settings_for(units=tuple(replace(u, name=named.get(u.code, u.name)) for u in UNITS))
    told, count = last_year(lambda opened: None, settings)
    assert ({code for _, code, _ in told}, count) == ({"unit-mismatch"}, 0)
    settings = settings_for(units=tuple(replace(u, name=f"新{u.name}") for u in UNITS))
    assert last_year(lambda opened: None, settings) == ([], 3)


def test_a_whole_ledger_may_be_waived_by_its_digest() -> None:
    told = ledger(book(*FIRST))
    waiver = Waiver(unit="KX09", rule="", digest=told.digest, reason="去年的台帐", approved_by="示例甲", until=DAY)
    held = ledger(book(*FIRST), settings=settings_for(waivers=(waiver,)))
    assert (held.verdict, held.ledger, [f.code for f in held.findings]) == ("ignored", None, ["not-counted"])


def test_renamed_sorted_and_hidden_sheets_are_understood() -> None:
    def edit(opened: Any) -> None:
        sheet = opened["整改台帐"]
        rows = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=4)]
        for at, values in enumerate(reversed(rows), 4):
            for column, value in enumerate(values, 1):
                sheet.cell(at, column).value = value
        sheet.title, sheet.row_dimensions[4].hidden = "汇总", True
        sheet.column_dimensions["D"].hidden = True

    lower = book(*FIRST)
    assert shown(book(ledger(lower, edit=edit))) == shown(lower)


def test_a_ledger_of_a_later_day_is_held() -> None:
    data = written(book(*FIRST))
    received = Received(file="台帐.xlsx", digest="1")
    early = judge_book(read_workbook(data), ruling_for(SETTINGS), received, date(2005, 6, 29))
    assert (early.verdict, [f.code for f in early.findings]) == ("held", ["future"])
    assert judge_book(read_workbook(data), ruling_for(SETTINGS), received, DAY).verdict == "accepted"


def test_withdrawn_numbers_travel_and_are_not_given_again() -> None:
    told = ledger(replace(book(*FIRST), retired=frozenset({"KX02-T009"})))
    upper = book(told, sent("KX02", "06-01", A, B, C))
    assert [i.number for i in upper.items["ledger"]][-1] == "KX02-T010"
    assert upper.withdrawn_numbers == ("KX02-T009",)


def test_an_own_ledger_rebuilds_numbers_and_entries() -> None:
    entries = (OfficeEntry("ledger", "KX02-T001", "supervised_on", datetime(2005, 6, 1).date(), DAY),)
    known = book(*FIRST, entries=entries)
    rebuilt = book(*FIRST, ledger(known))
    assert shown(rebuilt) == shown(known)


# ---- the algebra, through real files

WEEKS = {
    "KX02": (FIRST[0], FIRST[1]),
    "KX03": (SECOND[0], sent("KX03", "05-27", {**C, "status": "已完成", "percent": 1, "completed": date(2005, 5, 26),
                                              "result": "已见成效"})),
}  # fmt: skip
ATOMS = (*WEEKS["KX02"], *WEEKS["KX03"], OFFICE)
WHOLE = shown(book(*ATOMS))


@cache
def office_ledger(unit: str) -> Return:
    return ledger(book(*WEEKS[unit]), f"{unit}.xlsx")


@cache
def merged(parts: tuple[Return, ...]) -> Return:
    return ledger(book(*parts), f"{len(parts)}.xlsx")


@hypothesis_settings(max_examples=12, derandomize=True)
@given(st.permutations([office_ledger("KX02"), office_ledger("KX03"), OFFICE, *FIRST[:2]]), st.integers(1, 4))
def test_merging_ledgers_is_associative_commutative_and_idempotent(parts: Sequence[Return], cut: int) -> None:
    assert shown(book(*parts)) == WHOLE
    left, right = tuple(parts[:cut]), tuple(parts[cut:])
    if not {held.file for held in left} & {"KX02.xlsx", FIRST[0].file, FIRST[1].file}:
        left, right = right, left  # a remark alone waits for its item
    once = ledger(book(*left), "左.xlsx")
    assert shown(book(once, *right)) == WHOLE
    assert shown(book(once, *right, *left, once)) == WHOLE
