"""Reads any folder of other people's spreadsheets and holds every cell against what an independent reader makes of it.

    python benchmarks/public_files.py FOLDER [--only WORD] [--show 3]

Every file is read in a process of its own under the limits of a reader process; then openpyxl (and where they are
installed xlrd, pyxlsb, odfpy) reads it too, and the cells are compared. Told are the files by what came of them, the differences by kind with the files that show them, and the
slowest and largest. A difference that one of our findings explains (an error value, a formula never calculated, a text too
long) is counted apart. Exit 1 if a process died, broke a limit, or a difference has no explanation.
"""

from __future__ import annotations

import argparse
import os
import pickle
import resource
import sys
import traceback
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl.utils.escape import unescape
from other_readers import cells_of, kind_of, serial

from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.grid import RawBook, Unreadable
from rectify_xl.kinds import CellError, LongText, NoValue
from rectify_xl.receiving.guarded import confine
from rectify_xl.receiving.guarded.limits import process_limits

_SPREADSHEETS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods", ".xlt", ".xlam", ".xla", ".et")
# What openpyxl may take; beyond that a file is not compared.
_ITS_SECONDS, _ITS_MIB, _ITS_MOST = 40, 3_000, 3_000_000
# How far two readings of one number or moment may lie apart.
_CLOSE = 1e-9
_EXPLAINED = ("error value", "never calculated", "text too long")


@dataclass
class Outcome:
    """What came of one file: ours ("read" or a code), theirs, CPU seconds and MiB of ours, and the differences."""

    ours: str = "died"
    theirs: str = ""
    seconds: float = 0.0
    mib: float = 0.0
    cells: int = 0
    differences: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    trace: str = ""

    def add(self, kind: str, example: str) -> None:
        """Counts a difference and keeps the first of its kind."""
        self.differences[kind] += 1
        self.examples.setdefault(kind, example)


def spreadsheets(folder: Path, word: str) -> Iterator[Path]:
    """The spreadsheets below a folder by their names."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _SPREADSHEETS and word in str(path) and path.is_file() and not path.is_symlink():
            yield path


def apart(path: Path) -> Outcome:
    """What comes of a file in a process of its own, which may die."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reads)
        _answer(path, writes)
    os.close(writes)
    with os.fdopen(reads, "rb") as stream:
        answers = stream.read()
    os.waitpid(child, 0)
    made, held = Outcome(), BytesIO(answers)
    while held.tell() < len(answers):
        made = pickle.load(held)
    return made


def _answer(path: Path, writes: int) -> None:
    """Tells what ours came to, then what the comparison came to; whatever kills the second leaves the first."""
    with os.fdopen(writes, "wb") as stream:
        made = Outcome()
        for stream_of_others in (1, 2):  # a library that aborts has much to say, and some that do not
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream_of_others)
        limits, data = process_limits(), path.read_bytes()
        confine.limit_memory(limits.memory_mib + _own_mib())
        confine.limit_seconds(limits.seconds)
        book = _ours(data, made)
        stream.write(pickle.dumps(made))
        stream.flush()
        resource.setrlimit(resource.RLIMIT_AS, (_ITS_MIB * 2**20, resource.getrlimit(resource.RLIMIT_AS)[1]))
        confine.limit_seconds(_ITS_SECONDS)
        if book is not None and (kind := kind_of(data)):
            _compare(data, kind, book, made)
            stream.write(pickle.dumps(made))
    os._exit(0)


