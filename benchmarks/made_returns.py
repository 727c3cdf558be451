"""Makes N returned workbooks of our own template, 30 rows each, some with findings, in the dialects of three programs.

    python benchmarks/made_returns.py FOLDER --n 1000 [--rows 30] [--with-findings 50] [--soffice 0.2]

Forty of them are written by openpyxl into the template that xlsxwriter made, as a clerk's program would, and a share of
these is saved again by LibreOffice (where it is installed). The others are these again under units of their own: making
each by openpyxl would take an hour of CPU for a thousand. Deterministic.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import struct
import subprocess
import tempfile
import zipfile
import zlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.model import Settings, Unit
from rectify_xl.office.profiles import profile

TEXT = (
    "部分制度落实不够到位台账登记不够及时学习教育联系实际不够紧密"
    "服务基层群众主动性不强工作作风有待进一步转变责任分工需要细化"
)
FILLED_ON = date(2005, 5, 25)
# So many are written by openpyxl and LibreOffice; the others are copies under other units.
MASTERS = 40


def settings_for(units: int) -> Settings:
    """The gdsta profile with that many made-up units."""
    made = tuple(Unit(code=f"KX{i:05d}", name=f"示例第{i:05d}党支部", kind="党支部") for i in range(1, units + 1))
    return replace(profile("gdsta"), units=made)


def text(source: random.Random, length: int) -> str:
    """A made-up sentence of about that many characters."""
    start = source.randrange(len(TEXT))
    return "".join(TEXT[(start + i * source.choice((1, 1, 1, 2))) % len(TEXT)] for i in range(length)) + "。"


def ledger_row(source: random.Random, number: int, settings: Settings) -> dict[str, Any]:
    """One good row of the ledger form."""
    status = source.choice(("未启动", "整改中", "整改中", "已完成"))
    picked = ("source", "aspect", "scope", "manner", "urgency", "difficulty")
    pick = {name: source.choice(catalog.base_lists()[name]) for name in picked}
    due = date(2005, 5, 16) + timedelta(days=source.choice((0, 1, 2, 3, 7, 8, 9, 10, 14)))
    return {
        **pick,
        "problem": f"{number}、{text(source, 30)}",
        "category": source.choice(settings.lists["problem_category"]),
        "goal": text(source, 18),
        "measure": text(source, 45),
        "handling": "限期整改",
        "pledged": source.choice(("是", "否")),
        "horizon": "近期",
        "department": "示例部门",
        "owner": "示例甲、示例乙",
        "due": due,
        "status": status,
        "percent": {"未启动": 0.0, "整改中": 0.5, "已完成": 1.0}[status],
        "progress": None if status == "未启动" else text(source, 25),
        "completed": min(due, FILLED_ON) if status == "已完成" else None,
        "result": text(source, 15) if status == "已完成" else None,
    }


def spoil(source: random.Random, values: dict[str, Any]) -> None:
    """One mistake in a row."""
    name, value = source.choice(
        (("category", "没有的类别"), ("problem", None), ("due", "2005.5.32"), ("percent", 1.5), ("owner", None))
    )
    values[name] = value


def make(job: tuple[bytes, str, int, int, bool]) -> None:
    """Writes one returned workbook."""
    import openpyxl

    template, path, unit, rows, wrong = job
    source = random.Random(unit)
    settings = profile("gdsta")
    book = openpyxl.load_workbook(BytesIO(template))
    cover = {
        "填报单位编码": f"KX{unit:05d}",
        "填报单位名称": f"示例第{unit:05d}党支部",
        "填报人": "示例甲",
        "填报日期": FILLED_ON,
        "单位负责人": "示例乙",
    }
    for line in book["封面"].iter_rows(max_row=30):
        for cell in line:
            if cell.value in cover:
                cell.offset(column=1).value = cover[cell.value]
    form = catalog.forms()["ledger"]
    sheet = book[form.title]
    header = next(r for r in sheet.iter_rows(max_row=30) if sum(bool(c.value) for c in r) > 20)
    at = {str(c.value).rstrip("*").replace("\n", ""): c.column for c in header if c.value}
    for number in range(1, rows + 1):
        values = ledger_row(source, number, settings)
        if wrong and number % 10 == 3:
            spoil(source, values)
        for name, value in values.items():
            if value is not None:
                cell = sheet.cell(row=header[0].row + number, column=at[form.column(name).label], value=value)
                if isinstance(value, date):
                    cell.number_format = "yyyy-mm-dd"
    book.save(path)


def resave(paths: list[Path]) -> None:
    """Saves files again as LibreOffice does, in one process."""
    with tempfile.TemporaryDirectory() as folder:
        profile_folder = Path(folder) / "profile"
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{profile_folder}", "--convert-to", "xlsx"]
        subprocess.run([*command, "--outdir", folder, *map(str, paths)], check=True, capture_output=True)
        for path in paths:
            shutil.move(Path(folder) / path.name, path)


def copy(job: tuple[Path, int, Path, int]) -> None:
    """Writes a return again as that of another unit: its code and name on the cover, the bytes around them as they were.

    Every program writes the digits of the unit's name as digits, whatever it does to Chinese; LibreOffice gives them a
    run of their own, in another font.
    """
    master, was, path, unit = job
    ways = [way.split("*") for way in ("KX*", "*党", "*&#20826;", ">*</t>")]
    ours = [(f"{was:05d}".join(way).encode(), f"{unit:05d}".join(way).encode()) for way in ways]
    with zipfile.ZipFile(master) as held, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in held.infolist():
            data = told = held.read(entry)
            for old, new in ours if entry.filename.endswith(".xml") else ():
                told = told.replace(old, new)
            if told == data:
                put_packed(made, entry.filename, data, packed(held, entry))
            else:
                put_packed(made, entry.filename, told, deflated(told))


def packed(held: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """A member as it stands deflated in its archive."""
    assert held.fp
    held.fp.seek(entry.header_offset + 26)
    lengths = struct.unpack("<HH", held.fp.read(4))
    held.fp.seek(sum(lengths), os.SEEK_CUR)
    return held.fp.read(entry.compress_size)


def deflated(data: bytes) -> bytes:
    """Data as a member's."""
    deflating = zlib.compressobj(6, zlib.DEFLATED, -15)
    return deflating.compress(data) + deflating.flush()


