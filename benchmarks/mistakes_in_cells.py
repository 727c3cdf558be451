"""Mistakes in one cell: nothing where something belongs, and every wrong way to write an option, a day or a number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from spoiling import ALIKE, FRAME, OFFICE, Kind, Paper, Told, columns, few, written

from rectify_xl import catalog

Spoil = Callable[[Paper], Any]

GDSTA = ("gdsta",)
# What 可不填栏目 names in the first organisation, and what it asks for in the second.
_OPTIONAL = ("ledger.aspect", "ledger.scope", "ledger.manner")
REQUIRED = tuple(place for place in columns(required=True) if place not in _OPTIONAL)
TEXTS = columns("text", required=True)
CHOICES = tuple(place for place in columns("choice", "yesno") if place not in _OPTIONAL)
DATES = columns("date")
INTEGERS = columns("integer")
FREE_COUNTS = ("activities.attended", "filings.copies", "branches.full_members", "publications.asked")


# ---- ways of typing


def typed(value: Any, number_format: str = "") -> Spoil:
    """Types a value."""
    return lambda paper: paper.put(value, number_format=number_format)


def retyped(change: Callable[[Any], Any], row: str = "") -> Spoil:
    """Types what is there in another way."""
    return lambda paper: paper.put(change(paper.value(row=row)), row=row)


def dated(pattern: str) -> Spoil:
    """Types the day that is there as a text (see `written`)."""
    return retyped(lambda day: written(day, pattern))


_DIGITS = "〇一二三四五六七八九"


def in_words(number: int) -> str:
    """A number below 1000 as it is written out: 二十七, 一百零五."""
    if number < 10:
        return _DIGITS[number].replace("〇", "零")
    if number < 100:
        tens, ones = divmod(number, 10)
        return (_DIGITS[tens] if tens > 1 else "") + "十" + (_DIGITS[ones] if ones else "")
    hundreds, rest = divmod(number, 100)
    below = f"零{in_words(rest)}" if 0 < rest < 10 else f"一{in_words(rest)}" if 10 <= rest < 20 else in_words(rest)
    return f"{_DIGITS[hundreds]}百{below if rest else ''}"


def _day_in_words(day: date) -> str:
    return f"{in_words(day.month)}月{in_words(day.day)}日"


def _full_day_in_words(day: date) -> str:
    return "".join(_DIGITS[int(digit)] for digit in str(day.year)) + "年" + _day_in_words(day)


def wide(text: str) -> str:
    """A text in full width."""
    return text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


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


_ALIASED = ("ledger.status", "ledger.handling", "ledger.pledged", "ledger.horizon", "measures.review_result",
            "measures.status", "activities.activity", "survey.method", "publications.revised")  # fmt: skip
_OF_SEVERAL = tuple(place for place in CHOICES if place.split(".")[1] not in ("urgency", "difficulty", "pledged",
                    "revised", "has_branch", "senior_class", "condition"))  # fmt: skip
_AS_OPTION = (
    Kind("选项写错一个字", retyped(_typo), CHOICES, "choice"),
    Kind("选项少写一个字", retyped(lambda text: text[:-1]), few(_OF_SEVERAL, 6), "choice fixed-choice"),
    Kind("填了别的清单的选项", _neighbour, CHOICES, "choice"),
    Kind("自编选项", typed("其它情况说明"), few(CHOICES, 8), "choice"),
    Kind("两个选项写在一格", retyped(lambda text: f"{text}、其他"), few(CHOICES, 6, 2), "choice"),
    Kind("选项写成数字", typed(1), few(CHOICES, 4, 1), "choice"),
    Kind("选项的别称", _alias_of, _ALIASED, "fixed-choice", keeps=True),
    Kind("已完成写成销号", retyped(lambda _: "销号", "done"), ("ledger.status",), "fixed-choice", keeps=True),
    Kind("选项后有空格", retyped(lambda t: f"{t} "), few(CHOICES, 8), "fixed-text", keeps=True, unseen=ALIKE),
    Kind("选项前有全角空格", retyped(lambda t: f"\u3000{t}"), few(CHOICES, 6, 1), "fixed-text", True, ALIKE),
    Kind("选项中有零宽字符", retyped(lambda t: f"{t[0]}\u200b{t[1:]}"), few(CHOICES, 6, 2), "fixed-text", True, ALIKE),
    Kind("选项后有换行", retyped(lambda t: f"{t}\n"), few(CHOICES, 4, 3), "fixed-text", True, ALIKE),
    Kind("选项中间有空格", retyped(lambda t: f"{t[0]} {t[1:]}"), few(_OF_SEVERAL, 6), "fixed-text", keeps=True),
    Kind("选项括号用半角", retyped(lambda t: t.replace("（", "(").replace("）", ")"), "leader"),
         ("measures.reviewer_role",), "fixed-text", keeps=True, offices=GDSTA),
    Kind("是否写成 TRUE", retyped(lambda _: True, "pledged"), ("ledger.pledged",), "fixed-choice", keeps=True),
    Kind("是否写成 √", retyped(lambda _: "√", "pledged"), ("ledger.pledged",), "fixed-choice", keeps=True),
    Kind("选项填成日期", typed(date(2005, 5, 20)), few(CHOICES, 3, 3), "choice"),
)  # fmt: skip

# ---- days

_AND_COVER = ("ledger.due", "cover.filled_on")
_FULL = ("{y}.{m}.{d}", "{y}-{m}-{d}", "{y}/{m}/{d}", "{y}年{m}月{d}日", "{y}-{mm}-{dd} 00:00:00", "{y}{mm}{dd}",
         "{y} 年 {m} 月 {d} 日", "{y}年{m}月{d}号", "{y}.{m}.{d}。", "{y}年{m}月{d}", "（{y}.{m}.{d}）",
         "{y}-{mm}-{dd}T00:00:00", "{y}．{m}．{d}", " {y}-{mm}-{dd}")  # fmt: skip
_SHORT = ("{m}月{d}日", "{m}.{d}", "{m}/{d}", "{m}月{d}号", "{m}月{d}日前", "{m}月{d}日，并长期坚持")


def _after_twelve(pattern: str) -> Spoil:
    """For the notations whose day and month are told apart only by a day over 12."""
    return dated(pattern)


_LATE_DAYS = ("ledger.due", "measures.due", "institutions.due", "guidance.due", "branches.due")
_TEXT_DATES = (
    *(
        Kind(f"日期写成文字 {pattern}", dated(pattern), (*_AND_COVER, *few(DATES, 3, turn)), "fixed-date", keeps=True)
        for turn, pattern in enumerate(_FULL)
    ),
    *(
        Kind(f"日期没有年份 {pattern}", dated(pattern), ("ledger.due", *few(DATES, 3, turn)), "fixed-date", keeps=True)
        for turn, pattern in enumerate(_SHORT)
    ),
    Kind("日期写成汉字（无年份）", retyped(_day_in_words), ("ledger.due", *few(DATES, 3)), "fixed-date", keeps=True),
    Kind("日期写成汉字", retyped(_full_day_in_words), (*_AND_COVER, *few(DATES, 3, 2)), "fixed-date", keeps=True),
    Kind("日期用全角数字", retyped(lambda d: wide(written(d, "{y}.{m}.{d}"))), (*_AND_COVER, *few(DATES, 2, 3)),
         "fixed-date", keeps=True),
    Kind("日期写成八位数", retyped(lambda day: int(written(day, "{y}{mm}{dd}"))), (*_AND_COVER, *few(DATES, 3, 4)),
         "fixed-date", keeps=True),
    Kind("日期月日年", _after_twelve("{mm}/{dd}/{y}"), _LATE_DAYS, "fixed-date", keeps=True),
    Kind("日期日月年", _after_twelve("{dd}/{mm}/{y}"), _LATE_DAYS, "fixed-date", keeps=True),
    Kind("日期单元格成了常规格式", lambda p: p.put((p.value() - date(1899, 12, 30)).days), (*_AND_COVER, *few(DATES, 3)),
         "fixed-date", True, ALIKE),
    Kind("月底", typed("5月底"), ("institutions.due", "guidance.due"), "fixed-date", keeps=True),
    Kind("月底前并长期坚持", typed("5月底前，并长期坚持"), ("institutions.due",), "fixed-date", keeps=True),
    Kind("时限写成长期坚持", lambda paper: paper.put("长期坚持", row="endless"), ("ledger.due",), "fixed-date", keeps=True),
)  # fmt: skip
_NO_DATES = (
    *(
        Kind(f"日期不存在 {text}", typed(text), (*_AND_COVER, *few(DATES, 2, turn)), "date")
        for turn, text in enumerate(("2005.5.32", "2005-02-30", "2005.13.1", "2月30日", "2005-13-45", "20050532"))
    ),
    *(
        Kind(f"日期月日不分 {text}", typed(text), ("ledger.due", *few(DATES, 2, turn)), "date")
        for turn, text in enumerate(("05/06/2005", "6/5/2005", "5-6-2005"))
    ),
    *(
        Kind(f"日期说不清 {text}", typed(text), ("ledger.due", *few(DATES, 2, turn)), "date")
        for turn, text in enumerate(("待定", "适时", "尽快", "5月中旬", "五月", "5月16日至20日", "2005年", "近期内完成"))
    ),
    Kind("时限写成立行立改", typed("立行立改"), ("ledger.due", "measures.due"), "date fixed-date"),
    Kind("日期只有年月的数字 5.16", typed(5.16), ("ledger.due", *few(DATES, 3)), "date"),
    Kind("日期填成人数", typed(30), few(DATES, 4, 1), "date"),
    Kind("日期序号为零", typed(0), few(DATES, 3, 2), "date"),
    Kind("日期序号为负", typed(-1), few(DATES, 3, 3), "date"),
    Kind("日期序号太大", typed(2958466), few(DATES, 3, 4), "date"),
    Kind("日期只有时刻", typed(0.5), few(DATES, 3, 5), "date"),
    Kind("年份写错 1905", retyped(lambda day: day.replace(year=1905)), few(DATES, 4), "date"),
    Kind("年份写错 2505", retyped(lambda day: day.replace(year=2505)), few(DATES, 4, 1), "date"),
    Kind("日期填 TRUE", typed(True), few(DATES, 2), "date"),
    Kind("日期填姓名", typed("示例甲"), few(DATES, 3, 6), "date"),
)

# ---- numbers and shares

_UNITS = {"activities": "人", "branches": "名", "filings": "份", "survey": "票", "publications": "人"}


def _with_unit(paper: Paper) -> str:
    return paper.put(f"{paper.value()}{_UNITS[paper.form.name]}")


def _too_many(paper: Paper) -> str:
    return paper.put(int(paper.column.range[1]) + 1)  # type: ignore[union-attr, index]


_NUMBERS = (
    Kind("人数写成文字", retyped(str), INTEGERS, "fixed-number", keeps=True),
    Kind("人数用全角数字", retyped(lambda n: wide(str(n))), few(INTEGERS, 6), "fixed-number", keeps=True),
    Kind("人数带单位", _with_unit, few(INTEGERS, 8), "fixed-number", keeps=True),
    Kind("人数写成汉字", retyped(in_words), few(INTEGERS, 8, 1), "fixed-number", keeps=True),
    Kind("人数后有空格", retyped(lambda n: f"{n} "), few(INTEGERS, 4, 2), "fixed-number", keeps=True),
    Kind("人数写成 28.0", retyped(lambda n: f"{n}.0"), few(INTEGERS, 4, 3), "fixed-number", keeps=True),
    Kind("人数带千分号", lambda p: Told([p.put("1,200")], [p.at("attended")]), ("activities.expected",), "fixed-number"),
    Kind("人数有小数", retyped(lambda n: n + 0.5), INTEGERS, "number"),
    Kind("人数为负", typed(-3), FREE_COUNTS, "range"),
    Kind("人数太大", _too_many, FREE_COUNTS, "range"),
    Kind("份数为零", typed(0), ("filings.copies",), "range"),
    Kind("人数说个大概", typed("约30"), few(INTEGERS, 4), "number"),
    Kind("人数写一半", typed("一半"), few(INTEGERS, 3, 1), "number"),
    Kind("人数写成区间", typed("20-30"), few(INTEGERS, 3, 2), "number"),
    Kind("人数写成文字说明", typed("全体党员"), few(INTEGERS, 4, 3), "number"),
    Kind("人数填成日期", typed(date(2005, 5, 20)), few(INTEGERS, 3), "number", unseen=ALIKE),
    Kind("人数填 TRUE", typed(True), few(INTEGERS, 2, 4), "number"),
    Kind("数字超过15位", typed(1234567890123456), ("ledger.note", "ledger.progress", *few(INTEGERS, 2)), "number range"),
)  # fmt: skip
_SHARE = ("ledger.percent",)
_SHARES = (
    Kind("比例 50", typed(50), _SHARE, "fixed-percent", keeps=True),
    Kind("比例 50%（文字）", typed("50%"), _SHARE, "fixed-percent", keeps=True),
    Kind("比例 ５０％（全角）", typed("５０％"), _SHARE, "fixed-percent", keeps=True),
    Kind("比例 50（文字）", typed("50"), _SHARE, "fixed-percent", keeps=True),
    Kind("比例 0.5（文字）", typed("0.5"), _SHARE, "fixed-percent", keeps=True),
    Kind("比例 五成", typed("五成"), _SHARE, "fixed-percent", keeps=True),
    Kind("比例 百分之五十", typed("百分之五十"), _SHARE, "fixed-percent", keeps=True),
    Kind("比例 100", retyped(lambda _: 100, "done"), _SHARE, "fixed-percent", keeps=True),
    Kind("比例 1（文字）", retyped(lambda _: "1", "done"), _SHARE, "fixed-percent", keeps=True),
    Kind("比例 100%（文字）", retyped(lambda _: "100%", "done"), _SHARE, "fixed-percent", keeps=True),
    Kind("比例 5000%", typed(50, "0%"), _SHARE, "range"),
    Kind("比例 150", typed(150), _SHARE, "range"),
    Kind("比例 1.5", typed(1.5), _SHARE, "range"),
    Kind("比例 150%（格式）", typed(1.5, "0%"), _SHARE, "range"),
    Kind("比例 150（文字）", typed("150"), _SHARE, "range"),
    Kind("比例 120%（文字）", typed("120%"), _SHARE, "range"),
    Kind("比例为负", typed(-0.5), _SHARE, "range"),
    Kind("比例一半", typed("一半"), _SHARE, "number"),
    Kind("比例说个大概", typed("约50%"), _SHARE, "number"),
    Kind("比例写成状态", typed("正在推进"), _SHARE, "number"),
    Kind("比例填成日期", typed(date(2005, 5, 20)), _SHARE, "number range"),
)

# ---- texts and people


def _too_long(paper: Paper) -> str:
    assert paper.column is not None and paper.column.length is not None
    return paper.put("长" * (paper.column.length[1] + 1))


_LIMITED = tuple(place for place in columns("text") if catalog.forms()[place.split(".")[0]].column(place.split(".")[1]).length)
_WORDS = (
    Kind("文字太短", typed("短"), columns("text", least=2), "length"),
    Kind("文字太长", _too_long, _LIMITED, "length"),
    Kind("文字后有空格", retyped(lambda t: f"{t}  "), few(TEXTS, 6), "fixed-text", True, ALIKE),
    Kind("文字前有不间断空格", retyped(lambda t: f"\xa0{t}"), few(TEXTS, 6, 1), "fixed-text", True, ALIKE),
    Kind("文字中有零宽字符", retyped(lambda t: f"{t[:2]}\u200b{t[2:]}"), few(TEXTS, 6, 2), "fixed-text", True, ALIKE),
    Kind("文字前有字节顺序标记", retyped(lambda t: f"\ufeff{t}"), few(TEXTS, 3, 3), "fixed-text", True, ALIKE),
    Kind("文字中有书写方向符", retyped(lambda t: f"{t}\u200e"), few(TEXTS, 3, 4), "fixed-text", True, ALIKE),
    Kind("文字填成数字", typed(12345), ("ledger.problem", "ledger.progress", "activities.content"), "fixed-text", unseen=ALIKE),
    Kind("文字填成日期", typed(datetime(2005, 5, 20)), ("institutions.document", "filings.reference", "ledger.progress"),
         "fixed-text", unseen=ALIKE),
    Kind("文字填 TRUE", typed(True), ("ledger.goal", "activities.place"), "fixed-text", unseen=ALIKE),
    Kind("姓名用逗号分开", lambda p: p.put("示例丙，示例丁", row="at_once"), ("ledger.owner",), "fixed-text", True, ALIKE),
    Kind("姓名用分号分开", lambda p: p.put("示例丙；示例丁", row="at_once"), ("ledger.owner",), "fixed-text", True, ALIKE),
    Kind("姓名用斜杠分开", lambda p: p.put("示例丙/示例丁", row="at_once"), ("ledger.owner",), "fixed-text", True, ALIKE),
    Kind("姓名用空格分开", lambda p: p.put("示例丙 示例丁", row="at_once"), ("ledger.owner",), "fixed-text", True, ALIKE),
    Kind("姓名用换行分开", lambda p: p.put("示例丙\n示例丁", row="at_once"), ("ledger.owner",), "fixed-text", True, ALIKE),
    Kind("编号用全角", lambda p: p.put(wide(p.value(row="first_known")), row="first_known"), ("ledger.item_id",),
         "fixed-text", True, ALIKE),
    Kind("单位编码用全角", retyped(wide), ("supervision.unit_code",), "fixed-text", True, ALIKE),
    Kind("单位编码有空格", retyped(lambda t: f" {t}"), ("supervision.unit_code",), "fixed-text", True, ALIKE),
    Kind("单位编码用小写", retyped(str.lower), ("supervision.unit_code",), "unknown fixed-text", unseen=OFFICE),
)  # fmt: skip

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
    Kind("文字超过单元格上限", _endless, ("ledger.note",), "length", unseen=FRAME),
)

CELLS = (*_NOTHING, *_AS_OPTION, *_TEXT_DATES, *_NO_DATES, *_NUMBERS, *_SHARES, *_WORDS, *_ODD)
