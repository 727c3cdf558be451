"""What safety costs on sound files: reading with audit and scan against the same reading without them, one process.

    python benchmarks/safety.py FOLDER [--rounds 20]

`bare` is calamine over the same sheets straight from the file's bytes; L is inflate and expat without handlers over
the parts a reader needs. The ways take turns file by file, so that a busy machine slows all of them alike; medians
of CPU time a file, and of the ratios.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from statistics import median

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from rectify_xl.excel.reading import reader
from rectify_xl.excel.reading.package import Package

MOST = 1.25


def bare(data: bytes) -> None:
    """Values and merges of the same sheets, as calamine alone gives them."""
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    for about in book.sheets_metadata:
        if not reader.is_unread(about.name, about.visible == SheetVisibleEnum.Visible):
            sheet = book.get_sheet_by_name(about.name)
            _ = sheet.to_python(), sheet.merged_cell_ranges


def limit(data: bytes) -> None:
    """L: the needed parts inflated and tokenised, nothing built."""
    from xml.parsers import expat
    from zipfile import ZipFile

    package = Package(data)
    wanted = {about.part for about in package.sheets if not reader.is_unread(about.title, about.visible)}
    shared = {"xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"}
    with ZipFile(BytesIO(data)) as opened:
        begun = time.process_time()
        for name in opened.namelist():
            if name in wanted or name in shared:
                expat.ParserCreate().Parse(opened.read(name), True)
    limit.spent = time.process_time() - begun  # type: ignore[attr-defined]


def spent(way: Callable[[bytes], object], data: bytes) -> float:
    """CPU seconds of one reading."""
    begun = time.process_time()
    way(data)
    return time.process_time() - begun


def measured(files: list[bytes], rounds: int) -> dict[str, list[float]]:
    """CPU seconds a file by way, one after the other in every round."""
    ways = {"bare": bare, "safe": reader.read_workbook}
    held: dict[str, list[float]] = {name: [] for name in (*ways, "L")}
    for _ in range(rounds):
        for data in files:
            for name, way in ways.items():
                held[name].append(spent(way, data))
            limit(data)
            held["L"].append(limit.spent)  # type: ignore[attr-defined]
    return held


def main() -> int:
    """Prints the medians and the ratios; 1 if safety costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    files = [path.read_bytes() for path in sorted(given.folder.glob("*.xlsx"))]
    if not files:
        parser.error(f"no .xlsx in {given.folder}")
    held = measured(files, given.rounds)
    for name, times in held.items():
        print(f"{name:5} {median(times) * 1000:6.2f} ms")
    price = median(s / b for s, b in zip(held["safe"], held["bare"], strict=True))
    in_limits = median(s / one for s, one in zip(held["safe"], held["L"], strict=True))
    print(f"safe / bare {price:.2f} (at most {MOST})   safe {in_limits:.2f} L")
    return int(price > MOST)


if __name__ == "__main__":
    raise SystemExit(main())