def put_packed(made: zipfile.ZipFile, name: str, data: bytes, packing: bytes) -> None:
    """Adds a member whose deflated bytes are known: deflating ten thousand workbooks anew would take an hour."""
    entry = zipfile.ZipInfo(name, (2005, 5, 25, 8, 0, 0))
    entry.compress_type, entry.file_size, entry.compress_size = zipfile.ZIP_DEFLATED, len(data), len(packing)
    entry.CRC, entry.header_offset = zlib.crc32(data), made.fp.tell()  # type: ignore[union-attr]
    made.fp.write(entry.FileHeader(zip64=False) + packing)  # type: ignore[union-attr]
    made.filelist.append(entry)
    made.NameToInfo[name] = entry
    made.start_dir = made.fp.tell()  # type: ignore[attr-defined, union-attr]
    made._didModify = True  # type: ignore[attr-defined]


def make_returns(folder: Path, n: int, rows: int = 30, with_findings: int = 0, soffice: float = 0.0) -> None:
    """Fills `folder` with n returned workbooks, `with_findings` of them, evenly spread, with mistakes."""
    from rectify_xl.excel.templates.template import write_template

    folder.mkdir(parents=True, exist_ok=True)
    template = folder.parent / f".{folder.name}-template.xlsx"
    write_template(catalog.forms()["ledger"], template, profile("gdsta"))
    data = template.read_bytes()
    template.unlink()
    every = n // with_findings if with_findings else 0
    masters = min(n, max(1, MASTERS // every) * every if every else MASTERS)
    paths = [folder / f"{i:05d}.xlsx" for i in range(1, n + 1)]
    jobs = [(data, str(paths[i - 1]), i, rows, bool(every) and i % every == 0) for i in range(1, masters + 1)]
    with ProcessPoolExecutor() as pool:
        list(pool.map(make, jobs))
        if step := round(1 / soffice) if soffice and shutil.which("soffice") else 0:
            resave(paths[:masters:step])
        copies = [(paths[at % masters], at % masters + 1, paths[at], at + 1) for at in range(masters, n)]
        list(pool.map(copy, copies, chunksize=20))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=30)
    parser.add_argument("--with-findings", type=int, default=50)
    parser.add_argument("--soffice", type=float, default=0.2)
    given = parser.parse_args()
    make_returns(given.folder, given.n, given.rows, given.with_findings, given.soffice)
