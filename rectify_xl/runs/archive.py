"""The archive of a workspace: every received file byte for byte under its digest, and the list of what came when."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from rectify_xl.files import copy_exactly, is_whole, save_atomically, settle_all
from rectify_xl.model import Return
from rectify_xl.receiving.intake import Refusal, Source

# A line of the archive's list: {"digest", "path", "arrived"}; an archive or mail whose files are listed too has
# "container", an encrypted file "encrypted", one that was not read "refusal" (code, case, parameters).
Entry = Mapping[str, Any]


class ToArchive(NamedTuple):
    """A file to be archived: where its bytes are, what it is called there, and the day it came."""

    source: Source
    digest: str
    suffix: str
    arrived: date
    is_container: bool = False

    @property
    def entry(self) -> Entry:
        """Its line in the list; with why it was not read: its container is not opened again to find that."""
        entry = {"digest": self.digest, "path": self.source.name, "arrived": self.arrived.isoformat()}
        if self.is_container:
            return {**entry, "container": True}
        if self.source.refusal is None:
            return entry
        code, case, params = self.source.refusal
        return {**entry, "refusal": [code, case, dict(params)]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Archive:
    """存档, whether it is there yet or not."""

    folder: Path
    list_path: Path

    def path_of(self, return_: Return) -> Path:
        """The path of a received file in the archive, whether it is there or not."""
        return self.folder / f"{return_.digest}{return_.suffix}"

    def sizes(self) -> dict[str, int]:
        """The sizes of its files by name."""
        try:
            with os.scandir(self.folder) as entries:
                return {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
        except FileNotFoundError:
            return {}

    def entries(self) -> list[Entry]:
        """Its list in order of arrival, a line for each path of each file; what is no such line is passed over."""
        lines = self.list_path.read_bytes().split(b"\n") if self.list_path.exists() else []
        return [entry for line in lines for entry in _entry_in(line)]

    def write_entries(self, entries: Iterable[Entry]) -> None:
        """Writes its list anew."""
        listing = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
        save_atomically(self.list_path, partial(Path.write_text, data=listing, encoding="utf-8", newline="\n"))

    def keep(self, files: Sequence[ToArchive]) -> None:
        """Copies every file that it lacks into it, and adds them to its list.

        Raises OSError (ESTALE) for a file that has changed since it was read.
        """
        self.folder.mkdir(exist_ok=True)
        if not files:
            return
        entries = self.entries()
        listed = {(entry["digest"], entry["path"]): entry for entry in entries}
        copied, added = list[Path](), dict[tuple[str, str], Entry]()
        for file in files:
            target, key = self.folder / f"{file.digest}{file.suffix}", (file.digest, file.source.name)
            if file.is_container and key in listed and target.is_file():
                continue
            if not is_whole(target, file.digest):
                save_atomically(target, partial(copy_exactly, file.source.path, file.digest), settles=False)
                copied.append(target)
            # What is listed of another day was never remembered, or was lost: it arrives now.
            if key not in listed or (not file.is_container and listed[key]["arrived"] != file.entry["arrived"]):
                added[key] = file.entry
        settle_all(copied)
        if added:
            stay = [entry for entry in entries if (entry["digest"], entry["path"]) not in added]
            self.write_entries((*stay, *added.values()))

    def arrived_by_day(self, files: Mapping[str, Path]) -> Iterator[tuple[date, list[Source]]]:
        """The received files (by digest) under the paths they came by, by day of arrival, in the list's order."""
        days: dict[str, list[Source]] = {}
        for entry in self.entries():
            path = files.get(entry["digest"])
            if path is not None and not entry.get("container"):
                source = Source(path=str(path), name=entry["path"], refusal=refusal_in(entry))
                days.setdefault(entry["arrived"], []).append(source)
        for day in sorted(days):
            yield date.fromisoformat(day), days[day]


def _entry_in(line: bytes) -> Iterator[Entry]:
    """The entry of a line of the list, if it is one."""
    with suppress(ValueError, TypeError, KeyError):
        entry = json.loads(line)
        date.fromisoformat(entry["arrived"])
        if isinstance(entry["digest"], str) and isinstance(entry["path"], str):
            yield entry


def refusal_in(entry: Entry) -> Refusal | None:
    """Why a file of the list was not read, if it was not."""
    if "refusal" not in entry:
        return None
    code, case, params = entry["refusal"]
    return code, case, tuple(params.items())
