"""As far as it can be seen from here: what Windows lacks is asked for only where it is not Windows."""

from __future__ import annotations

import os
import subprocess
import sys

from sources import ROOT

# Everything of others is imported first: it shall be what it is here. Then the package believes that it is on Windows.
ON_WINDOWS = """
import ctypes.wintypes, pkgutil, subprocess, sys, importlib
import click, rich.console, rich.progress, rich.table, python_calamine, xlsxwriter, chinese_calendar, pandera.pandas
sys.platform = "win32"
for absent in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[absent] = None
import rectify_xl
found = [module.name for module in pkgutil.walk_packages(rectify_xl.__path__, "rectify_xl.")]
for name in found:
    if not name.endswith("__main__"):
        importlib.import_module(name)
from rectify_xl.receiving.guarded import confine
assert confine.limit_memory(512) is False
confine.limit_seconds(20)
print(len(found))
"""


def test_every_module_is_imported_without_what_windows_lacks() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, "-c", ON_WINDOWS], capture_output=True, encoding="utf-8", check=False, env=environment
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert int(told.stdout) > 150


def test_output_is_utf_8_whatever_the_console_is_set_to() -> None:
    """A console of Chinese Windows speaks GBK, one in English cp1252: neither knows every sign that is printed."""
    for encoding in ("gbk", "cp1252", "ascii"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
        told = subprocess.run(
            [sys.executable, "-m", "rectify_xl", "--help"], capture_output=True, check=False, env=environment
        )
        assert told.returncode == 0 and "整改提高工作" in told.stdout.decode("utf-8"), encoding
