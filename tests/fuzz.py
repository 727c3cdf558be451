"""Makes returned workbooks and breaks them at random: bytes of the zip, bytes of its XML, values of its cells.

    python tests/fuzz.py [--seconds 3600] [--seed 1] [--keep FOLDER]

Every mutant is read, judged and marked by guarded processes and must get a verdict of ours that can be said; one that
breaks its process is a find: it is kept with its seed, and becomes a fixed case of tests/test_fuzz.py.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from pickle import dumps
from typing import Any, get_args

import openpyxl
from returns import COVER, GOOD, settings_for

from rectify_xl.facts import catalog
from rectify_xl.messages import sentence
from rectify_xl.model import Return, Verdict
from rectify_xl.receiving.guarded.pool import Failure, Readers
from rectify_xl.receiving.guarded.wire import Task
from rectify_xl.receiving.intake import Source

SETTINGS, DAY = settings_for(), date(2005, 6, 30)
FORMS = ("ledger", "survey", "activities")
READ = Task("read", dumps((SETTINGS, DAY)))
MARK = Task("mark", dumps((DAY, "zh", None)))
CHUNK, ROUND = 50, 500
NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"65536",
    b"4294967295",
    b"18446744073709551616",
    b"1e308",
    b"nan",
    b"",
    b"1048577",
    b"\xef\xbc\x91",
)
PLACES = (b"A0", b"XFD1048576", b"XFE1", b"A1048577", b"a1", b"R1C1", b"ZZZZZ9", b"A1:XFD1048576", b"$A$1", b"", b"B2")
# fmt: off
TEXTS = (
    "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "\t=1", "\r", "_x0000_", "_x000D_", "\u202e", "\u200b", "\ufeff",
    "\ud7ff", "\U0001f600", "𠮷", "0" * 400, "9" * 16, "1e999", "-0", "NaN", "∞", "2005.5.32", "5月中旬",
    "二〇〇五年", "05/06/2005", "立行立改", "同上", "无", "/", "—", "％", "150%", "五成", "KX01-T001", "#REF!",
    "KX01-T999999999999", "x" * 33_000, "、" * 50, "（）" * 20, "示例甲、示例甲", "<a>&amp;", "]]>", "%s{0}{x}",
    "\\x00", "合计", "序号", "编号", "示例", "",
)
VALUES: tuple[Any, ...] = (
    *TEXTS, -1, 0, 0.5, 1, 60, 2958466, 1e300, -1e300, 1e-300, 123456789012345678, True, False,
    datetime(1900, 1, 1), datetime(9999, 12, 31), date(2005, 5, 20), None,
)
# fmt: on


# ---- what is broken


@cache
def bases() -> tuple[bytes, ...]:
    """Small sound workbooks."""
    return tuple(_bytes(made()) for made in _BASES)


def _rich() -> openpyxl.Workbook:
    book = _book(FORMS[:1])
    sheet = book.worksheets[1]
    sheet["Z4"], sheet["AA5"] = "=1/0", "=SUM(A1:A3)"
    sheet.merge_cells("B5:B6")
    sheet.row_dimensions[6].hidden = True
    return book


def _book(forms: Iterable[str]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    cover = book.worksheets[0]
    cover.title = catalog.cover().sheet
    for column in catalog.cover().columns:
        cover.append(["", column.label, COVER.get(column.name)])
    for name in forms:
        form = catalog.forms()[name]
        sheet = book.create_sheet(form.title)
        sheet.append([form.title])
        sheet.append([])
        sheet.append([column.label for column in form.columns])
        for place in range(4):
            sheet.append([f"{value}{place}" if n == "problem" else value for n, value in _row(name)])
    return book


# One form, three forms, and one with formulas, merges and hidden rows.
_BASES = (partial(_book, FORMS[:1]), partial(_book, FORMS), _rich)


def _row(form: str) -> list[tuple[str, Any]]:
    return [(column.name, GOOD[form].get(column.name)) for column in catalog.forms()[form].columns]


def _bytes(book: openpyxl.Workbook) -> bytes:
    held = BytesIO()
    book.save(held)
    return held.getvalue()


# ---- how it is broken


def mutant(seed: int) -> bytes:
    """The mutant of a seed: a sound workbook broken in one to six places, all of one kind."""
    source = random.Random(seed)
    base = source.choice(bases())
    return source.choice((_zip_broken, _zip_broken, _xml_broken, _xml_broken, _cells_broken))(source, base)


def _zip_broken(source: random.Random, data: bytes) -> bytes:
    held = bytearray(data)
    for _ in range(source.randint(1, 6)):
        _spoil_bytes(source, held, [m.start() for m in re.finditer(b"PK[\x01\x03\x05]", held)])
    return bytes(held)


def _spoil_bytes(source: random.Random, held: bytearray, marks: Sequence[int]) -> None:
    """One change of bytes: half of the time near one of the `marks`."""
    at = source.randrange(len(held) or 1)
    if marks and source.random() < 0.5:
        at = min(source.choice(marks) + source.randrange(50), len(held) - 1)
    size = source.choice((1, 1, 2, 4, 8, 64))
    way = source.randrange(6)
    if way == 0 and held:
        held[at] ^= 1 << source.randrange(8)
    elif way == 1:
        held[at : at + size] = source.randbytes(size)
    elif way == 2:
        held[at : at + size] = source.choice((b"\0", b"\xff", b"\x7f")) * size
    elif way == 3:
        del held[at : at + size]
    elif way == 4:
        held[at:at] = held[at : at + size * 8]
    else:
        del held[source.randrange(len(held) or 1) if source.random() < 0.3 else len(held) - size :]


def _xml_broken(source: random.Random, data: bytes) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for _ in range(source.randint(1, 4)):
        name = source.choice(list(parts) + [n for n in parts if "sheet" in n] * 2)
        parts[name] = source.choice(_XML_WAYS)(source, parts[name])
    if source.random() < 0.1:
        one, other = source.sample(list(parts), 2)
        parts[one], parts[other] = parts[other], parts[one]
    if source.random() < 0.1:
        del parts[source.choice(list(parts))]
    return _packed(parts)


def _packed(parts: dict[str, bytes]) -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return held.getvalue()


def _replaced(pattern: bytes, values: Sequence[bytes]) -> Callable[[random.Random, bytes], bytes]:
    def replaced(source: random.Random, xml: bytes) -> bytes:
        found = list(re.finditer(pattern, xml))
        if not found:
            return xml
        start, end = source.choice(found).span(1)
        return xml[:start] + source.choice(values) + xml[end:]

    return replaced


def _piece_moved(source: random.Random, xml: bytes) -> bytes:
    """An element, or what begins like one, dropped, doubled or put elsewhere."""
    tags = [m.span() for m in re.finditer(rb"<[^>]*>", xml)] or [(0, len(xml))]
    first, last = sorted((source.choice(tags)[0], source.choice(tags)[1]))
    piece = xml[first : min(last, first + 2000)]
    kept = xml[:first] + xml[first + len(piece) :] if source.random() < 0.5 else xml
    at = source.choice(tags)[0]
    return kept[:at] + piece * source.randrange(3) + kept[at:]


def _xml_bytes(source: random.Random, xml: bytes) -> bytes:
    held = bytearray(xml)
    _spoil_bytes(source, held, [m.start() for m in re.finditer(b"<", xml)])
    return bytes(held)


def _headed(source: random.Random, xml: bytes) -> bytes:
    head = source.choice(
        (
            b'<?xml version="1.0" encoding="gb2312"?>',
            b'<?xml version="1.0" encoding="utf-16"?>',
            b'<?xml version="1.1"?>',
            b'<!DOCTYPE a [<!ENTITY b "c">]>',
            b'<!DOCTYPE a SYSTEM "file:///etc/passwd">',
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"<a>" * 300,
        )
    )
    return head + (xml[xml.find(b"?>") + 2 :] if source.random() < 0.7 else xml)


_XML_WAYS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _replaced(rb'="(-?[0-9.]+)"', NUMBERS),
    _replaced(rb'\b(?:r|ref|spans|activeCell|sqref)="([^"]*)"', PLACES),
    _replaced(rb'\bt="([^"]*)"', (b"s", b"str", b"inlineStr", b"n", b"b", b"e", b"d", b"", b"x")),
    _replaced(rb">([^<]+)<", (*NUMBERS, *PLACES, b"#REF!", b"&#0;", b"&b;", b"\x02", b"\xff", b"2005-05-20T00:00:00")),
    _replaced(
        rb"<(/?[A-Za-z:]+)", (b"row", b"c", b"v", b"is", b"f", b"/row", b"/c", b"x:c", b"sheetData", b"mergeCell")
    ),
    _replaced(
        rb'\b(?:Id|Target|Type|name)="([^"]*)"',
        (b"", b"../../x", b"/xl/workbook.xml", b"http://x/y", b"rId1", b"a" * 300),
    ),
    _piece_moved,
    _xml_bytes,
    _headed,
)


def _cells_broken(source: random.Random, data: bytes) -> bytes:
    book = _BASES[bases().index(data)]()  # twice as quick as to open it
    for _ in range(source.randint(1, 6)):
        sheet = source.choice(book.worksheets)
        cell = sheet.cell(source.randint(1, sheet.max_row + 1), source.randint(1, sheet.max_column + 1))
        if isinstance(cell, openpyxl.cell.MergedCell):
            continue
        value = source.choice(VALUES)
        try:
            cell.value = value
        except ValueError:  # openpyxl writes no control characters
            cell.value = "x"
        if isinstance(value, str) and source.random() < 0.5:
            cell.data_type = "s"
        if source.random() < 0.1:
            sheet.insert_cols(cell.column) if source.random() < 0.5 else sheet.insert_rows(cell.row)
    return _bytes(book)


# ---- what becomes of it


def read(folder: Path, seeds: Sequence[int], *, workers: int = 2) -> Iterator[tuple[int, Any]]:
    """The mutants of some seeds, written into a folder and read by guarded processes: each seed with what came back."""
    sources = [Source(path=str(folder / f"{seed}.xlsx"), name=f"{seed}.xlsx") for seed in seeds]
    for seed, source in zip(seeds, sources, strict=True):
        Path(source.path).write_bytes(mutant(seed))
    chunks = [sources[at : at + CHUNK] for at in range(0, len(sources), CHUNK)]
    with Readers() as readers, ThreadPoolExecutor(workers) as threads:
        for chunk, answers in zip(chunks, threads.map(partial(readers.answers, READ), chunks), strict=True):
            yield from ((int(Path(source.name).stem), answer) for source, answer in zip(chunk, answers, strict=True))


def marked(folder: Path, returned: Sequence[tuple[int, Return]]) -> Iterator[tuple[int, Any]]:
    """Each returned mutant with the marked copy that a guarded process made of it, or the reason why there is none."""
    asked = [(str(folder / f"{seed}.xlsx"), held) for seed, held in returned]
    with Readers() as readers:
        yield from zip((seed for seed, _ in returned), readers.answers(MARK, asked), strict=True)


def trouble(answer: Any) -> str:
    """What is wrong with an answer: "" for a verdict of ours that can be said, for a copy, or for a known breakdown.

    A library that gives up on a file ends the process and the file is refused; an error of our own code is a bug.
    """
    if isinstance(answer, Failure):
        is_known = answer.code.startswith("limit-") or "panicked at" in answer.last_words
        return "" if is_known else f"{answer.code} {answer.case} {answer.last_words}"
    if isinstance(answer, bytes):
        return "" if zipfile.is_zipfile(BytesIO(answer)) else "a copy that is no workbook"
    if isinstance(answer, str):
        return "" if answer in catalog.words("marked")["zh"]["reasons"] else f"reason {answer}"
    if not isinstance(answer, Return) or answer.verdict not in get_args(Verdict):
        return f"verdict {answer}"
    for finding in answer.findings:
        if finding.code not in catalog.codes() or not all(sentence(finding, lang) for lang in ("zh", "en")):
            return f"finding {finding}"
    return ""


def outcome(answer: Any) -> str:
    """What became of a mutant, in two words."""
    if isinstance(answer, Return):
        return f"{answer.verdict} {answer.findings[0].code if answer.verdict == 'refused' else ''}".strip()
    return f"broke off {answer.code}" if isinstance(answer, Failure) else "marked"


def main() -> None:
    """Fuzzes for some seconds; says what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=Path, default=Path("fuzz-finds"))
    given = parser.parse_args()
    until, verdicts, seed = time.monotonic() + given.seconds, Counter[str](), given.seed * 1_000_000
    print(f"seed {given.seed}", flush=True)
    while time.monotonic() < until:
        with tempfile.TemporaryDirectory() as folder:
            read_back = list(read(Path(folder), range(seed, seed + ROUND)))
            returned = [(found, answer) for found, answer in read_back if getattr(answer, "verdict", "") == "returned"]
            for found, answer in (*read_back, *marked(Path(folder), returned)):
                verdicts[outcome(answer)] += 1
                if told := trouble(answer):
                    given.keep.mkdir(exist_ok=True)
                    shutil.copy(Path(folder) / f"{found}.xlsx", given.keep)
                    print(f"FIND seed {found}: {told}", flush=True)
        seed += ROUND
        print(dict(verdicts.most_common()), flush=True)


if __name__ == "__main__":
    main()
