"""One run at a time: who works on a workspace holds a lock that the system lets go of when the program ends."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from rectify_xl.model import CannotFinish

# How long (seconds) another run is waited for, and how often it is looked for.
PATIENCE, PAUSE = 3.0, 0.1


def lock_path(folder: Path) -> Path:
    """Where the lock of a workspace stands while somebody holds it."""
    return folder / ".rectify_xl.lock"


@contextmanager
def held(folder: Path, command: str, as_of: date) -> Iterator[None]:
    """Holds the workspace for one command; raises CannotFinish("busy") naming who holds it, after a short wait."""
    path, until = lock_path(folder), time.monotonic() + PATIENCE
    while (opened := _taken(path)) is None:
        if time.monotonic() > until:
            raise CannotFinish("busy", **_holder(path))
        time.sleep(PAUSE)
    try:
        os.truncate(opened, 0)
        os.write(opened, json.dumps({"command": command, "as_of": as_of.isoformat()}).encode())
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(opened)


def _taken(path: Path) -> int | None:
    """The lock's open file, None while another holds it; a file that was removed meanwhile locks nobody out."""
    try:
        opened = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
    except PermissionError:
        if sys.platform != "win32" or not path.exists():
            raise
        return None
    if _lock(opened) and _is_still(path, opened):
        return opened
    os.close(opened)
    return None


def _is_still(path: Path, opened: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(opened))
    except FileNotFoundError:
        return False


def _lock(opened: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(opened, 1 << 20, os.SEEK_SET)  # beyond what is read: the holder's name stays readable
            msvcrt.locking(opened, msvcrt.LK_NBLCK, 1)
            os.lseek(opened, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _holder(path: Path) -> dict[str, str]:
    """Who holds the lock, as far as it says so."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = {}
    return {"command": str(told.get("command", "run")), "as_of": str(told.get("as_of", ""))}
