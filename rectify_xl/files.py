"""Files that appear whole or not at all: written under a temporary name in the target's folder, then moved."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from hashlib import file_digest, sha256
from pathlib import Path

TEMPORARY_PREFIX = ".rectify_xl-"
# Settling so many files one by one takes about as long as settling everything.
_FEW = 20
_PIECE = 1 << 20
# What a name may not hold, end with or be on Windows.
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')
_ENDING = re.compile("[. ]+$")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def temporary_for(path: Path) -> Path:
    """The name under which `path` is written first: short whatever the length of the name, one a process."""
    digest = sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return path.with_name(f"{TEMPORARY_PREFIX}{digest}-{os.getpid()}.tmp")


def writable(name: str, *, windows: bool = sys.platform == "win32") -> str:
    """A path with / as a received file is told by, as this system can write it.

    Names out of archives and of other systems may hold what Windows forbids, or would take for a device, another
    drive or a stream of a file: there each such character becomes _.
    """
    return "/".join(map(_for_windows, name.split("/"))) if windows else name


def _for_windows(part: str) -> str:
    part = _FORBIDDEN.sub("_", part)
    if part not in (".", ".."):
        part = _ENDING.sub(lambda found: "_" * len(found[0]), part)
    return f"_{part}" if _DEVICE.match(part) else part


def at(step: str, path: Path) -> None:
    """Called before every step that changes a disk (write, settle, replace, settle-folder); tests break things here."""


def save_atomically(path: Path, write: Callable[[Path], object], *, settles: bool = True) -> None:
    """Calls `write` with a temporary path and moves the result to `path`; OSError leaves `path` as it was.

    Neither a kill nor, if it `settles`, a power cut leaves half of it. Of many files none needs to: `settle_all` does.
    """
    temporary = temporary_for(path)
    try:
        at("write", temporary)
        write(temporary)
        if settles:
            at("settle", temporary)
            _settle(temporary)
        at("replace", path)
        temporary.replace(path)
        if settles:
            at("settle-folder", path.parent)
            _settle_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def copy_exactly(source: str | Path, digest: str, target: Path) -> None:
    """Copies a file that must still have the SHA-256 `digest`; OSError (ESTALE) where it was changed meanwhile."""
    taken = sha256()
    with Path(source).open("rb") as held, target.open("wb") as made:
        while piece := held.read(_PIECE):
            taken.update(piece)
            made.write(piece)
    if taken.hexdigest() != digest:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), os.fspath(source))


def is_whole(path: Path, digest: str) -> bool:
    """Whether a file stands there with the SHA-256 `digest`; a power cut may have left a torn one."""
    try:
        with path.open("rb") as held:
            return file_digest(held, "sha256").hexdigest() == digest
    except FileNotFoundError:
        return False


def settle_all(paths: Sequence[Path]) -> None:
    """Puts files that were saved without settling on the disk, with their names; many take no longer than some."""
    for path in paths:
        at("settle", path)
    if len(paths) > _FEW and hasattr(os, "sync"):
        os.sync()
        return
    for path in paths:
        _settle(path)
    for folder in sorted({path.parent for path in paths}):
        _settle_folder(folder)


def sweep(folders: Iterable[Path]) -> None:
    """Removes what a killed process left half-written below some folders."""
    for folder in folders:
        for left in folder.rglob(f"{TEMPORARY_PREFIX}*") if folder.is_dir() else ():
            left.unlink(missing_ok=True)


def _settle_folder(folder: Path) -> None:
    """Puts a folder's names on the disk, where the system lets one do so."""
    if sys.platform != "win32":
        _settle(folder, os.O_RDONLY)


def _settle(path: Path, flags: int = os.O_RDWR) -> None:
    held = os.open(path, flags)
    try:
        os.fsync(held)
    finally:
        os.close(held)
