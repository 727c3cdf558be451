"""Folders that several machines see, by path or URL: files appear in them whole, and are removed again."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from rectify_xl.errors import WrongUse
from rectify_xl.files import save_atomically

# file://, memory://, s3://, simplecache::s3://; a letter alone before the colon is a drive.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?:://|::)")


def is_url(path: str) -> bool:
    """Whether a path is a URL for fsspec."""
    return _URL.match(path) is not None


def file_system(url: str) -> tuple[Any, str]:
    """The fsspec file system behind a URL, and the path in it.

    Raises WrongUse where fsspec or what it needs for this kind of URL is not installed, or no such kind is known.
    """
    try:
        from fsspec.core import url_to_fs
    except ModuleNotFoundError:
        raise WrongUse("remote", "no-extra") from None
    try:
        system, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise WrongUse(str(error), "no-such-place") from error
    return system, path


def make(place: str, *, is_private: bool) -> None:
    """Makes a folder, which nobody else may open if it is private. Raises OSError and WrongUse."""
    if is_url(place):
        system, path = file_system(place)
        system.makedirs(path, exist_ok=True)
    else:
        Path(place).mkdir(0o700 if is_private else 0o777, parents=True, exist_ok=True)


def put(place: str, name: str, data: bytes) -> None:
    """Writes a file into an existing folder; readers see all of it or nothing. Raises OSError."""
    if is_url(place):
        system, path = file_system(place)
        system.pipe_file(f"{path}/.{name}", data)
        system.mv(f"{path}/.{name}", f"{path}/{name}")
    else:
        save_atomically(Path(place) / name, lambda target: target.write_bytes(data), settles=False)


def got(place: str, name: str) -> bytes:
    """The bytes of a file in a folder. Raises OSError."""
    if is_url(place):
        system, path = file_system(place)
        data: bytes = system.cat_file(f"{path}/{name}")
        return data
    return (Path(place) / name).read_bytes()


def drop(place: str, name: str) -> None:
    """Removes a file, if it exists."""
    with suppress(OSError):
        if is_url(place):
            system, path = file_system(place)
            system.rm_file(f"{path}/{name}")
        else:
            (Path(place) / name).unlink()


def clear(place: str) -> None:
    """Removes a folder with all that is in it, if it exists."""
    if is_url(place):
        with suppress(OSError):
            system, path = file_system(place)
            system.rm(path, recursive=True)
    else:
        shutil.rmtree(place, ignore_errors=True)
