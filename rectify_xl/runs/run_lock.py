"""One run at a time: who works on a workspace holds a lock, which the system releases when the program ends."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from rectify_xl.errors import CannotFinish

# How long (seconds) the lock is waited for, and how often it is tried.
PATIENCE, PAUSE = 3.0, 0.1


def lock_path(folder: Path) -> Path:
    """The lock file of a workspace, which exists while somebody holds the lock."""
    return folder / ".rectify_xl.lock"


@contextmanager
def locked(folder: Path, command: str, as_of: date) -> Iterator[None]:
    """Holds the lock of a workspace; raises CannotFinish("busy") with its holder, after a short wait."""
    path, until = lock_path(folder), time.monotonic() + PATIENCE
    while (descriptor := _acquired(path)) is None:
        if time.monotonic() > until:
            raise CannotFinish("busy", **_holder(path))
        time.sleep(PAUSE)
    try:
        os.truncate(descriptor, 0)
        os.write(descriptor, json.dumps({"command": command, "as_of": as_of.isoformat()}).encode())
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)


def _acquired(path: Path) -> int | None:
    """The descriptor of the locked file, None while another holds it; a file removed meanwhile is no lock."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
    except PermissionError:
        if sys.platform != "win32" or not path.exists():
            raise
        return None
    if _lock(descriptor) and _is_same_file(path, descriptor):
        return descriptor
    os.close(descriptor)
    return None


def _is_same_file(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 1 << 20, os.SEEK_SET)  # beyond what is read: the holder's name stays readable
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _holder(path: Path) -> dict[str, str]:
    """The command and day written into the lock file by its holder."""
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        holder = {}
    return {"command": str(holder.get("command", "run")), "as_of": str(holder.get("as_of", ""))}
