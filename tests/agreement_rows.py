"""Rows for the proof of agreement, filled by Hypothesis: good ones, spoiled ones, chaotic ones and blank ones.

A row is a tuple of raw cells in the form's column order, as a reader gives them: "" for a blank, str, float, date,
datetime or CellError. Left out is what LibreOffice itself does otherwise than Excel: booleans (it loads TRUE in a
cell formatted as text or date as 1), whole numbers from 10^14 up to 10^15, numbers within a rounding of a bound or
of nothing (1e-7 is 0.0000001 there), characters beyond the basic plane (its LEN counts them once), and tabs in texts
of several lines (it loads them as the character 1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from random import Random

from agreement_cases import TOO_MANY_DIGITS, Raw, RawRow, good_cases
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis import strategies as st
from returns import GOOD

from rectify_xl.kinds import CellError
from rectify_xl.model import Column, Form, Rule, Settings
from rectify_xl.office.ruling import rule_columns

Cells = st.SearchStrategy[Raw]

# ---- what belongs into a column

_PEOPLE = ("示例甲", "示例乙", "示例丙", "示例壬", "示例甲、示例乙")
_NUMBERS = ("KX02-T001", "KX02-T002", "KX02-C001", "KX02-Z001", "KX01-T001", "KX02-T1234")
_DAYS = (  # each side of the stage, the follow-up and the cover's day; holidays, and days off that are worked
    *("2005-05-11", "2005-05-12", "2005-05-13", "2005-05-31", "2005-06-01", "2005-08-31", "2005-09-01"),
    *("2005-05-24", "2005-05-25", "2005-05-26", "2005-05-18", "2005-05-20", "2005-05-27"),
    *("2005-05-01", "2005-05-04", "2005-05-07", "2005-05-08", "2005-04-30", "2005-05-14", "2005-05-15"),
    *("2005-10-01", "2005-10-08", "2005-10-09", "2005-12-31", "2006-01-01", "2006-02-05", "2004-02-29"),
    *("1949-01-01", "2099-12-31", "2030-01-01", "2030-01-05", "2003-12-31", "1990-06-15", "1990-06-16"),
)
DAYS = tuple(map(date.fromisoformat, _DAYS))


def text_of_length(column: Column) -> Cells:
    """Texts of the shortest and the longest length allowed, and of some between; few enough to meet again."""
    low, high = column.length or (1, 60)
    lengths = st.sampled_from([low, low + 1, min(low + 6, high), high])
    return st.builds(lambda length, n: (f"{n}" + "整改落实" * (length // 4 + 1))[:length], lengths, st.integers(0, 30))


def proper(column: Column, office: Settings) -> Cells:
    """What a clerk who knows the form puts into a cell of the column."""
    if column.choices:
        return st.sampled_from(office.lists[column.choices])
    codes = [unit.code for unit in office.units]
    number = 1 if column.range is None else int(column.range[0])
    drawn: Mapping[str, Callable[[], Cells]] = {
        "text": lambda: text_of_length(column) | st.sampled_from(_PEOPLE),
        "people": lambda: st.sampled_from(_PEOPLE),
        "id": lambda: st.sampled_from(_NUMBERS if column.assigned else (*codes, "KX02-T001")),
        "date": lambda: st.sampled_from(DAYS) | st.dates(date(2005, 4, 25), date(2005, 9, 5)),
        "integer": lambda: st.integers(number, number + 60).map(float),
        "percent": lambda: st.sampled_from([0.0, 0.01, 0.5, 0.99, 1.0]),
    }
    return drawn[column.kind]()


# ---- what does not

_NOTHINGS = ("", " ", "\u3000", "无", "/", "／", "—", "——", "－", "-", "\u200b", " 无 ", "无。", "\n", "\xa0")
# Spaces of every sort, what nobody sees, wildcards, and signs that a formula, a key or XML might take for its own.
_SIGNS = (
    "aAａＡ1１甲无是、，,;；/／。．.-－— \u3000\xa0\u2002\u2003\u2009\t\n\u200b\u200c\u200d\u2060\ufeff"
    "*?~\"'&<>=#@{}[]()（）%％"
)
_ANYTHING: tuple[Raw, ...] = (
    *("*", "?", "~", "=1+1", "'", '"', "#N/A", "#REF!", "#", "TRUE", "是", "ＡＢ１", "x" * 40, "一\n二", " 示例 甲\t"),
    *(0.0, 1.0, -1.0, 5.16, 0.5, 38488.0, 38488.5, 20050516.0, 12345678901234.0, 99999.0, 2958465.0, TOO_MANY_DIGITS),
    *(1 / 3, 0.1, 123456.789, -0.5, 1e14 - 1),
    *(CellError("#N/A"), CellError("#DIV/0!"), CellError("#REF!"), date(2005, 5, 16), datetime(2005, 5, 16, 18)),
)
_DATE_SLIPS: tuple[Raw, ...] = (
    *("2005-5-16", "2005.5.16", "2005年5月16日", "2005/5/16", "5月16日", "5.16", "２００５．５．１６", "2005-13-45"),
    *("2005-02-30", "5月底前", "长期坚持", "待定", "20050516", "2005-05-16 00:00:00", " 2005-5-16 "),
    *(date(1948, 12, 31), date(2100, 1, 1), date(1949, 1, 1), date(2099, 12, 31), date(1900, 3, 1)),
    *(datetime(2005, 5, 12, 8, 30), datetime(2005, 5, 31, 23, 59), datetime(2005, 5, 11, 23, 59)),
    *(38484.0, 38503.25, 17899.0, 17898.0, 73050.0, 73051.0, -5.0, 0.75, 2005.0),
)
_NUMBER_SLIPS: tuple[Raw, ...] = (
    *("12", "１２", "12人", "十二", " 12 ", "12.0", "1,200", "-3", "约30", "1e3", "50%", "五成", "150", "0.5", "1"),
    *(-1.0, 0.0, 1.0, 2.0, 0.25, 12.5, 1.5, 50.0, 100.0, 100.5, -0.25, 0.999, 1000.0, 1001.0),
    *(100000.0, 100001.0, 1000000.0, 1000001.0, 99999999999999.0, date(2005, 5, 16)),
)


def slips(column: Column, office: Settings) -> Cells:
    """What a column of this kind is typed wrongly, and what only looks wrong."""
    if column.choices:
        options = office.lists[column.choices]
        known = [*options, *office.aliases.get(column.choices, {})]
        return st.builds(lambda said, change: change(said), st.sampled_from(known), st.sampled_from(_DISTORTIONS))
    if column.kind == "date":
        return st.sampled_from(_DATE_SLIPS)
    if column.kind in ("integer", "percent"):
        bounds = [float(b) + step for b in column.range or () for step in (-1, 0, 1)]
        return st.sampled_from([*_NUMBER_SLIPS, *bounds])
    low, high = column.length or (1, 60)
    lengths = [length for length in (low - 1, low, high, high + 1) if length > 0]
    padded = st.builds(lambda said, n: said(n), st.sampled_from(_PADDINGS), st.sampled_from(lengths))
    distorted = st.builds(
        lambda said, change: change(said), st.sampled_from(_PEOPLE + _NUMBERS), st.sampled_from(_DISTORTIONS)
    )
    return padded | distorted


_DISTORTIONS: tuple[Callable[[str], str], ...] = (
    lambda text: f" {text}",
    lambda text: f"{text}\u3000",
    lambda text: f"{text[0]} {text[1:]}",
    lambda text: f"{text}\u200b",
    lambda text: f"{text}\xa0",
    lambda text: f"\n{text}",
    lambda text: text + text,
    lambda text: text[:-1],
    lambda text: text.lower(),
    lambda text: text[:-1] + "*",
    lambda text: text[:-1] + "?",
    lambda text: text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
    lambda text: text,
)
_PADDINGS: tuple[Callable[[int], Raw], ...] = (
    lambda length: "长" * length,
    lambda length: " " + "长" * length + "\u3000",
    lambda length: "长" * max(length - 1, 1) + "\u200b",
    lambda length: " " * length,
    lambda length: "长" * max(length - 2, 0) + " 短",
    lambda length: "9" * length,
    lambda length: float("1" * min(length, 9)),
)


def _on_one_line(text: str) -> str:
    """The text without line breaks if it holds a tab."""
    return text.replace("\n", " ") if "\t" in text else text


def spoiled(column: Column, office: Settings) -> Cells:
    """A cell as a careless clerk leaves it: something of the column, a slip, nothing, or anything at all."""
    anything = st.sampled_from(_NOTHINGS) | st.sampled_from(_ANYTHING) | st.text(_SIGNS, max_size=8).map(_on_one_line)
    return st.one_of(proper(column, office), proper(column, office), slips(column, office), st.just(""), anything)


# ---- rows


def good_rows(form: Form, office: Settings) -> st.SearchStrategy[RawRow]:
    """Rows with nothing wrong, but that some may stand twice."""
    kept = st.sampled_from(good_cases(form))
    free = tuple(
        proper(column, office) if _is_free(form, column, office) else st.none() for column in form.columns
    )
    return st.builds(
        lambda row, fresh: tuple(
            f if f is not None and held != "" else held for held, f in zip(row, fresh, strict=True)
        ),
        kept,
        st.tuples(*free),
    )


def _is_free(form: Form, column: Column, office: Settings) -> bool:
    """Whether the good rows may hold any proper value there: texts, and what this office's lists do not know."""
    known = GOOD[form.name].get(column.name)
    if column.choices:
        return known is not None and known not in office.lists[column.choices]
    return column.kind == "text" and column.length is not None


