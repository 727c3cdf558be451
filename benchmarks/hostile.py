"""The table of hostile and messy kinds of files: the verdict, the time and the memory of each, held against its promise.

    python benchmarks/hostile.py [--only WORD] [--quick]

Every file is read in a process of its own under the limits of a reader process. Exit 1 if any row is not as promised.
"""

from __future__ import annotations

import argparse
import gc
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clean_rows import AS_OF
from hostile_base import Kind, sound
from hostile_large import LARGE
from hostile_more import MORE
from hostile_others import OTHERS
from hostile_sheets import SHEETS
from hostile_zips import ZIPS

from rectify_xl.model import Return
from rectify_xl.office.ruling import ruling_for
from rectify_xl.receiving.containers import inbox_sources
from rectify_xl.receiving.guarded import confine
from rectify_xl.receiving.guarded.limits import process_limits
from rectify_xl.receiving.intake import Source
from rectify_xl.receiving.reading import read_file

KINDS: tuple[Kind, ...] = (*ZIPS, *SHEETS, *MORE, *OTHERS, *LARGE)
# What refusing a bomb may take: seconds, and MiB beyond what the process had.
_BOMB_SECONDS, _BOMB_MIB = 2, 64


@dataclass(frozen=True)
class Outcome:
    """What came of one file: its verdict and (code, cell) of its findings; CPU seconds, and MiB that reading it took."""

    verdict: str
    told: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    mib: float = 0.0

    def fault(self, kind: Kind) -> str:
        """What is not as promised, "" if all is."""
        codes = kind.code.split()
        there = [(code, cell) for code, cell in self.told if not kind.cell or cell == kind.cell]
        if self.verdict != kind.verdict:
            return f"verdict {self.verdict}"
        if codes and not any(code in codes for code, _ in there):
            return f"told {self.told[:3]}"
        if not codes and self.told:
            return f"told {self.told[:3]} without reason"
        limits = process_limits()
        if self.seconds > (_BOMB_SECONDS if kind.is_bomb else limits.seconds):
            return "too slow"
        return "too much memory" if self.mib > (_BOMB_MIB if kind.is_bomb else limits.memory_mib) else ""


def read(source: Source) -> Return:
    """The verdict on one file, in this process."""
    return read_file(source, ruling_for(sound().settings), AS_OF)


def said(held: Return) -> Outcome:
    """What is compared of a return."""
    return Outcome(held.verdict, tuple((finding.code, finding.cell) for finding in held.findings))


def apart(source: Source) -> Outcome:
    """What comes of a file in a process of its own; one that dies is told as "died"."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(source, writes)
    os.close(writes)
    with os.fdopen(reads, "rb") as stream:
        answer = stream.read()
    _, status, used = os.wait4(child, 0)
    if status or not answer:
        return Outcome(f"died {status}")
    verdict, told, mib = pickle.loads(answer)
    return Outcome(verdict, told, used.ru_utime + used.ru_stime, mib)


def _answer(source: Source, writes: int) -> None:
    """Reads in a forked process, answers, and ends without going back to what the parent was doing."""
    before, before_size = _memory("VmRSS"), _memory("VmSize")
    limits = process_limits()
    confine.limit_memory(limits.memory_mib + round(before_size - _of_a_reader()))
    confine.limit_seconds(limits.seconds)
    gc.disable()  # as in a reader process
    try:
        made = said(read(source))
    except MemoryError:  # what the pool tells of such an answer
        made = Outcome("refused", (("limit-memory", ""),))
    with os.fdopen(writes, "wb") as stream:
        stream.write(pickle.dumps((made.verdict, made.told, _memory("VmHWM") - before)))
    os._exit(0)


_FRESH = """
from rectify_xl.receiving.guarded.child import maker
maker("read")
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmSize")))
"""


@cache
def _of_a_reader() -> float:
    """The address space of a reader process before its first file, in MiB: what it has is limited, not what is ours."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "MALLOC_ARENA_MAX": "1"}
    command = [sys.executable, "-S", "-c", _FRESH]
    return int(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout) / 1024


def _memory(name: str) -> float:
    """The memory of this process in MiB: VmRSS now, VmHWM at most."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def outcome(kind: Kind) -> Outcome:
    """Lays one kind into an inbox and reads what is there."""
    _of_a_reader()
    with tempfile.TemporaryDirectory() as folder:
        kind.lay(Path(folder))
        sources = inbox_sources(Path(folder))
        return apart(sources[0]) if len(sources) == 1 else Outcome(f"{len(sources)} files")


def table(kinds: Sequence[Kind]) -> int:
    """Prints a line a kind; how many are not as promised."""
    read(Source(path=os.devnull, name="warm", is_regular=False))
    print(f"{'kind':42} {'verdict':9} {'told':18} {'s':>6} {'MiB':>6}")
    wrong = 0
    for kind in kinds:
        begun = time.perf_counter()
        got = outcome(kind)
        fault = got.fault(kind)
        wrong += bool(fault)
        codes = " ".join(dict.fromkeys(code for code, _ in got.told))
        line = f"{kind.name:42} {got.verdict:9} {codes[:18]:18} {got.seconds:6.2f} {got.mib:6.0f}"
        print(line + (f"  NOT AS PROMISED: {fault} (wall {time.perf_counter() - begun:.1f} s)" if fault else ""), flush=True)
    print(f"{len(kinds)} kinds, {wrong} not as promised")
    return wrong


def main() -> int:
    """The table; 1 if any row is not as promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="kinds with this in their name")
    parser.add_argument("--quick", action="store_true", help="without the heavy ones")
    given = parser.parse_args()
    wanted = [kind for kind in KINDS if given.only in kind.name and not (given.quick and kind.heavy)]
    return int(table(wanted) > 0)


if __name__ == "__main__":
    sys.exit(main())
