"""The roster's lookups: names in normal form, successors by day, prefixes of merged units."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectify_xl.model import Settings, Unit
from rectify_xl.office.roster import Roster, roster_for

MAY_20 = date(2005, 5, 20)
BEFORE, AFTER = MAY_20 - timedelta(days=1), MAY_20 + timedelta(days=1)
UNITS = (
    Unit(code="KX00", name="示例党组", kind="党组"),
    Unit(code="KX01", name="示例机关党委", kind="党委", parent="KX00", aliases=("机关党委",)),
    Unit(code="KX02", name="示例学会支部", kind="党支部", parent="KX01"),
    Unit(code="KX03", name="示例后勤支部", kind="党支部", parent="kx 01"),
    Unit(code="KX04", name="示例撤并支部", kind="党支部", parent="KX01", merged_into="KX02", stopped_on=MAY_20),
    Unit(code="KX05", name="示例旧支部", kind="党支部", merged_into="KX04"),
    Unit(code="KX06", name="示例停用支部", kind="党支部", stopped_on=MAY_20),
)


def roster(*units: Unit) -> Roster:
    return roster_for(Settings(campaign="示例活动", organisation="示例组织", units=units or UNITS))


def test_units_are_known_by_code_name_and_alias() -> None:
    known = roster()
    assert known.by_code("KX01") == known.by_code("ＫＸ 01") == UNITS[1]
    assert known.by_name("示例机关　党委") == known.by_name(" 机关党委\u200b") == UNITS[1]
    assert known.by_code("KX77") is known.by_name("机关") is known.by_code("") is None


@pytest.mark.parametrize(
    ("code", "typed", "is_meant"),
    [
        ("kx-01", "KX-01", True), ("kx-01", "ＫＸ－０１", True), ("Kx01", "kX01", True), ("KX-01", "KX-1", False),
        ("01", "1", True), ("1", "01", True), ("00", "0", True), ("010", "1", False), ("1", "10", False),
    ],
)  # fmt: skip
def test_a_code_is_meant_whatever_its_letters_and_first_zeros(code: str, typed: str, is_meant: bool) -> None:
    unit = Unit(code=code, name="示例支部", kind="党支部")
    assert roster(unit, UNITS[0]).meant_by(typed) == (unit if is_meant else None)


def test_of_two_codes_alike_only_the_very_one_is_meant() -> None:
    one, other = (Unit(code=code, name=f"示例第{code}支部", kind="党支部") for code in ("1", "01"))
    known = roster(one, other)
    assert (known.meant_by("1"), known.meant_by("01"), known.meant_by("001")) == (one, other, None)


@pytest.mark.parametrize(
    ("code", "typed", "is_near"),
    [
        ("KX01", "KX-1", True), ("KX-01", "KX1", True), ("kx_01", "ＫＸ－０１", True), ("KX01", "KX 001", True),
        ("KX10", "KX1", False), ("KX100", "KX10", False), ("KX01", "", False), ("KX01", "-", False),
    ],
)  # fmt: skip
def test_a_code_written_alike_is_offered(code: str, typed: str, is_near: bool) -> None:
    unit = Unit(code=code, name="示例支部", kind="党支部")
    assert roster(unit, UNITS[0]).near_code(typed) == (f"{code} 示例支部" if is_near else "")
    assert roster(unit, replace(unit, code=f"{code}-")).near_code(typed) == ""


def test_an_empty_roster() -> None:
    nobody = roster_for(Settings(campaign="示例活动", organisation="示例组织"))
    assert nobody.is_empty and not roster().is_empty
    assert nobody.active(MAY_20) == [] and nobody.children("KX00") == ()
    assert nobody.successor("KX01", MAY_20) == "KX01"
    assert nobody.prefixes("KX01") == {"KX01"}


def test_children_stand_in_the_order_of_the_roster() -> None:
    known = roster(*UNITS[:3], replace(UNITS[3], parent="KX01"), *UNITS[4:])
    assert [unit.code for unit in known.children("KX01")] == ["KX02", "KX03", "KX04"]
    assert known.children("KX02") == ()


@pytest.mark.parametrize(
    ("code", "day", "successor"),
    [
        ("KX04", BEFORE, "KX04"),
        ("KX04", MAY_20, "KX02"),
        ("KX04", AFTER, "KX02"),
        ("KX05", BEFORE, "KX04"),
        ("KX05", MAY_20, "KX02"),
        ("KX06", AFTER, "KX06"),
        ("KX02", AFTER, "KX02"),
        ("KX77", AFTER, "KX77"),
    ],
)
def test_a_merged_unit_counts_for_its_successor_from_its_last_day_on(code: str, day: date, successor: str) -> None:
    assert roster().successor(code, day) == successor


def test_prefixes_are_those_of_every_unit_merged_into_one() -> None:
    known = roster()
    assert known.prefixes("KX02") == {"KX02", "KX04", "KX05"}
    assert known.prefixes("KX04") == {"KX04", "KX05"}
    assert known.prefixes("KX03") == {"KX03"}


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (BEFORE, ["KX00", "KX01", "KX02", "KX03", "KX04", "KX06"]),
        (MAY_20, ["KX00", "KX01", "KX02", "KX03"]),
    ],
)
def test_stopped_and_merged_units_owe_nothing(day: date, codes: list[str]) -> None:
    assert [unit.code for unit in roster().active(day)] == codes


def test_it_travels_between_processes() -> None:
    again = pickle.loads(pickle.dumps(roster()))
    assert again == roster()
    assert again.successor("KX05", MAY_20) == "KX02" and again.by_name("机关党委") == UNITS[1]


@given(st.lists(st.tuples(st.integers(0, 7), st.sampled_from([None, BEFORE, MAY_20, AFTER])), min_size=8, max_size=8))
def test_any_merges_end_somewhere(links: list[tuple[int, date | None]]) -> None:
    """Even circles, which the settings refuse: a successor is found, and holds the prefix of whom it follows."""
    units = tuple(
        Unit(code=f"U{at}", name=f"示例{at}", merged_into=f"U{to}" if to else "", stopped_on=stopped)
        for at, (to, stopped) in enumerate(links)
    )
    known = roster(*units)
    for unit in units:
        assert unit.code in known.prefixes(known.successor(unit.code, MAY_20))
        assert unit.code in known.prefixes(unit.code)
