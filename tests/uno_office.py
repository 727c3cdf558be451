"""A LibreOffice that stays: one long-lived soffice a test process, in which workbooks are opened, typed into and read.

`opened(path)` gives a `Book`. The soffice belongs to `uno_worker.py`, which runs under a Python that has `uno`; it is
started when first asked for, serves every test of the process and ends with it.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from soffice import absent, program

from rectify_xl.kinds import CellError

WORKER = Path(__file__).with_name("uno_worker.py")
_PYTHONS = (sys.executable, "/usr/bin/python3")
_SECONDS = 180
_DAY_ZERO = datetime(1899, 12, 30)
# Formulas that make a cell show the error of that name.
_ERRORS = {"#N/A": "=NA()", "#DIV/0!": "=1/0", "#REF!": "=#REF!", "#VALUE!": '=1+"x"', "#NAME?": "=nobody()"}


class OfficeError(Exception):
    """What LibreOffice refused to do."""


class Office:
    """The worker and the soffice behind it."""

    def __init__(self, python: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rectify_xl-uno-"))
        self.chatter = (self.folder / "stderr").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [python, str(WORKER), program(), str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.chatter,
            start_new_session=True,
        )
        atexit.register(self.end)
        self._answer()

    def ask(self, do: str, **arguments: Any) -> Any:
        """The worker's answer to one request; OfficeError where LibreOffice refuses."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        out = self.process.stdout
        assert out is not None
        ready, _, _ = select.select([out], [], [], _SECONDS)
        line = out.readline() if ready else b""
        if not line:
            self.chatter.seek(0)
            pytest.fail(f"the LibreOffice of the tests does not answer: {self.chatter.read()[-2000:]}")
        told = json.loads(line)
        if "error" in told:
            raise OfficeError(told["error"])
        return told["done"]

    def end(self) -> None:
        """Ends worker and soffice, whatever state they are in."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.chatter.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def office() -> Office:
    """The test process's LibreOffice. Without it the test is skipped and says so; where CI=true it fails."""
    program()
    for python in _PYTHONS:
        if Path(python).exists() and subprocess.run([python, "-c", "import uno"], capture_output=True).returncode == 0:
            return Office(python)
    return absent("no Python here has LibreOffice's module uno (Debian: python3-uno)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """A workbook open in LibreOffice, which calculates only when asked.

    Places and areas are A1 names; rows are Excel's row numbers.
    """

    office: Office
    handle: int

    def ask(self, do: str, **arguments: Any) -> Any:
        """One request about this workbook."""
        return self.office.ask(do, book=self.handle, **arguments)

    @property
    def sheets(self) -> list[str]:
        """The titles of all sheets, hidden ones too."""
        titles: list[str] = self.ask("sheets")
        return titles

    def write(self, sheet: str, at: str, rows: Sequence[Sequence[Any]]) -> None:
        """Sets a block of cells whose first is `at`: a text is a text, a date a date cell, "" or None clears."""
        if rows and rows[0]:
            self.ask("write", sheet=sheet, at=at, cells=[[wire(cell) for cell in row] for row in rows])

    def write_formulas(self, sheet: str, at: str, formulas: Sequence[Sequence[str]]) -> None:
        """Sets a block of formulas in LibreOffice's own grammar ($'表'.A1, semicolons)."""
        self.ask("write_formulas", sheet=sheet, at=at, formulas=formulas)

    def read(self, sheet: str, area: str) -> list[list[Any]]:
        """The values of an area: float, str ("" is blank), None for an error."""
        values: list[list[Any]] = self.ask("read", sheet=sheet, area=area)
        return values

    def formulas(self, sheet: str, area: str) -> list[list[str]]:
        """What stands in the cells of an area, formulas as formulas."""
        held: list[list[str]] = self.ask("formulas", sheet=sheet, area=area)
        return held

    def clear(self, sheet: str, area: str) -> None:
        """Empties an area; formats stay."""
        self.ask("clear", sheet=sheet, area=area)

    def calculate(self) -> None:
        """Calculates every formula anew."""
        self.ask("calculate")

    def insert_rows(self, sheet: str, row: int, count: int = 1) -> None:
        """Inserts rows so that the first of them is `row`."""
        self.ask("insert_rows", sheet=sheet, row=row - 1, count=count)

    def delete_rows(self, sheet: str, row: int, count: int = 1) -> None:
        """Deletes rows from `row` on."""
        self.ask("delete_rows", sheet=sheet, row=row - 1, count=count)

    def sort(self, sheet: str, area: str, *, by: int, ascending: bool = True) -> None:
        """Sorts the rows of an area by its column `by`, counted from 0."""
        self.ask("sort", sheet=sheet, area=area, by=by, ascending=ascending)

    def move(self, sheet: str, area: str, to: str) -> None:
        """Cuts an area and pastes it at `to`."""
        self.ask("move", sheet=sheet, area=area, to=to)

    def copy(self, sheet: str, area: str, to: str) -> None:
        """Copies an area over what stands at `to`."""
        self.ask("copy", sheet=sheet, area=area, to=to)

    def unprotect(self, sheet: str) -> None:
        """Lifts a sheet's protection without a password."""
        self.ask("unprotect", sheet=sheet)

    def save(self, path: Path) -> Path:
        """Saves a copy as .xlsx, .html or .pdf, by the suffix."""
        self.ask("save", path=str(path))
        return path


@contextmanager
def opened(path: Path) -> Iterator[Book]:
    """The workbook open in LibreOffice, closed without saving."""
    book = Book(office=office(), handle=office().ask("open", path=str(path)))
    try:
        yield book
    finally:
        book.ask("close")


def wire(cell: Any) -> Any:
    """A raw cell as the worker takes it."""
    if isinstance(cell, CellError):
        return {"formula": _ERRORS[cell]}
    if isinstance(cell, date):
        return {"day": serial_of(cell)}
    return cell


def serial_of(day: date) -> float:
    """A date or moment as the number that stands in its cell."""
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
    return (moment - _DAY_ZERO).total_seconds() / 86400
