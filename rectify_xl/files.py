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
# What a disk takes as a name, what is kept of its ending, and what it takes as a path below a folder.
_LONGEST_NAME, _LONGEST_ENDING, _LONGEST_PATH = 255, 9, 3_000
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
    drive or a stream of a file: there each such character becomes _. A name that no disk takes is cut, a path that is
    far too long becomes its file in a folder called by the path's digest.
    """
    if len(name) > _LONGEST_PATH or len(name.encode("utf-8", "surrogateescape")) > _LONGEST_PATH:
        name = f"{_digest(name)}/{name.rpartition('/')[2]}"
    return "/".join(fitting(_for_windows(part) if windows else part) for part in name.split("/"))


def fitting(name: str, ending: str = "") -> str:
    """A file's name with an ending, as a disk takes it: of one too long the beginning and a digest, then the ending."""
    if not ending and 0 < name.rfind(".") >= len(name) - _LONGEST_ENDING:
        name, dot, ending = name.rpartition(".")
        ending = dot + ending
    whole = name + ending
    if _taken_by(whole) <= _LONGEST_NAME:
        return whole
    mark = f"~{_digest(whole)}{ending}"
    while name and _taken_by(name + mark) > _LONGEST_NAME:
        name = name[: -max(1, (_taken_by(name + mark) - _LONGEST_NAME) // 4)]
    return name + mark


def _taken_by(name: str) -> int:
    return len(name) if sys.platform == "win32" else len(name.encode("utf-8", "surrogateescape"))


def _digest(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]


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
        _save(path, temporary, write, settles=settles)
    except OSError as error:
        if error.filename != os.fspath(temporary):
            raise
        # Nobody asked for the temporary name, nor would find it.
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error


def _save(path: Path, temporary: Path, write: Callable[[Path], object], *, settles: bool) -> None:
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
        return digest_of_file(path) == digest
    except FileNotFoundError:
        return False


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file, however large."""
    with path.open("rb") as held:
        return file_digest(held, "sha256").hexdigest()


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
