"""The demo: made-up units, returns on our own templates, and every flaw found under the code it was given."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from rectify_xl.demo import DEMO_DAY, make_demo, make_weeks
from rectify_xl.demo.fill import blank_for, filled
from rectify_xl.demo.flaws import FLAWS
from rectify_xl.demo.returns import Sent, returns_for
from rectify_xl.demo.season import season_for
from rectify_xl.demo.units import chinese_number, demo_facts, demo_settings, person
from rectify_xl.excel.reading.reader import values_of
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.excel.templates.template import write_template
from rectify_xl.facts import catalog
from rectify_xl.kinds import CellError
from rectify_xl.model import Book, Settings
from rectify_xl.office.profiles import profile_names
from rectify_xl.runs import pipeline
from rectify_xl.runs.workspace import Workspace, WorkspaceError

ONE = pipeline.ReadOptions(workers=1)
PROFILES = profile_names()


def book_of(folder: Path) -> Book:
    return pipeline.run_workspace(folder, as_of=DEMO_DAY, options=ONE, dry_run=True).book


def plan_for(profile: str, units: int) -> tuple[Settings, dict[str, Sent]]:
    settings = demo_settings(profile, units)
    return settings, {sent.path: sent for sent in returns_for(settings, profile, DEMO_DAY)}


@pytest.fixture(scope="module")
def demo_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[str, Path, Book]]:
    """A profile's demo of twelve units, made once; tests only read it."""

    @cache
    def made(name: str) -> tuple[str, Path, Book]:
        folder = tmp_path_factory.mktemp("demo") / name
        make_demo(folder, profile=name)
        return name, folder, book_of(folder)

    return made


@pytest.fixture(scope="module", params=PROFILES)
def demo(request: pytest.FixtureRequest, demo_of: Callable[[str], tuple[str, Path, Book]]) -> tuple[str, Path, Book]:
    return demo_of(request.param)


# ---- every return says what the demo meant, and nothing else


def test_every_file_is_found_under_the_codes_it_was_given(demo: tuple[str, Path, Book]) -> None:
    profile, _, book = demo
    _, plan = plan_for(profile, 12)
    found = {held.file: {f.code for f in held.findings} for held in book.returns}
    assert found == {path: set(sent.codes) for path, sent in plan.items()}


def test_good_units_are_accepted_without_a_word(demo: tuple[str, Path, Book]) -> None:
    profile, _, book = demo
    _, plan = plan_for(profile, 12)
    good = [held for held in book.returns if not plan[held.file].codes and not plan[held.file].data]
    assert len(good) > 40
    assert {held.verdict for held in good} == {"accepted"}
    assert not [f for held in good for f in held.findings]
    assert not [f for f in book.findings if not f.file]


@pytest.mark.parametrize(("profile", "units"), [("gdsta", 1), ("sysu", 4), ("gdsta", 21), ("sysu", 21)])
def test_demos_of_any_size_hold_no_other_findings(profile: str, units: int, tmp_path: Path) -> None:
    make_demo(tmp_path / "demo", profile=profile, units=units)
    settings, plan = plan_for(profile, units)
    assert len(settings.units) == units
    book = book_of(tmp_path / "demo")
    found = {held.file: {f.code for f in held.findings} for held in book.returns}
    assert found == {path: set(sent.codes) for path, sent in plan.items()}


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("choice", "returned"),
        ("required", "returned"),
        ("error-value", "returned"),
        ("date", "returned"),
        ("consistent", "returned"),
        ("window", "returned"),
        ("duplicate", "returned"),
        ("missing-column", "returned"),
        ("reviewer", "returned"),
        ("sum", "returned"),
        ("workday", "returned"),
        ("missing-row", "returned"),
        ("fixed-date", "accepted"),
        ("fixed-choice", "accepted"),
        ("fixed-percent", "accepted"),
        ("moved-deadline", "accepted"),
        ("reopened", "accepted"),
        ("unknown-unit", "refused"),
        ("other-campaign", "refused"),
        ("not-a-workbook", "refused"),
        ("future", "held"),
        ("repeated", "repeated"),
    ],
)
def test_a_demo_of_twelve_shows_every_flaw(code: str, verdict: str, gdsta: Book) -> None:
    told = {held.verdict for held in gdsta.returns if any(f.code == code for f in held.findings)}
    assert verdict in told


