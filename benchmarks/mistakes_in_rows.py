"""Mistakes in how cells stand to one another: every rule of every form broken, rows that stand twice, rows shifted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from spoiling import OFFICES, Kind, Paper, Spoil, Told, fixed, of_office
from ways import GDSTA

# Either side of the stage (12 to 31 May, all working days), of the follow-up, and of 填报日期.
BEFORE_STAGE, AFTER_STAGE, AFTER_FOLLOW_UP = date(2005, 5, 11), date(2005, 6, 1), date(2005, 9, 1)
AFTER_FILLED = date(2005, 5, 26)


def put(value: Any, row: str = "usual", at: str = "") -> Spoil:
    """Types a value into the column of a named row; told there, or in the column `at` of that row."""

    def spoil(paper: Paper) -> str:
        typed = paper.put(value, row=row)
        return paper.at(at, row) if at else typed

    return spoil


def change(values: Mapping[str, Any], row: str = "usual") -> Spoil:
    """Types several values into a named row; told in the kind's column."""

    def spoil(paper: Paper) -> str:
        paper.change(row, values)
        return paper.at(row=row)

    return spoil


def rule(name: str, where: str, spoil: Spoil, code: str, *, by_stage: bool = False) -> Kind:
    """A broken rule; those on the stage's days only where the organisation has dated its stage."""
    return Kind(name, spoil, (where,), code, offices=GDSTA if by_stage else OFFICES)


# ---- rules, form by form

