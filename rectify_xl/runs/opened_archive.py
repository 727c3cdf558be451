"""The archive as a lost memory is rebuilt from it: where every file's bytes can be had, encrypted ones for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rectify_xl.excel.papers.encrypted import EncryptionError, decrypt
from rectify_xl.files import TEMPORARY_PREFIX, is_whole
from rectify_xl.runs.workspace import Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """Where the listed files are, by digest; how many are not there, and how many are closed by a password."""

    files: Mapping[str, Path]
    lacking: int = 0
    closed: int = 0

    @property
    def notes(self) -> list[str]:
        """Remarks on what cannot be rebuilt, by code."""
        told = {"archive-gaps": self.lacking, "archive-closed": self.closed}
        return [f"{code}:{count}" for code, count in told.items() if count]


@contextmanager
def opened_archive(place: Workspace, password: str) -> Iterator[Opened]:
    """The listed files: in the archive, else as they still lie in the inbox, else decrypted in a folder that then goes.

    That folder is this user's alone.
    """
    there = {path.name.partition(".")[0]: path for path in place.archive.iterdir()} if place.archive.is_dir() else {}
    closed, lacking, files = dict[str, Path](), set[str](), dict[str, Path]()
    for entry in place.archive_entries():
        digest, lies_in = entry["digest"], place.inbox / entry["path"]
        if digest in there and not entry.get("encrypted"):
            files[digest] = there[digest]
        elif lies_in.is_file() and is_whole(lies_in, digest):
            files[digest] = lies_in
        elif digest in there:
            closed[digest] = there[digest]
        else:
            lacking.add(digest)
    with TemporaryDirectory(prefix=TEMPORARY_PREFIX) as folder:
        known = {digest: path for digest, path in closed.items() if digest not in files and password}
        clear = {digest: made for digest, path in known.items() if (made := _clear(path, password, folder))}
        files |= clear
        yield Opened(files=files, lacking=len(lacking - files.keys()), closed=len(closed.keys() - files.keys()))


def _clear(path: Path, password: str, folder: str) -> Path | None:
    """The file decrypted in a folder; None where it does not open."""
    target = Path(folder) / path.name
    try:
        target.write_bytes(decrypt(path.read_bytes(), password))
    except EncryptionError:
        return None
    return target