@pytest.fixture(scope="module")
def gdsta(demo_of: Callable[[str], tuple[str, Path, Book]]) -> Book:
    return demo_of("gdsta")[2]


def test_every_flaw_has_its_place_in_a_pattern_and_a_known_code() -> None:
    used = [name for pattern in demo_facts()["patterns"] for name in pattern.get("flaws", ())]
    assert Counter(used) == Counter(dict.fromkeys(FLAWS, 1))
    assert set(demo_facts()["season"]["flaws"]) == set(FLAWS)
    assert {flaw.code for flaw in FLAWS.values()} <= set(catalog.codes())


# ---- life: good, flawed and late


def test_the_ledger_and_the_tasks_show_every_state_the_day_can_show(demo: tuple[str, Path, Book]) -> None:
    profile, _, book = demo
    items = {due.state for due in book.dues["ledger"]}
    assert items == set(catalog.states("item").values())
    tasks = {state.state for state in book.tasks}
    wanted = {"按期完成", "逾期完成", "逾期未办", "即将到期", "进行中", "不适用"}
    assert tasks == (wanted | {"未定", "未开始"} if profile == "sysu" else wanted)


def test_units_report_five_to_twelve_problems_or_nothing_at_all(demo: tuple[str, Path, Book]) -> None:
    _, _, book = demo
    waiting = Counter(pending.unit_code for pending in book.pending if pending.form == "ledger")
    counts = Counter(item.unit_code for item in book.items["ledger"])
    office = catalog.reading().office_kind
    shown = [counts[u.code] for u in book.settings.units if u.kind != office and not waiting[u.code]]
    assert 0 in shown
    assert all(n == 0 or 4 <= n <= 12 for n in shown)
    assert len({item.values[1] for item in book.items["ledger"]}) > 15


def test_some_units_report_twice(demo: tuple[str, Path, Book]) -> None:
    _, _, book = demo
    days = {s.filled_on for item in book.items["ledger"] for s in item.states}
    assert {date(2005, 5, 18), date(2005, 5, 20), DEMO_DAY} <= days
    assert any(len(item.states) == 2 and item.done_seen_on for item in book.items["ledger"])


# ---- several weeks