def spoiled_rows(form: Form, office: Settings) -> st.SearchStrategy[RawRow]:
    """Good rows with up to three cells spoiled: any, or those that one rule looks at."""
    anywhere = st.sets(st.sampled_from(range(len(form.columns))), max_size=3)
    ruled = [sorted(set(rule_columns(rule, form))) for rule in form.rules]
    together = st.sampled_from(ruled).flatmap(lambda places: st.sets(st.sampled_from(places), min_size=1, max_size=3))
    return _changed(good_rows(form, office), together | anywhere, [spoiled(c, office) for c in form.columns])


def _changed(
    rows: st.SearchStrategy[RawRow], places: st.SearchStrategy[set[int]], cells: Sequence[Cells]
) -> st.SearchStrategy[RawRow]:
    @st.composite
    def drawn(draw: st.DrawFn) -> RawRow:
        row = list(draw(rows))
        for place in sorted(draw(places)):
            row[place] = draw(cells[place])
        return tuple(row)

    return drawn()


def chaotic_rows(form: Form, office: Settings) -> st.SearchStrategy[RawRow]:
    """Rows of which every cell is spoiled."""
    return st.tuples(*(spoiled(column, office) for column in form.columns))


def rows_of(form: Form, office: Settings) -> st.SearchStrategy[RawRow]:
    """All of them, the spoiled ones most often."""
    spoilt = spoiled_rows(form, office)
    blank = st.just(("",) * len(form.columns))
    nothing = st.tuples(*(st.sampled_from(_NOTHINGS) for _ in form.columns))
    return st.one_of(good_rows(form, office), spoilt, spoilt, spoilt, chaotic_rows(form, office), blank | nothing)


