from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from pickle import dumps
from types import SimpleNamespace
from typing import Any

import misbehaving_child
import pytest
from returns import DAY, filled_template, row, settings_for

from rectify_xl.cli import main
from rectify_xl.excel.marked import copy_or_reason
from rectify_xl.messages import sentence
from rectify_xl.model import Finding, Return
from rectify_xl.normal import inert
from rectify_xl.receiving import engine
from rectify_xl.receiving.guarded import confine, pool, process, wire
from rectify_xl.receiving.guarded.limits import process_limits
from rectify_xl.receiving.intake import Source, files_in

SETTINGS = settings_for()
CRASHED = ("damaged", "crashed")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = filled_template(tmp_path_factory.mktemp("good") / "a.xlsx", {"ledger": [row("ledger")]})
    return path.read_bytes()


@pytest.fixture
def inbox(tmp_path: Path, good: bytes) -> Any:
    def fill(*names: str) -> list[Source]:
        for name in names:
            (tmp_path / name).write_bytes(good)
        return files_in([tmp_path / name for name in names])

    return fill


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "CHILD_MODULE", "misbehaving_child")
    monkeypatch.setattr(process, "process_limits", lambda: replace(process_limits(), seconds=5))


@pytest.fixture(autouse=True)
def nobody_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Here processes are ended as for a user, and none may be left."""
    monkeypatch.setattr(pool._WAITING, "keepers", 0)
    pool.end_waiting()
    yield
    assert pool._WAITING.processes == []


def read(sources: Sequence[Source], **how: Any) -> list[Return]:
    return list(engine.read_all(sources, SETTINGS, DAY, **how))


def outcome(held: Return) -> tuple[str, str]:
    if held.verdict != "refused":
        return held.verdict, ""
    (told,) = held.findings
    return told.code, str(dict(told.params).get("case", ""))


# ---- what a file does to its process


EXPECTED = dict.fromkeys(misbehaving_child.MISDEEDS, CRASHED) | {
    "abort": ("limit-memory", ""),
    "eat": ("limit-memory", ""),
    "boast": ("limit-memory", ""),
    "hang": ("limit-time", ""),
    "print": ("accepted", ""),
    "work": ("accepted", ""),
    "foreign": CRASHED,
    "pickle": CRASHED,
    "tired": ("accepted", ""),
}


@pytest.mark.usefixtures("misbehaving")
def test_whatever_a_file_does_it_has_a_verdict_and_harms_no_other(
    inbox: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    names = ["good-0.xlsx"]
    for name in EXPECTED:
        names += [f"{name}-1.xlsx", f"good-{name}.xlsx"]
    returns = read(inbox(*names), workers=2)
    assert [Path(held.file).name for held in returns] == names
    told = {Path(held.file).stem: outcome(held) for held in returns}
    expected = {f"{name}-1": how for name, how in EXPECTED.items()}
    assert told == dict.fromkeys((Path(name).stem for name in names), ("accepted", "")) | expected
    assert len({(held.digest, held.suffix, held.size) for held in returns}) == 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("misbehaving")
def test_a_process_at_work_is_not_taken_for_one_that_hangs(inbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "process_limits", lambda: replace(process_limits(), seconds=1))
    assert [outcome(held) for held in read(inbox("work.xlsx", "hang.xlsx"))] == [("accepted", ""), ("limit-time", "")]


@pytest.mark.parametrize(
    ("state", "late", "is_ended"),
    [("S", 1, True), ("", 1, True), ("D", 1, False), ("D", 41, True), ("R", 41, False), ("R", 601, True)],
)
def test_who_waits_for_a_processor_is_ended_by_its_own_time(
    state: str, late: int, is_ended: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_state", lambda pid: state)
    ended: list[bool] = []
    running = SimpleNamespace(pid=0, kill=lambda: ended.append(True))
    held: Any = SimpleNamespace(_until=time.monotonic() - late, _seconds=20, _process=running)
    process.ReaderProcess.end_if_overdue(held)
    assert ended == [True] * is_ended


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_was_broken_off_is_told_with_its_limit(lang: str) -> None:
    source = Source(path="/nowhere", name="a.xlsx")
    told = {
        code: engine._verdict(source, pool.Failure(code, "")).findings[0] for code in ("limit-memory", "limit-time")
    }
    assert "512.0 MB" in sentence(told["limit-memory"], lang)
    assert "20" in sentence(told["limit-time"], lang)


def test_a_real_file_that_asked_for_all_memory_is_read(tmp_path: Path, good: bytes) -> None:
    wide = tmp_path / "wide.xlsx"
    with zipfile.ZipFile(BytesIO(good)) as package, zipfile.ZipFile(wide, "w") as made:
        for info in package.infolist():
            data = package.read(info)
            if "worksheets/sheet" in info.filename:
                far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
                data = data.replace(b"</sheetData>", far)
            made.writestr(info, data)
    (held,) = read(files_in([wide]))
    assert held.verdict == "accepted"
    assert {(f.code, f.cell) for f in held.findings} == {("extra-column", "XFD1048576")}


# ---- the same whatever reads it


def test_results_are_the_same_whatever_the_chunk_and_whoever_reads(inbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [*inbox(*(f"{i}.xlsx" for i in range(7))), Source(path="Thumbs.db", name="Thumbs.db", is_clutter=True)]
    expected = read(sources, guard=False)
    assert [held.verdict for held in expected] == ["accepted"] * 7 + ["ignored"]
    assert read(sources) == expected
    monkeypatch.setattr(engine, "CHUNK", 2)
    assert read(sources, workers=2) == expected
    with ThreadPoolExecutor(2) as executor:
        assert read(sources, executor=executor) == expected
        assert read(sources, executor=executor, guard=False) == expected


def test_no_more_is_read_ahead_than_agreed(inbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CHUNK", 1)
    asked: list[Sequence[Source]] = []
    real = engine.read_guarded

    def counted(readers: pool.Readers, chunk: Sequence[Source], context: bytes) -> list[Return]:
        asked.append(chunk)
        return real(readers, chunk, context)

    monkeypatch.setattr(engine, "read_guarded", counted)
    returns = engine.read_all(inbox(*(f"{i}.xlsx" for i in range(12))), SETTINGS, DAY, workers=1)
    next(returns)
    time.sleep(0.3)
    assert len(asked) <= 3
    returns.close()  # type: ignore[attr-defined]


def test_a_file_that_is_no_file_needs_no_reading(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert [outcome(held) for held in read(files_in([tmp_path]))] == [("not-a-file", "")]
    assert read([]) == []


def test_a_vanished_file_is_refused() -> None:
    assert [outcome(h) for h in read([Source(path="gone.xlsx", name="gone.xlsx")])] == [("not-a-file", "unreadable")]


def test_marked_copies_are_made_by_the_processes_too(inbox: Any, tmp_path: Path) -> None:
    bad = {"ledger": [row("ledger", due="2005.5.32")]}
    path = filled_template(tmp_path / "bad.xlsx", bad)
    sources = files_in([path, *(source.path for source in inbox("gone.xlsx"))])
    held, gone = read(sources)
    (tmp_path / "gone.xlsx").unlink()
    asked = [
        (sources[0], held),
        (sources[1], replace(gone, verdict="returned")),
        (sources[1], replace(gone, verdict="refused")),
    ]
    made = list(engine.marked_copies(asked, send_by=DAY))
    assert made == [copy_or_reason(path.read_bytes(), held, send_by=DAY, lang="zh"), "gone", "refused"]
    assert list(engine.marked_copies(asked[2:], send_by=DAY)) == ["refused"]


# ---- beginning and end


def test_a_process_that_cannot_start_is_a_bug_told_with_its_traceback(
    inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "CHILD_MODULE", "no_such_module")
    with pytest.raises(RuntimeError, match="No module named 'no_such_module'"):
        read(inbox("a.xlsx"))


def test_one_process_serves_until_the_call_is_over(inbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[process.ReaderProcess] = []

    class Counted(process.ReaderProcess):
        def __init__(self) -> None:
            started.append(self)
            super().__init__()

    monkeypatch.setattr(pool, "ReaderProcess", Counted)
    monkeypatch.setattr(engine, "CHUNK", 1)
    sources = inbox("a.xlsx", "b.xlsx", "c.xlsx")
    read(sources)
    assert len(started) == 1
    assert not started[0].is_alive()
    with pool.kept(start=1):
        read(sources)
        read(sources[:1])
        assert len(started) == 2
        assert started[1].is_alive()
    assert not started[1].is_alive()


def test_a_fork_starts_processes_of_its_own(inbox: Any) -> None:
    sources = inbox("a.xlsx")
    with pool.kept():
        read(sources)
        held = list(pool._WAITING.processes)
        pool._WAITING.forget()  # what a fork does
        assert [outcome(told) for told in read(sources)] == [("accepted", "")]
        assert held[0].is_alive()
        held[0].end()


@pytest.mark.usefixtures("misbehaving")
def test_who_takes_no_more_leaves_no_process_behind(inbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CHUNK", 1)
    monkeypatch.setattr(process, "process_limits", process_limits)
    returns = engine.read_all(inbox("a.xlsx", "hang-1.xlsx"), SETTINGS, DAY, workers=1)
    assert next(returns).verdict == "accepted"
    began = time.monotonic()
    returns.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 5


INTERRUPTED = """
import signal
import sys
from datetime import date
from rectify_xl.receiving import engine
from rectify_xl.receiving.guarded import process
from rectify_xl.receiving.intake import files_in
from rectify_xl.office.profiles import profile
process.CHILD_MODULE = "misbehaving_child"
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it runs in the background ignore it
for held in engine.read_all(files_in(sys.argv[1:]), profile("gdsta"), date(2005, 5, 25)):
    print(held.verdict)
