"""From paths to the files to be read: folders walked in order, office clutter set apart, names shown inert."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from pathlib import Path
from typing import BinaryIO

from rectify_xl.errors import WrongUse
from rectify_xl.facts import catalog
from rectify_xl.model import Params
from rectify_xl.normal import inert

# A finding code, its case, and what its sentence says.
Refusal = tuple[str, str, Params]
UNREADABLE: Refusal = ("not-a-file", "unreadable", ())
# How often a file is read that changes meanwhile, and the seconds between.
_TRIES, _PAUSE = 3, 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One file to be read: where it is, and its name as findings tell it.

    A file out of an archive or mail is `within` that one; `refusal` is why one is not to be read at all.
    """

    path: str
    name: str
    is_clutter: bool = False
    is_regular: bool = True
    refusal: Refusal | None = None
    within: Source | None = None


def files_in(paths: Sequence[str | os.PathLike[str]]) -> list[Source]:
    """The files named, and those below the folders named (under their path there), each folder in order of names.

    Raises WrongUse for a path that does not exist.
    """
    sources: list[Source] = []
    for path in paths:
        location = os.fspath(path)
        if not os.path.lexists(location):
            raise WrongUse(inert(location))
        if os.path.isdir(location):  # noqa: PTH112 - a name may hold bytes that are not UTF-8
            sources += _walk(location)
        else:
            sources.append(_source(location, location))
    return sources


def inbox_files(folder: Path) -> list[Source]:
    """The files below an inbox, under their path there with /; none if the folder is missing.

    Raises OSError where the inbox itself does not open: what is in it nobody knows, and it is no file that was sent.
    """
    if not folder.is_dir():
        return []
    os.scandir(folder).close()
    return list(_walk(os.fspath(folder)))


def _walk(folder: str) -> Iterator[Source]:
    unreadable: list[str] = []
    for current, folders, files in os.walk(folder, onerror=lambda error: unreadable.append(error.filename)):
        folders.sort()
        links = [name for name in folders if os.path.islink(os.path.join(current, name))]  # noqa: PTH114, PTH118 - above
        for file in sorted((*files, *links)):
            path = os.path.join(current, file)  # noqa: PTH118 - see above
            yield _source(path, _below(path, folder))
    for path in sorted(unreadable):
        if _is_there(path):
            yield _unreadable(path, _below(path, folder) if path != folder else folder)


def _is_there(path: str) -> bool:
    """Whether something stands there, be its path too long to be looked at."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def _below(path: str, folder: str) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/")


def _source(path: str, name: str) -> Source:
    try:
        about = os.lstat(path)
    except OSError:  # gone since its folder was listed, or in one that lets nobody look closer
        return _unreadable(path, name)
    return Source(path=path, name=inert(name), is_clutter=clutter(name), is_regular=stat.S_ISREG(about.st_mode))


def _unreadable(path: str, name: str) -> Source:
    """A file or folder that cannot be opened: reported, as it may hold what somebody sent."""
    return Source(path=path, name=inert(name), is_regular=False, refusal=UNREADABLE)


def clutter(name: str) -> bool:
    """Whether a file of that name is one that programs leave behind, and nobody's work."""
    matches, last_part = _clutter().match, name.rpartition("/")[2]
    return bool(matches(os.path.normcase(last_part)) or (last_part != name and matches(os.path.normcase(name))))


@cache
def _clutter() -> re.Pattern[str]:
    return re.compile("|".join(translate(os.path.normcase(pattern)) for pattern in catalog.reading().clutter))


def suffix_of(path: str) -> str:
    """How a file's name ends, in small letters with its dot; "" without one."""
    return os.path.splitext(path)[1].lower()  # noqa: PTH122 - a name may hold bytes that are not UTF-8


def is_workbook_name(name: str) -> bool:
    """Whether a name ends as those of workbooks do."""
    return name.lower().endswith(catalog.reading().suffixes)


def open_regular(path: str) -> BinaryIO:
    """A regular file opened for reading; OSError for what is none: links, pipes and devices are never opened."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return os.fdopen(os.open(path, flags), "rb")


def read_regular(path: str, most: int | None = None) -> bytes:
    """The bytes of a regular file (up to one more than `most`), tried again while somebody writes it.

    Raises BlockingIOError where it keeps changing, OSError where it cannot be read.
    """
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE)
        with open_regular(path) as opened:
            before = os.fstat(opened.fileno())
            data = opened.read() if most is None else opened.read(most + 1)
            after = os.fstat(opened.fileno())
        grown = most is None and len(data) != after.st_size
        if not grown and (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return data
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
