"""The page docs/dictionary.md: forms, columns, rules, lists, tasks and duties as the facts have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rectify_xl.facts import catalog
from rectify_xl.facts.phrasing import LANGUAGES, clause, rule_words
from rectify_xl.frames.schema import dtypes_for
from rectify_xl.layouts.ledger_columns import ledger_columns
from rectify_xl.messages import code_name, level_name
from rectify_xl.model import Column, Form, Rule, Settings, Task
from rectify_xl.office import profiles

INTRO = """# 数据字典 · Data dictionary

Generated from `rectify_xl/facts/` by `make docs` (do not edit).
每张表单的栏目、要求、选项和规则，两个单位的字典、工作安排、审核规则和备案规则。
Column names are those of the frames (`rx.run(...).rows["ledger"]`), with their dtypes; labels are what a clerk reads.
A percent is a fraction of one. A blank is None, NaT or <NA>. Codes of findings: [findings.md](findings.md).
"""
# What a row is, in English; in Chinese it stands in the form's facts.
ROW_IS = {
    "ledger": "one problem to be put right; the plan (what, who, when) and, week by week, its progress",
    "measures": "one measure of one party member, and its review",
    "institutions": "one rule or institution that is kept, improved or made",
    "activities": "one meeting or activity; the evidence for the schedule's tasks",
    "publications": "one publication to the masses, the opinions that came back, and the revision",
    "filings": "one document sent to the authority that keeps it",
    "survey": "the ballots of one kind of participant by one method",
    "branches": "one party branch or one student class",
    "supervision": "one finding of one inspection, about a unit or one item of its ledger",
    "guidance": "one member who is being helped to meet the standard",
}
PROFILE_LISTS = "每个单位各有自己的选项，见 [两个单位](#profiles) · each organisation's own, see below"


def page() -> str:
    """The whole page."""
    settings = {name: profiles.profile(name) for name in catalog.profile_names()}
    parts = [_contents(), *map(_form, catalog.forms().values()), _cover(), _shared(), _lists(), *_profiles(settings)]
    return INTRO + "\n" + "\n".join("\n".join(part) + "\n" for part in parts)


def _contents() -> Iterator[str]:
    rows = [
        [f"[{form.title}](#{form.name})", f"`{form.name}`", form.template, ROW_IS[form.name]]
        for form in catalog.forms().values()
    ]
    yield from _table(["表单 · form", "name", "模板 · template", "a row is"], rows)


def _form(form: Form) -> Iterator[str]:
    yield f'<a id="{form.name}"></a>\n\n## {form.title} · `{form.name}`\n'
    labels = {column.name: column.label for column in form.columns}
    key = "、".join(f"{labels[name]} (`{name}`)" for name in form.key)
    yield f"- 所在模板 · template: {form.template}，版本 · version {form.version}"
    yield f"- 出自 · from the papers: {form.from_papers}"
    yield f"- 一行是 · a row is: {form.row_is} · {ROW_IS[form.name]}"
    if form.id_letter:
        yield f"- 编号 · number: `KX01-{form.id_letter}001`，由办公室给定 · given by the office"
    by = "编号，或 · number, or " if form.id_letter else ""
    yield f"- 凭此认出同一行 · known again by: {by}{key}"
    if form.restricted:
        yield "- **保密 · restricted**: 汇总只计行数 · only counts by unit leave the file"
    yield ""
    yield from _columns(form, form.columns)
    if form.office_columns:
        yield "\n办公室在台帐上填写的栏目 · the office's own columns, on the ledger only:\n"
        yield from _columns(form, form.office_columns)
    yield "\n规则 · rules（每条的中文即填表说明里的话 · the Chinese is what 填表说明 says）:\n"
    yield from (line for rule in form.rules for line in _rule(form, rule))


def _columns(form: Form, columns: Sequence[Column]) -> Iterator[str]:
    dtypes = dtypes_for(form)
    rows = [
        [column.label, f"`{column.name}`", f"{_kind(column)} · {column.kind}", dtypes.get(column.name, ""),
         _need(form, column), _limits(column)]
        for column in columns
    ]  # fmt: skip
    yield from _table(["栏目 · label", "name", "类型 · kind", "dtype", "必填 · required", "限制 · limits"], rows)


def _kind(column: Column) -> str:
    kind: str = catalog.words("display")["form"]["kinds"][column.kind]
    return kind


def _need(form: Form, column: Column) -> str:
    """When a column must be filled in: always, when a rule asks for it (in words), or never."""
    if column.required:
        return "必填 · always" if column.level == "error" else "应填 · asked for"
    if column.assigned:
        return "办公室给定 · given by the office"
    asked = [rule for rule in form.rules if rule.code == "required-when" and rule.column == column.name]
    return "<br>".join(clause(form, rule) for rule in asked) or "选填 · optional"


def _limits(column: Column) -> str:
    told = []
    if column.choices and column.kind != "yesno":
        told.append(f"[{_titles()[column.choices]}](#list-{column.choices})")
    if column.length:
        told.append("{}–{} 字 · characters".format(*column.length))
    if column.range:
        low, high = (f"{bound:.0%}" if column.kind == "percent" else f"{bound:.0f}" for bound in column.range)
        told.append(f"{low}–{high}")
    if column.personal:
        told.append("涉及个人 · personal")
    if also := (*column.aliases, *catalog.header_aliases().get(column.label, ())):
        told.append("表头也作 · header also " + "、".join(also))
    return "；".join(told)


def _rule(form: Form, rule: Rule) -> Iterator[str]:
    level = f"{level_name(rule.level)} · {rule.level}"
    yield f"- `{rule.code}` {code_name(rule.code)}（{level}）{rule_words(form, rule)}"
    yield f"  {rule_words(form, rule, 'en')}"


def _cover() -> Iterator[str]:
    cover = catalog.cover()
    yield f'<a id="cover"></a>\n\n## {cover.sheet} · the cover of every template\n'
    rows = [
        [column.label, f"`{column.name}`", f"{_kind(column)} · {column.kind}",
         "必填 · always" if column.required else "选填 · optional", _limits(column)]
        for column in cover.columns
    ]  # fmt: skip
    yield from _table(["栏目 · label", "name", "类型 · kind", "必填 · required", "限制 · limits"], rows)
    yield ""
    for rule in cover.rules:
        yield f"- `{rule.code}` " + " ".join(rule_words(cover, rule, lang) for lang in LANGUAGES)


def _shared() -> Iterator[str]:
    """The columns that stand beside a form's own on the sheets of the ledger."""
    yield '<a id="ledger-columns"></a>\n\n## 台帐上另有的栏目 · what the ledger adds to a form\n'
    yield "每张表前有单位，后有来源 · a unit before, a source behind; where a deadline is owed its state too.\n"
    form = catalog.forms()["ledger"]
    own = {column.name for column in (*form.columns, *form.office_columns)}
    rows = [
        [column.label, f"`{column.name}`", f"{_kind(column)} · {column.kind}"]
        for column in ledger_columns(form)
        if column.name not in own
    ]
    yield from _table(["栏目 · label", "name", "类型 · kind"], rows)


