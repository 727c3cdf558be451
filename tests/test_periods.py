"""The phrases of the time column: what each reads as, what is refused and why, and what never happens."""

import pickle
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectify_xl.days.periods import Period, PeriodError, parse_period

# phrase · phrase | start | end | half of the day; a dash is an open side; the campaign year is 2005.
READ = """
5月12日下午 | 2005-05-12 | 2005-05-12 | 下午
5月13日 下午 | 2005-05-13 | 2005-05-13 | 下午
5月13日上午 · 5.13上午 | 2005-05-13 | 2005-05-13 | 上午
5月13日全天 | 2005-05-13 | 2005-05-13
5月上旬 · 5月初 · 5月月初 | 2005-05-01 | 2005-05-10
5月中旬 · 5月份中旬 | 2005-05-11 | 2005-05-20
5月下旬 · 五月下旬 | 2005-05-21 | 2005-05-31
2月下旬 | 2005-02-21 | 2005-02-28
2004年2月下旬 | 2004-02-21 | 2004-02-29
5月上中旬 · 5月上旬至中旬 | 2005-05-01 | 2005-05-20
5月中下旬 | 2005-05-11 | 2005-05-31
5月上半月 | 2005-05-01 | 2005-05-15
5月下半月 · 5月16日至月底 · 5月16日至月底前 | 2005-05-16 | 2005-05-31
4月下半月 | 2005-04-16 | 2005-04-30
5月 · 05月 · 5月份 · 2005.5 · 2005-05 · 二○○五年五月 · 二00五年五月 | 2005-05-01 | 2005-05-31
5月底 · 5月末 · 5月底前 · 5月底以前 · 5月月底前 · 5月下旬前 · 五月三十一日前 | - | 2005-05-31
5月20日前 · 5月20日以前 · 5月20日之前 · 5月20日24时前 · 5月20日24:00前 · 5月20日 24 时前 · 5.20前 | - | 2005-05-20
5月20日二十四时以前 · 2005-5-20前 · 5月中旬前 · 5月20日前，长期坚持 | - | 2005-05-20
5月初前 · 5月上旬前 | - | 2005-05-10
年底 · 年底前 · 年末 | - | 2005-12-31
2006年底前 · 2006年年底 | - | 2006-12-31
上半年 | 2005-01-01 | 2005-06-30
2006年下半年 | 2006-07-01 | 2006-12-31
一季度 | 2005-01-01 | 2005-03-31
第二季度 | 2005-04-01 | 2005-06-30
2006年第4季度 | 2006-10-01 | 2006-12-31
第一季度至第三季度 | 2005-01-01 | 2005-09-30
2006年 | 2006-01-01 | 2006-12-31
2005年至2006年 | 2005-01-01 | 2006-12-31
5月16日至20日24时 · 5月16日至20日24时止 | 2005-05-16 | 2005-05-20
5月16日至20日 · 5月16日—20日 · 5月16日——20日 · 5月16日－20日 · 5月16日-20日 | 2005-05-16 | 2005-05-20
5月16日~20日 · 5月16日～20日 · 5月16日–20日 · 5月16日到20日 · 5月16-20日 | 2005-05-16 | 2005-05-20
5月16日至16日 · 5月16号 · 5月16 · 2005年5月16日 · 2005.5.16 · 2005-5-16 · 5/16 | 2005-05-16 | 2005-05-16
5月16至20 · 5月16日起至20日 · 自5月16日至5月20日止 · 从5月16日到20日 · 5.16-20 | 2005-05-16 | 2005-05-20
5月16日至20日全天 · 5月16、18、20日 · 5月16日、18、20日 · 5月16日至18日、20日 | 2005-05-16 | 2005-05-20
5月12日上午至13日下午 | 2005-05-12 | 2005-05-13
5月12日上午至12日下午 | 2005-05-12 | 2005-05-12
4月28日至5月6日 | 2005-04-28 | 2005-05-06
5月16日至年底 | 2005-05-16 | 2005-12-31
5月上旬至6月中旬 | 2005-05-01 | 2005-06-20
5月初至6月底 · 5月至6月 · 5-6月 · 5、6月份 | 2005-05-01 | 2005-06-30
5月中旬至6月2日 | 2005-05-11 | 2005-06-02
2006年5—6月 | 2006-05-01 | 2006-06-30
五、六、七月 | 2005-05-01 | 2005-07-31
5月16日、18日 · 5月16日、5月18日 · 5月16、18日 · 5月16日，18日 · 5月16日和18日 | 2005-05-16 | 2005-05-18
5月30日、6月2日 | 2005-05-30 | 2005-06-02
5.16、18 | 2005-05-16 | 2005-05-18
2006年5月16日下午 | 2006-05-16 | 2006-05-16 | 下午
2006年5月中旬 | 2006-05-11 | 2006-05-20
2006年5月 | 2006-05-01 | 2006-05-31
2006年5月16日至20日 | 2006-05-16 | 2006-05-20
5月16日24时 · 2005/5/16 · 2005.05.16日 · 20050516 · 5.16 · 05/16/2005 · 16/05/2005 · ５．１６ | 2005-05-16 | 2005-05-16
20050516-20050520 · 5.16-5.20 · 2005-5-16—20 · 2005-5-16-20 | 2005-05-16 | 2005-05-20
05/06 | 2005-05-06 | 2005-05-06
5/16—6/2 | 2005-05-16 | 2005-06-02
2005-05-16至2005-05-20 · 2005-05-16-2005-05-20 ·  5 月 16 日 至 20 日 | 2005-05-16 | 2005-05-20
2005-05-16 00:00:00 · 2005-05-16T00:00:00 · 二〇〇五年五月十六日 · 五月十六日 | 2005-05-16 | 2005-05-16
2005-05-16 00:00:00至2005-05-20 00:00:00 | 2005-05-16 | 2005-05-20
二零零五年十二月三十一日 | 2005-12-31 | 2005-12-31
二OO五年十月二〇日 | 2005-10-20 | 2005-10-20
五月二十日 | 2005-05-20 | 2005-05-20
五月廿六日 | 2005-05-26 | 2005-05-26
五月十日至二十日 · 五月十、二十日 | 2005-05-10 | 2005-05-20
十一月 | 2005-11-01 | 2005-11-30
５月１６日 · （5月16日） · 【5月16日】。 · 5月16日； | 2005-05-16 | 2005-05-16
2005年5月16日（星期一） · 5月16日(周一) · 5月16日星期一 · 5/16【礼拜一】 | 2005-05-16 | 2005-05-16
二〇〇五年五月十六日（星期一） · 5月16日 周 一 | 2005-05-16 | 2005-05-16
5月16日（星期一）至20日（星期五） · 5月16日星期一—5月20日星期五 | 2005-05-16 | 2005-05-20
5月16日（周一）、18日、20日（周五） | 2005-05-16 | 2005-05-20
5月22日（星期日） · 5月22日（星期天） · 5月22日周日 | 2005-05-22 | 2005-05-22
2006年5月16日（星期二）下午 · 2006年5月16日下午（星期二） | 2006-05-16 | 2006-05-16 | 下午
5月20日（星期五）前 · 5月20日周五以前 | - | 2005-05-20
5月底前，并长期坚持 · 5月底前并长期坚持。 | - | 2005-05-31
5月16日起 · 自5月16日起 · 5月16日以后 · 5月16日之后 | 2005-05-16 | -
5月起 | 2005-05-01 | -
12月28日至1月3日 · 12月28日、1月3日 · 2005年12月28日至1月3日 | 2005-12-28 | 2006-01-03
10月至3月 · 第四季度至第一季度 | 2005-10-01 | 2006-03-31
11月15日至5月15日 | 2005-11-15 | 2006-05-15
11月至次年2月 | 2005-11-01 | 2006-02-28
5月至翌年8月 | 2005-05-01 | 2006-08-31
12月28日至2006年1月3日 | 2005-12-28 | 2006-01-03
"""

