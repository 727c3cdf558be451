"""Files that appear whole or not at all: written under a temporary name in the target's folder, then moved."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from hashlib import file_digest, sha256
from pathlib import Path

from rectify_xl.errors import WrongUse, quoted

TEMPORARY_PREFIX = ".rectify_xl-"
# With more files than this, flushing everything is faster than flushing them one by one.
_FEW = 20
_PIECE = 1 << 20
# The longest name a disk takes, the longest ending kept of it, and the longest path below a folder.
_LONGEST_NAME, _LONGEST_ENDING, _LONGEST_PATH = 255, 9, 3_000
# What a name on Windows may not contain, end with or be.
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')
_ENDING = re.compile("[. ]+$")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def path_from(path: object) -> Path:
    """A path that a caller hands in; raises WrongUse("no-path") for what cannot be one, such as None or ""."""
    try:
        text = os.fspath(path) if isinstance(path, os.PathLike) else path
        if isinstance(text, str) and text and "\0" not in text:
            return Path(text)
    except TypeError:
        pass
    raise WrongUse(quoted(path), "no-path")


def temporary_for(path: Path) -> Path:
    """The name under which `path` is written first: short whatever the length of the name, one a process."""
    digest = sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return path.with_name(f"{TEMPORARY_PREFIX}{digest}-{os.getpid()}.tmp")


def writable(name: str, *, windows: bool = sys.platform == "win32") -> str:
    """A path with / as reports name a received file, made writable on this system.

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
    if _size_of(whole) <= _LONGEST_NAME:
        return whole
    mark = f"~{_digest(whole)}{ending}"
    while name and _size_of(name + mark) > _LONGEST_NAME:
        name = name[: -max(1, (_size_of(name + mark) - _LONGEST_NAME) // 4)]
    return name + mark


def _size_of(name: str) -> int:
    return len(name) if sys.platform == "win32" else len(name.encode("utf-8", "surrogateescape"))


def _digest(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _for_windows(part: str) -> str:
    part = _FORBIDDEN.sub("_", part)
    if part not in (".", ".."):
        part = _ENDING.sub(lambda ending: "_" * len(ending[0]), part)
    return f"_{part}" if _DEVICE.match(part) else part


def at(step: str, path: Path) -> None:
    """A hook before every step that changes a disk (write, settle, replace, settle-folder), for tests of failures."""


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
    hashed = sha256()
    with Path(source).open("rb") as original, target.open("wb") as copy:
        while piece := original.read(_PIECE):
            hashed.update(piece)
            copy.write(piece)
    if hashed.hexdigest() != digest:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), os.fspath(source))


def is_whole(path: Path, digest: str) -> bool:
    """Whether a file stands there with the SHA-256 `digest`; a power cut may have left a torn one."""
    try:
        return digest_of_file(path) == digest
    except FileNotFoundError:
        return False


def refuse_existing(path: Path) -> None:
    """FileExistsError where something stands at the path."""
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file, however large."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def settle_all(paths: Sequence[Path]) -> None:
    """Flushes files that were saved without settling, and their folders, to the disk."""
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
        for leftover in folder.rglob(f"{TEMPORARY_PREFIX}*") if folder.is_dir() else ():
            leftover.unlink(missing_ok=True)


def _settle_folder(folder: Path) -> None:
    """Flushes a folder's names to the disk, where the system can do so."""
    if sys.platform != "win32":
        _settle(folder, os.O_RDONLY)


def _settle(path: Path, flags: int = os.O_RDWR) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