_LEDGER = (
    rule("逐步解决没有情况说明", "ledger.explanation", put(None, "stepwise"), "required-when"),
    rule("近期没有完成时限", "ledger.due", put(None), "required-when"),
    rule("整改中没有进展", "ledger.progress", put(None), "required-when"),
    rule("已完成没有完成日期", "ledger.completed", put(None, "done"), "required-when"),
    rule("已完成没有成效", "ledger.result", put(None, "done"), "required-when"),
    rule("未完成却有完成日期", "ledger.completed", put(date(2005, 5, 20)), "empty-when"),
    rule("长期坚持却有完成日期", "ledger.completed", put(date(2005, 5, 20), "standing"), "empty-when"),
    rule("已完成比例不足", "ledger.percent", put(0.9, "done"), "consistent"),
    rule("未启动却有比例", "ledger.percent", put(0.2, "idle"), "consistent"),
    rule("整改中比例已满", "ledger.percent", put(1.0), "consistent"),
    rule("立说立改却是中期", "ledger.horizon", put("中期", "at_once"), "consistent"),
    rule("挂牌督办没有承诺", "ledger.pledged", put("否", "pledged"), "consistent"),
    rule("长期坚持却是近期", "ledger.horizon", put("近期", "standing"), "consistent"),
    rule("近期时限早于阶段", "ledger.due", put(BEFORE_STAGE), "window", by_stage=True),
    rule("近期时限晚于阶段", "ledger.due", put(AFTER_STAGE), "window", by_stage=True),
    rule("中期时限早于阶段", "ledger.due", put(BEFORE_STAGE, "stepwise"), "window", by_stage=True),
    rule("中期时限晚于巩固期", "ledger.due", put(AFTER_FOLLOW_UP, "stepwise"), "window", by_stage=True),
    rule("长期时限早于阶段", "ledger.due", put(BEFORE_STAGE, "long"), "window", by_stage=True),
    rule("完成日期晚于填报日期", "ledger.completed", put(AFTER_FILLED, "done"), "window"),
    rule("完成日期早于阶段", "ledger.completed", put(BEFORE_STAGE, "done"), "window", by_stage=True),
    rule("时限是星期六", "ledger.due", put(date(2005, 5, 28)), "workday", by_stage=True),
    rule("时限是国庆节", "ledger.due", put(date(2005, 10, 3), "long"), "workday", by_stage=True),
)
_MEASURES = (
    rule("审核人身份不对", "measures.reviewer_role", put("党组（党委）主要负责同志"), "reviewer", by_stage=True),
    rule("本人审核本人", "measures.reviewer", put("示例丁"), "reviewer"),
    rule("本人审核本人（姓名有空格）", "measures.reviewer", put("示例 丁"), "reviewer"),
    rule("已审核没有日期", "measures.reviewed_on", put(None), "required-when"),
    rule("待审核却有日期", "measures.reviewed_on", put(date(2005, 5, 18), "idle"), "empty-when"),
    rule("措施没有时限", "measures.due", put(None), "required-when"),
    rule("措施完成没有日期", "measures.completed", put(None, "done"), "required-when"),
    rule("措施未完成却有日期", "measures.completed", put(date(2005, 5, 20)), "empty-when"),
    rule("措施没有整改情况", "measures.progress", put(None), "required-when"),
    rule("措施完成晚于填报", "measures.completed", put(AFTER_FILLED, "done"), "window"),
    rule("措施时限早于阶段", "measures.due", put(BEFORE_STAGE), "window", by_stage=True),
    rule("未审核已整改", "measures.status", put("整改中", "idle"), "consistent"),
    rule("完成早于审核", "measures.completed", put(date(2005, 5, 17), "done"), "date-order"),
    rule("审核晚于填报", "measures.reviewed_on", put(AFTER_FILLED), "window"),
    rule("审核早于阶段", "measures.reviewed_on", put(BEFORE_STAGE), "window", by_stage=True),
)
_OTHERS = (
    rule("新建制度没有时限", "institutions.due", put(None), "required-when"),
    rule("印发制度没有文号", "institutions.document", put(None, "issued"), "required-when"),
    rule("印发制度没有日期", "institutions.issued_on", put(None, "issued"), "required-when"),
    rule("坚持执行却在起草", "institutions.status", put("起草中", "kept"), "consistent"),
    rule("印发晚于填报", "institutions.issued_on", put(AFTER_FILLED, "issued"), "window"),
    rule("会议没有时段", "activities.half_day", put(None), "required-when"),
    rule("会议没有应到人数", "activities.expected", put(None), "required-when"),
    rule("会议没有实到人数", "activities.attended", put(None), "required-when"),
    rule("实到多于应到", "activities.attended", put(31), "sum"),
    rule("会议晚于填报", "activities.held_on", put(AFTER_FILLED), "window"),
    rule("意见之和多于人数", "publications.asked", put(39), "sum"),
    rule("多数不满意未修订", "publications.revised", put("否", "revised"), "consistent"),
    rule("已修订没有日期", "publications.revised_on", put(None, "revised"), "required-when"),
    rule("修订早于公布", "publications.revised_on", put(date(2005, 5, 20), "revised"), "date-order"),
    rule("公布晚于填报", "publications.published_on", put(AFTER_FILLED), "window"),
    rule("修订晚于填报", "publications.revised_on", put(AFTER_FILLED, "revised"), "window"),
    of_office("报送机关不对", put("省委先进办"), ("filings.authority",), "authority", offices=GDSTA),
    of_office("报送机关不对（二）", put("校先进性教育办公室"), ("filings.authority",), "authority", offices=("sysu",)),
    of_office("报送机关不妥", put("省委先进办", "report"), ("filings.authority",), "authority", offices=GDSTA),
    rule("报送晚于填报", "filings.filed_on", put(AFTER_FILLED), "window"),
    rule("收回多于发出", "survey.issued", put(47, at="returned"), "sum"),
    rule("有效多于收回", "survey.returned", put(46, at="valid"), "sum"),
    rule("票数之和不等", "survey.satisfied", put(31, at="valid"), "sum"),
    rule("票数之和不等（未表态）", "survey.abstained", put(0, at="valid"), "sum"),
    rule("书面测评没有发出票数", "survey.issued", put(None), "required-when"),
    rule("书面测评没有收回票数", "survey.returned", put(None), "required-when"),
    rule("书面测评没有有效票数", "survey.valid", put(None), "required-when"),
    rule("测评晚于填报", "survey.surveyed_on", put(AFTER_FILLED), "window"),
    rule("有支部没有班子状况", "branches.committee", put(None), "required-when"),
    rule("有支部没有支部状况", "branches.condition", put(None), "required-when"),
    rule("高年级班级应建支部", "branches.has_branch", put("否"), "branch-due"),
    rule("有支部没有书记", "branches.secretary", put(None), "required-when"),
    rule("软弱涣散没有措施", "branches.remedy", put(None, "weak"), "required-when"),
    rule("班子不健全没有措施", "branches.committee", put("不健全", at="remedy"), "required-when"),
    rule("有措施没有时限", "branches.due", put(None, "weak"), "required-when"),
    of_office("没有这个单位", put("XX99"), ("supervision.unit_code",), "unknown"),
    rule("督查晚于填报", "supervision.inspected_on", put(AFTER_FILLED), "window"),
    rule("限期再改没有日期", "supervision.respond_by", put(None, "again"), "required-when"),
    rule("要求日期早于督查", "supervision.respond_by", put(date(2005, 5, 19), "again"), "date-order"),
    rule("要求日期就是督查日", "supervision.respond_by", put(date(2005, 5, 20), "again"), "date-order"),
    rule("自己帮教自己", "guidance.helper", put("示例辛"), "reviewer"),
    rule("帮教人中有自己", "guidance.helper", put("示例壬、示例辛"), "reviewer"),
)