UNDATED = [
    *("适时", "长期坚持", "长期", "立即", "立即整改", "立行立改", "立说立改", "待定", "未定"),
    *("另行通知", "视情况", "（待定）", "长期　坚持", "立行立改，长期坚持", "立行立改，并长期坚持。"),
]
# reason | phrase phrase …; read with the campaign year 2005, or with none where the year is the reason.
REFUSED = """
unknown | 05年5月 05-5-16 16日 中旬 月底前 16-20日 5 16 2005 200505 38488 5-16 3.14159 05/06/2005 5/5/2005
unknown | 16/16/2005 本月 本周 今年5月 上季度 即日起 5月前 5月以后 2005年前 5月底起 5月中 5月16日晚上
unknown | 5月16日9时 五一前 七八月 五月一二日 5月十6日 5月16日一20日 5月6月 5月16日18日 5月至20日
unknown | 2005年至5月 5.6、7月 5.6月 次年5月 5月底至6月初 5月1日至5日至9日 5月16日至20日前 5月16、18日前
unknown | 5月12日至13日下午 5月12、13日上午 5月中旬上午 5月12日下午至12日上午 5月12日上午前 5月20日0:00前
unknown | 八月十五 五月五 五月初五 八月十五前 五月十日至十五
unknown | 5月20日前后 5月20日左右 自5月16日 5月16日至 至5月16日 。 () 5月16日止 前 长期坚持，5月
unknown | 5月底前，另行通知 May 5月16日完成 5²月 ٥月 2005-05-16T09:30:00 5月3-5日-7日 — 5月16日到
unknown | 5月16日（星期一、二） 5月16日（一） 5月中旬（星期一） 5月（星期一） 星期一
unknown | 5月16日（星期八） 5月16日（星期一）9时 周一5月16日
impossible | 5月16日（星期二） 2005年5月16日（周日） 5月16日（星期一）至20日（星期六）
impossible | 5月22日（星期一）前 2006年5月16日星期一
no-year | 5月16日（星期一） 5月16日（星期二）
impossible | 13月 0月 2月30日 2005.2.29 5月0日 5月32日 20051345 16/5 13.1 2005-13 2005.5.32 五十月
impossible | 第五季度 0季度 0000年5月 13月16日至20日 31/2/2005 5月30日至2月30日 4月31日前 2月29日
reversed | 5月20日至16日 5月20日-16日 5月18日、16日 9月至5月 10月1日至4月2日 11月15日至5月16日
reversed | 12月20日至5日 6月至5月 5.20-5.16 2005-05-20至2005-05-16 2005年5月20日至2005年5月16日
reversed | 2006年1月至2005年12月 5月中旬至上旬 下半年至上半年 11月、12月、1月、12月、1月
reversed | 5月16日、20日、18日
no-year | 5月16日 5月底前 年底 5.16 5月16日至2005年5月20日 一季度 12月28日至1月3日
"""


