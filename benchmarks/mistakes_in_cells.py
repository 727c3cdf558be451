"""Mistakes in one cell: nothing where something belongs, a wrong option, a wrong text, what no cell should hold."""

from __future__ import annotations

from datetime import date, datetime

from spoiling import ALIKE, Kind, Paper, alike, fixed, of_frame, of_office
from ways import GDSTA, columns, few, retyped, typed, wide

from rectify_xl.facts import catalog

# What 可不填栏目 names in the first organisation, and what it asks for in the second.
_OPTIONAL = ("ledger.aspect", "ledger.scope", "ledger.manner")
REQUIRED = tuple(place for place in columns(required=True) if place not in _OPTIONAL)
TEXTS = columns("text", required=True)
CHOICES = tuple(place for place in columns("choice", "yesno") if place not in _OPTIONAL)
DATES = columns("date")

# ---- nothing

_NOTHING = (
    Kind("必填栏目留空", typed(None), REQUIRED, "required"),
    Kind("必填栏目留空（本单位要求填写的）", typed(None), _OPTIONAL, "required", offices=("sysu",)),
    Kind("必填栏目填“无”", typed("无"), few(REQUIRED, 12), "required"),
    Kind("必填栏目填“/”", typed("/"), few(REQUIRED, 12, 1), "required"),
    Kind("必填栏目填“—”", typed("—"), few(REQUIRED, 12, 2), "required"),
    Kind("必填栏目只有空格", typed("  "), few(REQUIRED, 8, 3), "required"),
    Kind("必填栏目只有全角空格", typed("\u3000"), few(TEXTS, 6, 4), "required"),
)

# ---- options


def _typo(text: str) -> str:
    return text[:-1] + "某" if len(text) > 1 else text + "某"


def _neighbour(paper: Paper) -> str:
    """An option of another list, of the same form if it has one."""
    mine = paper.options()
    lists, others = paper.clean.settings.lists, paper.form.columns
    names = [c.choices for c in others if c.choices] + ["status"]
    return paper.put(next(option for name in names for option in lists[name] if option not in mine))


def _alias_of(paper: Paper) -> str:
    """Another word for the option of the first row that has one."""
    assert paper.column is not None
    listed = paper.clean.settings.aliases[paper.column.choices]
    rows = ((paper.value(row=name), name) for name in paper.clean.rows[paper.form.name])
    words = ((alias, name) for value, name in rows for alias, option in listed.items() if option == value)
    alias, row = next(words)
    return paper.put(alias, row=row)


_ALIASED = (
    "ledger.status",
    "ledger.handling",
    "ledger.pledged",
    "ledger.horizon",
    "measures.review_result",
    "measures.status",
    "activities.activity",
    "survey.method",
    "publications.revised",
)
_OF_SEVERAL = tuple(
    place
    for place in CHOICES
    if place.split(".")[1]
    not in ("urgency", "difficulty", "pledged", "revised", "has_branch", "senior_class", "condition")
)
_AS_OPTION = (
    Kind("选项写错一个字", retyped(_typo), CHOICES, "choice"),
    Kind("选项少写一个字", retyped(lambda text: text[:-1]), few(_OF_SEVERAL, 6), "choice fixed-choice"),
    Kind("填了别的清单的选项", _neighbour, CHOICES, "choice"),
    Kind("自编选项", typed("其它情况说明"), few(CHOICES, 8), "choice"),
    Kind("两个选项写在一格", retyped(lambda text: f"{text}、其他"), few(CHOICES, 6, 2), "choice"),
    Kind("选项写成数字", typed(1), few(CHOICES, 4, 1), "choice"),
    fixed("选项的别称", _alias_of, _ALIASED, "fixed-choice"),
    fixed("已完成写成销号", retyped(lambda _: "销号", "done"), ("ledger.status",), "fixed-choice"),
    alike("选项后有空格", retyped(lambda t: f"{t} "), few(CHOICES, 8)),
    alike("选项前有全角空格", retyped(lambda t: f"\u3000{t}"), few(CHOICES, 6, 1)),
    alike("选项中有零宽字符", retyped(lambda t: f"{t[0]}\u200b{t[1:]}"), few(CHOICES, 6, 2)),
    alike("选项后有换行", retyped(lambda t: f"{t}\n"), few(CHOICES, 4, 3)),
    fixed("选项中间有空格", retyped(lambda t: f"{t[0]} {t[1:]}"), few(_OF_SEVERAL, 6), "fixed-text"),
    Kind(
        "选项括号用半角",
        retyped(lambda t: t.replace("（", "(").replace("）", ")"), "leader"),
        ("measures.reviewer_role",),
        "fixed-text",
        keeps=True,
        offices=GDSTA,
    ),
    fixed("是否写成 TRUE", retyped(lambda _: True, "pledged"), ("ledger.pledged",), "fixed-choice"),
    fixed("是否写成 √", retyped(lambda _: "√", "pledged"), ("ledger.pledged",), "fixed-choice"),
    Kind("选项填成日期", typed(date(2005, 5, 20)), few(CHOICES, 3, 3), "choice"),
)