# Rows are tried together, a table at a time: nothing to be kept for another run, nothing to be made smaller.
_ALL_AT_ONCE = settings(
    phases=[Phase.generate], database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


def drawn_rows(form: Form, office: Settings, count: int, start: int) -> list[RawRow]:
    """So many rows, always the same ones for the same `start`."""
    rows: list[RawRow] = []

    @seed(start)
    @settings(_ALL_AT_ONCE, max_examples=count)
    @given(rows_of(form, office))
    def collect(row: RawRow) -> None:
        rows.append(row)

    collect()
    return rows


def breaking_row(form: Form, office: Settings, rule: Rule, breaks: Callable[[RawRow], bool]) -> RawRow:
    """A row that breaks a rule as `breaks` tells, drawn near the good ones; NoSuchExample if none is found."""
    places = st.sets(st.sampled_from(sorted(set(rule_columns(rule, form)))), min_size=1)
    rows = _changed(st.sampled_from(good_cases(form)), places, [proper(c, office) | st.just("") for c in form.columns])
    return find(rows, breaks, settings=settings(_ALL_AT_ONCE, max_examples=300), random=Random(rule.index))


def in_tables(rows: Sequence[RawRow], size: int) -> list[list[RawRow]]:
    """The rows in tables of that many."""
    return [list(rows[first : first + size]) for first in range(0, len(rows), size)]