@pytest.mark.parametrize("profile", PROFILES)
def test_a_demo_of_weeks_is_run_week_by_week_and_says_what_it_meant(profile: str, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    books = [
        pipeline.run_workspace(folder, as_of=day, options=ONE).book
        for day in make_weeks(folder, profile=profile, units=7, weeks=3)
    ]
    assert [book.as_of for book in books] == [date(2005, 5, 18), date(2005, 5, 25), date(2005, 6, 1)]
    plan = {s.path: s.codes for _, sent in season_for(demo_settings(profile, 7), profile, 3) for s in sent}
    between = {"missing-row", "moved-deadline", "reopened", "stalled"}
    told = {held.file: {f.code for f in held.findings} - between for held in books[-1].returns}
    assert told == {path: codes - between for path, codes in plan.items()} and len(plan) > 20
    assert sum(len(item.states) for item in books[-1].items["ledger"]) > 1.5 * len(books[-1].items["ledger"])
    states = [Counter(due.state for due in book.dues["ledger"]) for book in books]
    assert states[-1]["按期完成"] > states[0]["按期完成"] and states[-1]["逾期"] > 0
    assert books[-1].previous is not None


# ---- units and settings


@pytest.mark.parametrize(
    ("profile", "kinds", "prefix"),
    [
        ("gdsta", {"党组": 1, "党委": 1, "办公室": 1, "党支部": 9}, "KX"),
        ("sysu", {"校党委": 1, "党委": 1, "党总支": 1, "办公室": 1, "党支部": 8}, "ZD"),
    ],
)
def test_units_are_made_up_and_stand_under_each_other(profile: str, kinds: dict[str, int], prefix: str) -> None:
    units = demo_settings(profile, 12).units
    assert Counter(unit.kind for unit in units) == kinds
    assert [unit.code for unit in units] == [f"{prefix}{n:02d}" for n in range(1, 13)]
    codes = {unit.code for unit in units}
    assert all(unit.name.startswith("示例") and unit.parent in {"", *codes} for unit in units)
    assert all(name.startswith("示例") for u in units for name in (u.first_responsible, u.leader))
    assert len({unit.name for unit in units}) == 12


def test_the_settings_of_the_workspace_read_back_as_made(demo: tuple[str, Path, Book]) -> None:
    profile, folder, _ = demo
    assert load_settings(Workspace(folder).settings_path) == demo_settings(profile, 12)


def test_only_the_first_committee_owes_the_committee_meeting() -> None:
    settings = demo_settings("gdsta", 60)
    assert sum(unit.kind == "党委" for unit in settings.units) == 2
    asked = {task.id: [e.units for e in task.evidence] for task in settings.tasks}
    assert asked["T3"] == [("KX02",)]
    assert all(units == () for name, held in asked.items() if name != "T3" for units in held)


def test_sysu_has_example_dates_but_for_one_step_and_says_so() -> None:
    settings = demo_settings("sysu", 12)
    assert (settings.stage_start, settings.stage_end) == (date(2005, 5, 12), date(2005, 5, 31))
    assert settings.followup_end == date(2005, 8, 31)
    assert [task.id for task in settings.tasks if task.is_undated] == ["S6"]
    assert "示例" in settings.remark and "S6" in settings.remark


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "一"), (10, "十"), (12, "十二"), (20, "二十"),
        (100, "一百"), (105, "一百零五"), (110, "一百一十"), (2000, "二千"),
    ],
)  # fmt: skip
def test_numbers_as_they_are_spoken(number: int, said: str) -> None:
    assert chinese_number(number) == said


def test_seventy_people_have_different_names() -> None:
    assert len({person(n) for n in range(70)}) == 70
    assert person(0) == "示例甲"


# ---- the files


