"""The closed grammar of the Chinese date phrases that officials write into the time column."""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

Reason = Literal["unknown", "impossible", "reversed", "no-year", "ambiguous"]


class PeriodError(ValueError):
    """A phrase that cannot be read as a time: `.phrase` as given, `.reason` one of five short codes."""

    def __init__(self, phrase: str, reason: Reason) -> None:
        super().__init__(phrase, reason)
        self.phrase, self.reason = phrase, reason

    def __str__(self) -> str:
        return f"cannot read the time {self.phrase!r}: {self.reason}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """From `start` to `end`, both included; an open side is None; a half day belongs to a single day."""

    start: date | None
    end: date | None
    half_day: str | None = None

    @property
    def is_undated(self) -> bool:
        """True where the period has neither a start nor an end."""
        return self.start is None and self.end is None

    @property
    def is_one_day(self) -> bool:
        """True where the period starts and ends on the same day."""
        return self.start is not None and self.start == self.end

    def _repr_html_(self) -> str:
        from rectify_xl.display import period_html

        return period_html(self)


def parse_period(phrase: str | float | None, *, year: int | None) -> Period:
    """Return the period a phrase names; `year` is the campaign's, used where the phrase writes none.

    Raises PeriodError for an unknown phrase, an impossible date, a reversed range, a missing year, a number like 5.1.
    """
    if isinstance(phrase, float) and re.fullmatch(r"\d+\.1|\d\d?\.[23]", str(phrase)):  # 5.1 may be 5.10
        raise PeriodError(str(phrase), "ambiguous")
    original = "" if phrase is None else str(phrase)  # a cell's date reads as it prints, a number never as no date
    text = _plain(original)
    if not original.strip() or all(piece in _UNDATED for piece in re.split("[,;、。并]+", text)):
        return Period(start=None, end=None)
    try:
        return _read(*_scan(_unify(text)), year)
    except PeriodError as refusal:
        raise PeriodError(original, refusal.reason) from None


_UNDATED = frozenset({
    *("适时", "适时开展", "随时", "不定期", "长期", "长期坚持", "长期整改", "长期推进", "常态化", "无"),
    *("持续", "持续整改", "持续推进", "持续坚持", "立即", "立即整改", "立行立改", "立说立改", "立改"),
    *("立查立改", "即知即改", "即行即改", "边查边改", "视情", "视情况", "视情而定", "视情况而定"),
    *("待定", "未定", "另定", "另行通知", "另行安排", "另行确定"),
})
# The dashes are written as escapes because they look alike in print.
_CHARACTERS = {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)} | str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\u2212": "-", "廿": "二十", "卅": "三十"}
    | dict.fromkeys("\u200b\u200c\u200d\ufeff", "")
)
# Goes before the spaces do, or the day runs into the hour; never before 前, where midnight leaves the day out.
_MIDNIGHT = re.compile(r"(?<=[0-9])(?:\s+|T)00?:00(?::00(?:\.0+)?)?(?=\s*(?:$|[\u2013\u2014~到至-]))")
_STOPS = "。;,.、"
_BRACKETS: Mapping[str, str] = {"(": ")", "[": "]", "【": "】", "〔": "〕"}
_NUMERALS = {**{sign: value for value, sign in enumerate("〇一二三四五六七八九")}, **dict.fromkeys("零○◯Oo0", 0)}
# A day in words without its unit may be of the lunar year (八月十五), so it is not read.
_NUMBER = re.compile("[0-9Oo〇零○◯一二三四五六七八九十]++(?!$|[前以之起止上下全])")
_COUNTED = re.compile("([一二三四五六七八九]?)十([一二三四五六七八九]?)")
_N = "[0-9]{1,2}"
_REWRITES: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile("[\u2013\u2014\u2015\u2500\u301c~到至]+|--+"), "至"),
    (re.compile("(?<=[日号])24(?:时|点|:00)(?=(?:[以之]?前|止)?$)"), ""),
    (re.compile("^[自从](?=.*(?:至|起$))"), ""),
    # "By the end of May" and "the end of May" are one promise.
    (re.compile("(?<=[底末])[以之]?前"), ""),
    # The unit that numbers share stands behind the last one: 5、6月, 16日、18、20日.
    (re.compile(rf"(?<![0-9月./-])({_N})(?=[至,、-](?:{_N}[至,、-])*{_N}([月日号])份?$)"), r"\1\2"),
)


def _plain(phrase: str) -> str:
    text = "".join(_MIDNIGHT.sub("", phrase.translate(_CHARACTERS).strip()).split()).rstrip(_STOPS)
    while text[:1] in _BRACKETS and text.endswith(_BRACKETS[text[0]]):
        text = text[1:-1].rstrip(_STOPS)
    return text


def _unify(text: str) -> str:
    text = _NUMBER.sub(_digits, re.sub("[,;、。]?[并且]?长期坚持$", "", text))
    for pattern, unified in _REWRITES:
        text = pattern.sub(unified, text)
    return text


def _digits(match: re.Match[str]) -> str:
    """The run in digits; as it stands where it is no one number, so that the grammar turns it down."""
    run = match[0]
    if counted := _COUNTED.fullmatch(run):
        return f"{_NUMERALS[counted[1] or '一']}{_NUMERALS[counted[2] or '〇']}"
    if run.isascii() or not set(run) <= set(_NUMERALS):
        return run
    digits = "".join(str(_NUMERALS[sign]) for sign in run)
    # Two numerals side by side are two months (七八月), unless a zero makes them one number (二〇).
    return digits if len(run) in (1, 4, 8) or (len(run) == 2 and "0" in digits) else run


_Kind = Literal["day", "tenth", "half", "whole", "end"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Atom:
    """One date of a phrase: the months and days it spans; loose where its day is a number without unit."""

    year: int | None
    is_next_year: bool
    months: tuple[int, int]
    days: tuple[int, int]
    kind: _Kind
    is_loose: bool
    half: str | None
    weekday: str | None


_PARTS: Mapping[str, tuple[_Kind, int, int]] = {
    **dict.fromkeys(("上旬", "初"), ("tenth", 1, 10)),
    "中旬": ("tenth", 11, 20), "下旬": ("tenth", 21, 31), "上中旬": ("tenth", 1, 20), "中下旬": ("tenth", 11, 31),
    "上半月": ("half", 1, 15), "下半月": ("half", 16, 31), **dict.fromkeys(("底", "末"), ("end", 1, 31)),
}  # fmt: skip
_SEASONS = {"上": (1, 6), "下": (7, 12), **{str(n): (3 * n - 2, 3 * n) for n in range(10)}}
_PART = "(?:[上中下]|上中|中下)旬|[上下]半月"
_YEAR = "(?:(?P<year>[0-9]{4})年|(?P<next>[次翌]年))"
_DAY = f"(?P<day>{_N})(?![0-9])(?P<unit>[日号])?"
_OVER_12 = "(?P<day>1[3-9]|[2-9][0-9])"
# The order decides: a longer notation stands before the one it begins with.
_ATOMS = tuple(
    re.compile(pattern)
    for pattern in (
        f"(?P<year>[0-9]{{4}})(?P<s>[./-])(?P<month>{_N})(?P=s){_DAY}",
        # A day before or behind its month is told by being over 12; else nothing is guessed.
        f"{_OVER_12}(?P<s>[./-])(?P<month>[0-9]|0[0-9]|1[0-2])(?P=s)(?P<year>[0-9]{{4}})(?![0-9])",
        f"(?P<month>[0-9]|0[0-9]|1[0-2])(?P<s>[./-]){_OVER_12}(?P=s)(?P<year>[0-9]{{4}})(?![0-9])",
        "(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?![0-9])",
        f"(?P<year>[0-9]{{4}})[./-](?P<month>{_N})(?![0-9])",
        f"(?P<month>{_N})[./]{_DAY}",
        f"{_YEAR}?(?P<month>{_N})月份?(?:{_DAY}|月?(?P<part>{_PART}|[初底末]))?",
        f"{_YEAR}?(?:第?(?=[0-9]季)|(?=[上下]半))(?P<season>.)(?:半年|季度)",
        f"(?:{_YEAR}年?|年)(?P<close>[底末])",
        "(?P<year>[0-9]{4})年",
        f"(?P<part>{_PART})|月(?P<edge>[初底末])|{_DAY}",
    )
)
_JOINT = re.compile("起?(?P<range>[至-])|[、,和及]")
_WEEKDAYS = ("一1", "二2", "三3", "四4", "五5", "六6", "日天")  # by then a word may be a digit
_NAMED = rf"[(\[【〔]?(?:星期|周|礼拜)(?P<{{}}>[{''.join(_WEEKDAYS)}])[)\]】〕]?"
_BEHIND = re.compile(f"(?:{_NAMED.format('named')})?(?P<half>上午|下午|全天)?(?:{_NAMED.format('named_last')})?")
# The endings, and what each may stand behind: 5月前 leaves open whether May counts.
_TAILS: Mapping[str, tuple[_Kind, ...]] = {
    **dict.fromkeys(("前", "以前", "之前"), ("day", "tenth")),
    **dict.fromkeys(("以后", "之后"), ("day",)),
    "起": ("day", "tenth", "half", "whole"),
}


def _scan(text: str) -> tuple[list[_Atom], list[str], str]:
    """Return the dates of the text, what joins them, and what stands behind the last one."""
    atoms: list[_Atom] = []
    joints: list[str] = []
    place = 0
    while True:
        match = next((match for match in (atom.match(text, place) for atom in _ATOMS) if match), None)
        if match is None:
            raise PeriodError("", "unknown")
        behind = _BEHIND.match(text, match.end()) or match  # it matches nothing too
        place = behind.end()
        atoms.append(_atom(match.groupdict() | behind.groupdict(), atoms[-1] if atoms else None))
        joint = _JOINT.match(text, place)
        if joint is None:
            return atoms, joints, text[place:]
        joints.append("至" if joint["range"] else "、")
        place = joint.end()


def _atom(words: Mapping[str, str | None], before: _Atom | None) -> _Atom:
    numbers = {name: int(word) for name, word in words.items() if word and word.isdigit()}
    month, day = numbers.get("month"), numbers.get("day")
    part = words.get("part") or words.get("edge") or words.get("close") or ""
    kind, first, last = _PARTS.get(part, ("whole", 1, 31))
    return _Atom(
        year=numbers.get("year"),
        is_next_year=bool(words.get("next")),
        months=_months(words, before) if month is None else (month, month),
        days=(first, last) if day is None else (day, day),
        kind=kind if day is None else "day",
        is_loose=day is not None and not words.get("unit"),
        half=words.get("half"),
        weekday=words.get("named") or words.get("named_last"),
    )


def _months(words: Mapping[str, str | None], before: _Atom | None) -> tuple[int, int]:
    """Return the first and the last month; a day or a part without its month takes the one before."""
    if season := words.get("season"):
        return _SEASONS[season]
    if not (words.get("day") or words.get("part") or words.get("edge")):
        return 1, 12
    is_bare = words.get("day") and not words.get("unit")
    if before is None or before.kind == "whole" or (is_bare and not before.is_loose):
        raise PeriodError("", "unknown")
    return before.months


def _read(atoms: Sequence[_Atom], joints: Sequence[str], tail: str, year: int | None) -> Period:
    _check(atoms, joints, tail)
    half_day = _half_day(atoms, joints)
    spans = _spans(atoms, year)
    is_until = tail.endswith("前") or atoms[0].kind == "end"
    return Period(
        start=None if is_until else spans[0][0],
        end=spans[-1][1] if is_until or tail not in _TAILS else None,
        half_day=half_day,
    )


def _check(atoms: Sequence[_Atom], joints: Sequence[str], tail: str) -> None:
    """Refuse what leaves a question: an ending behind two dates, a range without a start."""
    is_open = not joints and not atoms[0].half and atoms[0].kind in _TAILS.get(tail, ())
    if (
        not (tail == "" or (tail == "止" and "至" in joints) or is_open)
        or atoms[0].is_next_year
        or any(atom.kind == "end" for atom in atoms[:-1])
        or ("至", "至") in pairwise(joints)
        or any(map(_is_mixed, atoms, atoms[1:]))
    ):
        raise PeriodError("", "unknown")


def _is_mixed(before: _Atom, atom: _Atom) -> bool:
    """A bare month follows neither a whole year (2005年至5月) nor a day without its unit (5.6、7月)."""
    is_unclear = before.months == (1, 12) or (before.is_loose and atom.kind == "whole")
    return is_unclear and atom.year is None and not atom.is_next_year


def _half_day(atoms: Sequence[_Atom], joints: Sequence[str]) -> str | None:
    """Return the half of a single day; a range may write both its halves, and has none."""
    halves = [atom.half for atom in atoms if atom.half and atom.half != "全天"]
    days = {(atom.months, atom.days) for atom in atoms}
    is_between = joints == ["至"] and len(halves) == 2 and (len(days) == 2 or halves == ["上午", "下午"])
    is_odd = any((atom.half or atom.weekday) and atom.kind != "day" for atom in atoms)
    if is_odd or (halves and joints and not is_between):
        raise PeriodError("", "unknown")
    return halves[0] if halves and not joints else None


def _spans(atoms: Sequence[_Atom], year: int | None) -> Sequence[tuple[date, date]]:
    spans: list[tuple[date, date]] = []
    is_rolled = False
    for index, atom in enumerate(atoms):
        if atom.year is not None:
            year = atom.year
        elif index > 0 and year is not None:
            passes = atom.months[1] < atoms[index - 1].months[0]
            year += passes or atom.is_next_year
            is_rolled = is_rolled or (passes and not atom.is_next_year)
        spans.append(_span(atom, year))
        if atom.weekday and atom.weekday not in _WEEKDAYS[spans[-1][0].weekday()]:
            raise PeriodError("", "impossible")
    first, last = spans[0][0], spans[-1][1]
    months = 12 * (last.year - first.year) + last.month - first.month
    is_long = is_rolled and (months, last.day) > (6, first.day)
    if is_long or any(following < end for (_, end), (_, following) in pairwise(spans)):
        raise PeriodError("", "reversed")
    return spans


def _span(atom: _Atom, year: int | None) -> tuple[date, date]:
    if year is None:
        # A date that no year has is impossible before it lacks a year; 2000 is a leap year.
        _span(atom, 2000)
        raise PeriodError("", "no-year")
    (first, last), (begin, finish) = atom.months, atom.days
    try:
        return date(year, first, begin), date(year, last, min(finish, monthrange(year, last)[1]))
    except (ValueError, OverflowError):
        raise PeriodError("", "impossible") from None
