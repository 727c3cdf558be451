"""The memory file: returns come back as they went in, files are kept once, and what cannot be used is told."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from returns import DAY, GOOD, judged, row

from rectify_xl.errors import CannotFinish
from rectify_xl.model import (
    Item,
    Known,
    Ledger,
    LedgerRow,
    OfficeEntry,
    Pending,
    ReminderKey,
    Return,
    Row,
    Snapshot,
    State,
)
from rectify_xl.outgoing.reminders import sent_key
from rectify_xl.store import Store
from rectify_xl.store import schema as store_schema
from rectify_xl.store.packed_lines import packed, packed_text, unpacked, with_days
from rectify_xl.store.rows import rows_from, rows_to
from rectify_xl.store.snapshots import snapshot_from, snapshot_to
from rectify_xl.zips import deflating

FLAWED = {"ledger": [row("ledger"), row("ledger", problem="短", due="2005.5.32"), row("ledger", problem="第三个问题")]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "记录.sqlite"


def kept(path: Path, *returns: Return) -> list[Return]:
    """What a memory gives back that was given some returns and opened anew."""
    with Store(path) as store, store.transaction():
        run = store.begin("r", DAY, "")
        for held in returns:
            store.keep_arrival(held, "grounds", run, DAY)
    with Store(path, read_only=True) as store:
        return store.returns()


@pytest.mark.parametrize("form", [name for name in GOOD if name != "guidance"])
def test_a_return_of_every_form_comes_back_as_it_was(form: str, path: Path) -> None:
    held = judged({form: [row(form)]}, cover={"unit_code": "KX09", "unit_name": "示例办公室"})
    assert held.forms and kept(path, held) == [held]


def test_bad_rows_findings_and_files_without_rows_come_back(path: Path) -> None:
    flawed, empty = judged(FLAWED), judged({"survey": []}, file="空.xlsx")
    pipe = Return(file="管道", verdict="refused", findings=(replace(flawed.findings[0], file="管道"),))
    clutter = Return(file="~$一.xlsx", verdict="ignored")
    assert {f.code for f in flawed.findings} >= {"length", "date"} and flawed.forms[0].bad[0].typed
    assert kept(path, flawed, empty, pipe, clutter) == [flawed, empty, pipe, clutter]


def test_one_file_under_two_names_and_one_name_for_two_files(path: Path) -> None:
    first, second = judged(FLAWED, file="a.xlsx"), judged(FLAWED, file="a.xlsx", saved="2005-05-26T08:00:00Z")
    copy = replace(first, file="b.xlsx", findings=tuple(replace(f, file="b.xlsx") for f in first.findings))
    assert kept(path, first, second, copy) == [first, second, copy]
    with Store(path) as store:
        assert store.rows("SELECT count(*) FROM files") == [(2,)]
        assert store.rows("SELECT count(*) FROM told") == [(2,)]


def test_an_office_s_ledger_comes_back_whole(path: Path) -> None:
    held = judged(FLAWED)
    state = State("a.xlsx", "0" * 16, "整改台帐", 4, DAY, "", (date(2005, 6, 1), None, 0.5), ("A", "", "C"))
    item = Item(
        form="ledger",
        unit_code="KX02",
        unit_name="一",
        number="KX02-T001",
        values=(DAY,),
        states=(state,),
        first_on=DAY,
    )
    waits = Pending(
        unit_code="KX02", unit_name="一", form="ledger", row=held.forms[0].bad[0], file="a", digest="0", filled_on=DAY,
        findings=held.findings,
    )  # fmt: skip
    rows = (LedgerRow(replace(item, office={"closed": "是"}), "整改台帐", 5, ("A", "B")),)
    told = Ledger(
        as_of=DAY, run="r", rows=rows, pending=(waits,), files=(("a", DAY, 1),), retired=frozenset({"KX02-T009"})
    )
    assert kept(path, replace(held, ledger=told)) == [replace(held, ledger=told)]


def test_rows_of_restricted_forms_are_only_counted(path: Path) -> None:
    held = judged({"guidance": [row("guidance"), row("guidance", member="示例癸")]})
    (again,) = kept(path, held)
    assert [len(rows.good) for rows in again.forms] == [2] and again.is_restricted
    assert "示例辛".encode() not in path.read_bytes() and "示例癸".encode() not in path.read_bytes()


def test_judging_again_keeps_the_numbers(path: Path) -> None:
    held = judged({"ledger": [row("ledger")]})
    kept(path, held)
    state = (held.digest, "整改台帐", 4)
    with Store(path) as store, store.transaction():
        store.keep_numbers(store.keep_items([("ledger", "KX02-T001", "KX02", [state], False)]))
        store.replace_content(replace(held, verdict="returned"), "other grounds")
        assert store.numbers().by_state == {state: "KX02-T001"}
        assert [(a.judging, h.verdict) for a, h in zip(store.arrivals(), store.returns(), strict=True)] == [
            ("other grounds", "returned")
        ]
        withdrawn = "SELECT is_withdrawn FROM items"
        assert not store.keep_items([], same=["KX02"]).sheets() and store.rows(withdrawn) == [(0,)]
        store.keep_items([])
        assert store.rows(withdrawn) == [(1,)] and store.numbers().used == {"KX02-T001"}


def test_numbers_of_rows_that_do_not_count_for_now_are_kept(path: Path) -> None:
    held = judged({"ledger": [row("ledger"), row("ledger", problem="第二个问题")]})
    kept(path, held)
    first, second = ((held.digest, "整改台帐", line) for line in (4, 5))
    (rows,) = held.forms
    with Store(path) as store, store.transaction():
        store.keep_numbers(store.keep_items([("ledger", "KX02-T001", "KX02", [first], False)]))
        second_too = ("ledger", "KX02-T002", "KX02", [second], False)
        store.keep_numbers(store.keep_items([second_too, ("ledger", "KX02-T001", "KX02", [], False)]))
        given = store.numbers().by_state
        store.replace_content(replace(held, forms=(replace(rows, good=rows.good[:1]),)), "other grounds")
        assert store.numbers().by_state == given == {first: "KX02-T001", second: "KX02-T002"}
        store.replace_content(held, "grounds")
        assert store.numbers({held.digest}).by_state == given and store.numbers(set()).by_state == {}
        assert store.rows("SELECT count(*) FROM lapsed") == [(0,)]


def test_many_rows_of_a_sheet_come_back_in_its_order() -> None:
    good = [Row("一", line, ("甲", date(2005, 5, 27), line / 2)) for line in range(2, 5000, 2)]
    bad = [Row("一", line, ("乙\n\u2028", "2005-5-32", None), ("乙", "2005-5-32")) for line in range(1, 5000, 2)]
    told = list(rows_from("filings", "一", rows_to(good, bad)))
    assert told == sorted([*((row, True) for row in good), *((row, False) for row in bad)])
    for wanted in ({1}, {2001, 2002}, {4999}, {9999}, set[int]()):
        some = list(rows_from("filings", "一", rows_to(good, bad), wanted))
        assert some == [entry for entry in told if entry[0].row in wanted]


def test_what_runs_leave_to_each_other(path: Path) -> None:
    entry = OfficeEntry("ledger", "KX02-T001", "extended_to", date(2005, 6, 3), DAY)
    cleared = entry._replace(value=None)
    known = Known("ledger", "KX02", "KX02-T001", "问题", "未到期", date(2005, 5, 27))
    key = ReminderKey("ledger", "KX02", "KX02-T001", "half")
    told = judged(FLAWED).findings[0]
    with Store(path) as store, store.transaction():
        run = store.begin("r", DAY, "")
        store.keep_entries([entry, cleared], [told, told], DAY)
        store.keep_run(run, {"pending": 1}, Snapshot(as_of=DAY, items=(known,)))
        store.keep_written("r", run, [["ledger", "KX02-T001", DAY, None]])
        store.keep_reminders([key], DAY, sent_key)
        store.keep_reminders([key], date(2005, 6, 1), sent_key)
        store.finish(run)
    with Store(path, read_only=True) as store:
        assert store.entries() == (entry, cleared) and store.edits(DAY) == (told,)
        assert store.summary(run) == {"pending": 1} and store.snapshot(run) == Snapshot(as_of=DAY, items=(known,))
        assert store.written("r") == (("ledger", "KX02-T001", DAY, None),) and store.written("s") is None
        assert store.first_reminded(sent_key).day_of(sent_key(key)) == DAY and store.runs()[0].is_finished


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    with Store(path) as store:
        with pytest.raises(ZeroDivisionError), store.transaction():
            store.begin("r", DAY, "")
            raise ZeroDivisionError
        assert store.runs() == []


# ---- what cannot be used


def refused_as(path: Path) -> set[str]:
    """How the memory is refused, for writing and for reading alike; it is left as it was."""
    before, codes = path.read_bytes(), set()
    for read_only in (False, True):
        with pytest.raises(CannotFinish) as caught:
            Store(path, read_only=read_only).runs()
        codes.add(caught.value.code)
    assert path.read_bytes() == before
    return codes


def test_a_memory_of_a_newer_version_is_told(path: Path) -> None:
    kept(path)
    with sqlite3.connect(path) as held:
        held.execute(f"PRAGMA user_version = {len(store_schema.MIGRATIONS) + 1}")
    held.close()
    assert refused_as(path) == {"memory-newer"}


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_memory_cut_short_is_told(share: float, path: Path) -> None:
    kept(path, judged(FLAWED))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert refused_as(path) == {"memory-damaged"}


@pytest.mark.parametrize(("share", "log", "is_whole"), [(0.5, 1.0, True), (0.9, 1.0, True), (0.5, 0.5, False)])
def test_what_a_full_disk_kept_out_of_the_file_stands_in_its_log(
    share: float, log: float, is_whole: bool, path: Path
) -> None:
    with Store(path) as store:
        with store.transaction():
            run = store.begin("r", DAY, "")
            store.keep_arrival(judged(FLAWED), "grounds", run, DAY)
            store.write_all("INSERT INTO edits VALUES (?, ?)", [("d", f"{n}" * 100) for n in range(1000)])
        logged = path.with_name(f"{path.name}-wal").read_bytes()
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    path.with_name(f"{path.name}-wal").write_bytes(logged[: int(len(logged) * log)])
    if not is_whole:
        assert refused_as(path) == {"memory-damaged"}
        return
    for read_only in (True, False):
        with Store(path, read_only=read_only) as store:
            assert store.returns() == [judged(FLAWED)]
            assert store.value("SELECT count(*) FROM edits") == 1000


def test_a_new_memory_needs_no_log_to_be_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate, others = store_schema._migrate, []

    def watched(connection: sqlite3.Connection, of: Path) -> sqlite3.Connection:
        migrated = migrate(connection, of)
        # Another reader: the memory's close does not write a log into the file, as on a full disk.
        others.append(sqlite3.connect(connection.execute("PRAGMA database_list").fetchone()[2]))
        others[-1].execute("SELECT count(*) FROM sqlite_schema").fetchone()
        return migrated

    monkeypatch.setattr(store_schema, "_migrate", watched)
    with Store(path) as store:
        assert store.runs() == []
    for other in others:
        other.close()
    assert kept(path, judged(FLAWED)) == [judged(FLAWED)]


@pytest.mark.skipif(os.name == "nt", reason="Windows takes no such path")
def test_a_path_too_long_for_sqlite_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path.joinpath(*["长" * 60] * 3, "记录.sqlite")
    path.parent.mkdir(parents=True)
    for _ in range(2):
        with pytest.raises(OSError, match="记录") as caught:
            kept(path)
        assert caught.value.errno == errno.ENAMETOOLONG
    assert not list(path.parent.iterdir())


def test_what_is_no_memory_of_ours_is_told(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 no database at all" * 100)
    assert refused_as(path) == {"memory-damaged"}
    path.unlink()
    with sqlite3.connect(path) as held:
        held.execute("CREATE TABLE others (a)")
    held.close()
    assert refused_as(path) == {"memory-damaged"}


def test_a_memory_that_another_program_holds_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(path)
    monkeypatch.setattr(store_schema, "PATIENCE", 0.1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store(path) as store, pytest.raises(CannotFinish) as caught, store.transaction():
        pass
    other.close()
    assert caught.value.code == "memory-locked"


def test_an_older_memory_is_brought_along_or_looked_at_as_a_copy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = judged(FLAWED)
    kept(path, held)
    before = path.read_bytes()
    monkeypatch.setattr(store_schema, "MIGRATIONS", (*store_schema.MIGRATIONS, "CREATE TABLE later (a TEXT) STRICT;"))
    with Store(path, read_only=True) as store:
        assert store.rows("SELECT count(*) FROM later") == [(0,)] and store.returns() == [held]
    assert path.read_bytes() == before
    with Store(path) as store:
        assert store.rows("PRAGMA user_version") == [(len(store_schema.MIGRATIONS),)] and store.returns() == [held]


def test_of_two_programs_that_find_an_old_memory_one_brings_it_here(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(path).close()
    monkeypatch.setattr(store_schema, "MIGRATIONS", (*store_schema.MIGRATIONS, "CREATE TABLE later (a TEXT) STRICT;"))
    with closing(sqlite3.connect(path, isolation_level=None)) as first, ThreadPoolExecutor(1) as pool:
        first.execute("BEGIN IMMEDIATE")
        second = pool.submit(lambda: Store(path).close())  # it has found the old version, and waits
        with suppress(TimeoutError):
            second.result(0.2)
        first.execute("CREATE TABLE later (a TEXT) STRICT")
        first.execute(f"PRAGMA user_version = {len(store_schema.MIGRATIONS)}")
        first.execute("COMMIT")
        second.result()


def test_looking_at_a_memory_leaves_nothing_beside_it(path: Path) -> None:
    with Store(path, read_only=True) as store:
        assert store.runs() == []
    assert not path.exists()
    kept(path)
    Store(path, read_only=True).close()
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_run_that_begins_while_the_memory_is_read_is_told_and_is_no_damage(path: Path) -> None:
    kept(path)
    with Store(path, read_only=True) as reader:
        assert reader.value("SELECT count(*) FROM runs") == 1
        with Store(path) as run:
            with run.transaction():
                run.begin("s", DAY, "")
            # All of that still stands in the log: what is read is sound.
            assert reader.value("SELECT count(*) FROM runs") == 1
        with pytest.raises(CannotFinish) as caught:
            reader.runs()
    assert caught.value.code == "memory-changed"


def test_what_a_run_that_goes_on_has_written_is_read(path: Path) -> None:
    kept(path)
    with Store(path) as run:
        for name in ("s", "t"):
            with run.transaction():
                run.begin(name, DAY, "")
            with Store(path, read_only=True) as reader:
                assert reader.value("SELECT count(*) FROM runs") == run.value("SELECT count(*) FROM runs")


def test_what_a_run_of_the_first_version_knew_is_still_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Known("ledger", "KX02", "KX02-T001", "问题", "late", date(2005, 5, 27), None, True)
    told = [[*known[:5], {"day": "2005-05-27"}, None, True]]
    old = zlib.compress(json.dumps(told).encode())
    assert list(snapshot_from([old])) == [known] == list(snapshot_from(snapshot_to([known])))
    with monkeypatch.context() as before:
        before.setattr(store_schema, "MIGRATIONS", store_schema.MIGRATIONS[:6])
        with Store(path) as store, store.transaction():
            for seq, knew in ((1, old), (2, None)):
                insert = "INSERT INTO runs (id, as_of, settings, snapshot) VALUES (?, ?, '', ?)"
                store.write(insert, seq, str(DAY), knew)
    with Store(path) as store:
        assert store.snapshot(1) == Snapshot(as_of=DAY, items=(known,)) and store.snapshot(2) is None


def test_what_a_run_knew_is_kept_in_pieces_and_anew_each_time(path: Path) -> None:
    known = [Known("ledger", "KX02", f"KX02-T{at:05}", "问题", "late", DAY, None, False) for at in range(4001)]
    with Store(path) as store, store.transaction():
        run = store.begin("r", DAY, "")
        for items, pieces in ((known, 3), (known[:1], 1), ((), 1)):
            store.keep_run(run, {}, Snapshot(as_of=DAY, items=items))
            assert store.rows("SELECT count(*) FROM snapshots") == [(pieces,)]
            assert list(store.snapshot(run).items) == list(items)  # type: ignore[union-attr]
        store.forget()
        assert store.rows("SELECT count(*) FROM snapshots") == [(0,)]


def test_reminders_of_the_second_version_keep_their_days(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half = ReminderKey("ledger", "KX02", "KX02-T001", "half")
    late = half._replace(kind="late", due=date(2005, 5, 27))
    with monkeypatch.context() as before:
        before.setattr(store_schema, "MIGRATIONS", store_schema.MIGRATIONS[:2])
        with Store(path) as store, store.transaction():
            for key, day in ((half, "2005-05-25"), (late, "2005-06-01")):
                told = [*key[:4], {"day": key.due.isoformat()} if key.due else None]
                store.write("INSERT INTO reminders (told, sent_on) VALUES (?, ?)", json.dumps(told), day)
    with Store(path, read_only=True) as store:
        sent = store.first_reminded(sent_key)
        assert {key: sent.day_of(sent_key(key)) for key in (half, late)} == {half: DAY, late: date(2005, 6, 1)}
        assert len(sent) == 2


def test_rows_and_numbers_of_the_fourth_version_are_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two = [row("ledger"), row("ledger", problem="第二个问题")]
    flawed, good = judged(FLAWED), judged({"ledger": two}, file="b.xlsx")
    kept(path.with_name("now"), flawed, good)
    with monkeypatch.context() as before:
        before.setattr(store_schema, "MIGRATIONS", store_schema.MIGRATIONS[:4])
        with Store(path) as store:
            store.write("ATTACH ? AS now", str(path.with_name("now")))
            with store.transaction():
                for table in ("runs", "files", "sheets", "findings"):
                    columns = ", ".join(name for _, name, *_ in store.rows(f"PRAGMA now.table_info({table})"))
                    store.write(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM now.{table}")
                columns = ", ".join(name for _, name, *_ in store.rows("PRAGMA main.table_info(arrivals)"))
                store.write(f"INSERT INTO arrivals SELECT {columns} FROM now.arrivals")
                states = [(sheet, *told) for sheet, held in enumerate((flawed, good), 1) for told in old_states(held)]
                for key, (sheet, line, is_good, told, typed) in enumerate(states, 1):
                    store.write("INSERT INTO contents VALUES (?, ?, ?, ?)", key, f"{key}".encode(), told, typed)
                    store.write("INSERT INTO states VALUES (?, ?, ?, ?, NULL)", sheet, line, is_good, key)
                store.write("INSERT INTO items VALUES (7, 'ledger', 'KX02-T007', 'KX02', 0)")
                store.write("INSERT INTO items VALUES (9, 'ledger', 'KX02-T001', 'KX02', 1)")
                store.write("UPDATE states SET item = 9 WHERE sheet = 2 AND row = 4")
                store.write("INSERT INTO lapsed VALUES (?, 'ledger', '整改台帐', 5, 7)", good.digest)
    with Store(path) as store, store.transaction():
        assert store.returns() == [flawed, good]
        assert store.numbers().by_state == {
            (good.digest, "整改台帐", 4): "KX02-T001", (good.digest, "整改台帐", 5): "KX02-T007"
        }  # fmt: skip
        assert store.rows("SELECT number, is_withdrawn FROM items") == [("KX02-T001", 1), ("KX02-T007", 0)]
        store.keep_arrival(judged(FLAWED, saved="2005-05-26T08:00:00Z"), "grounds", 1, DAY)
        assert store.rows("PRAGMA foreign_key_check") == []


def old_states(held: Return) -> list[tuple[int, bool, str, str | None]]:
    """A return's rows (row, is_good, told, typed) as the first versions had them."""
    (rows,) = held.forms
    return [
        (told.row, told in rows.good, with_days(told.values), with_days(told.typed) if told.typed else None)
        for told in rows.rows()
    ]


@pytest.mark.parametrize("name", ["isal.isal_zlib", "zlib_ng.zlib_ng", "zlib"])
def test_what_any_back_end_packed_is_read_everywhere(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [[number, "整改情况" * (number % 50), date(2005, 5, number % 28 + 1)] for number in range(3000)]
    told = json.loads(with_days(lines))
    monkeypatch.setattr(deflating, "_BACK_ENDS", tuple(b for b in deflating._BACK_ENDS if b[0] == name))
    deflating.back_end.cache_clear()
    try:
        compressed, one = packed(lines), packed_text(with_days(lines[:5]))
    finally:
        deflating.back_end.cache_clear()
    assert [line for piece in unpacked(compressed) for line in piece] == told
    assert list(unpacked(one)) == [told[:5]] and json.loads(zlib.decompress(one)) == told[:5]