# ---- texts and people


def _too_long(paper: Paper) -> str:
    assert paper.column is not None and paper.column.length is not None
    return paper.put("长" * (paper.column.length[1] + 1))


_LIMITED = tuple(
    place for place in columns("text") if catalog.forms()[place.split(".")[0]].column(place.split(".")[1]).length
)
_WORDS = (
    Kind("文字太短", typed("短"), columns("text", least=2), "length"),
    Kind("文字太长", _too_long, _LIMITED, "length"),
    alike("文字后有空格", retyped(lambda t: f"{t}  "), few(TEXTS, 6)),
    alike("文字前有不间断空格", retyped(lambda t: f"\xa0{t}"), few(TEXTS, 6, 1)),
    alike("文字中有零宽字符", retyped(lambda t: f"{t[:2]}\u200b{t[2:]}"), few(TEXTS, 6, 2)),
    alike("文字前有字节顺序标记", retyped(lambda t: f"\ufeff{t}"), few(TEXTS, 3, 3)),
    alike("文字中有书写方向符", retyped(lambda t: f"{t}\u200e"), few(TEXTS, 3, 4)),
    Kind(
        "文字填成数字",
        typed(12345),
        ("ledger.problem", "ledger.progress", "activities.content"),
        "fixed-text",
        unseen=ALIKE,
    ),
    Kind(
        "文字填成日期",
        typed(datetime(2005, 5, 20)),
        ("institutions.document", "filings.reference", "ledger.progress"),
        "fixed-text",
        unseen=ALIKE,
    ),
    Kind("文字填 TRUE", typed(True), ("ledger.goal", "activities.place"), "fixed-text", unseen=ALIKE),
    alike("姓名用逗号分开", lambda p: p.put("示例丙，示例丁", row="at_once"), ("ledger.owner",)),
    alike("姓名用分号分开", lambda p: p.put("示例丙；示例丁", row="at_once"), ("ledger.owner",)),
    alike("姓名用斜杠分开", lambda p: p.put("示例丙/示例丁", row="at_once"), ("ledger.owner",)),
    alike("姓名用空格分开", lambda p: p.put("示例丙 示例丁", row="at_once"), ("ledger.owner",)),
    alike("姓名用换行分开", lambda p: p.put("示例丙\n示例丁", row="at_once"), ("ledger.owner",)),
    alike("编号用全角", lambda p: p.put(wide(p.value(row="first_known")), row="first_known"), ("ledger.item_id",)),
    alike("单位编码用全角", retyped(wide), ("supervision.unit_code",)),
    alike("单位编码有空格", retyped(lambda t: f" {t}"), ("supervision.unit_code",)),
    of_office("单位编码用小写", retyped(str.lower), ("supervision.unit_code",), "unknown fixed-text"),
)

# ---- what no cell should hold


def _formula_without_value(paper: Paper) -> str:
    return paper.formula('=CONCATENATE("示例","文字内容")')


def _picture(paper: Paper) -> str:
    """A picture in a cell, as WPS writes it."""
    where = paper.formula('=_xlfn.DISPIMG("ID_5D2",1)')
    cell, said = f'<c r="{where.split("!")[1]}"', "=DISPIMG(&quot;ID_5D2&quot;,1)"

    def with_value(xml: str) -> str:
        start = xml.index(cell)
        end = xml.index("</c>", start)
        formula = xml[xml.index("<f>", start) : xml.index("</f>", start) + 4]
        return f'{xml[:start]}{cell} t="str">{formula}<v>{said}</v>{xml[end:]}'

    paper.patch_sheet(with_value)
    return where


def _control(paper: Paper) -> str:
    """A control character in the escape that Excel writes."""
    where = paper.put("@@MARK@@")
    paper.patch_text("@@MARK@@", "学习_x0002_制度落实")
    return where


def _endless(paper: Paper) -> str:
    where = paper.put("@@MARK@@")
    paper.patch_text("@@MARK@@", "长" * 40_000)
    return where


_ODD = (
    *(
        Kind(f"公式出错 {error}", typed(error), few(REQUIRED, 5, turn), "error-value")
        for turn, error in enumerate(("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?"))
    ),
    Kind("公式没有结果", _formula_without_value, few(TEXTS, 5), "no-value", unseen=ALIKE),
    Kind("公式没有结果（选项）", _formula_without_value, few(CHOICES, 3), "no-value"),
    Kind("公式没有结果（日期）", _formula_without_value, few(DATES, 3), "no-value"),
    Kind("单元格里是图片", _picture, ("ledger.progress", "ledger.owner", "measures.reviewer"), "error-value"),
    Kind("文字中有控制字符", _control, ("ledger.problem", "ledger.note"), "fixed-text", unseen=ALIKE),
    of_frame("文字超过单元格上限", _endless, ("ledger.note",), "length"),
)

CELLS = (*_NOTHING, *_AS_OPTION, *_WORDS, *_ODD)
