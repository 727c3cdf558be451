"""Reads very many small files of mixed kinds and tells what the parent, its children and the clock needed.

    python benchmarks/many_files.py [--n 10000] [--workers 2]

A twentieth each: a web page, random bytes, a zip cut short, an empty file, office clutter, a workbook of no form; the rest
small returns of ours, one in ten with a mistake. What comes back is counted and let go, as a run does with its memory.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl

from rectify_xl.facts import catalog
from rectify_xl.model import Settings, Unit
from rectify_xl.office.profiles import profile
from rectify_xl.receiving.engine import read_all
from rectify_xl.receiving.intake import files_in

DAY = date(2005, 5, 25)
UNITS = 200


def settings() -> Settings:
    """The gdsta profile with a few hundred units."""
    units = tuple(Unit(code=f"KX{n:03}", name=f"示例{n}支部", kind="党支部") for n in range(UNITS))
    return replace(profile("gdsta"), units=units)


def small_return(number: int) -> bytes:
    """A return of one survey row; every tenth has a count that does not add up."""
    book = openpyxl.Workbook()
    cover = book.worksheets[0]
    cover.title = catalog.cover().sheet
    unit = number % UNITS
    said = {"campaign": settings().campaign, "unit_code": f"KX{unit:03}", "unit_name": f"示例{unit}支部"}
    said |= {"filled_by": "示例甲", "approved_by": "示例乙"}
    for column in catalog.cover().columns:
        cover.append(["", column.label, DAY if column.name == "filled_on" else said.get(column.name)])
    form = catalog.forms()["survey"]
    sheet = book.create_sheet(form.title)
    valid = 47 if number % 10 else 60
    row = {"participant": "不区分", "method": "书面测评", "surveyed_on": DAY, "issued": 50, "returned": 48}
    row |= {"valid": valid, "satisfied": 30, "fairly_satisfied": 12, "dissatisfied": 3, "abstained": 2}
    sheet.append([column.label for column in form.columns])
    sheet.append([row.get(column.name) for column in form.columns])
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def empty_book(number: int) -> bytes:
    """A workbook that is none of ours."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(["姓名", "电话"])
    held = BytesIO()
    book.save(held)
    return held.getvalue()


KINDS: tuple[tuple[str, Callable[[int], bytes]], ...] = (
    ("{}.html.xls", lambda n: b"<html><table><tr><td>%d</td></tr></table></html>" % n),
    ("{}.bin.xlsx", lambda n: random.Random(n).randbytes(3000)),
    ("{}.cut.xlsx", lambda n: small_return(n)[:2500]),
    ("{}.empty.xlsx", lambda n: b""),
    ("~${}.xlsx", lambda n: b"x"),
    ("{}.other.xlsx", empty_book),
)


def fill(folder: Path, n: int) -> None:
    """Makes the files; returns of ours repeat after a hundred: reading does not know them again."""
    made = [small_return(number) for number in range(100)]
    for number in range(n):
        kind = number % 20
        name, bytes_of = KINDS[kind] if kind < len(KINDS) else ("{}.xlsx", lambda at: made[at % 100])
        (folder / name.format(f"{number:06}")).write_bytes(bytes_of(number))


def main() -> None:
    """Makes the files, reads them, prints a line of figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), given.n)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        verdicts = Counter(
            held.verdict for held in read_all(files_in([folder]), settings(), DAY, workers=given.workers)
        )
        took = time.perf_counter() - began
    parent, child = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"{given.n} files, {given.workers} processes: {took:.1f} s, {took / given.n * 1000:.2f} ms a file")
    print(f"parent {parent:.0f} MiB at most ({before / 1024:.0f} before reading), a process {child:.0f} MiB")
    print(dict(verdicts))


if __name__ == "__main__":
    main()
