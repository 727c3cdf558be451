"""Records that are laid aside come back as they were, whoever asks for which of them, and a run is none the wiser."""

from __future__ import annotations

import pickle
import tempfile
import tracemalloc
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns import judged, row
from weeks import SETTINGS, drop, run, snapshot

from rectify_xl.little_memory import laid_aside
from rectify_xl.little_memory.laid_aside import Shelf, joined, keep, rearranged
from rectify_xl.model import Item, Row, State
from rectify_xl.runs import workspace
from rectify_xl.runs.taking_in import shelved

DAY = date(2005, 5, 25)
_VALUES = st.tuples(st.one_of(st.none(), st.text(max_size=9), st.floats(0, 1), st.dates(), st.booleans()))
_ROWS = st.lists(st.builds(Row, st.text(max_size=5), st.integers(1, 99), _VALUES), max_size=30)


def item(number: int, states: int = 1) -> Item:
    """A made-up item with some states."""
    called = f"KX01-T{number:03d}"
    told = [State("甲.xlsx", "ab", "整改台帐", at, DAY, "", (called, at), ("A",)) for at in range(states)]
    values = told[-1].values
    return Item(
        form="ledger", unit_code="KX01", unit_name="示例甲", number=called, values=values,
        states=tuple(told), first_on=DAY, office={"closed": "是"} if number % 3 else {},
    )  # fmt: skip


@given(st.lists(_ROWS, max_size=8), st.integers(0, 60), st.data())
def test_what_is_laid_aside_comes_back_as_it_was(lots: list[list[Row]], room: int, data: st.DataObject) -> None:
    shelf, whole = Shelf(room), tuple(row for lot in lots for row in lot)
    told: Sequence[Row] = joined([shelf.lay(lot) for lot in lots])
    assert len(told) == len(whole) and tuple(told) == whole and told == whole and hash(told) == hash(whole)
    assert pickle.loads(pickle.dumps(told)) == whole
    for at in data.draw(st.lists(st.integers(-len(whole), len(whole) - 1))) if whole else ():
        assert told[at] == whole[at]
    part = data.draw(st.slices(len(whole)))
    assert tuple(told[part]) == whole[part]
    places = data.draw(st.permutations(range(len(whole))))
    assert tuple(rearranged(told, places)) == tuple(whole[at] for at in places) == rearranged(told, places)
    for at in (len(whole), -len(whole) - 1):
        with pytest.raises(IndexError):
            told[at]


def test_items_come_back_with_their_states() -> None:
    items = [item(number, states=1 + number % 4) for number in range(1000)]
    told = Shelf(0).lay_all(items)
    assert told == tuple(items) and not isinstance(told, tuple)
    assert [held.latest for held in told] == [held.latest for held in items]
    assert told[7].states[1:] == items[7].states[1:] and len(told[7].states) == 4
    assert Shelf(0).lay(told) == tuple(items)  # what was laid aside can be laid aside again


def test_the_first_stay_in_memory_and_only_the_others_are_written() -> None:
    shelf = Shelf(10)
    held, more = shelf.lay([Row("表", at, ()) for at in range(10)]), shelf.lay([Row("表", 11, ())])
    assert isinstance(held, tuple) and not isinstance(more, tuple) and shelf.lay([]) == ()
    assert isinstance(keep(Row("表", at, ()) for at in range(laid_aside.IN_MEMORY)), tuple)


def test_units_whose_records_lie_in_several_places_are_read_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[object] = []
    shelf, plain = Shelf(0), Shelf.plain
    monkeypatch.setattr(Shelf, "plain", lambda self, place: reads.append(place) or plain(self, place))
    parts, each = 6, 1000
    records = shelf.lay_all(Row("表", at, ()) for at in range(parts * each))
    by_unit = [part * each + unit for unit in range(each) for part in range(parts)]
    assert [row.row for row in rearranged(records, by_unit)] == by_unit
    assert len(reads) <= 2 * len(set(reads))


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def seek(self, place: int) -> None: ...
        def close(self) -> None: ...
        def write(self, told: memoryview) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Full())
    with pytest.raises(OSError, match="space") as told:
        Shelf(0).lay([Row("表", 1, ())])
    assert told.value.filename == tempfile.gettempdir()


def test_little_memory_is_taken_however_many_there_are() -> None:
    tracemalloc.start()
    try:
        told = keep(item(number) for number in range(laid_aside.IN_MEMORY + 10_000))
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        assert sum(len(held.states) for held in told) == len(told)
        grown = tracemalloc.get_traced_memory()[1] - before
        more = keep(item(number) for number in range(laid_aside.IN_MEMORY + 20_000))
        assert tracemalloc.get_traced_memory()[0] - before < 1.1 * before + 1_000_000 and len(more) > len(told)
    finally:
        tracemalloc.stop()
    assert grown < 3_000_000


def test_what_is_confidential_is_laid_aside_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laid_aside, "IN_MEMORY", 0)
    held = judged({"guidance": [row("guidance")], "ledger": [row("ledger")]})
    open_to_all = judged({"ledger": [row("ledger")]})
    told, other = shelved([held, open_to_all])
    assert told is held and all(isinstance(form.good, tuple) for form in told.forms)
    assert other == open_to_all and not isinstance(other.forms[0].good, tuple)


def three_weeks(place: Path) -> dict[str, str]:
    """The digest of everything three weeks of made-up returns leave in 成果."""
    workspace.create(place, SETTINGS)
    for week, day in enumerate((DAY, date(2005, 6, 1), date(2005, 6, 8))):
        for unit, name in (("KX01", "示例学院党委"), ("KX02", "示例第一党支部")):
            rows = [row("ledger", problem=f"问题{at}，到第{week}周") for at in range(week, 6)]
            drop(place, f"{day}/{unit}.xlsx", *rows, filled_on=day, unit_code=unit, unit_name=name)
        assert len(run(place, day).received) == 2
    return snapshot(place / "成果")


def test_a_run_tells_the_same_in_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = three_weeks(tmp_path / "甲" / "整改工作")
    monkeypatch.setattr(laid_aside, "IN_MEMORY", 0)
    written: list[int] = []
    put = Shelf._put
    monkeypatch.setattr(Shelf, "_put", lambda shelf, told: written.append(len(told)) or put(shelf, told))
    assert three_weeks(tmp_path / "乙" / "整改工作") == usual
    assert sum(written) > 100
