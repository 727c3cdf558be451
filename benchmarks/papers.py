"""What the workbooks of 成果 cost, each beside the ledger, in CPU seconds of one process.

    python benchmarks/papers.py [--rows 9000] [--pairs 5]

Every workbook of a made book is written so many times, in turns; the table gives the median of each, and how much of the
ledger's that is. The book is of a first week in which nearly every row is late or due: each has its reminder.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from made_books import made_book

from rectify_xl.excel.ledgers.ledger import write_ledger
from rectify_xl.excel.papers.bulletin import write_bulletin
from rectify_xl.excel.papers.publication import write_publication
from rectify_xl.excel.papers.reminders import write_reminders
from rectify_xl.excel.progress.status import write_status
from rectify_xl.model import Book

WRITERS: dict[str, Callable[[Book, Path], None]] = {
    "整改台帐": write_ledger, "整改进度": write_status, "整改情况通报": write_bulletin, "催办通知": write_reminders,
    "公布稿": write_publication,
}  # fmt: skip


def seconds(write: Callable[[Book, Path], None], book: Book, path: Path) -> float:
    """CPU seconds of writing one workbook."""
    start = time.process_time()
    write(book, path)
    return time.process_time() - start


def main(rows: int, pairs: int) -> None:
    """Prints the table."""
    taken: dict[str, list[float]] = {name: [] for name in WRITERS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(pairs):
            book = made_book(rows)  # anew: what several workbooks tell of one book is worked out once
            for name, write in WRITERS.items():
                taken[name].append(seconds(write, book, Path(folder) / f"{name}.xlsx"))
    ledger = median(taken["整改台帐"])
    for name, times in taken.items():
        print(f"{name}\t{median(times):6.3f} s\t{median(times) / ledger:5.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=9000)
    parser.add_argument("--pairs", type=int, default=5)
    given = parser.parse_args()
    main(given.rows, given.pairs)
