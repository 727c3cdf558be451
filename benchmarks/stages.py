"""The stages of a run one by one, each in one process and in CPU time: reading, judging, writing the ledger.

    python benchmarks/stages.py read FOLDER [--pairs 5]
    python benchmarks/stages.py judge FOLDER [--pairs 5]
    python benchmarks/stages.py chunks FOLDER
    python benchmarks/stages.py write [--rows 30000] [--pairs 5]
    python benchmarks/stages.py write-ours --rows 300000

FOLDER holds returns of `made_returns`. What is compared is measured in turn, a block at a time, and told as the median
of the ratios within a block; seconds are the least of all blocks, and on a busy machine two or three times too many.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from made_books import made_book
from made_returns import FILLED_ON, settings_for
from yardsticks import limit_of

BLOCK = 20


def cpu(work: Callable[[], object]) -> float:
    """The CPU seconds of some work in this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


# ---- reading


def read(folder: Path, pairs: int) -> None:
    """Values, and values with what calamine cannot say, against L, in blocks of the same files."""
    from python_calamine import CalamineWorkbook

    from rectify_xl.excel.reading.reader import read_workbook

    def values(paths: Sequence[Path]) -> None:
        for path in paths:
            book = CalamineWorkbook.from_path(str(path))
            for name in ("封面", "整改台帐"):
                book.get_sheet_by_name(name).to_python()

    def located(paths: Sequence[Path]) -> None:
        for path in paths:
            read_workbook(path.read_bytes())

    files = sorted(folder.glob("*.xlsx"))
    ratios: list[tuple[float, float]] = []
    for number in range(pairs):
        paths = files[number * BLOCK % len(files) :][:BLOCK]
        least = cpu(lambda held=paths: limit_of([str(p) for p in held]))
        ratios.append((cpu(lambda held=paths: values(held)) / least, cpu(lambda held=paths: located(held)) / least))
    print(f"  read, values alone (calamine)       {median(r[0] for r in ratios):6.2f} x L")
    print(f"  read, with what calamine cannot say {median(r[1] for r in ratios):6.2f} x L")


# ---- judging


def judge(folder: Path, pairs: int) -> None:
    """A workbook judged whole, and its rows alone, by the row; with and without a mistake in every tenth row."""
    from rectify_xl.excel.reading.reader import read_workbook
    from rectify_xl.judging.cover import judge_cover
    from rectify_xl.judging.judge import Received, judge_book
    from rectify_xl.judging.recognise import sort_sheets
    from rectify_xl.judging.rows import UnitContext, judge_rows
    from rectify_xl.judging.sheet import judge_keys
    from rectify_xl.office.ruling import ruling_for

    ruling = ruling_for(settings_for(40))
    paths = sorted(folder.glob("*.xlsx"))[:40]
    raws = [(str(path), read_workbook(path.read_bytes())) for path in paths]
    returns = [judge_book(raw, ruling, Received(file="a.xlsx"), FILLED_ON) for _, raw in raws]
    kinds = {
        "clean": [raw for raw, told in zip(raws, returns, strict=True) if told.verdict == "accepted"][:3],
        "a tenth of the rows wrong": [raw for raw, told in zip(raws, returns, strict=True) if told.findings][:3],
    }
    for name, held in kinds.items():
        told: list[tuple[float, float, float]] = []
        for _ in range(pairs * 3):
            path, raw = held[len(told) % len(held)]
            sheet = sort_sheets(raw.sheets).forms[0]
            cover = judge_cover(sort_sheets(raw.sheets), ruling)
            context = UnitContext(
                unit_kind=cover.unit_kind, prefixes=frozenset(), year=FILLED_ON.year,
                bounds=ruling.bounds(FILLED_ON, cover.unit_kind),
            )  # fmt: skip
            least = cpu(lambda at=path: [limit_of([at]) for _ in range(5)]) / 5
            rows = cpu(lambda s=sheet, c=context: [judge_keys([judge_rows(s, ruling, c)]) for _ in range(20)]) / 20
            whole = cpu(
                lambda r=raw: [judge_book(r, ruling, Received(file="a.xlsx"), FILLED_ON) for _ in range(20)]
            )
            count = len(sheet.data)
            told.append((rows / count * 1e6, whole / 20 / count * 1e6, rows / least))
        print(
            f"  judge, {name:26s} {min(t[0] for t in told):5.1f} us a row (whole book {min(t[1] for t in told):5.1f})"
            f" {median(t[2] for t in told):5.2f} x L"
        )