def _own_mib() -> int:
    """What this process holds already, modules for the comparison among it."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize() // 2**20 - 60


def _ours(data: bytes, made: Outcome) -> RawBook | None:
    try:
        book = read_workbook(data)
        made.ours = "read"
    except Unreadable as error:
        book, made.ours = None, f"{error.code} {error.case}".strip()
    except MemoryError:
        book, made.ours = None, "limit-memory"
    except BaseException as error:  # whatever it is, it is ours and must be told
        book, made.ours, made.trace = None, f"BUG {error.__class__.__name__}", traceback.format_exc()
    used = resource.getrusage(resource.RUSAGE_SELF)
    made.seconds, made.mib = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return book


# ---- comparing


def _compare(data: bytes, kind: str, book: RawBook, made: Outcome) -> None:
    warnings.simplefilter("ignore")
    mine = dict(_our_cells(book))
    made.cells = len(mine)
    if made.cells > _ITS_MOST:
        made.theirs = "too large to compare"
        return
    try:
        theirs, epoch = cells_of(data, kind)
    except BaseException as error:  # no reader's contract knows its exceptions
        made.theirs = f"{kind}: their {error.__class__.__name__}"
        return
    made.theirs = f"{kind}: read"
    for place in sorted(mine.keys() | theirs.keys()):
        one, two = mine.get(place), theirs.get(place)
        told = _difference(one, two, epoch)
        if told and not (kind != "xlsx" and told == "day for number, same value"):  # the others do not tell days
            made.add(f"{kind}: {told}", f"{place[0]}!R{place[1]}C{place[2] + 1}: ours {one!r:.80} theirs {two!r:.80}")


def _our_cells(book: RawBook) -> Iterator[tuple[tuple[str, int, int], Any]]:
    for grid in book.sheets:
        for row, values in enumerate(grid.rows, grid.first_row):
            for column, value in enumerate(values, grid.first_column):
                if value.__class__ is not str or value:
                    yield (grid.title, row, column), value
        for (row, column), value in grid.far.items():
            yield (grid.title, row, column), value


def _difference(one: Any, two: Any, epoch: datetime) -> str:
    """The kind of difference between ours and theirs, "" for none."""
    if isinstance(one, CellError):
        return "" if str(one) == two else "error value"
    if isinstance(one, NoValue):
        return "" if two is None else "never calculated"
    if isinstance(one, LongText):
        return "text too long"
    if one is None or two is None:
        return f"only {'theirs' if one is None else 'ours'}: {_kind(two if one is None else one)}"
    if isinstance(one, str) and isinstance(two, str):
        return _text_difference(one, two)
    if _kind(one) == _kind(two) == "flag":
        return "" if one == two else "flag"
    if "text" in (_kind(one), _kind(two)) or "flag" in (_kind(one), _kind(two)):
        return f"{_kind(one)} for {_kind(two)}"
    ours, theirs = serial(one, epoch), serial(two, epoch)
    if abs(ours - theirs) > max(_CLOSE, abs(theirs) * _CLOSE) and abs(ours - theirs) > (1e-5 if _is_day(one) else 0):
        return f"{_kind(one)} for {_kind(two)}, other value"
    return "" if _kind(one) == _kind(two) else f"{_kind(one)} for {_kind(two)}, same value"


def _text_difference(one: str, two: str) -> str:
    if _level(one) == _level(two):
        return ""
    return "blanks around a text" if _level(one).strip() == _level(two).strip() else "text"


def _level(text: str) -> str:
    return unescape(unescape(text)).replace("\r\n", "\n").replace("\r", "\n")


def _is_day(value: Any) -> bool:
    return isinstance(value, (date, time, timedelta))


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "flag"
    return "text" if isinstance(value, str) else "day" if _is_day(value) else "number"


# ---- the table


def table(paths: list[Path], folder: Path, show: int) -> int:
    """Prints what came of the files; how many are not as they should be."""
    made = {str(path.relative_to(folder)): apart(path) for path in paths}
    print(f"{len(made)} files")
    for title, of in (("ours", lambda o: o.ours), ("compared", lambda o: o.theirs or "not compared")):
        print(f"\n{title}:")
        names: dict[str, list[str]] = defaultdict(list)
        for name, outcome in made.items():
            names[of(outcome)].append(name)
        for what, files in sorted(names.items(), key=lambda held: -len(held[1])):
            print(
                f"  {len(files):6} {what:34} {'' if what.endswith(('read', 'compared')) else ', '.join(files[:show])}"
            )
    wrong = _differences(made, show)
    bound = process_limits()
    for name, o in made.items():
        if o.ours == "died" or o.trace or o.seconds > bound.seconds or o.mib > bound.memory_mib:
            wrong += 1
            print(f"\nNOT AS PROMISED {name}: {o.ours}, {o.seconds:.1f} s, {o.mib:.0f} MiB\n{o.trace}")
    for title, key in (("slowest", lambda o: o.seconds), ("largest", lambda o: o.mib)):
        print(
            f"\n{title}: "
            + ", ".join(
                f"{n} {o.seconds:.1f} s {o.mib:.0f} MiB"
                for n, o in sorted(made.items(), key=lambda h: -key(h[1]))[:show]
            )
        )
    return wrong


def _differences(made: dict[str, Outcome], show: int) -> int:
    cells = sum(outcome.cells for outcome in made.values() if outcome.theirs.endswith(": read"))
    kinds = sorted({kind for outcome in made.values() for kind in outcome.differences})
    print(f"\n{cells} cells compared; differences:")
    wrong = 0
    for kind in kinds:
        files = {name: o for name, o in made.items() if kind in o.differences}
        count = sum(o.differences[kind] for o in files.values())
        explained = kind.endswith(_EXPLAINED)
        wrong += 0 if explained else len(files)
        print(f"  {count:7} cells in {len(files):4} files  {kind}{' (told by a finding)' if explained else ''}")
        for name, o in list(files.items())[:show]:
            print(f"            {name} {o.examples[kind]}")
    return wrong


def main() -> int:
    """The table; 1 if anything is without explanation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="files with this in their path")
    parser.add_argument("--show", type=int, default=3, help="how many files of each kind are named")
    given = parser.parse_args()
    return int(table(list(spreadsheets(given.folder, given.only)), given.folder, given.show) > 0)


if __name__ == "__main__":
    sys.exit(main())
