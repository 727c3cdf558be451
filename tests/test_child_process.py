from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import time
from datetime import date
from pathlib import Path

import child_process_driver
import pytest
from returns import filled_template, row, settings_for

from rectify_xl.runs import pipeline, workspace

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies a process")
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
BEGIN = "import os, sys, time\nfrom pathlib import Path\nfrom rectify_xl.runs.child_process import done_by_child\n"


def said(script: str, *given: str) -> str:
    """What a script of its own process prints."""
    command = [sys.executable, "-c", BEGIN + textwrap.dedent(script), *given]
    ended = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.strip()


def test_work_is_done_by_a_copy_that_changes_nothing_here(tmp_path: Path) -> None:
    script = """
        held = []
        def work():
            held.append(1)
            Path(sys.argv[1]).write_text(str(os.getpid()))
        with done_by_child(work) as was_done:
            print(was_done(), was_done(), held, Path(sys.argv[1]).read_text() == str(os.getpid()))
        """
    assert said(script, str(tmp_path / "made")) == "True True [] False"


def test_what_fails_in_a_copy_is_told_by_one_word_and_nothing_else() -> None:
    script = """
        print("before", end=" ")
        def killed(): os.kill(os.getpid(), 9)
        for work in (lambda: 1 / 0, killed, sys.exit):
            with done_by_child(work) as was_done:
                print(was_done(), end=" ")
        """
    assert said(script) == "before False False False"


def test_a_copy_that_gives_way_leaves_the_processors_to_others(tmp_path: Path) -> None:
    script = """
        own = os.nice(0)
        for gives_way in (False, True):
            def work(): Path(sys.argv[1]).write_text(str(os.nice(0)))
            with done_by_child(work, gives_way=gives_way) as was_done:
                print(was_done(), int(Path(sys.argv[1]).read_text()) > own, os.nice(0) == own, end=" ")
        """
    assert said(script, str(tmp_path / "niceness")) == "True False True True True True"


def test_nothing_is_begun_where_it_is_not_worth_it_or_other_threads_are_at_work() -> None:
    script = """
        from threading import Event, Thread
        with done_by_child(lambda: None, is_worth=False) as was_done:
            print(was_done(), end=" ")
        ended = Event()
        Thread(target=ended.wait).start()
        with done_by_child(lambda: None) as was_done:
            print(was_done())
        ended.set()
        """
    assert said(script) == "False False"


@pytest.mark.parametrize("way", ["left", "killed"])
def test_a_copy_that_nobody_waits_for_ends(way: str, tmp_path: Path) -> None:
    script = """
        def work():
            Path(sys.argv[1]).write_text(str(os.getpid()))
            time.sleep(600)
        with done_by_child(work):
            while not Path(sys.argv[1]).exists() or not Path(sys.argv[1]).read_text():
                time.sleep(0.01)
            if sys.argv[2] == "killed":
                os.execv(sys.executable, [sys.executable, "-c", ""])  # as when it dies: nothing is left that holds it
        """
    said(script, str(tmp_path / "pid"), way)
    copy, until = int((tmp_path / "pid").read_text()), time.monotonic() + 20
    while is_running(copy) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_running(copy)


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet buried does not."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] != "Z"


# ---- a weekly run


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A workspace with something in its inbox, and what stands in it after a run that has no copies."""
    place = tmp_path_factory.mktemp("beside") / "整改工作"
    settings = settings_for()
    workspace.create(place, settings)
    filled_template(place / "收件/KX02.xlsx", {"ledger": [row("ledger")]}, settings=settings)
    (place / "收件/说明.txt").write_text("不是工作簿", encoding="utf-8")
    alone = place.with_name("另一处")
    shutil.copytree(place, alone)
    pipeline.run_workspace(alone, as_of=date(2005, 5, 25), options=pipeline.ReadOptions(workers=1))
    return place, tree(alone)


def tree(place: Path) -> dict[str, bytes]:
    """Every file but the memory, by its path."""
    found = (path for path in place.rglob("*") if path.is_file() and "sqlite" not in path.name)
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in found}


@pytest.mark.parametrize("spoiled", ["", "draft_results:kill", "keep:raise"])
def test_a_run_comes_to_the_same_with_copies_and_where_one_breaks(
    spoiled: str, begun: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    place, wanted = begun
    shutil.copytree(place, tmp_path / "w")
    command = [sys.executable, child_process_driver.__file__, str(tmp_path / "w"), "2005-05-25", spoiled]
    ended = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert (ended.returncode, ended.stderr, ended.stdout) == (0, "", "4\n")
    assert tree(tmp_path / "w") == wanted