def chunks(folder: Path) -> None:
    """Whether every file's verdict, rows and findings are the same whatever the chunk, read by two processes."""
    from rectify_xl.receiving import engine
    from rectify_xl.receiving.intake import files_in

    sources = files_in([folder])[:60]
    settings, told = settings_for(len(sources)), []
    for size in (25, 1, 7):
        engine.CHUNK = size
        told.append(list(engine.read_all(sources, settings, FILLED_ON, workers=2)))
    count = sum(len(held.findings) for held in told[0])
    same = "the same" if told[0] == told[1] == told[2] else "DIFFERENT"
    print(f"  {len(sources)} files in chunks of 25, 1 and 7: {same} rows and findings ({count} of these)")


# ---- writing


def write_ours(rows: int) -> None:
    """The ledger by us alone, in a fresh process."""
    command = [sys.executable, __file__, "write-one", "ours", "--rows", str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, memory, size = map(float, done.stdout.split())
    print(f"  write {rows} rows, ours       {seconds:6.2f} s CPU {memory:6.1f} MiB besides the book {size:5.1f} MiB")


def write_one(way: str, rows: int) -> None:
    """One ledger written one way; prints its CPU seconds and the memory that it took besides the book, in MiB."""
    from rectify_xl.excel.ledgers import ledger
    from rectify_xl.excel.writing.styles import new_workbook

    def by_cell(sheet: Any, filling: Any) -> None:
        for at, row in enumerate(filling.rows, filling.first_row):
            for place, (value, style) in enumerate(zip(row, filling.formats, strict=True)):
                sheet.write(at, place, value, style)

    def slowly(target: Path) -> None:
        workbook = new_workbook(target, as_of=book.as_of)
        ledger.add_sheets(workbook, book, fill=by_cell)
        workbook.close()

    book = made_book(rows, date(2005, 5, 25))
    with tempfile.TemporaryDirectory() as folder:
        target, before = Path(folder) / "ledger.xlsx", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        spent = cpu(lambda: ledger.write_ledger(book, target) if way == "ours" else slowly(target))
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(spent, (after - before) / 1024, target.stat().st_size / 2**20)


def write(rows: int, pairs: int) -> None:
    """The ledger by us and by xlsxwriter's write(), each in a fresh process, in turn."""
    told: dict[str, list[list[float]]] = {"ours": [], "xlsxwriter": []}
    for _ in range(pairs):
        for way, held in told.items():
            command = [sys.executable, __file__, "write-one", way, "--rows", str(rows)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            held.append([float(word) for word in done.stdout.split()])
    for way, held in told.items():
        seconds, memory, size = (f(h[at] for h in held) for at, f in enumerate((min, max, max)))
        print(f"  write {rows} rows, {way:10s} {seconds:6.2f} s CPU {memory:6.1f} MiB besides the book {size:5.1f} MiB")
    ratio = median(slow[0] / fast[0] for fast, slow in zip(*told.values(), strict=True))
    print(f"  xlsxwriter's write() / ours {ratio:6.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=["read", "judge", "chunks", "write", "write-ours", "write-one"])
    parser.add_argument("what", nargs="?", default="")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--rows", type=int, default=30_000)
    given = parser.parse_args()
    if given.stage == "write-one":
        write_one(given.what, given.rows)
    elif given.stage == "write-ours":
        write_ours(given.rows)
    elif given.stage == "write":
        write(given.rows, given.pairs)
    elif given.stage == "chunks":
        chunks(Path(given.what))
    else:
        (read if given.stage == "read" else judge)(Path(given.what), given.pairs)
