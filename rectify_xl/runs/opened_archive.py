"""The archive, opened to rebuild a lost memory: where each file's bytes are, encrypted ones decrypted for a while."""

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
class OpenedArchive:
    """Where the listed files are, by digest; how many are missing, and how many no known password decrypts."""

    files: Mapping[str, Path]
    missing: int = 0
    locked: int = 0

    @property
    def notes(self) -> list[str]:
        """Remarks on what cannot be rebuilt, by code."""
        counts = {"archive-gaps": self.missing, "archive-closed": self.locked}
        return [f"{code}:{count}" for code, count in counts.items() if count]


@contextmanager
def opened_archive(workspace: Workspace, password: str) -> Iterator[OpenedArchive]:
    """The listed files: in the archive, else in the inbox, else decrypted in a temporary folder of this user alone."""
    archive = workspace.archive.folder
    archived = {path.name.partition(".")[0]: path for path in archive.iterdir()} if archive.is_dir() else {}
    locked, missing, files = dict[str, Path](), set[str](), dict[str, Path]()
    for entry in workspace.archive.entries():
        digest, in_inbox = entry["digest"], workspace.inbox / entry["path"]
        if digest in archived and not entry.get("encrypted"):
            files[digest] = archived[digest]
        elif in_inbox.is_file() and is_whole(in_inbox, digest):
            files[digest] = in_inbox
        elif digest in archived:
            locked[digest] = archived[digest]
        else:
            missing.add(digest)
    with TemporaryDirectory(prefix=TEMPORARY_PREFIX) as folder:
        to_decrypt = {digest: path for digest, path in locked.items() if digest not in files and password}
        decrypted = {digest: _decrypted(path, password, folder) for digest, path in to_decrypt.items()}
        files |= {digest: path for digest, path in decrypted.items() if path}
        yield OpenedArchive(files=files, missing=len(missing - files.keys()), locked=len(locked.keys() - files.keys()))


def _decrypted(path: Path, password: str, folder: str) -> Path | None:
    """The file decrypted in a folder; None where it does not open."""
    target = Path(folder) / path.name
    try:
        target.write_bytes(decrypt(path.read_bytes(), password))
    except EncryptionError:
        return None
    return target