def _lists() -> Iterator[str]:
    yield '<a id="lists"></a>\n\n## 选项 · lists\n'
    yield "办公室可在 配置.xlsx 的字典里增改 · an office may change them in 字典.\n"
    own = _profile_lists()
    rows = [
        [
            f'<a id="list-{name}"></a>{title}',
            f"`{name}`",
            PROFILE_LISTS if name in own else _options(name),
            "" if name in own else _aliases(name),
        ]
        for name, title in _titles().items()
    ]
    yield from _table(["字典 · list", "name", "选项 · options", "也听得懂 · also understood"], rows)


def _options(name: str) -> str:
    return "、".join(catalog.base_lists()[name])


def _aliases(name: str) -> str:
    """What else is understood as an option: 完成、已整改 → 已完成."""
    words: dict[str, list[str]] = {}
    for alias, option in catalog.option_aliases().get(name, {}).items():
        words.setdefault(option, []).append(alias)
    return "；".join(f"{'、'.join(said)} → {option}" for option, said in words.items())


def _titles() -> dict[str, str]:
    """What every list is called in 字典."""
    titles: dict[str, str] = catalog.read_toml("profiles.toml")["titles"]
    return titles


def _profile_lists() -> list[str]:
    """The lists that each organisation sets for itself."""
    names: list[str] = catalog.read_toml("profiles.toml")["lists"]
    return names


def _profiles(settings: dict[str, Settings]) -> Iterator[Iterable[str]]:
    yield ['<a id="profiles"></a>\n\n## 两个单位 · the two organisations']
    for name, held in settings.items():
        yield _profile(name, held)


def _profile(name: str, held: Settings) -> Iterator[str]:
    yield f"### {held.organisation} · `{name}`\n"
    yield f"{held.campaign}；阶段 · stage {held.stage_start or '—'} – {held.stage_end or '—'}，"
    yield f"巩固期 · follow-up until {held.followup_end or '—'}（{held.followup_months or '—'} 个月 · months）。"
    yield f"可不填栏目 · columns that may be left out: {'、'.join(held.optional_columns) or '—'}。\n"
    rows = [[_titles()[key], f"`{key}`", "、".join(held.lists[key])] for key in _profile_lists()]
    yield from _table(["字典 · list", "name", "选项 · options"], rows)
    yield "\n工作安排 · schedule:\n"
    yield from _table(
        ["任务", "时间", "开始", "截止", "项目和内容", "办理依据（责任单位类别：表单，条件）"],
        map(_task, held.tasks),
    )
    yield "\n审核规则 · who reviews whom:\n"
    yield from _table(["职务类别", "审核人身份"], held.reviewers)
    yield "\n备案规则 · which authority keeps what:\n"
    yield from _table(
        ["单位类别", "材料名称", "报送机关", "级别"],
        [[duty.unit_kind, duty.document, duty.authority, level_name(duty.level)] for duty in held.filings],
    )


def _task(task: Task) -> list[str]:
    forms = catalog.forms()
    shown = [
        f"{'、'.join(asked.kinds)}：{forms[asked.form].title}" + (f"，{asked.where}" if asked.where else "")
        for asked in task.evidence
    ]
    told = "：".join(filter(None, [task.item, task.content]))
    days = [str(day) if day else "—" for day in (task.start, task.end)]
    return [task.id, task.time or "未定", *days, told, "<br>".join(shown)]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


if __name__ == "__main__":
    print(page())