"""


def test_an_interrupt_ends_every_process(inbox: Any) -> None:
    paths = [source.path for source in inbox("hang-1.xlsx")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((*filter(None, sys.path), str(Path(__file__).parent)))}
    command = [sys.executable, "-c", INTERRUPTED, *paths]
    with subprocess.Popen(command, env=environment, start_new_session=True, stderr=subprocess.PIPE) as running:
        assert running.stderr is not None
        time.sleep(2.5)
        os.killpg(running.pid, signal.SIGINT)
        assert b"KeyboardInterrupt" in running.stderr.read()
        assert running.wait(timeout=10) != 0
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)


def test_a_reader_process_imports_nothing_heavy() -> None:
    heavy = "{'pandas', 'numpy', 'openpyxl', 'xlsxwriter', 'pandera', 'rich', 'click', 'multiprocessing', 'socket'}"
    told = f"print(sorted({heavy} & set(sys.modules)))"
    code = f"from rectify_xl.receiving.guarded import child; child.maker('read'); {told}"
    started = "from rectify_xl.receiving.guarded.child import main; main()"
    command = [part.replace(started, code) for part in process._command()]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize("is_limited", [True, False])
def test_a_system_that_cannot_bound_memory_is_told_of_once(
    inbox: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_limited: bool
) -> None:
    monkeypatch.setattr(pool._WAITING, "is_limited", is_limited)
    with pytest.raises(SystemExit):
        main(["check", inbox("a.xlsx")[0].path, "--profile", "gdsta"])
    assert capsys.readouterr().err.count("内存") == (0 if is_limited else 1)


# ---- what a reader process may not do

REACHES_OUT = """
import os, sys
from rectify_xl.receiving.guarded import confine
confine.forbid()
confine.allow_writing({allowed!r})
{deed}
os._exit(0)
"""


@pytest.mark.parametrize(
    ("deed", "is_allowed"),
    [
        ("import socket; socket.create_connection(('203.0.113.1', 9), 1)", False),
        ("import socket; socket.getaddrinfo('example.org', 80)", False),
        ("import subprocess; subprocess.run(['true'])", False),
        ("os.system('true')", False),
        ("os.fork()", False),
        ("os.execv(sys.executable, [sys.executable, '-V'])", False),
        ("os.posix_spawn(sys.executable, [sys.executable, '-V'], {})", False),
        ("import ctypes; ctypes.CDLL(None)", False),
        ("open('elsewhere', 'w')", False),
        ("open('allowed/../elsewhere', 'a')", False),
        ("os.mkdir('elsewhere')", False),
        ("os.rename('allowed', 'elsewhere')", False),
        ("open('allowed/a', 'w').close(); os.remove('allowed/a'); os.mkdir('allowed/b')", True),
        ("open(sys.executable, 'rb').close()", True),
    ],
)
def test_a_reader_process_does_not_reach_out(tmp_path: Path, deed: str, is_allowed: bool) -> None:
    (tmp_path / "allowed").mkdir()
    code = REACHES_OUT.format(allowed=str(tmp_path / "allowed"), deed=deed)
    root = str(Path(process.__file__).parents[3])
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {root!r})\n{code}"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True)
    assert ended.returncode == (0 if is_allowed else confine.FORBIDDEN), ended.stderr
    assert not (tmp_path / "elsewhere").exists()


def test_processor_time_is_limited() -> None:
    root = str(Path(process.__file__).parents[3])
    code = f"import sys; sys.path.insert(0, {root!r})\nfrom rectify_xl.receiving.guarded import confine\n"
    command = [sys.executable, "-I", "-S", "-c", f"{code}confine.limit_seconds(0)\nwhile True: pass"]
    assert subprocess.run(command, capture_output=True).returncode == -signal.SIGXCPU


# ---- the wire


def framed(message: Any) -> BytesIO:
    stream = BytesIO()
    wire.send(stream, message)
    stream.seek(0)
    return stream


def test_records_pass_and_nothing_else_does() -> None:
    told = Return(file="a.xlsx", filled_on=DAY, findings=(Finding(level="error", code="date", params=(("day", DAY),)),))
    payload = wire.receive(framed(told), 10_000)
    assert payload is not None
    assert wire.records(payload) == told
    for evil in (os.system, inert, subprocess.Popen, dumps):
        with pytest.raises(wire.Garbage):
            wire.records(dumps(evil))
    for garbage in (b"", b"\x80\x05.", b"rubbish", b"\x80\x05]e."):
        with pytest.raises(wire.Garbage):
            wire.records(garbage)


def test_a_message_is_whole_or_none() -> None:
    data = framed("text").getvalue()
    assert wire.receive(BytesIO(b""), 100) is None
    assert wire.receive(BytesIO(data[:-1]), 100) is None
    assert wire.receive(BytesIO(data[:7]), 100) is None
    for broken in (b"x" + data[1:], data[:-1] + b"!"):
        with pytest.raises(wire.Garbage):
            wire.receive(BytesIO(broken), 100)
    with pytest.raises(wire.Garbage):
        wire.receive(BytesIO(data), 3)


@pytest.mark.usefixtures("misbehaving")
def test_a_bug_of_ours_keeps_its_traceback_and_an_abort_of_others_is_none(
    inbox: Any, caplog: pytest.LogCaptureFixture
) -> None:
    read(inbox("panic-1.xlsx", "segfault-1.xlsx", "eat-1.xlsx", "good.xlsx"))
    (told,) = [record.getMessage() for record in caplog.records if record.name == "rectify_xl"]
    file, _, traceback = told.partition("\n")
    assert Path(file).name == "panic-1.xlsx"
    assert traceback.startswith("Traceback") and traceback.endswith("a panic of a library that is no Exception")


@pytest.mark.usefixtures("misbehaving")
def test_a_command_ends_with_the_files_at_which_the_program_failed(
    inbox: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rectify_xl import cli

    source, other = inbox("panic-1.xlsx", "good.xlsx")

    def said(*files: str) -> list[str]:
        with pytest.raises(SystemExit):
            cli.main(["check", *files, "--profile", "gdsta", "--as-of", "2005-05-25"])
        return capsys.readouterr().err.splitlines()

    assert said(other.path) == []
    (line,) = said(source.path, other.path)
    assert source.path in line and "RECTIFY_XL_TRACE=1" in line
    monkeypatch.setenv("RECTIFY_XL_TRACE", "1")
    asked = said(source.path)
    assert asked[0] == source.path and asked[1].startswith("Traceback") and asked[-1] == line


@pytest.mark.parametrize(
    ("files", "workers", "count"), [(-3, 2, 0), (0, 2, 0), (1, 8, 1), (26, 8, 2), (1000, 2, 2), (30, None, 1)]
)
def test_no_more_processes_start_ahead_than_there_is_work_for(
    files: int, workers: int | None, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []

    class Started:
        def __init__(self) -> None:
            started.append("started")

        def end(self) -> None:
            started.append("ended")

    monkeypatch.setattr(pool, "_WAITING", pool._Waiting())
    monkeypatch.setattr(pool, "ReaderProcess", Started)
    with engine.processes_ready(files, workers):
        assert started == ["started"] * count
    assert started == ["started"] * count + ["ended"] * count
