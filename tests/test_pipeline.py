"""The runs end to end on real workbooks: a verdict for every file, the same bytes twice, nothing lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from returns import DAY, GOOD, UNITS, filled_template, reopened, row, settings_for

import rectify_xl as rx
from rectify_xl.errors import WrongUse
from rectify_xl.office.settings import SettingsError
from rectify_xl.receiving import engine
from rectify_xl.runs import pipeline, workspace
from rectify_xl.runs.workspace import WorkspaceError

SETTINGS = settings_for()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    workspace.create(tmp_path / "整改工作", SETTINGS)
    return tmp_path / "整改工作"


def drop(place: Path, name: str, *rows: dict[str, Any], form: str = "ledger", **cover: Any) -> Path:
    target = place / "收件" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    return filled_template(target, {form: list(rows)}, cover=cover)


def run(place: Path, as_of: date = DAY, **kept: Any) -> pipeline.Outcome:
    return pipeline.run_workspace(place, as_of=as_of, **kept)


RESULTS = tuple(
    f"成果/{name}.xlsx" for name in ("整改台帐", "整改进度", "整改情况通报", "催办通知", "公布稿")
)


def snapshot(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_an_empty_inbox_still_makes_the_workbooks(place: Path) -> None:
    outcome = run(place)
    assert outcome.outputs == RESULTS
    assert outcome.book.items == {} and len(outcome.book.tasks) == 9 * 4


def test_every_bad_input_gets_its_code_and_the_others_go_on(place: Path) -> None:
    def spoil(change: Callable[[Any], None], name: str) -> None:
        path = drop(place, name, row("ledger"), unit_code="KX03", unit_name="示例第二党支部")
        with reopened(path) as book:
            change(book)

    drop(place, "好.xlsx", row("ledger"))
    drop(place, "册外.xlsx", row("ledger"), unit_code="XX01", unit_name="册外支部")
    drop(place, "别的活动.xlsx", row("ledger"), campaign="别的活动")
    drop(place, "空表.xlsx", form="survey", unit_code="KX01", unit_name="示例学院党委")
    spoil(lambda book: book.remove(book["整改台帐"]), "缺表.xlsx")
    spoil(lambda book: book["整改台帐"].delete_cols(16), "缺栏.xlsx")
    spoil(lambda book: setattr(book["整改台帐"]["R4"], "value", "尽快"), "日期处写字.xlsx")
    spoil(lambda book: setattr(book["整改台帐"]["J4"], "value", date(2005, 5, 1)), "文字处写日期.xlsx")
    spoil(lambda book: setattr(book["整改台帐"]["T4"], "value", "0.5"), "数字写成文字.xlsx")
    spoil(lambda book: setattr(book["整改台帐"]["B4"], "value", "#REF!"), "错误值.xlsx")
    (place / "收件" / "便条.xlsx").write_text("不是工作簿", encoding="utf-8")
    (place / "收件" / "~$好.xlsx").write_bytes(b"lock")
    told = {
        r.file: (r.verdict, sorted({f.code for f in r.findings if f.code not in ("conflict", "missing-row")}))
        for r in run(place).book.returns
    }
    assert told == {
        "好.xlsx": ("accepted", []),
        "册外.xlsx": ("refused", ["unknown-unit"]),
        "别的活动.xlsx": ("refused", ["other-campaign"]),
        "空表.xlsx": ("accepted", ["no-rows"]),
        "缺表.xlsx": ("refused", ["no-form"]),
        "缺栏.xlsx": ("returned", ["missing-column"]),
        "日期处写字.xlsx": ("returned", ["date"]),
        "文字处写日期.xlsx": ("accepted", ["fixed-text"]),
        "数字写成文字.xlsx": ("accepted", ["fixed-percent"]),
        "错误值.xlsx": ("returned", ["error-value"]),
        "便条.xlsx": ("refused", ["not-a-workbook"]),
        "~$好.xlsx": ("ignored", []),
    }


def test_a_settings_mistake_stops_before_anything_is_written(place: Path) -> None:
    import openpyxl

    path = place / "配置.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["单位名册"]
    header = next(r for r in sheet.iter_rows(max_row=15) if any(c.value == "单位类别" for c in r))
    kind = next(c for c in header if c.value == "单位类别")
    sheet.cell(row=kind.row + 1, column=kind.column).value = "没有的类别"
    book.save(path)
    drop(place, "好.xlsx", row("ledger"))
    before = snapshot(place)
    with pytest.raises(SettingsError) as caught:
        run(place)
    assert [(p.sheet, p.cell) for p in caught.value.problems] == [("单位名册", f"{kind.column_letter}{kind.row + 1}")]
    assert snapshot(place) == before


def test_running_twice_for_one_day_gives_the_same_bytes(place: Path, tmp_path: Path) -> None:
    drop(place, "05/一.xlsx", row("ledger"), row("ledger", problem="第二个问题"))
    drop(place, "二.xlsx", row("survey"), form="survey")
    run(place)
    first = snapshot(place)
    run(place)
    assert snapshot(place) == first
    other = tmp_path / "另一处"
    workspace.create(other, SETTINGS)
    for path in (place / "收件").rglob("*.xlsx"):
        target = other / "收件" / path.relative_to(place / "收件")
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    run(other)
    assert {k: v for k, v in snapshot(other).items() if k.startswith("成果")} == {
        k: v for k, v in first.items() if k.startswith("成果")
    }


def test_every_received_file_is_archived_byte_for_byte(place: Path) -> None:
    path = drop(place, "一.xlsx", row("ledger"))
    (place / "收件" / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    run(place)
    run(place)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (place / "存档" / f"{digest}.xlsx").read_bytes() == path.read_bytes()
    lines = [json.loads(line) for line in (place / "存档/清单.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(e["path"], e["arrived"]) for e in lines] == [("一.xlsx", "2005-05-25"), ("坏.xlsx", "2005-05-25")]
    assert len(list((place / "存档").iterdir())) == 3


def test_known_bytes_under_another_name_count_once(place: Path) -> None:
    path = drop(place, "一.xlsx", row("ledger"))
    (place / "收件" / "一(1).xlsx").write_bytes(path.read_bytes())
    book = run(place).book
    assert sorted((r.file, r.verdict) for r in book.returns) == [("一(1).xlsx", "accepted"), ("一.xlsx", "repeated")]
    assert len(book.items["ledger"]) == 1


def test_a_future_return_is_held_and_judged_later(place: Path) -> None:
    drop(place, "一.xlsx", row("ledger"), filled_on=date(2005, 5, 26))
    held = run(place).book
    assert [r.verdict for r in held.returns] == ["held"] and held.items == {}
    assert [r.verdict for r in run(place, date(2005, 5, 26)).book.returns] == ["accepted"]


def test_dry_run_writes_nothing(place: Path) -> None:
    drop(place, "一.xlsx", row("ledger"))
    before = snapshot(place)
    outcome = run(place, dry_run=True)
    assert snapshot(place) == before and outcome.outputs == () and len(outcome.book.items["ledger"]) == 1


def test_a_workbook_that_cannot_be_replaced_gets_a_dated_copy(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    real = os.replace

    def replace_but_open(source: Any, target: Any) -> None:
        if Path(target).name == "整改台帐.xlsx" and "历史" not in str(target):
            raise PermissionError(13, "open elsewhere")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace_but_open)
    outcome = run(place)
    assert outcome.outputs == ("成果/整改台帐-2005-05-25.xlsx", *RESULTS[1:])
    assert outcome.notes == ("open:整改台帐.xlsx",)
    assert not list(place.rglob(".rectify_xl-*"))


@pytest.mark.parametrize("form", [f for f in GOOD if f not in ("guidance", "supervision")])
def test_the_merged_frame_of_every_form_passes_its_schema(form: str, place: Path) -> None:
    drop(place, "一.xlsx", row(form), form=form)
    assert len(run(place, verify=True).book.items[form]) == 1


def test_restricted_rows_leave_only_their_number(place: Path) -> None:
    drop(place, "一.xlsx", row("guidance"), form="guidance")
    book = run(place).book
    assert book.restricted == {("guidance", "KX02"): 1}
    for path in (place / "成果").rglob("*.xlsx"):
        assert "示例辛".encode() not in b"".join(_parts(path))


def _parts(path: Path) -> list[bytes]:
    import zipfile

    with zipfile.ZipFile(path) as package:
        return [package.read(name) for name in package.namelist()]


def test_chunks_executors_and_workers_give_the_same_book(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, unit in enumerate(UNITS[:4]):
        cover = {"unit_code": unit.code, "unit_name": unit.name}
        drop(place, f"{number}.xlsx", row("ledger"), row("ledger", problem=None), **cover)
    whole = run(place, dry_run=True).book
    monkeypatch.setattr(engine, "CHUNK", 1)
    with ThreadPoolExecutor(2) as threads:
        assert run(place, dry_run=True, options=pipeline.ReadOptions(executor=threads)).book == whole
    assert run(place, dry_run=True, options=pipeline.ReadOptions(workers=2)).book == whole
    seen: list[tuple[int, int]] = []
    options = pipeline.ReadOptions(workers=1, progress=lambda done, total: seen.append((done, total)))
    run(place, dry_run=True, options=options)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_no_workspace_and_no_path_are_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError):
        run(tmp_path)
    with pytest.raises(WrongUse):
        rx.check([tmp_path / "没有.xlsx"], SETTINGS, as_of=DAY)
    (tmp_path / "有.txt").touch()
    with pytest.raises(WorkspaceError):
        workspace.create(tmp_path, SETTINGS)


def test_the_python_names(place: Path, tmp_path: Path) -> None:
    path = drop(place, "一.xlsx", row("ledger"), row("ledger", problem="短"))
    report = rx.check(path, SETTINGS, as_of=DAY)
    assert not report.ok and list(report.files["verdict"]) == ["returned"]
    assert list(report.findings["cell"]) == ["B5"] and "B5" in report.findings["message"][0]
    result = rx.consolidate([place / "收件"], SETTINGS, as_of=DAY)
    ledger = result.rows["ledger"]
    assert list(ledger["item_id"]) == ["KX02-T001"] and str(ledger["due"].dtype).startswith("datetime64")
    assert list(result.deadlines["state"]) == ["即将到期"] and len(result.pending) == 1
    assert set(result.tasks["state"]) >= {"逾期未办", "不适用"}
    rx.write_ledger(result, tmp_path / "台帐.xlsx")
    for write in (rx.write_status, rx.write_bulletin, rx.write_reminders, rx.write_publication):
        write(result, tmp_path / f"{write.__name__}.xlsx")
        assert (tmp_path / f"{write.__name__}.xlsx").stat().st_size > 5000
    again = rx.read_ledger(tmp_path / "台帐.xlsx")["ledger"]
    assert list(again["problem"]) == list(ledger["problem"]) and list(again["due"]) == list(ledger["due"])
    done = rx.run(place, as_of=DAY)
    assert done.outputs == (*RESULTS, "退回/2005-05-25/一.xlsx")
    assert rx.forms["ledger"].title == "整改台帐" and rx.forms["ledger"].schema.columns["due"]
    assert rx.load_settings(place / "配置.xlsx") == SETTINGS
    assert rx.parse_period("5月中旬", year=2005) == rx.Period(start=date(2005, 5, 11), end=date(2005, 5, 20))
    rx.write_template(rx.forms["survey"], tmp_path / "t.xlsx", rx.profile("gdsta"))
    assert (tmp_path / "t.xlsx").stat().st_size > 5000


def test_a_day_outside_the_national_calendar_is_told_once(place: Path) -> None:
    drop(place, "一.xlsx", row("ledger", due=date(2005, 5, 27)))
    book = run(place, date(2031, 1, 2)).book
    assert [f.code for f in book.findings].count("no-calendar") == 1


def test_a_stopped_unit_owes_nothing(tmp_path: Path) -> None:
    units = tuple(replace(u, stopped_on=date(2005, 5, 20)) if u.code == "KX03" else u for u in UNITS)
    workspace.create(tmp_path / "w", settings_for(units=units))
    codes = {t.unit_code for t in run(tmp_path / "w").book.tasks}
    assert codes == {"KX00", "KX01", "KX02"}
