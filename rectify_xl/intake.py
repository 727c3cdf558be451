"""From paths to the files to be read: folders walked in order, office clutter set apart, names shown inert."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from rectify_xl import catalog
from rectify_xl.model import RectifyError
from rectify_xl.normal import inert


class WrongUse(RectifyError):
    """A call that cannot be answered: `code` says why (no-such-path, no-such-unit), `path` what was asked for."""

    def __init__(self, path: str, code: str = "no-such-path") -> None:
        super().__init__(path)
        self.path, self.code = path, code


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One file to be read: where it is, and its name as findings tell it."""

    path: str
    name: str
    is_clutter: bool = False
    is_regular: bool = True


def sources_in(paths: Sequence[str | os.PathLike[str]]) -> list[Source]:
    """The files named, and those below the folders named (under their path there), each folder in order of names.

    Raises WrongUse for a path that does not exist.
    """
    found: list[Source] = []
    for path in paths:
        given = os.fspath(path)
        if not os.path.lexists(given):
            raise WrongUse(inert(given))
        if os.path.isdir(given):  # noqa: PTH112 - a name may hold bytes that are not UTF-8
            found += _walk(given)
        else:
            found.append(_source(given, given))
    return found


def inbox_sources(folder: Path) -> list[Source]:
    """The files below an inbox, under their path there with /; none if the folder is missing."""
    return list(_walk(os.fspath(folder))) if folder.is_dir() else []


def _walk(folder: str) -> Iterator[Source]:
    for where, folders, files in os.walk(folder):
        folders.sort()
        inside = os.path.relpath(where, folder)
        for file in sorted(files):
            name = file if inside == "." else f"{inside}/{file}".replace(os.sep, "/")
            yield _source(os.path.join(where, file), name)  # noqa: PTH118 - see above


def _source(path: str, name: str) -> Source:
    about = os.lstat(path)
    base = os.path.basename(path)  # noqa: PTH119 - see above
    clutter = any(fnmatch(base, pattern) or fnmatch(name, pattern) for pattern in catalog.reading().clutter)
    return Source(path=path, name=inert(name), is_clutter=clutter, is_regular=stat.S_ISREG(about.st_mode))
