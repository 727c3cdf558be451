"""LibreOffice as the tests' second Excel: converts workbooks in a profile of its own, out of everybody's way."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

# For tests that call `convert`: `pytest -m "not soffice"` leaves them out.
needs_soffice = pytest.mark.soffice

_TIMEOUT = 180


def convert(workbook: Path, to: str, folder: Path) -> Path:
    """The workbook as LibreOffice saves it in `folder` under the suffix `to` (xlsx, pdf, html, csv).

    Without LibreOffice the test is skipped and says so; where CI=true it fails.
    """
    return convert_all([workbook], to, folder)[0]


def convert_all(workbooks: Sequence[Path], to: str, folder: Path) -> list[Path]:
    """Several workbooks as LibreOffice saves them, in order: it is started once for all."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / f"{workbook.stem}.{to}" for workbook in workbooks]
    if set(made) & set(workbooks):
        raise ValueError(f"{workbooks} would be converted onto themselves")
    command = [program(), "--headless", f"-env:UserInstallation={_profile().as_uri()}", "--convert-to", to]
    done = subprocess.run(
        [*command, "--outdir", str(folder), *map(str, workbooks)],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
    )
    if lost := [path.name for path in made if not path.exists()]:
        pytest.fail(f"LibreOffice did not make {lost}: {done.stdout} {done.stderr}")
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


@cache
def _profile() -> Path:
    """One profile folder a test process, so that parallel workers and a user's own LibreOffice never meet."""
    folder = Path(tempfile.mkdtemp(prefix="rectify_xl-soffice-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
