"""What the self-check costs: writing a template, and reading a return against the same data without the self-check.

    python benchmarks/selfcheck.py [--rows 30] [--times 40]

A return is told as written, as saved again by LibreOffice (where it is installed) and as saved by openpyxl; reading is
calamine's of the form's sheet alone, then `read_workbook`, which every received file goes through.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

import openpyxl
from made_returns import ledger_row
from python_calamine import CalamineWorkbook

from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.excel.templates.template import write_template
from rectify_xl.facts import catalog
from rectify_xl.office.profiles import profile


def without_check(data: bytes) -> bytes:
    """The same workbook without helper sheet, 自检 column, names and colours of the self-check."""
    facts, form = catalog.reading(), catalog.forms()["ledger"]
    with zipfile.ZipFile(BytesIO(data)) as held:
        parts = {name: held.read(name).decode() for name in held.namelist()}
    workbook = parts["xl/workbook.xml"]
    numbers = dict(re.findall(r'<sheet name="([^"]+)" sheetId="(\d+)"', workbook))
    helper, entry = numbers[facts.self_check_sheet], numbers[form.title]
    workbook = re.sub(rf'<sheet name="{facts.self_check_sheet}"[^>]*/>', "", workbook)
    parts["xl/workbook.xml"] = re.sub(r'<definedName name="chk_\d+">[^<]*</definedName>', "", workbook)
    del parts[f"xl/worksheets/sheet{helper}.xml"]
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        parts[name] = re.sub(rf'<\w+ [^>]*worksheets/sheet{helper}\.xml"[^>]*/>', "", parts[name])
    sheet = parts[f"xl/worksheets/sheet{entry}.xml"]
    sheet = re.sub(r'<c r="Y\d+"[^>]*>.*?</c>', "", sheet)
    sheet = re.sub(r"<row [^>]*></row>", "", sheet)
    sheet = re.sub(r"<cfRule[^>]*><formula>[^<]*chk_[^<]*</formula></cfRule>", "", sheet)
    parts[f"xl/worksheets/sheet{entry}.xml"] = re.sub(r'<dimension ref="A1:Y\d+"', '<dimension ref="A1:X33"', sheet)
    cover = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = re.sub(r"<f>[^<]*</f>", "", cover)
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in parts.items():
            target.writestr(name, text)
    return made.getvalue()


def saved_by_openpyxl(data: bytes) -> bytes:
    """The workbook as openpyxl saves it."""
    made = BytesIO()
    openpyxl.load_workbook(BytesIO(data)).save(made)
    return made.getvalue()


def saved_by_libreoffice(data: bytes) -> bytes:
    """The workbook as LibreOffice saves it; b"" where there is none."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        return b""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.xlsx"), Path(folder, "out")
        source.write_bytes(data)
        command = [program, "--headless", f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"]
        command += ["--convert-to", "xlsx", "--outdir", str(target), str(source)]
        subprocess.run(command, capture_output=True, check=True)
        return (target / "in.xlsx").read_bytes()


def best(works: Sequence[Callable[[], object]], times: int) -> list[float]:
    """The shortest of so many runs of each, taken in turns, in milliseconds."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(times):
        for work, held in zip(works, taken, strict=True):
            start = time.perf_counter()
            work()
            held.append((time.perf_counter() - start) * 1000)
    return [min(held) for held in taken]


def read_entries(data: bytes) -> object:
    """The rows of the form's sheet, by calamine alone."""
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(catalog.forms()["ledger"].title).to_python()


def cells_of(data: bytes) -> int:
    """How many cells stand on the form's sheet."""
    with zipfile.ZipFile(BytesIO(data)) as held:
        return held.read("xl/worksheets/sheet2.xml").count(b"<c ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=30)
    parser.add_argument("--times", type=int, default=40)
    asked = parser.parse_args()
    settings, form = profile("gdsta"), catalog.forms()["ledger"]
    source = random.Random(2005)
    rows = [ledger_row(source, n, settings) for n in range(1, asked.rows + 1)]
    held = {form.name: [[row.get(column.name) for column in form.columns] for row in rows]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.xlsx")
        write = partial(write_template, form, path, settings)
        blank, filled = best((write, partial(write, rows=held)), 5)
        data = path.read_bytes()
    print(f"writing, 200 rows: blank {blank / 1000:.2f} s, {asked.rows} rows filled {filled / 1000:.2f} s")
    print(f"file: {len(data) // 1024} KB, without self-check {len(without_check(data)) // 1024} KB")
    bare = without_check(data)
    for name, saved in (("as written", bytes), ("LibreOffice", saved_by_libreoffice), ("openpyxl", saved_by_openpyxl)):
        checked, plain = saved(data), saved(bare)
        if not checked:
            print(f"{name}: not installed")
            continue
        for way, read in (("calamine", read_entries), ("read_workbook", read_workbook)):
            with_check, without = best((partial(read, checked), partial(read, plain)), asked.times)
            ratio = f"{with_check:.2f} / {without:.2f} ms = x{with_check / without:.2f}"
            print(f"{name:12} {way:14} {ratio}   cells {cells_of(checked)} / {cells_of(plain)}")


if __name__ == "__main__":
    main()
