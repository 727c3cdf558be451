"""Makes the README's pictures from the demo's own workbooks, as LibreOffice prints them.

    python docs/pictures.py

Needs soffice, and pdftotext and pdftoppm of poppler.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "pictures"
MOST_BYTES = 200_000


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A part of one printed page: a box in the page scaled to `width` pixels, as (left, top, width, height)."""

    name: str
    workbook: str
    page_with: str
    width: int
    box: tuple[int, int, int, int]


PICTURES = (
    Picture(
        name="template",
        workbook="收件/05月25日/KX01示例协会党组/党员整改措施.xlsx",
        page_with="审核人身份",
        width=1500,
        box=(55, 60, 1400, 330),
    ),
    Picture(
        name="ledger",
        workbook="成果/整改台帐.xlsx",
        page_with="问题类别",
        width=1560,
        box=(30, 40, 1505, 370),
    ),
    Picture(
        name="status",
        workbook="成果/整改进度.xlsx",
        page_with="应报单位",
        width=1170,
        box=(30, 40, 1110, 730),
    ),
)


def main() -> None:
    """Runs the demo in a folder of its own and prints every picture from it."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        _do(sys.executable, "-m", "rectify_xl", "demo", str(demo), "--quiet")
        for picture in PICTURES:
            made = _picture(picture, demo / picture.workbook, Path(folder))
            if made.stat().st_size > MOST_BYTES:
                raise SystemExit(f"{made.name} has {made.stat().st_size} bytes, at most {MOST_BYTES} are wanted")
            shutil.move(made, FOLDER / made.name)
            print(f"docs/pictures/{made.name}")


def _picture(picture: Picture, workbook: Path, folder: Path) -> Path:
    """The picture as a file in the folder."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    _do("soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), str(workbook))
    printed = folder / f"{workbook.stem}.pdf"
    page = str(_page_with(picture.page_with, printed))
    left, top, width, height = map(str, picture.box)
    crop = ("-x", left, "-y", top, "-W", width, "-H", height)
    scale = ("-scale-to-x", str(picture.width), "-scale-to-y", "-1")
    made = folder / picture.name
    _do("pdftoppm", "-png", "-singlefile", "-f", page, "-l", page, *scale, *crop, str(printed), str(made))
    return made.with_suffix(".png")


def _page_with(text: str, printed: Path) -> int:
    """The number of the first page, from 1, on which a text stands."""
    pages = _do("pdftotext", "-layout", str(printed), "-").split("\f")
    return next(number for number, page in enumerate(pages, start=1) if text in page)


def _do(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stdout} {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
