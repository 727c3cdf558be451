"""Seeded mistakes: clean workbooks spoiled one thing at a time; what Python finds of it, what the template shows.

    python benchmarks/seeded_mistakes.py [--kinds FILE.py]... [--excel seen|all|none] [--only TEXT]

The goals: every spoiling is found or understood, at the exact cell, with no false alarm and nothing at all on the clean
workbooks; of those that a clerk can see inside his own workbook at least 95 % show in the template. Ends with 1 where
one of them is missed. Needs LibreOffice for what the template shows (`--excel none`: does without).
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import seen_in_excel
from clean_returns import clean, clean_names
from judging import Outcome, findings_on_clean, judged, read_clean, shown
from mistakes import all_cases
from mistakes_table import goals, print_misses, print_table
from spoiling import Case


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which cases: the files of further kinds, whether ours too, how many of every kind, whose name holds `only`."""

    files: tuple[Path, ...] = ()
    ours: bool = True
    most: int = 0
    only: str = ""

    def cases(self) -> list[Case]:
        """The cases in order."""
        return all_cases(self.files, ours=self.ours, most=self.most, only=self.only)


# ---- Python's half: in a process of its own, for a spoiled file may be the reader's death

_CASES: list[Case] = []


def _load(asked: Asked) -> None:
    _CASES[:] = asked.cases()
    # openpyxl makes objects by the ten thousand: searching them for circles as often as usual takes a fifth of the time.
    gc.freeze()
    gc.set_threshold(50_000)


def _judge(number: int, folder: str) -> Outcome:
    """One case in the worker; the spoiled file stays in the folder under the case's number."""
    outcome, data, _, _ = judged(_CASES[number], Path(folder))
    (Path(folder) / f"{number}.xlsx").write_bytes(data)
    return outcome


def _read_clean(office: str, template: str, folder: str) -> tuple[list[str], dict[str, int], dict[str, int]]:
    """What is told of a clean workbook, its good rows by form, and how many there are."""
    held = clean(office, template)
    got = read_clean(held, Path(folder))
    good = {form.form: len(form.good) for form in got.forms}
    return [shown(finding) for finding in got.findings], good, {form: len(rows) for form, rows in held.rows.items()}


class Reader:
    """The process that spoils and reads; a new one where one died."""

    def __init__(self, asked: Asked, folder: Path) -> None:
        self.asked, self.folder = asked, folder
        self.pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_load, initargs=(self.asked,))

    def submit(self, number: int) -> Future[Outcome]:
        """One case on its way."""
        return self.pool.submit(_judge, number, str(self.folder))

    def clean(self, office: str, template: str) -> tuple[list[str], dict[str, int], dict[str, int]]:
        """What is told of a clean workbook, its good rows by form as read, and as they stand in it."""
        return self.pool.submit(_read_clean, office, template, str(self.folder)).result()

    def result(self, waiting: Future[Outcome], case: Case) -> Outcome:
        """What came of it."""
        try:
            return waiting.result()
        except BrokenProcessPool:
            self.pool.shutdown()
            self.pool = self._started()
            return Outcome.of(case, trouble="the reader died of it")

    def end(self) -> None:
        """Ends the process."""
        self.pool.shutdown()


@dataclass(frozen=True, kw_only=True)
class Look:
    """Which cases are looked at in Excel: those that must show there, all or none; how many of every kind (0: all)."""

    which: str = "none"
    most: int = 0

    def takes(self, case: Case, place: int) -> bool:
        """Whether a case is looked at, the one at that place (from 0) among its kind's."""
        wanted = self.which == "all" or (self.which == "seen" and not case.kind.unseen)
        return wanted and (not self.most or place < self.most)


def outcomes(asked: Asked, cases: Sequence[Case], folder: Path, excel: Look | None = None) -> Iterator[Outcome]:
    """The outcome of every case in order; the template is looked at while the next case is read."""
    reader, places = Reader(asked, folder), Counter[int]()
    try:
        waiting = reader.submit(0)
        for number, case in enumerate(cases):
            outcome = reader.result(waiting, case)
            if number + 1 < len(cases):
                waiting = reader.submit(number + 1)
            path = folder / f"{number}.xlsx"
            if path.exists():
                if excel and excel.takes(case, places[id(case.kind)]):
                    outcome = _looked_at(outcome, case, path)
                path.unlink()
            places[id(case.kind)] += 1
            yield outcome
    finally:
        reader.end()


def _looked_at(outcome: Outcome, case: Case, path: Path) -> Outcome:
    seen = seen_in_excel.look(path, case.clean)
    how = seen.shows(outcome.wanted)
    beside = () if case.kind.unseen else seen.beside([*outcome.wanted, *outcome.may])
    return replace(outcome, in_excel=bool(how), seen=how or seen.trouble, lit_beside=beside)


# ---- the whole


def clean_in_excel(folder: Path) -> Iterator[tuple[str, str]]:
    """What the template tells of the clean workbooks: (workbook, what)."""
    for office, template in clean_names():
        held = clean(office, template)
        path = folder / "clean.xlsx"
        path.write_bytes(held.whole(held.data))
        seen = seen_in_excel.look(path, held)
        if seen.shows(()) or seen.lit or seen.trouble:
            yield held.name, f"{seen.result} {'; '.join(seen.lines)} {seen.trouble}"


def main() -> int:
    """Prints table, misses and goals; 1 where a goal is missed."""
    given = _arguments()
    asked = Asked(files=tuple(given.kinds), ours=not given.no_ours, most=given.each, only=given.only)
    cases = asked.cases()
    excel = Look(which=given.excel, most=given.each_excel)
    if excel.which != "none" and (why := seen_in_excel.absent()):
        print(f"found in Excel is not judged: {why}", file=sys.stderr)
        excel = Look()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        told = [(name, text) for name, found in findings_on_clean(folder).items() for text in found]
        told += list(clean_in_excel(folder)) if excel.which != "none" else []
        lines = print_table(cases, outcomes(asked, cases, folder, excel))
    for name, text in told:
        print(f"! on the clean workbook {name}: {text}")
    print_misses((outcome for line in lines for outcome in line.held), given.misses)
    reached = goals(lines, len(told))
    print(f"{len(lines)} kinds, {len(cases)} spoiled workbooks")
    for goal, is_reached, figures in reached:
        print(f"{'reached' if is_reached else 'MISSED '}  {goal}: {figures}")
    return 0 if all(is_reached for _, is_reached, _ in reached) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", type=Path, action="append", default=[], help="a Python file with more KINDS")
    parser.add_argument("--no-ours", action="store_true", help="only the kinds of those files")
    parser.add_argument("--excel", choices=("seen", "all", "none"), default="seen")
    parser.add_argument("--each", type=int, default=0, help="at most so many cases of every kind (0: all)")
    parser.add_argument("--each-excel", type=int, default=3, help="at most so many of them opened in Excel (0: all)")
    parser.add_argument("--only", default="", help="only kinds whose group or name holds this")
    parser.add_argument("--misses", type=int, default=40, help="how many cases that went wrong are told")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
