"""The facts: what the ten forms ask for, and that one slip in any data file is refused with its file and key."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rectify_xl.facts import catalog
from rectify_xl.facts.catalog import FactsError, check_facts, load_forms
from rectify_xl.rules.expression import Filled, names_in

# Columns, rules (those of filings: the authority is judged on two levels), and columns that must be filled in.
COUNTS = {
    "ledger": (24, 20, 17),
    "measures": (16, 16, 9),
    "institutions": (11, 7, 6),
    "activities": (10, 6, 4),
    "publications": (11, 7, 9),
    "filings": (7, 4, 4),
    "survey": (11, 9, 7),
    "branches": (10, 7, 5),
    "supervision": (8, 6, 5),
    "guidance": (6, 2, 5),
}
TITLES = {
    "ledger": ("整改台帐", "整改方案及台帐.xlsx", "T"),
    "measures": ("党员整改措施", "党员整改措施.xlsx", "C"),
    "institutions": ("建章立制登记", "建章立制登记表.xlsx", "Z"),
    "activities": ("会议活动登记", "会议活动与公布登记表.xlsx", ""),
    "publications": ("公布情况登记", "会议活动与公布登记表.xlsx", ""),
    "filings": ("报送备案登记", "报送备案登记表.xlsx", ""),
    "survey": ("群众满意度测评", "群众满意度测评表.xlsx", ""),
    "branches": ("支部设置情况", "支部设置情况表.xlsx", ""),
    "supervision": ("整改督查记录", "整改督查记录表.xlsx", ""),
    "guidance": ("教育转化登记", "教育转化登记表.xlsx", ""),
}
KEYS = {
    "ledger": ["problem"],
    "measures": ["member", "problem"],
    "institutions": ["name"],
    "activities": ["activity", "held_on", "half_day", "subject"],
    "publications": ["published", "published_on", "form", "audience"],
    "filings": ["document", "filed_on", "authority"],
    "survey": ["participant", "method", "surveyed_on"],
    "branches": ["name"],
    "supervision": ["inspected_on", "unit_code", "item_id", "finding"],
    "guidance": ["member"],
}
CODES = {
    "ledger": "required-when required-when required-when required-when required-when empty-when consistent consistent "
    "consistent consistent consistent consistent window window window window window workday duplicate duplicate",
    "measures": "reviewer reviewer required-when empty-when required-when required-when empty-when required-when "
    "window window consistent date-order window window duplicate duplicate",
    "institutions": "required-when required-when required-when consistent window duplicate duplicate",
    "activities": "required-when required-when required-when sum window duplicate",
    "publications": "sum consistent required-when date-order window window duplicate",
    "filings": "authority authority window duplicate",
    "survey": "sum sum sum required-when required-when required-when coverage window duplicate",
    "branches": "required-when required-when branch-due required-when required-when required-when duplicate",
    "supervision": "unknown unknown window required-when date-order duplicate",
    "guidance": "reviewer duplicate",
}


# ---- what the forms say


@pytest.mark.parametrize(("form", "counts"), COUNTS.items())
def test_how_much_each_form_asks_for(form: str, counts: tuple[int, int, int]) -> None:
    facts = catalog.forms()[form]
    assert (len(facts.columns), len(facts.rules), sum(c.required for c in facts.columns)) == counts
    assert [rule.index for rule in facts.rules] == list(range(len(facts.rules)))


def test_there_are_ten_forms_in_nine_templates() -> None:
    assert list(catalog.forms()) == list(COUNTS)
    assert len(catalog.templates()) == 9
    assert [f.name for f in catalog.templates()["会议活动与公布登记表.xlsx"]] == ["activities", "publications"]


@pytest.mark.parametrize("form", COUNTS)
def test_titles_keys_and_rules(form: str) -> None:
    facts = catalog.forms()[form]
    assert (facts.title, facts.template, facts.id_letter) == TITLES[form]
    assert list(facts.key) == KEYS[form]
    assert [rule.code for rule in facts.rules] == CODES[form].split()
    assert facts.filled_by == ("office" if form == "supervision" else "branch")
    assert facts.restricted is (form == "guidance")


@pytest.mark.parametrize(
    ("form", "name", "label", "kind", "required"),
    [
        ("ledger", "item_id", "编号", "id", False),
        ("ledger", "problem", "存在问题", "text", True),
        ("ledger", "pledged", "公开承诺", "yesno", True),
        ("ledger", "owner", "责任人", "people", True),
        ("ledger", "due", "完成时限", "date", False),
        ("ledger", "percent", "完成比例", "percent", True),
        ("measures", "reviewer_role", "审核人身份", "choice", True),
        ("measures", "progress", "整改情况", "text", False),
        ("institutions", "issued_on", "印发日期", "date", False),
        ("activities", "attended", "实到人数", "integer", False),
        ("publications", "dissatisfied", "不满意", "integer", True),
        ("filings", "authority", "报送机关", "choice", True),
        ("survey", "abstained", "未表态", "integer", True),
        ("branches", "senior_class", "是否高年级班级", "yesno", True),
        ("supervision", "respond_by", "要求完成日期", "date", False),
        ("guidance", "helper", "帮教责任人", "people", True),
    ],
)
def test_some_columns(form: str, name: str, label: str, kind: str, required: bool) -> None:
    column = catalog.forms()[form].column(name)
    assert (column.label, column.kind, column.required, column.level) == (label, kind, required, "error")


@pytest.mark.parametrize(
    ("form", "name", "bounds"),
    [
        ("ledger", "problem", (4, 500)),
        ("ledger", "goal", (2, 300)),
        ("ledger", "measure", (4, 1000)),
        ("ledger", "percent", (0, 1)),
        ("measures", "member", (2, 20)),
        ("activities", "expected", (1, 100000)),
        ("activities", "attended", (0, 100000)),
        ("activities", "content", (4, 2000)),
        ("publications", "asked", (0, 1000000)),
        ("filings", "copies", (1, 1000)),
        ("survey", "issued", (1, 1000000)),
        ("branches", "full_members", (0, 100000)),
    ],
)
def test_some_lengths_and_ranges(form: str, name: str, bounds: tuple[float, float]) -> None:
    column = catalog.forms()[form].column(name)
    assert (column.length or column.range) == bounds


PERSONAL = {
    "ledger": {"owner", "note"},
    "measures": {"member", "post", "reviewer"},
    "institutions": {"owner"},
    "activities": {"chair"},
    "filings": {"received_by"},
    "branches": {"secretary"},
    "supervision": {"inspector"},
}


def test_what_is_personal_and_what_the_office_adds() -> None:
    forms = catalog.forms()
    assert {n: {c.name for c in f.columns if c.personal} for n, f in forms.items() if n in PERSONAL} == PERSONAL
    assert [c.label for c in forms["ledger"].office_columns] == ["督查意见", "督查日期", "同意延期至", "销号"]
    assert {n for n, f in forms.items() if f.office_columns} == {"ledger"}
    assert {n for n, f in forms.items() if any(c.assigned for c in f.columns)} == {"ledger", "measures", "institutions"}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("yesno", ("是", "否")),
        ("urgency", ("急", "重", "缓")),
        ("difficulty", ("易", "中", "难")),
        ("handling", ("立说立改", "限期整改", "逐步解决", "说明情况", "提请上级协调", "挂牌督办")),
        ("horizon", ("近期", "中期", "长期")),
        ("status", ("未启动", "整改中", "已完成", "长期坚持")),
        ("review_result", ("待审核", "审核通过", "退回修改")),
        ("participant", ("本单位党员", "基层群众", "民主党派人士", "离退休干部职工", "服务对象", "不区分")),
        ("survey_method", ("书面测评", "随机抽样", "个别访谈", "意见箱")),
        ("filed_document", ("整改方案", "整改工作方案", "党员整改措施", "总结报告", "测评结果")),
    ],
)
def test_some_lists(name: str, options: tuple[str, ...]) -> None:
    assert catalog.base_lists()[name] == options


def test_there_are_25_lists_that_all_share() -> None:
    assert len(catalog.base_lists()) == 25
    assert all(len(set(options)) == len(options) > 1 for options in catalog.base_lists().values())


def test_the_cover() -> None:
    cover = catalog.cover()
    assert cover.sheet == "封面"
    assert [c.label for c in cover.columns if c.required] == [
        *("活动名称", "填报单位编码", "填报单位名称", "填报人", "填报日期", "单位负责人")
    ]
    assert [c.label for c in cover.columns if not c.required] == ["联系电话", "备注"]
    assert [(r.code, r.column, r.level) for r in cover.rules] == [("window", "filled_on", "warning")]


def test_a_rule_of_what_is_needed_or_not_looks_at_its_own_column() -> None:
    for form in catalog.forms().values():
        for rule in form.rules:
            if rule.code in ("required-when", "empty-when"):
                assert rule.holds == Filled(rule.column, rule.code == "required-when")
            elif rule.holds is not None:
                assert rule.column in names_in(rule.holds) or form.name == "guidance"


REFUSALS = "damaged encrypted too-large not-a-workbook not-a-file no-form other-campaign unknown-unit"
FILE_WARNINGS = "repeated old-template conflict superseded future macros external-links"
CELL_CODES = "required choice date number length range error-value no-value"
ROW_CODES = "required-when empty-when consistent date-order window sum reviewer authority workday branch-due"
SHEET_WARNINGS = "coverage extra-column extra-sheet no-rows hidden-rows"
BETWEEN_WARNINGS = "missing-row reopened moved-deadline stalled ledger-edited"
FIXES = "fixed-header fixed-text fixed-date fixed-number fixed-percent fixed-choice fixed-merge fixed-id"


@pytest.mark.parametrize(
    ("names", "scope", "level"),
    [
        (REFUSALS, "file", "error"),
        ("unit-mismatch", "file", "error"),
        (FILE_WARNINGS, "file", "warning"),
        (CELL_CODES, "cell", "error"),
        (ROW_CODES, "row", ""),
        ("duplicate missing-column", "sheet", "error"),
        (SHEET_WARNINGS, "sheet", "warning"),
        ("unknown foreign-id", "between", "error"),
        (BETWEEN_WARNINGS, "between", "warning"),
        (FIXES, "fixed", "fixed"),
    ],
)
def test_the_scope_and_level_of_every_promised_code(names: str, scope: str, level: str) -> None:
    for name in names.split():
        code = catalog.codes()[name]
        assert code.scope == scope
        assert code.level == (level or ("warning" if name in ("workday", "branch-due") else "error"))
        assert code.refuses is (name in REFUSALS.split())


# ---- one slip at a time


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """A copy of all the facts, to be spoilt."""
    return shutil.copytree(catalog.FACTS, tmp_path / "facts")


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_facts_as_they_are_have_no_slip(facts: Path) -> None:
    check_facts(facts)
    assert load_forms(facts) == dict(catalog.forms())


LEDGER = "forms/ledger.toml"
SURVEY = "forms/survey.toml"
SLIPS = [
    # unknown keys
    (LEDGER, 'id_letter = "T"', 'id_leter = "T"', "form.id_leter"),
    (LEDGER, 'label = "编号", kind', 'label = "编号", kinds = 1, kind', "columns.item_id.kinds"),
    (LEDGER, 'column = "explanation", when', 'column = "explanation", wenn = "", when', "rules.0.wenn"),
    (LEDGER, 'deadline = {due = "due", ', 'deadline = {due = "due", by = "due", ', "deadline.by"),
    (LEDGER, 'name = "supervision", label', 'name = "supervision", lable = "", label', "columns.supervision.lable"),
    ("cover.toml", 'sheet = "封面"', 'sheet = "封面"\nsheets = 2', "cover.sheets"),
    ("cover.toml", 'name = "phone", ', 'name = "phone", fon = 1, ', "columns.phone.fon"),
    ("codes.toml", 'damaged = {scope = "file"', 'damaged = {scop = "file"', "damaged.scop"),
    ("reading.toml", "earliest_year", "earliest_years", "reading.earliest_years"),
    # missing keys
    (LEDGER, "columns = [", "colums = [", "columns"),
    (LEDGER, "rules = [", "rulers = [", "rules"),
    (LEDGER, 'title = "整改台帐"', "", "form"),
    (LEDGER, 'kind = "id", ', "", "columns.item_id"),
    ("reading.toml", "most_digits = 15", "", "reading"),
    ("templates.toml", "forms = [", "form = [", "forms"),
    ("cover.toml", "rules = [", "rulers = [", "rules"),
    # names that nobody has
    (LEDGER, 'key = ["problem"]', 'key = ["problems"]', "key"),
    (LEDGER, 'unchanged = ["status"', 'unchanged = ["state"', "unchanged"),
    (LEDGER, 'column = "explanation"', 'column = "explanations"', "rules.0"),
    (LEDGER, 'when = "horizon in 近期、中期"', 'when = "horizn in 近期、中期"', "rules.1.when"),
    (LEDGER, 'holds = "percent = 100%"', 'holds = "percents = 100%"', "rules.6.holds"),
    (LEDGER, 'holds = "is_workday(due)"', 'holds = "is_workday(dues)"', "rules.17.holds"),
    (LEDGER, 'holds = "is_workday(due)"', 'holds = "is_holiday(due)"', "rules.17.holds"),
    (LEDGER, 'holds = "is_workday(due)"', 'holds = "is_workday(due, status)"', "rules.17.holds"),
    (LEDGER, 'on = ["item_id"]', 'on = ["item"]', "rules.18"),
    (LEDGER, 'softened_by = "item_id"', 'softened_by = "item"', "rules.19"),
    (LEDGER, 'deadline = {due = "due"', 'deadline = {due = "dues"', "deadline"),
    (LEDGER, 'done_on = "completed"', 'done_on = "complete"', "deadline"),
    (LEDGER, 'done = "status = 已完成"', 'done = "state = 已完成"', "deadline.done"),
    (LEDGER, 'started = "status != 未启动"', 'started = "state != 未启动"', "started"),
    (LEDGER, 'closed_when = "status = 已完成"', 'closed_when = "state = 已完成"', "closed_when"),
    (SURVEY, 'evidence_on = "surveyed_on"', 'evidence_on = "survey_on"', "evidence_on"),
    (LEDGER, 'choices = "source"', 'choices = "sources"', "columns.source.choices"),
    (LEDGER, 'kind = "people"', 'kind = "person"', "columns.owner.kind"),
    (LEDGER, 'kind = "choice", choices = "source"', 'kind = "choice"', "columns.source.choices"),
    (LEDGER, 'label = "存在问题", kind', 'label = "存在问题", choices = "source", kind', "columns.problem.choices"),
    ("cover.toml", 'column = "filled_on"', 'column = "filed_on"', "rules.0"),
    ("cover.toml", 'kind = "people"', 'kind = "person"', "columns.filled_by.kind"),
    (LEDGER, 'completed", when = "status = 已完成"', 'completed", when = "status = 己完成"', "rules.3"),
    (LEDGER, 'closed_when = "status = 已完成"', 'closed_when = "status = 己完成"', "closed_when"),
    (LEDGER, 'started = "status != 未启动"', 'started = "status != 末启动"', "started"),
    (LEDGER, 'done = "status = 已完成"', 'done = "status = 己完成"', "deadline"),
    (LEDGER, 'when = "status in 整改中、已完成', 'when = "status in 整改、已完成', "rules.2"),
    (SURVEY, '"基层群众"', '"基层"', "rules.6"),
    (SURVEY, 'or_only = "不区分"', 'or_only = "不分"', "rules.6"),
    ("aliases.toml", '"已完成" = [', '"以完成" = [', "options.status.以完成"),
    ("aliases.toml", "[options.status]", "[options.state]", "options.state.已完成"),
    ("aliases.toml", '"正在整改"', '"完成"', "options.status.整改中"),
    ("aliases.toml", '"正在整改"', '"未启动"', "options.status.整改中"),
    ("aliases.toml", '"责任部门" = [', '"负责部门" = [', "headers.负责部门"),
    # codes
    (LEDGER, 'code = "workday"', 'code = "workdays"', "rules.17.code"),
    (LEDGER, '{code = "workday", ', "{", "rules.17.code"),
    ("cover.toml", 'code = "window"', 'code = "windows"', "rules.0.code"),
    ("codes.toml", 'workday = {scope = "row"', 'workday = {scope = "rows"', "workday"),
    (
        "codes.toml",
        'workday = {scope = "row", level = "warning"',
        'workday = {scope = "row", level = "warn"',
        "workday",
    ),
    (
        LEDGER,
        'holds = "is_workday(due)", level = "warning"',
        'holds = "is_workday(due)", level = "warn"',
        "rules.17.level",
    ),
    ("cover.toml", 'level = "warning"', 'level = "warn"', "rules.0.level"),
    (LEDGER, 'name = "goal", ', 'name = "goal", level = "warn", ', "columns.goal.level"),
    # what makes no sense
    (LEDGER, 'name = "goal"', 'name = "problem"', "columns.problem"),
    (LEDGER, 'label = "整改目标"', 'label = "存在问题"', "columns.goal"),
    (LEDGER, 'name = "closed", label = "销号"', 'name = "closed", label = "备注"', "columns.closed"),
    ("cover.toml", 'label = "填报人"', 'label = "备注"', "columns.note"),
    (LEDGER, 'name = "ledger"', 'name = "ledgers"', "name"),
    (LEDGER, 'id_letter = "T"', "", "id_letter"),
    (LEDGER, 'filled_by = "branch"', 'filled_by = "clerk"', "filled_by"),
    (LEDGER, 'standing_fills = {horizon', 'standing_fills = {horizons', "columns.due.standing_fills"),
    (LEDGER, 'standing_fills = {horizon = "长期"}', 'standing_fills = {horizon = "长"}', "columns.due.standing_fills"),
    (LEDGER, "length = [4, 500]", "length = [500, 4]", "columns.problem.length"),
    (LEDGER, "length = [4, 500]", "length = [4]", "columns.problem.length"),
    (LEDGER, "range = [0, 1]", "range = [1, 0]", "columns.percent.range"),
    (LEDGER, ', holds = "is_workday(due)"', "", "rules.17"),
    (LEDGER, 'holds = "percent = 100%"', 'holds = "percent = "', "rules.6.holds"),
    ("templates.toml", '"ledger", ', "", "forms"),
    ("templates.toml", '"ledger", ', '"ledger", "ledger", ', "forms"),
    ("templates.toml", '"ledger", ', '"ledger", "minutes", ', "forms"),
    (LEDGER, 'title = "整改台帐"', "title = ", ""),
]


@pytest.mark.parametrize(("file", "old", "new", "key"), SLIPS, ids=[f"{i}-{s[0]}-{s[3]}" for i, s in enumerate(SLIPS)])
def test_a_slip_is_refused_with_its_file_and_key(facts: Path, file: str, old: str, new: str, key: str) -> None:
    spoil(facts, file, old, new)
    with pytest.raises(FactsError) as refusal:
        check_facts(facts)
    assert (refusal.value.file, refusal.value.key) == (file, key)
    assert str(refusal.value).startswith(f"{file}: {key}: ")


def test_a_code_without_an_entry_is_refused(facts: Path) -> None:
    spoil(facts, "codes.toml", "workday = ", "workdays = ")
    with pytest.raises(FactsError) as refusal:
        load_forms(facts)
    assert (refusal.value.file, refusal.value.key) == (LEDGER, "rules.17.code")


@pytest.mark.parametrize(
    "change", [lambda path: path.unlink(), lambda path: path.rename(path.with_name("minutes.toml"))]
)
def test_a_form_file_too_few_or_too_many_is_refused(facts: Path, change: Callable[[Path], object]) -> None:
    change(facts / LEDGER)
    with pytest.raises(FactsError, match="ledger"):
        load_forms(facts)


def test_a_new_form_is_one_file_and_one_name(facts: Path) -> None:
    text = (facts / "forms/guidance.toml").read_text(encoding="utf-8")
    text = text.replace('name = "guidance"', 'name = "visits"').replace("教育转化登记", "走访登记")
    (facts / "forms/visits.toml").write_text(text, encoding="utf-8")
    spoil(facts, "templates.toml", '"guidance",', '"guidance", "visits",')
    assert load_forms(facts)["visits"].title == "走访登记"
