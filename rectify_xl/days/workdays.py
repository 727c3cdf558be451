"""Working days: the national calendar of holidays, with an office's own days standing over it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import accumulate


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """The days an office works; outside the national calendar's years, Monday to Friday."""

    office_days: Mapping[date, bool] = field(hash=False)
    _counts: dict[int, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def is_workday(self, day: date) -> bool:
        """Return whether the office works on the day."""
        number = _number_in_year(day)
        counts = self._counts_of(day.year)
        return counts[number] > counts[number - 1]

    def workdays_between(self, after: date, until: date) -> int:
        """Return how many working days come after `after`, up to and with `until`; 0 where none do."""
        if until <= after:
            return 0
        whole_years = sum(self._counts_of(year)[-1] for year in range(after.year, until.year))
        return whole_years + self._count_in_year(until) - self._count_in_year(after)

    def step(self, day: date, n: int) -> date:
        """Return the n-th working day after the day, or before it where n is negative; for 0 the day itself.

        Raises OverflowError where that day lies beyond the years a date can have.
        """
        one_day = timedelta(days=1 if n > 0 else -1)
        left = abs(n)
        while left:
            day += one_day
            left -= self.is_workday(day)
        return day

    def years_without_calendar(self, days: Iterable[date]) -> tuple[int, ...]:
        """Return the years of the days that the national calendar does not cover, in order, each once."""
        covered = _national_calendar().years
        return tuple(sorted({day.year for day in days} - set(covered)))

    def __reduce__(self) -> tuple[object, ...]:
        # Without the counts, which are cheaper to make again than to send to another process.
        return calendar_for, (dict(self.office_days),)

    def _count_in_year(self, day: date) -> int:
        return self._counts_of(day.year)[_number_in_year(day)]

    def _counts_of(self, year: int) -> tuple[int, ...]:
        """Return the working days among the year's first 0, 1, 2 … days, made when first asked for."""
        if year not in self._counts:
            first = date(year, 1, 1)
            length = _number_in_year(date(year, 12, 31))
            works = (self._works(first + timedelta(days=number)) for number in range(length))
            self._counts[year] = tuple(accumulate(works, initial=0))
        return self._counts[year]

    def _works(self, day: date) -> bool:
        office_day = self.office_days.get(day)
        return _national_calendar().is_workday(day) if office_day is None else office_day


def calendar_for(holidays: Mapping[date, bool]) -> WorkCalendar:
    """Return the calendar of an office whose own days (True for working) outrank the national ones."""
    return WorkCalendar(office_days=dict(holidays))


@dataclass(frozen=True, kw_only=True, slots=True)
class _NationalCalendar:
    years: range
    days_off: frozenset[date]
    shifted: frozenset[date]

    def is_workday(self, day: date) -> bool:
        if day.year not in self.years:
            return day.weekday() < 5
        return day in self.shifted or (day.weekday() < 5 and day not in self.days_off)


def _number_in_year(day: date) -> int:
    return day.toordinal() - _days_before(day.year)


@cache
def _days_before(year: int) -> int:
    return date(year, 1, 1).toordinal() - 1


@cache
def _national_calendar() -> _NationalCalendar:
    # Imported here because a run without deadlines need not load the tables.
    from chinese_calendar.constants import holidays, workdays

    return _NationalCalendar(
        years=range(min(holidays).year, max(holidays).year + 1),
        days_off=frozenset(holidays),
        shifted=frozenset(workdays),
    )
