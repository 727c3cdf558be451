"""Mistakes with days, counts and shares: every notation that clerks use, what is no day, and what is no number."""

from __future__ import annotations

from datetime import date

from spoiling import FORMULA, LIBREOFFICE, Kind, Paper, Told, alike, fixed
from ways import columns, dated, few, retyped, typed, wide, written

DATES = columns("date")
INTEGERS = columns("integer")
FREE_COUNTS = ("activities.attended", "filings.copies", "branches.full_members", "publications.asked")

# ---- numbers in words

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


# ---- days

_AND_COVER = ("ledger.due", "cover.filled_on")
_FULL = (
    "{y}.{m}.{d}",
    "{y}-{m}-{d}",
    "{y}/{m}/{d}",
    "{y}年{m}月{d}日",
    "{y}-{mm}-{dd} 00:00:00",
    "{y}{mm}{dd}",
    "{y} 年 {m} 月 {d} 日",
    "{y}年{m}月{d}号",
    "{y}.{m}.{d}。",
    "{y}年{m}月{d}",
    "（{y}.{m}.{d}）",
    "{y}-{mm}-{dd}T00:00:00",
    "{y}．{m}．{d}",
    " {y}-{mm}-{dd}",
)
_SHORT = ("{m}月{d}日", "{m}.{d}", "{m}/{d}", "{m}月{d}号", "{m}月{d}日前", "{m}月{d}日，并长期坚持")
# Day and month are told apart only where the day is over 12.
_LATE_DAYS = ("ledger.due", "measures.due", "institutions.due", "guidance.due", "branches.due")
_TEXT_DATES = (
    *(
        fixed(f"日期写成文字 {pattern}", dated(pattern), (*_AND_COVER, *few(DATES, 3, turn)), "fixed-date")
        for turn, pattern in enumerate(_FULL)
    ),
    *(
        fixed(f"日期没有年份 {pattern}", dated(pattern), ("ledger.due", *few(DATES, 3, turn)), "fixed-date")
        for turn, pattern in enumerate(_SHORT)
    ),
    fixed("日期写成汉字（无年份）", retyped(_day_in_words), ("ledger.due", *few(DATES, 3)), "fixed-date"),
    fixed("日期写成汉字", retyped(_full_day_in_words), (*_AND_COVER, *few(DATES, 3, 2)), "fixed-date"),
    fixed(
        "日期用全角数字",
        retyped(lambda d: wide(written(d, "{y}.{m}.{d}"))),
        (*_AND_COVER, *few(DATES, 2, 3)),
        "fixed-date",
    ),
    fixed(
        "日期写成八位数",
        retyped(lambda day: int(written(day, "{y}{mm}{dd}"))),
        (*_AND_COVER, *few(DATES, 3, 4)),
        "fixed-date",
    ),
    fixed("日期月日年", dated("{mm}/{dd}/{y}"), _LATE_DAYS, "fixed-date"),
    fixed("日期日月年", dated("{dd}/{mm}/{y}"), _LATE_DAYS, "fixed-date"),
    alike(
        "日期单元格成了常规格式",
        lambda p: p.put((p.value() - date(1899, 12, 30)).days),
        (*_AND_COVER, *few(DATES, 3)),
        "fixed-date",
    ),
    fixed("月底", typed("5月底"), ("institutions.due", "guidance.due"), "fixed-date"),
    fixed("月底前并长期坚持", typed("5月底前，并长期坚持"), ("institutions.due",), "fixed-date"),
    fixed("时限写成长期坚持", lambda paper: paper.put("长期坚持", row="endless"), ("ledger.due",), "fixed-date"),
)
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
        for turn, text in enumerate(
            ("待定", "适时", "尽快", "5月中旬", "五月", "5月16日至20日", "2005年", "近期内完成")
        )
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
    fixed("人数写成文字", retyped(str), INTEGERS, "fixed-number"),
    fixed("人数用全角数字", retyped(lambda n: wide(str(n))), few(INTEGERS, 6), "fixed-number"),
    fixed("人数带单位", _with_unit, few(INTEGERS, 8), "fixed-number"),
    fixed("人数写成汉字", retyped(in_words), few(INTEGERS, 8, 1), "fixed-number"),
    fixed("人数后有空格", retyped(lambda n: f"{n} "), few(INTEGERS, 4, 2), "fixed-number"),
    fixed("人数写成 28.0", retyped(lambda n: f"{n}.0"), few(INTEGERS, 4, 3), "fixed-number"),
    Kind(
        "人数带千分号", lambda p: Told([p.put("1,200")], [p.at("attended")]), ("activities.expected",), "fixed-number"
    ),
    Kind("人数有小数", retyped(lambda n: n + 0.5), INTEGERS, "number"),
    Kind("人数为负", typed(-3), FREE_COUNTS, "range"),
    Kind("人数太大", _too_many, FREE_COUNTS, "range"),
    Kind("份数为零", typed(0), ("filings.copies",), "range"),
    Kind("人数说个大概", typed("约30"), few(INTEGERS, 4), "number"),
    Kind("人数写一半", typed("一半"), few(INTEGERS, 3, 1), "number"),
    Kind("人数写成区间", typed("20-30"), few(INTEGERS, 3, 2), "number"),
    Kind("人数写成文字说明", typed("全体党员"), few(INTEGERS, 4, 3), "number"),
    Kind("人数填成日期", typed(date(2005, 5, 20)), few(INTEGERS, 3), "number", unseen=FORMULA),
    Kind("人数填 TRUE", typed(True), few(INTEGERS, 2, 4), "number", unseen=LIBREOFFICE),
    Kind(
        "数字超过15位", typed(1234567890123456), ("ledger.note", "ledger.progress", *few(INTEGERS, 2)), "number range"
    ),
)
_SHARE = ("ledger.percent",)
_SHARES = (
    fixed("比例 50", typed(50), _SHARE, "fixed-percent"),
    fixed("比例 50%（文字）", typed("50%"), _SHARE, "fixed-percent"),
    fixed("比例 ５０％（全角）", typed("５０％"), _SHARE, "fixed-percent"),
    fixed("比例 50（文字）", typed("50"), _SHARE, "fixed-percent"),
    fixed("比例 0.5（文字）", typed("0.5"), _SHARE, "fixed-percent"),
    fixed("比例 五成", typed("五成"), _SHARE, "fixed-percent"),
    fixed("比例 百分之五十", typed("百分之五十"), _SHARE, "fixed-percent"),
    fixed("比例 100", retyped(lambda _: 100, "done"), _SHARE, "fixed-percent"),
    fixed("比例 1（文字）", retyped(lambda _: "1", "done"), _SHARE, "fixed-percent"),
    fixed("比例 100%（文字）", retyped(lambda _: "100%", "done"), _SHARE, "fixed-percent"),
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

NUMBERS = (*_TEXT_DATES, *_NO_DATES, *_NUMBERS, *_SHARES)