def test_the_same_demo_has_the_same_bytes(tmp_path: Path, demo_of: Callable[[str], tuple[str, Path, Book]]) -> None:
    make_demo(tmp_path / "two", profile="sysu")
    one, two = (
        {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        for folder in (demo_of("sysu")[1], tmp_path / "two")
    )
    assert len(one) > 60
    assert one == two


def test_nothing_temporary_is_left(demo: tuple[str, Path, Book]) -> None:
    _, folder, _ = demo
    assert not list(folder.rglob(".*"))
    assert sorted(p.name for p in Workspace(folder).templates.iterdir()) == sorted(catalog.templates())


def test_a_folder_that_holds_something_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(WorkspaceError):
        make_demo(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_returns_are_our_templates_with_values_typed_in(demo: tuple[str, Path, Book]) -> None:
    profile, folder, _ = demo
    settings, plan = plan_for(profile, 12)
    sent = next(s for s in plan.values() if "ledger" in s.rows and not s.codes)
    book = openpyxl.load_workbook(Workspace(folder).inbox / sent.path)
    sheet = book["整改台帐"]
    header = [str(cell.value).rstrip("*") for cell in sheet[3]]
    written = sheet.iter_rows(min_row=4, max_row=3 + len(sent.rows["ledger"]))
    problems = [row[header.index("存在问题")].value for row in written]
    assert problems == [row["problem"] for row in sent.rows["ledger"]]
    assert sheet.cell(4, header.index("完成比例") + 1).number_format == "0%"
    assert sheet.cell(4, header.index("完成时限") + 1).is_date
    assert len(sheet.data_validations.dataValidation) >= len(catalog.forms()["ledger"].columns)
    cover = {row[1].value: row[2].value for row in book["封面"].iter_rows(max_col=3) if row[1].value}
    assert (cover["填报单位编码"], cover["填报单位名称"]) == (sent.unit.code, sent.unit.name)
    assert cover["活动名称"] == settings.campaign


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("blank") / "t.xlsx"
    write_template(catalog.forms()["ledger"], path, demo_settings("gdsta", 3))
    return path.read_bytes()


@pytest.mark.parametrize(
    "value",
    ["文字", " 前后有空格 ", "<a href='x'>&amp;", "两行\n文字", "=1+1", 0, 7, 0.25, date(2005, 5, 16)],
)
def test_values_come_back_as_they_were_typed(ledger: bytes, value: object) -> None:
    form = catalog.forms()["ledger"]
    data = filled(blank_for(ledger, [form]), {}, {"ledger": [{}, {"problem": value}]}, saved=DEMO_DAY)
    read = values_of(data)["整改台帐"][4][form.positions["problem"]]
    if isinstance(value, date):  # the problem's column is no column of dates: a bare number stands there
        read = date.fromordinal(date(1899, 12, 30).toordinal() + int(read))
    assert read == value


def test_an_error_value_a_lost_column_and_the_saved_time(ledger: bytes) -> None:
    form = catalog.forms()["ledger"]
    rows = {"ledger": [{"problem": CellError("#REF!"), "owner": "示例甲"}]}
    data = filled(blank_for(ledger, [form]), {}, rows, saved=DEMO_DAY, dropped=[("ledger", "owner")])
    sheet = openpyxl.load_workbook(BytesIO(data))["整改台帐"]
    assert sheet.cell(4, form.positions["problem"] + 1).data_type == "e"
    column = form.positions["owner"] + 1
    assert (sheet.cell(3, column).value, sheet.cell(4, column).value) == (None, None)
    with zipfile.ZipFile(BytesIO(data)) as book:
        assert b"2005-05-25T17:00:00Z" in book.read("docProps/core.xml")


def _unworked(part: bytes) -> bytes:
    return re.sub(rb"</f><v>[^<]*</v>", b"</f>", part)


def test_what_is_not_filled_is_the_templates_own(ledger: bytes) -> None:
    blank = blank_for(ledger, [catalog.forms()["ledger"]])
    data = filled(blank, {"filled_by": "示例甲"}, {"ledger": [{"problem": "文字"}]}, saved=DEMO_DAY)
    with zipfile.ZipFile(BytesIO(data)) as book, zipfile.ZipFile(BytesIO(ledger)) as template:
        assert book.testzip() is None and book.namelist() == template.namelist()
        changed = {name for name in book.namelist() if book.read(name) != _unworked(template.read(name))}
        assert not [name for name in book.namelist() if b"</f><v>" in book.read(name)]  # LibreOffice would show them
    assert changed == {"docProps/core.xml", blank.cover_part, blank.forms["ledger"].part}


def test_a_prepared_row_is_filled_and_not_written_a_second_time(ledger: bytes) -> None:
    form = catalog.forms()["ledger"]
    rows = {"ledger": [{"problem": f"问题{n}", "note": "备注"} for n in range(250)]}
    blank = blank_for(ledger, [form])
    with zipfile.ZipFile(BytesIO(filled(blank, {}, rows, saved=DEMO_DAY))) as book:
        sheet = book.read(blank.forms["ledger"].part).decode()
    numbers = [int(number) for number in re.findall(r'<row r="(\d+)"', sheet)]
    assert numbers == sorted(set(numbers)) and numbers[-1] >= 253
    assert re.search(r'<dimension ref="A1:[A-Z]+253"', sheet)
    for row in re.findall(r"<row [^>]*>(.*?)</row>", sheet):
        columns = [(len(letters), letters) for letters in re.findall(r'<c r="([A-Z]+)', row)]
        assert columns == sorted(set(columns))