# ---- rows and numbers that stand twice


def _copied(paper: Paper) -> str:
    """The usual row once more, below the others."""
    number = paper.add(paper.row_values("usual"))
    return paper.at(row=number)


def _copied_loosely(paper: Paper) -> str:
    """The same, the key's text with a space and in other widths: the same row all the same."""
    values = paper.row_values("usual")
    text = values[paper.column.name]  # type: ignore[union-attr]
    number = paper.add({**values, paper.column.name: f"{text[:2]} {text[2:]}"})  # type: ignore[union-attr]
    return paper.at(row=number)


def _same_number(paper: Paper) -> list[str]:
    paper.put(paper.value(row="first_known"), row="second_known")
    return [paper.at(row="first_known"), paper.at(row="second_known")]


def _same_text_under_numbers(paper: Paper) -> str:
    paper.put(paper.value(row="first_known"), row="second_known")
    return paper.at(row="second_known")


def _lacking_kind(paper: Paper) -> str:
    """One of the five kinds that the paper names did not take part."""
    paper.put("不区分", row="masses")
    return f"{paper.sheet.title}!{paper.letter()}{paper.header}"


_OWN_KEYS = (
    "ledger.problem",
    "measures.problem",
    "institutions.name",
    "activities.subject",
    "publications.published",
    "filings.document",
    "survey.participant",
    "branches.name",
    "supervision.finding",
    "guidance.member",
)
_TWICE = (
    Kind("整行重复", _copied, _OWN_KEYS, "duplicate"),
    Kind("同一事项写法略异", _copied_loosely, ("ledger.problem", "institutions.name", "branches.name"), "duplicate"),
    Kind("编号重复", _same_number, ("ledger.item_id", "measures.item_id", "institutions.item_id"), "duplicate"),
    Kind("有编号的问题重复", _same_text_under_numbers, ("ledger.problem",), "duplicate"),
    Kind("制度名称重复", _same_text_under_numbers, ("institutions.name",), "duplicate"),
    Kind("测评缺少一类人员", _lacking_kind, ("survey.participant",), "coverage"),
)

# ---- numbers


def _renumbered(paper: Paper) -> Told:
    """编号 taken for 序号, as clerks do: 1, 2, 3 down the sheet."""
    rows = [name for name, row in paper.clean.rows[paper.form.name].items() if not row.get("item_id")]
    return Told([paper.put(count, row=name) for count, name in enumerate(rows, start=1)])


def _foreign(paper: Paper) -> str:
    other = next(u for u in paper.clean.settings.units if u.kind == paper.clean.unit.kind and u != paper.clean.unit)
    return paper.put(f"{other.code}-{paper.form.id_letter}001", row="first_known")