def _side(written: str) -> date | None:
    return None if written == "-" else date.fromisoformat(written)


def _table() -> list[tuple[str, Period]]:
    rows = [row.split(" | ") for row in READ.strip("\n").splitlines()]
    return [
        (phrase, Period(start=_side(start), end=_side(end), half_day=half[0] if half else None))
        for phrases, start, end, *half in rows
        for phrase in phrases.split(" · ")
    ]


@pytest.mark.parametrize(("phrase", "period"), _table())
def test_a_phrase_is_read_as_officials_write_it(phrase: str, period: Period) -> None:
    assert parse_period(phrase, year=2005) == period


@pytest.mark.parametrize("phrase", [*UNDATED, None, "", " \t\u3000"])
@pytest.mark.parametrize("year", [2005, None])
def test_a_phrase_that_means_no_date_is_undated(phrase: str | None, year: int | None) -> None:
    period = parse_period(phrase, year=year)
    assert period == Period(start=None, end=None)
    assert period.is_undated


def _refused() -> list[tuple[str, str]]:
    rows = [row.split(" | ") for row in REFUSED.strip().splitlines()]
    return [(phrase, reason) for reason, phrases in rows for phrase in phrases.split(" ")]


@pytest.mark.parametrize(("phrase", "reason"), _refused())
def test_a_refused_phrase_is_named_with_its_reason(phrase: str, reason: str) -> None:
    with pytest.raises(PeriodError) as refused:
        parse_period(phrase, year=None if reason == "no-year" else 2005)
    assert (refused.value.phrase, refused.value.reason) == (phrase, reason)
    assert phrase in str(refused.value)


@pytest.mark.parametrize("number", [5.1, 5.2, 5.3, 12.3, 2005.1])
@pytest.mark.parametrize("year", [2005, None])
def test_a_number_that_may_have_lost_its_last_zero_is_not_guessed(number: float, year: int | None) -> None:
    with pytest.raises(PeriodError) as refused:
        parse_period(number, year=year)
    assert (refused.value.phrase, refused.value.reason) == (str(number), "ambiguous")


@pytest.mark.parametrize("number", [5.16, 5.4, 2005.5])
def test_a_number_of_one_reading_is_read_as_it_prints(number: float) -> None:
    assert parse_period(number, year=2005) == parse_period(str(number), year=2005)


@pytest.mark.parametrize("phrase", ["2005年5月16日", "2005.5", "20050516", "2005年底前", "2005年12月至1月"])
def test_a_written_year_needs_no_campaign(phrase: str) -> None:
    assert parse_period(phrase, year=None) == parse_period(phrase, year=1999)


