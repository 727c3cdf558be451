"""What changed between returns: reopened, moved, gone, stalled, late; units that merge; numbers that stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from returns import UNITS, filled_template, judged, row, settings_for
from weeks import drop, numbers, run

import rectify_xl
from rectify_xl.merging.consolidation import Past, book_of
from rectify_xl.merging.numbering import Numbers
from rectify_xl.messages import sentence
from rectify_xl.model import Book, Finding, OfficeEntry, Return, Settings, Waiver
from rectify_xl.progress.surveys import satisfaction
from rectify_xl.runs import workspace

DAY = date(2005, 6, 30)
DONE = {"status": "已完成", "percent": 1, "completed": date(2005, 5, 18), "result": "已见成效"}
A, B = row("ledger"), row("ledger", problem="服务不够主动")
NAMES = {unit.code: unit.name for unit in UNITS}


def sent(day: str, *rows: dict[str, Any], unit: str = "KX02", form: str = "ledger", settings: Any = None) -> Return:
    cover = {"unit_code": unit, "unit_name": NAMES[unit], "filled_on": date.fromisoformat(f"2005-{day}")}
    return judged(
        {form: list(rows)}, cover=cover, file=f"{unit}-{day}.xlsx", saved=f"2005-{day}T08:00:00Z", settings=settings
    )


def book(*returns: Return, settings: Settings | None = None, numbers: Numbers | None = None, **past: Any) -> Book:
    return book_of(returns, settings or settings_for(), DAY, numbers or Numbers(), past=Past(**past))


def entry(column: str, value: Any, number: str = "KX02-T001") -> OfficeEntry:
    return OfficeEntry("ledger", number, column, value, date(2005, 5, 26))


def found(held: Book, code: str) -> list[Finding]:
    return [f for f in held.findings if f.code == code]


def numbered(held: Book) -> list[tuple[str, str]]:
    return [(item.unit_code, item.number) for item in held.items["ledger"]]


def test_a_reopened_item_is_merged_unless_the_office_closed_it() -> None:
    returns = sent("05-18", {**A, **DONE}), sent("05-25", A)
    held = book(*returns)
    assert held.items["ledger"][0].values[18] == "整改中"
    closed = book(*returns, entries=(entry("closed", "是"),))
    item = closed.items["ledger"][0]
    assert (item.values[18], item.latest.filled_on, len(item.states)) == ("已完成", date(2005, 5, 18), 2)
    assert closed.dues["ledger"][0].state == "按期完成"
    for told in (held, closed):
        [finding] = found(told, "reopened")
        assert (finding.level, finding.cell) == ("warning", "S4")
        for lang in ("zh", "en"):
            assert "已完成" in sentence(finding, lang) and "整改中" in sentence(finding, lang)
    assert "销号" in sentence(found(closed, "reopened")[0])
    assert book(*returns, entries=(entry("closed", "否"),)).items["ledger"][0].values[18] == "整改中"


@pytest.mark.parametrize(("agreed", "told"), [(5, True), (6, False), (7, True), (None, True)])
def test_a_moved_deadline_that_the_office_agreed_to_is_no_news(agreed: int | None, told: bool) -> None:
    moved = row("ledger", due=date(2005, 6, 6), horizon="中期")
    entries = (entry("extended_to", date(2005, 6, agreed)),) if agreed else ()
    held = book(sent("05-18", A), sent("05-25", moved), entries=entries)
    assert [dict(f.params) for f in found(held, "moved-deadline")] == [
        {"old": date(2005, 5, 27), "new": date(2005, 6, 6)}
    ] * told
    assert held.items["ledger"][0].values[17] == date(2005, 5, 27)
    assert held.dues["ledger"][0].day == (date(2005, 6, agreed) if agreed else date(2005, 5, 27))
    for finding in found(held, "moved-deadline"):
        assert "2005-05-27" in sentence(finding, "en") and "2005-06-06" in sentence(finding)


@pytest.mark.parametrize(("day", "told"), [("05-24", False), ("05-25", True), ("05-26", True)])
def test_stalled_after_that_many_days(day: str, told: bool) -> None:
    held = book(sent("05-11", A), sent(day, A))
    assert len(found(held, "stalled")) == told
    done = {**A, **DONE, "completed": date(2005, 5, 9)}
    closed = book(sent("05-10", done), sent("05-11", A), sent(day, A), entries=(entry("closed", "是"),))
    assert found(closed, "stalled") == []


@pytest.mark.parametrize(("arrived", "told"), [(24, False), (25, False), (26, True)])
def test_superseded_is_what_came_later_and_is_dated_earlier(arrived: int, told: bool) -> None:
    late, newer = sent("05-18", A), sent("05-25", row("ledger", percent=0.8))
    days = {late.digest: date(2005, 5, arrived), newer.digest: date(2005, 5, 25)}
    held = book(late, newer, arrived=days)
    assert [(f.file, f.level) for f in found(held, "superseded")] == [("KX02-05-18.xlsx", "warning")] * told
    assert held.items["ledger"][0].values[19] == 0.8
    other = sent("05-18", row("survey"), form="survey")
    days[other.digest] = date(2005, 5, 26)
    assert found(book(other, newer, arrived=days), "superseded") == []


def merged(stopped: int) -> Settings:
    stop = {"merged_into": "KX03", "stopped_on": date(2005, 5, stopped)}
    return settings_for(units=tuple(replace(u, **stop) if u.code == "KX02" else u for u in UNITS))


def test_merged_units_keep_their_rows_apart_though_the_texts_are_equal() -> None:
    settings = merged(20)
    own = [sent("05-18", A, unit=code, settings=settings) for code in ("KX02", "KX03")]
    held = book(*own, settings=settings)
    assert numbered(held) == [("KX03", "KX02-T001"), ("KX03", "KX03-T001")]
    assert found(held, "missing-row") == [] and found(held, "conflict") == []


@pytest.mark.parametrize(("day", "missing"), [("05-19", []), ("05-20", ["KX02-T001"]), ("05-21", ["KX02-T001"])])
def test_a_successor_answers_for_the_rows_from_the_day_of_the_merger(day: str, missing: list[str]) -> None:
    settings = merged(20)
    bad = row("ledger", problem="还要改的一行", category="没有的类别")
    before = sent("05-18", A, bad, settings=settings)
    held = book(before, sent(day, B, unit="KX03", settings=settings), settings=settings)
    assert [dict(f.params)["number"] for f in found(held, "missing-row")] == missing
    assert [p.unit_code for p in held.pending] == ([] if missing else ["KX03"])
    taken = book(before, sent(day, A, B, unit="KX03", settings=settings), settings=settings)
    if missing:
        assert numbered(taken) == [("KX03", "KX02-T001"), ("KX03", "KX03-T001")]


C, D = (row("ledger", problem=text) for text in ("制度不够健全", "作风不够扎实"))


@pytest.mark.parametrize(("own", "successors"), [("05-25", "05-25"), ("05-24", "05-25"), ("05-25", "05-24")])
def test_while_a_merged_unit_still_sends_its_own_rows_its_successors_file_says_nothing_of_them(
    own: str, successors: str
) -> None:
    settings, bad = merged(20), row("ledger", problem="还要改的一行", category="没有的类别")
    before = [sent("05-18", A, B, settings=settings), sent("05-18", C, unit="KX03", settings=settings)]
    of_both = [sent(own, A, B, bad, settings=settings), sent(successors, C, D, unit="KX03", settings=settings)]
    held = book(*before, *of_both, settings=settings)
    assert numbered(held) == [("KX03", f"KX0{n}") for n in ("2-T001", "2-T002", "3-T001", "3-T002")]
    assert found(held, "missing-row") == [] and [p.row.row for p in held.pending] == [6]
    left_out = book(*before, sent(own, A, settings=settings), of_both[1], settings=settings)
    [missing] = found(left_out, "missing-row")
    assert (missing.file, dict(missing.params)["number"]) == (f"KX02-{own}.xlsx", "KX02-T002")

    taken_over = sent("05-31", A, C, D, unit="KX03", settings=settings)
    later = book(*before, *of_both, taken_over, settings=settings)
    numbers = {(s.digest, s.sheet, s.row): i.number for i in held.items["ledger"] for s in i.states}
    by_number = sent("05-31", {**A, "item_id": "KX02-T001"}, C, D, unit="KX03", settings=settings)
    known = Numbers(by_state=numbers, used=frozenset(numbers.values()))
    for told in (later, book(*before, *of_both, by_number, settings=settings, numbers=known)):
        if told is not later or own <= successors:  # half of the rows do not show whose they are
            assert [dict(f.params)["number"] for f in found(told, "missing-row")] == ["KX02-T002"]
            assert (numbered(told), told.pending) == (numbered(held), ())


def test_numbers_given_since_show_no_more_of_whose_rows_a_successor_reports_than_the_first_run_knew() -> None:
    settings = merged(20)
    bad = row("ledger", problem="还要改的一行", category="没有的类别")
    taken = sent("05-21", A, B, unit="KX03", settings=settings)
    own = sent("05-23", A, B, bad, settings=settings)
    apart = sent("05-24", {**A, "percent": 0.9}, unit="KX03", settings=settings)
    returns = [sent("05-18", A, B, settings=settings), taken, own, apart]
    first = book(*returns, settings=settings)
    numbers = {(s.digest, s.sheet, s.row): i.number for i in first.items["ledger"] for s in i.states}
    again = book(*returns, settings=settings, numbers=Numbers(by_state=numbers, used=frozenset(numbers.values())))
    assert numbered(again) == numbered(first) == [("KX03", "KX02-T001"), ("KX03", "KX02-T002")]
    assert [p.row.row for p in first.pending] == [p.row.row for p in again.pending] == [6]
    assert found(again, "missing-row") == found(first, "missing-row") == []


def given(held: Book) -> Numbers:
    numbers = {(s.digest, s.sheet, s.row): i.number for i in held.items["ledger"] for s in i.states}
    return Numbers(by_state=numbers, used=frozenset(numbers.values()))


def test_a_bad_row_of_another_number_shows_no_new_row_to_be_there_still() -> None:
    """Such a number was given to a row of a file that does not count any more."""
    numbered_twice = [{**A, "item_id": "KX02-T001"}, {**A, "item_id": "KX02-T001"}]
    returns = [sent("05-18", A), sent("05-25", B, *numbered_twice)]
    first = book(*returns, numbers=Numbers(used=frozenset({"KX02-T001"})))
    again = book(*returns, numbers=replace(given(first), used=frozenset({"KX02-T001", "KX02-T002", "KX02-T003"})))
    assert [dict(f.params)["number"] for f in found(first, "missing-row")] == ["KX02-T002"]
    assert again.findings == first.findings


def test_a_merger_taken_back_leaves_no_number_to_two_units() -> None:
    settings = merged(20)
    returns = [sent("05-18", A, B, settings=settings), sent("05-21", A, C, unit="KX03", settings=settings)]
    both = book(*returns, settings=settings)
    assert numbered(both) == [("KX03", "KX02-T001"), ("KX03", "KX02-T002"), ("KX03", "KX03-T001")]
    apart = book(*returns, numbers=given(both))
    own = [("KX02", "KX02-T001"), ("KX02", "KX02-T002"), ("KX03", "KX03-T002"), ("KX03", "KX03-T001")]
    assert numbered(apart) == numbered(book(*returns, numbers=given(apart))) == own
    elsewhere = settings_for(units=tuple(u for u in UNITS if u.code != "KX02"))  # struck off instead
    assert numbered(book(returns[1], settings=elsewhere, numbers=given(both)))[0] == ("KX03", "KX02-T001")


@pytest.mark.parametrize("is_waived", [False, True])
def test_until_the_day_of_a_merger_its_unit_s_numbers_are_another_unit_s(is_waived: bool) -> None:
    stop = {"merged_into": "KX03", "stopped_on": date(2005, 7, 1)}
    let = Waiver(unit="KX03", rule="foreign-id", reason="提前报送", approved_by="示例主任")
    settings = settings_for(
        units=tuple(replace(u, **stop) if u.code == "KX02" else u for u in UNITS), waivers=(let,) * is_waived
    )
    early = sent("06-29", {**A, "item_id": "KX02-T001"}, C, unit="KX03", settings=settings)
    returns = [sent("05-18", A, B, settings=settings), early]
    held = book(*returns, settings=settings, numbers=given(book(returns[0])))
    of_successor = ["KX03-T001", "KX03-T002"][: 1 + is_waived]
    assert [number for _, number in numbered(held)] == ["KX02-T001", "KX02-T002", *of_successor]
    [finding] = found(held, "foreign-id")
    assert (finding.level, dict(finding.params)["case"]) == ("warning" if is_waived else "error", "other-unit")
    later = book_of(returns, settings, date(2005, 7, 1), given(book(returns[0])), past=Past())
    assert numbered(later)[:2] == [("KX03", "KX02-T001"), ("KX03", "KX02-T002")] and later.pending == ()


def test_equal_texts_of_two_units_that_each_still_report_stay_two_rows() -> None:
    settings = merged(20)
    returns = [sent("05-25", A, B, C, settings=settings), sent("05-26", A, D, unit="KX03", settings=settings)]
    held = book(*returns, settings=settings)
    assert len(numbered(held)) == 5 and found(held, "missing-row") == []
    other = sent("05-26", row("ledger", percent=0.9), unit="KX03", settings=settings)
    assert len(numbered(book(sent("05-25", A, settings=settings), other, settings=settings))) == 2
    taken = book(returns[0], sent("05-26", A, B, unit="KX03", settings=settings), settings=settings)
    assert len(numbered(taken)) == 3 and len(found(taken, "missing-row")) == 1


def test_surveys_of_merged_units_count_together_until_one_file_speaks_for_both() -> None:
    settings = merged(20)

    def survey(day: str, unit: str, satisfied: int) -> Return:
        given = {"satisfied": satisfied, "dissatisfied": 33 - satisfied}
        votes = row("survey", **given, surveyed_on=date.fromisoformat(f"2005-{day}"))
        return sent(day, votes, unit=unit, form="survey", settings=settings)

    def satisfied(*returns: Return) -> list[tuple[str, int]]:
        rows = satisfaction(book(*returns, settings=settings)).rows
        return [(line[0], line[4]) for line in rows if line[0] and line[2]]

    for days in (("05-25", "05-25"), ("05-25", "05-24")):
        both = [survey(day, unit, n) for day, unit, n in zip(days, ("KX02", "KX03"), (30, 20), strict=True)]
        assert satisfied(*both) == [("KX03", 50)]
    assert satisfied(survey("05-19", "KX02", 30), both[1]) == [("KX03", 20)]
    assert satisfied(*both, survey("05-26", "KX03", 25), survey("06-10", "KX03", 26)) == [("KX03", 26)]


def test_a_unit_merged_into_one_that_was_merged_itself_is_spoken_for_by_who_took_its_rows_over() -> None:
    stops = {"KX01": ("KX02", 15), "KX02": ("KX03", 20)}
    units = [replace(u, merged_into=stops[u.code][0], stopped_on=date(2005, 5, stops[u.code][1]))
             if u.code in stops else u for u in UNITS]  # fmt: skip
    settings = settings_for(units=tuple(units))
    returns = [
        sent("05-14", A, unit="KX01", settings=settings), sent("05-25", A, B, settings=settings),
        sent("05-25", C, unit="KX03", settings=settings),
    ]  # fmt: skip
    held = book(*returns, settings=settings)
    assert numbered(held) == [("KX03", "KX01-T001"), ("KX03", "KX02-T001"), ("KX03", "KX03-T001")]
    assert found(held, "missing-row") == []
    later = book(*returns, sent("06-01", C, unit="KX03", settings=settings), settings=settings)
    assert len(found(later, "missing-row")) == 2


def test_supervision_may_name_an_item_under_the_old_unit_or_the_new_one() -> None:
    settings = merged(20)
    rows = [row("supervision", unit_code=code, item_id="KX02-T001") for code in ("KX02", "KX03", "KX01")]
    office = sent("05-25", *rows, unit="KX09", form="supervision", settings=settings)
    held = book(sent("05-18", A, settings=settings), office, settings=settings)
    assert [(f.code, f.cell) for f in found(held, "unknown")] == [("unknown", "C6")]


def test_supervision_from_a_unit_that_is_no_office_is_not_merged() -> None:
    held = sent("05-25", row("supervision"), form="supervision")
    assert (held.verdict, held.forms) == ("returned", ())
    assert [f.code for f in held.findings] == ["unit-mismatch"]


def test_a_number_given_before_is_known_though_its_state_comes_later() -> None:
    known = book(sent("05-18", A, B))
    given = {(s.digest, s.sheet, s.row): i.number for i in known.items["ledger"] for s in i.states}
    earlier = sent("05-11", row("ledger", item_id="KX02-T002", problem="服务不够主动", percent=0.1))
    held = book(earlier, sent("05-18", A, B), numbers=Numbers(by_state=given))
    assert found(held, "foreign-id") == []
    assert sorted((i.number, len(i.states)) for i in held.items["ledger"]) == [("KX02-T001", 1), ("KX02-T002", 2)]


def test_a_row_keeps_the_number_given_for_its_state_whatever_its_text_is_like() -> None:
    given = {(sent("05-18", A).digest, "整改台帐", 4): "KX02-T007"}
    held = book(sent("05-11", A), sent("05-18", A), sent("05-25", B), numbers=Numbers(by_state=given))
    assert numbered(held) == [("KX02", "KX02-T007"), ("KX02", "KX02-T008")]


def test_a_number_that_stands_twice_makes_all_its_rows_wait() -> None:
    twice = [row("ledger", item_id="KX02-T001", problem=f"第{n}个问题") for n in (1, 2)]
    held = book(sent("05-18", A), sent("05-25", *twice))
    assert [p.row.row for p in held.pending] == [4, 5]
    assert [len(i.states) for i in held.items["ledger"]] == [1]


def test_a_run_knows_the_days_on_which_files_came(tmp_path: Path) -> None:
    place = tmp_path / "整改工作"
    workspace.create(place, settings_for())
    for day, unit_day in ((25, 25), (26, 18)):
        cover = {"filled_on": date(2005, 5, unit_day)}
        filled_template(place / "收件" / f"{unit_day}.xlsx", {"ledger": [A]}, settings=settings_for(), cover=cover)
        result = rectify_xl.run(place, as_of=date(2005, 5, day))
    assert [(f.file, f.code) for f in result.book.findings if f.code == "superseded"] == [("18.xlsx", "superseded")]


@pytest.mark.parametrize("why", ["unit", "file"])
def test_rows_that_do_not_count_for_a_while_come_back_under_their_numbers(why: str, tmp_path: Path) -> None:
    path = drop(tmp_path / "整改工作", "一.xlsx", A, B, filled_on=date(2005, 5, 18))
    workspace_settings = tmp_path / "整改工作" / "配置.xlsx"
    digest = sha256(path.read_bytes()).hexdigest()
    waiver = Waiver(unit="KX02", rule="", digest=digest, reason="报错了", approved_by="示例甲")
    changed: dict[str, Any] = {
        "unit": {"units": tuple(unit for unit in UNITS if unit.code != "KX02")}, "file": {"waivers": (waiver,)},
    }[why]  # fmt: skip
    counts = []
    for day, settings in ((18, {}), (19, changed), (20, {})):
        workspace_settings.unlink(missing_ok=True)
        rectify_xl.write_settings(settings_for(**settings), workspace_settings)
        counts.append(numbers(run(tmp_path / "整改工作", date(2005, 5, day))))
    assert counts[1] == {} and list(counts[0]) == ["KX02-T001", "KX02-T002"] and counts[2] == counts[0]