_NUMBERED = ("ledger.item_id", "measures.item_id", "institutions.item_id")
_NUMBERS = (
    fixed("编号填成序号", _renumbered, _NUMBERED, "fixed-id"),
    fixed("编号自编", put("A-12"), _NUMBERED, "fixed-id"),
    fixed("编号是别的表的", lambda p: p.put(f"{p.clean.unit.code}-X001", row="usual"), _NUMBERED, "fixed-id"),
    of_office("编号是别的单位的", _foreign, _NUMBERED, "foreign-id"),
    of_office(
        "编号的单位不存在", lambda p: p.put(f"QQ77-{p.form.id_letter}001", row="usual"), _NUMBERED, "unknown foreign-id"
    ),
)

# ---- values in the wrong place


def _shifted(paper: Paper) -> Told:
    """A cell inserted: everything from the second column on stands one column further right."""
    cells = paper.line(paper.row("usual"))
    for left, right in zip(reversed(cells[1:-1]), reversed(cells[2:]), strict=True):
        right.value, right.number_format = left.value, left.number_format
    cells[1].value = None
    wrong = _must_be_wrong(paper)
    return Told(wrong, [f"{paper.sheet.title}!{paper.row('usual')}"])


def _must_be_wrong(paper: Paper) -> list[str]:
    """The cells of the usual row that cannot be right: blank though required, no option, no day, no number."""
    settings, cells = paper.clean.settings, paper.line(paper.row("usual"))
    wrong = []
    for cell, column in zip(cells, paper.form.columns, strict=True):
        is_blank, is_text = cell.value is None, isinstance(cell.value, str)
        needed = column.required and column.label not in settings.optional_columns
        is_option = not column.choices or cell.value in settings.lists[column.choices]
        is_number = not is_text or column.kind not in ("date", "integer", "percent")
        if (is_blank and needed) or not (is_blank or (is_option and is_number)):
            wrong.append(f"{paper.sheet.title}!{cell.coordinate}")
    return wrong


def _swapped(first: str, second: str, row: str, told: tuple[str, ...]) -> Spoil:
    def spoil(paper: Paper) -> Told:
        one, other = paper.cell(first, row), paper.cell(second, row)
        one.value, other.value = other.value, one.value
        one.number_format, other.number_format = other.number_format, one.number_format
        return Told([paper.at(column, row) for column in told], [paper.at(first, row), paper.at(second, row)])

    return spoil


_SWAPS = (
    ("轻重缓急与难易程度", "ledger", "urgency", "difficulty", "usual", ("urgency", "difficulty")),
    ("问题来源与问题类别", "ledger", "source", "category", "usual", ("source", "category")),
    ("处理方式与时限类型", "ledger", "handling", "horizon", "usual", ("handling", "horizon")),
    ("完成时限与责任人", "ledger", "due", "owner", "usual", ("due",)),
    ("职务类别与审核人身份", "measures", "member_role", "reviewer_role", "leader", ("member_role", "reviewer_role")),
    ("应到与实到", "activities", "expected", "attended", "usual", ("attended",)),
    ("发出与收回", "survey", "issued", "returned", "usual", ("returned",)),
    ("公布与修订日期", "publications", "published_on", "revised_on", "revised", ("revised_on",)),
    ("督查与要求日期", "supervision", "inspected_on", "respond_by", "again", ("respond_by", "inspected_on")),
    ("材料与机关", "filings", "document", "authority", "usual", ("document", "authority")),
)
_MISPLACED = (
    Kind("整行右移一列", _shifted, ("ledger", "measures", "institutions", "activities", "publications", "survey")),
    *(
        Kind(f"两栏填反：{name}", _swapped(first, second, row, told), (form,))
        for name, form, first, second, row, told in _SWAPS
    ),
)

ROWS = (*_LEDGER, *_MEASURES, *_OTHERS, *_TWICE, *_NUMBERS, *_MISPLACED)
