"""Makes the pictures of the documents from the demo's own workbooks, as LibreOffice prints them.

    python docs/pictures.py [NAME...]

Needs soffice, and pdftotext and pdftoppm of poppler. A picture is a printed page without its white edges, cut where it
is long enough to show what it shows.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "pictures"
MOST_BYTES = 200_000
# White kept around what is shown, in pixels.
EDGE = 10
# How far before its place a line is looked for, in pixels.
SEARCHED = 70
# LibreOffice takes the results that a workbook holds for true unless it is told to work them out.
RECALCULATES = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""
GOOD = "收件/05月25日/KX01示例协会党组/党员整改措施.xlsx"
FLAWED = "收件/05月25日/KX06示例第三党支部/党员整改措施.xlsx"
RETURNED = "退回/2005-05-25/05月25日/KX06示例第三党支部/整改方案及台帐.xlsx"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What is shown of one page: the first that holds a text, its paper `width` pixels wide.

    Of the page without its edges some `height` pixels are shown (0: all), from about `left` on (a share of its width):
    it is cut at lines of its table. `on_screen` shows what is not printed too, such as the column 自检.
    """

    name: str
    workbook: str
    page_with: str
    width: int
    height: int = 0
    left: float = 0.0
    on_screen: bool = False


PICTURES = (
    Picture(name="cover", workbook=GOOD, page_with="自检结果", width=1000),
    Picture(name="template", workbook=GOOD, page_with="整改情况", width=1560, height=300, on_screen=True),
    Picture(name="cover-red", workbook=FLAWED, page_with="自检结果", width=1000, height=270),
    Picture(name="template-red", workbook=FLAWED, page_with="整改情况", width=1560, height=300, on_screen=True),
    Picture(name="returned", workbook=RETURNED, page_with="整改成效", width=2300, height=420, left=0.4),
    Picture(name="problems", workbook=RETURNED, page_with="怎么改", width=1300),
    Picture(name="settings", workbook="配置.xlsx", page_with="提前提醒工作日", width=1150),
    Picture(name="units", workbook="配置.xlsx", page_with="联系领导", width=1250),
    Picture(name="schedule", workbook="配置.xlsx", page_with="判定条件", width=1500),
    Picture(name="ledger", workbook="成果/整改台帐.xlsx", page_with="问题类别", width=1900, height=400, left=0.5),
    Picture(name="waiting", workbook="成果/整改台帐.xlsx", page_with="需要更正的问题", width=1400, height=250),
    Picture(name="status", workbook="成果/整改进度.xlsx", page_with="应报单位", width=1170),
    Picture(name="progress", workbook="成果/整改进度.xlsx", page_with="事项总数", width=1400),
    Picture(name="late", workbook="成果/整改进度.xlsx", page_with="时限预警", width=1300, height=420),
    Picture(name="bulletin", workbook="成果/整改情况通报.xlsx", page_with="通报", width=900),
    Picture(name="notice", workbook="成果/催办通知.xlsx", page_with="催办通知单", width=1100),
)


def main() -> None:
    """Runs the demo in a folder of its own and prints every picture from it, or those that are named."""
    FOLDER.mkdir(exist_ok=True)
    wanted = [picture for picture in PICTURES if picture.name in sys.argv[1:] or not sys.argv[1:]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _do(sys.executable, "-m", "rectify_xl", "demo", str(folder / "demo"), "--quiet")
        _settle_office(folder / "profile")
        for picture in wanted:
            made = _picture(picture, folder)
            if made.stat().st_size > MOST_BYTES:
                raise SystemExit(f"{made.name} has {made.stat().st_size} bytes, at most {MOST_BYTES} are wanted")
            shutil.move(made, FOLDER / made.name)
            print(f"docs/pictures/{made.name}")


def _settle_office(profile: Path) -> None:
    """A profile of LibreOffice that works out every formula when it opens a workbook, as Excel does with ours."""
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(RECALCULATES, encoding="utf-8")


def _picture(picture: Picture, folder: Path) -> Path:
    """The picture as a file in the folder."""
    printed = _printed(picture, folder)
    page = str(_page_with(picture.page_with, printed))
    asked = ("-singlefile", "-f", page, "-l", page, "-scale-to-x", str(picture.width), "-scale-to-y", "-1")
    made = folder / picture.name
    _do("pdftoppm", *asked, str(printed), str(made))
    left, top, width, height = _box(made.with_suffix(".ppm"), picture)
    crop = ("-x", left, "-y", top, "-W", width, "-H", height)
    _do("pdftoppm", "-png", *asked, *map(str, crop), str(printed), str(made))
    return made.with_suffix(".png")


def _printed(picture: Picture, folder: Path) -> Path:
    """The workbook of a picture as a PDF; one made before is not made again."""
    place = folder / "printed" / ("screen" if picture.on_screen else "paper") / Path(picture.workbook).with_suffix("")
    workbook = folder / "demo" / picture.workbook
    made = place / f"{workbook.stem}.pdf"
    if not made.exists():
        place.mkdir(parents=True)
        if picture.on_screen:
            workbook = _with_all_columns(workbook, place / workbook.name)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        _do("soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(place), str(workbook))
    return made


def _with_all_columns(workbook: Path, target: Path) -> Path:
    """A copy that prints what stands beyond its print areas too."""
    with zipfile.ZipFile(workbook) as held, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in held.namelist():
            part = held.read(name)
            if name == "xl/workbook.xml":
                part = re.sub(rb'<definedName name="_xlnm.Print_Area"[^>]*>[^<]*</definedName>', b"", part)
            made.writestr(name, part)
    return target


def _box(page: Path, picture: Picture) -> tuple[int, int, int, int]:
    """What is cut out of a page: left, top, width and height in pixels.

    The last lines of a page, its footer, are apart from all others and left out.
    """
    header, size, _, pixels = page.read_bytes().split(b"\n", 3)
    if header != b"P6":
        raise SystemExit(f"{page.name} is no picture as pdftoppm writes it")
    wide, high = map(int, size.split())
    dark = np.frombuffer(pixels, np.uint8).reshape(high, wide, 3).min(axis=2) < 250
    dark[int(high * 0.93) :] = False
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    left, top, right, bottom = int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])
    if picture.left:
        left = EDGE + _line_near(dark.sum(axis=0), round(left + picture.left * (right - left)))
    if picture.height:
        bottom = _line_near(dark[:, left:right].sum(axis=1), top + picture.height) - EDGE
    left, top = max(left - EDGE, 0), max(top - EDGE, 0)
    return left, top, min(right + EDGE, wide) - left, min(bottom + EDGE, high) - top


def _line_near(darkness: Any, place: int) -> int:
    """Where the line of a table is that stands nearest before a place: there is most that is not white."""
    first = max(place - SEARCHED, 0)
    return first + int(darkness[first:place].argmax())


def _page_with(text: str, printed: Path) -> int:
    """The number of the first page, from 1, on which a text stands."""
    pages = _do("pdftotext", "-layout", str(printed), "-").split("\f")
    found = [number for number, page in enumerate(pages, start=1) if text in page]
    if not found:
        raise SystemExit(f"{printed.name} has no page with {text}")
    return found[0]


def _do(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stdout} {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
