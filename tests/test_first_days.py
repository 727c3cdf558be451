"""The first day of many keys: the same answers as a dictionary gives, whatever the keys are."""

from __future__ import annotations

import pickle
import sys
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectify_xl.days import first_days
from rectify_xl.days.first_days import FirstDays, Key
from rectify_xl.model import ReminderKey

DAYS = st.integers(0, 40).map(lambda days: date(2005, 5, 1) + timedelta(days=days))
TEXTS = st.sampled_from(["", "A", "B", "A-T001", "整改", "\ud800"])
KEYS = st.builds(ReminderKey, TEXTS, TEXTS, TEXTS, TEXTS, st.none() | DAYS)


@given(st.lists(st.tuples(KEYS, DAYS)), st.lists(KEYS))
def test_of_every_key_the_day_that_came_first(told: list[tuple[ReminderKey, date]], asked: list[ReminderKey]) -> None:
    told.sort(key=lambda pair: pair[1])
    first: dict[ReminderKey, date] = {}
    for key, day in told:
        first.setdefault(key, day)
    days = FirstDays(told)
    assert [days.day_of(key) for key in (*first, *asked)] == [first.get(key) for key in (*first, *asked)]
    assert pickle.loads(pickle.dumps(days)) == days != FirstDays([*told, (("another", None), date.max)])
    by_day = groupby(told, itemgetter(1))
    lots = [(b"".join(first_days.key_digest(key) for key, _ in pairs), day) for day, pairs in by_day]
    assert FirstDays.of_digests([*lots, (b"", date.max)]) == days


def test_keys_that_share_half_a_digest_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def key_digest(key: Key) -> bytes:
        return len(str(key[0])).to_bytes(8) + bytes(8)

    monkeypatch.setattr(first_days, "key_digest", key_digest)
    told = [("a", date(2005, 5, 1)), ("bb", date(2005, 5, 2)), ("a", date(2005, 5, 3))]
    days = FirstDays(((text, None), day) for text, day in told)
    assert [days.day_of((text, None)) for text in ("a", "bb", "ccc")] == [date(2005, 5, 1), date(2005, 5, 2), None]


def test_a_key_takes_little_memory() -> None:
    days = FirstDays((("late", str(at), None), date(2005, 5, 1)) for at in range(1000))
    assert sum(sys.getsizeof(getattr(days, name)) for name in FirstDays.__slots__) <= 31_000
