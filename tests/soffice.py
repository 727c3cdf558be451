"""LibreOffice as the tests' second Excel: converts workbooks, out of the way of a user's own LibreOffice."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

# For tests that call `convert`: `pytest -m "not soffice"` leaves them out.
needs_soffice = pytest.mark.soffice


def convert(workbook: Path, to: str, folder: Path) -> Path:
    """The workbook as LibreOffice saves it in `folder` under the suffix `to` (xlsx, pdf, html, csv).

    Without LibreOffice the test is skipped and says so; where CI=true it fails.
    """
    return convert_all([workbook], to, folder)[0]


def convert_all(workbooks: Sequence[Path], to: str, folder: Path) -> list[Path]:
    """Several workbooks as LibreOffice saves them, in order: by the one that stays (`uno_office`)."""
    from uno_office import office

    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / f"{workbook.stem}.{to}" for workbook in workbooks]
    if set(made) & set(workbooks):
        raise ValueError(f"{workbooks} would be converted onto themselves")
    for workbook, saved in zip(workbooks, made, strict=True):
        office().ask("convert", path=str(workbook), to=str(saved))
    return made


def program() -> str:
    """LibreOffice's command, or `absent`."""
    return shutil.which("soffice") or shutil.which("libreoffice") or absent("LibreOffice (soffice) is not installed")


def absent(reason: str) -> NoReturn:
    """What LibreOffice's tests do where something of it is missing: fail where CI=true, else skip and say so."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    print(f"\nSKIPPED, NOT PASSED: {reason}", file=sys.__stderr__)
    pytest.skip(reason)
