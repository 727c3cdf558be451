"""Working days of the national calendar, an office's own days, and the years beyond the calendar."""

import pickle
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectify_xl.days.workdays import WorkCalendar, calendar_for

NATIONAL = calendar_for({})
OFFICE = calendar_for({date(2005, 5, 7): True, date(2005, 5, 16): False, date(2030, 5, 1): False})
DAYS = st.dates(min_value=date(2003, 11, 1), max_value=date(2007, 3, 1))
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=20).map(calendar_for)


def _may_2005(day: int) -> date:
    return date(2005, 5, day)


@pytest.mark.parametrize("day", range(1, 8))
def test_the_may_holidays_of_2005_are_off(day: int) -> None:
    assert not NATIONAL.is_workday(_may_2005(day))


@pytest.mark.parametrize(
    "day",
    [(2, 5), (2, 6), (4, 30), (5, 8), (10, 8), (10, 9)],
)
def test_the_shifted_weekends_of_2005_are_worked(day: tuple[int, int]) -> None:
    shifted = date(2005, *day)
    assert shifted.weekday() >= 5
    assert NATIONAL.is_workday(shifted)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (_may_2005(7), True),
        (_may_2005(16), False),
        (_may_2005(6), False),
        (_may_2005(8), True),
        (_may_2005(17), True),
        (date(2030, 5, 1), False),
        (date(2030, 5, 2), True),
    ],
)
def test_the_office_days_stand_over_the_national_ones(day: date, works: bool) -> None:
    assert OFFICE.is_workday(day) is works


def test_an_office_day_may_say_what_the_calendar_says_already() -> None:
    calendar = calendar_for({_may_2005(1): False, _may_2005(8): True})
    assert not calendar.is_workday(_may_2005(1))
    assert calendar.is_workday(_may_2005(8))


def test_the_calendar_keeps_its_own_copy_of_the_office_days() -> None:
    days = {_may_2005(16): False}
    calendar = calendar_for(days)
    days.clear()
    assert not calendar.is_workday(_may_2005(16))


@pytest.mark.parametrize("year", [1, 1999, 2003, 2099, 9999])
def test_outside_the_national_calendar_weekends_are_off(year: int) -> None:
    week = [date(year, 1, 1) + timedelta(days=number) for number in range(14)]
    assert [NATIONAL.is_workday(day) for day in week] == [day.weekday() < 5 for day in week]


def test_years_without_calendar_are_told_once_and_in_order() -> None:
    days = [date(2099, 1, 1), date(2005, 5, 16), date(2003, 12, 31), date(2099, 12, 31), date(2004, 1, 1)]
    assert NATIONAL.years_without_calendar(days) == (2003, 2099)
    assert NATIONAL.years_without_calendar([]) == ()


def test_the_covered_years_are_those_of_the_tables() -> None:
    from chinese_calendar.constants import holidays

    first, last = min(holidays), max(holidays)
    assert NATIONAL.years_without_calendar([first, last]) == ()
    outside = [date(first.year - 1, 12, 31), date(last.year + 1, 1, 1)]
    assert NATIONAL.years_without_calendar(outside) == (first.year - 1, last.year + 1)


@given(st.data())
def test_without_office_days_the_national_calendar_decides(data: st.DataObject) -> None:
    import chinese_calendar
    from chinese_calendar.constants import holidays

    day = data.draw(st.dates(date(2004, 1, 1), date(max(holidays).year, 12, 31)))
    assert NATIONAL.is_workday(day) == chinese_calendar.is_workday(day)


@pytest.mark.parametrize(
    ("after", "until", "count"),
    [
        (_may_2005(16), _may_2005(16), 0),
        (_may_2005(17), _may_2005(16), 0),
        (_may_2005(16), _may_2005(17), 1),
        (_may_2005(13), _may_2005(16), 1),
        (date(2005, 4, 29), _may_2005(9), 3),
        (date(2004, 12, 31), date(2005, 1, 4), 1),
        (date(2003, 12, 31), date(2005, 1, 1), 252),
    ],
)
def test_workdays_between(after: date, until: date, count: int) -> None:
    assert NATIONAL.workdays_between(after, until) == count


@given(CALENDARS, DAYS, DAYS)
def test_workdays_between_counts_what_a_loop_counts(calendar: WorkCalendar, after: date, until: date) -> None:
    later = (after + timedelta(days=number + 1) for number in range((until - after).days))
    assert calendar.workdays_between(after, until) == sum(map(calendar.is_workday, later))


@pytest.mark.parametrize(
    ("day", "n", "reached"),
    [
        (date(2005, 4, 29), 1, date(2005, 4, 30)),
        (date(2005, 4, 30), 1, _may_2005(8)),
        (_may_2005(3), 1, _may_2005(8)),
        (_may_2005(8), -1, date(2005, 4, 30)),
        (_may_2005(3), -1, date(2005, 4, 30)),
        (_may_2005(16), 5, _may_2005(23)),
        (_may_2005(1), 0, _may_2005(1)),
    ],
)
def test_step(day: date, n: int, reached: date) -> None:
    assert NATIONAL.step(day, n) == reached


@given(CALENDARS, DAYS, st.integers(min_value=1, max_value=60))
def test_step_reaches_the_nth_working_day(calendar: WorkCalendar, day: date, n: int) -> None:
    reached = calendar.step(day, n)
    assert calendar.is_workday(reached)
    assert calendar.workdays_between(day, reached) == n


@given(CALENDARS, DAYS, st.integers(min_value=-60, max_value=60))
def test_stepping_back_undoes_a_step_from_a_working_day(calendar: WorkCalendar, day: date, n: int) -> None:
    start = calendar.step(day, 1)
    assert calendar.step(calendar.step(start, n), -n) == start


def test_a_step_beyond_the_last_date_is_an_overflow() -> None:
    with pytest.raises(OverflowError):
        NATIONAL.step(date.max, 1)


def test_a_calendar_goes_to_another_process_without_its_counts() -> None:
    calendar = calendar_for({_may_2005(16): False})
    fresh = len(pickle.dumps(calendar))
    calendar.workdays_between(date(2000, 1, 1), date(2020, 1, 1))
    sent = pickle.dumps(calendar)
    assert len(sent) == fresh
    assert pickle.loads(sent) == calendar
    assert not pickle.loads(sent).is_workday(_may_2005(16))


def test_a_calendar_can_be_hashed() -> None:
    assert hash(calendar_for({_may_2005(16): False})) == hash(calendar_for({_may_2005(16): False}))