def test_a_cell_that_is_no_text_is_read_as_it_prints() -> None:
    day: Any = date(2005, 5, 16)
    assert parse_period(day, year=None) == parse_period("2005年5月16日", year=None)
    for cell in (0, 5, float("nan")):
        number: Any = cell
        with pytest.raises(PeriodError):
            parse_period(number, year=2005)


def test_an_impossible_date_is_told_before_the_missing_year() -> None:
    with pytest.raises(PeriodError, match="2月30日") as refused:
        parse_period("2月30日", year=None)
    assert refused.value.reason == "impossible"


def test_a_leap_day_depends_on_the_year_the_range_ends_in() -> None:
    assert parse_period("12月28日至2月29日", year=2007).end == date(2008, 2, 29)
    with pytest.raises(PeriodError):
        parse_period("12月28日至2月29日", year=2008)


@pytest.mark.parametrize("year", [0, 10_000, 10**30])
def test_a_year_no_date_can_have_is_impossible(year: int) -> None:
    with pytest.raises(PeriodError) as refused:
        parse_period("5月", year=year)
    assert refused.value.reason == "impossible"


def test_the_period_tells_what_it_is() -> None:
    day = parse_period("5月12日下午", year=2005)
    assert day.is_one_day and not day.is_undated
    assert not parse_period("5月", year=2005).is_one_day
    assert not parse_period("5月底", year=2005).is_one_day
    assert repr(Period(start=None, end=None)) == "Period(start=None, end=None, half_day=None)"


def test_the_error_reaches_another_process() -> None:
    sent = pickle.loads(pickle.dumps(PeriodError("5月中", "unknown")))
    assert (sent.phrase, sent.reason) == ("5月中", "unknown")


TOKENS = [
    *"0123456789年月日号旬底初末前起止至到—-~./、,和 上中下午自从时:一二十廿〇O()。",
    *("2005", "2005年", "5月", "16日", "12月", "上旬", "中旬", "上半年", "季度", "第", "以后", "24时"),
    *("之前", "下午", "次年", "年底", "长期坚持", "并", "立即", " 00:00:00", "全天", "5.16", "2005-05-16"),
    *("至", "、"),
]
PHRASES = st.lists(st.sampled_from(TOKENS), max_size=12).map("".join) | st.text(max_size=12)


@given(PHRASES, st.none() | st.integers(min_value=-1, max_value=10_001))
def test_any_text_is_read_in_order_or_refused(phrase: str, year: int | None) -> None:
    try:
        period = parse_period(phrase, year=year)
    except PeriodError as refused:
        assert refused.phrase == phrase
    else:
        assert period.start is None or period.end is None or period.start <= period.end
        assert period.half_day is None or period.is_one_day


DATES = st.dates(min_value=date(1000, 1, 1))
FULL = "{0.year}年{0.month}月{0.day}日"
NOTATIONS = [
    *("{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0:%Y/%m/%d}", "{0:%Y.%m.%d}", "{0:%Y-%m-%d} 00:00:00", FULL),
    *("{0.year}.{0.month}.{0.day}", "{0.year}-{0.month}-{0.day}", "{0.year} 年 {0.month} 月 {0.day} 号"),
]
DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")


def _in_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return f"{tens if tens > 1 else ''}{'十' if tens else ''}{ones or ''}".translate(DIGITS)


@given(DATES, st.sampled_from(NOTATIONS))
def test_every_date_reads_back_from_every_notation(day: date, notation: str) -> None:
    assert parse_period(notation.format(day), year=None) == Period(start=day, end=day)


@given(DATES)
def test_every_date_reads_back_from_chinese_numerals(day: date) -> None:
    year = str(day.year).translate(DIGITS)
    phrase = f"{year}年{_in_chinese(day.month)}月{_in_chinese(day.day)}日"
    assert parse_period(phrase, year=None) == Period(start=day, end=day)


@given(DATES, st.sampled_from(["{0.month}月{0.day}日", "{0.month}.{0.day}", "{0:%m/%d}"]))
def test_a_date_without_its_year_takes_the_campaigns(day: date, notation: str) -> None:
    assert parse_period(notation.format(day), year=day.year).start == day


@given(st.dates(date(1000, 1, 1), date(9000, 1, 1)), st.integers(0, 180), st.sampled_from("至—－-~～–到"))
def test_a_range_without_years_reads_back_over_the_years_end(first: date, days: int, sign: str) -> None:
    last = first + timedelta(days=days)
    phrase = f"{first.month}月{first.day}日{sign}{last.month}月{last.day}日"
    assert parse_period(phrase, year=first.year) == Period(start=first, end=last)
