"""The folder an office keeps for one campaign: its names, and everything that is written into it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from rectify_xl import catalog
from rectify_xl.errors import InWords
from rectify_xl.files import (
    TEMPORARY_PREFIX,
    copy_exactly,
    fitting,
    is_whole,
    save_atomically,
    settle_all,
    sweep,
    writable,
)
from rectify_xl.in_force import under_settings
from rectify_xl.messages import sentence
from rectify_xl.model import Book, Return, Settings
from rectify_xl.receiving.engine import marked_copies
from rectify_xl.receiving.intake import Source, suffix_of
from rectify_xl.runs.beside import WasDone
from rectify_xl.workdays import calendar_for

# Of workbooks by their keys in facts/workspace.toml: what waits until one was drafted, and tells whether it was.
Drafted = dict[str, WasDone]
_NONE_DRAFTED: Drafted = {}


class WorkspaceError(InWords):
    """A folder that is no workspace, or that cannot become one."""

    def __init__(self, code: str, path: Path) -> None:
        super().__init__(code, path=path, settings=names()["settings"])
        self.args, self.path = (code, path), path


def names() -> dict[str, str]:
    """The names in a workspace (facts/workspace.toml)."""
    return {key: str(value) for key, value in catalog.read_toml("workspace.toml").items()}


class Workspace:
    """One workspace on disk. Raises WorkspaceError("no-workspace") if the folder has no 配置.xlsx."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.names = names()
        if not self.settings_path.is_file():
            raise WorkspaceError("no-workspace", self.folder)

    @property
    def settings_path(self) -> Path:
        """配置.xlsx."""
        return self.folder / self.names["settings"]

    @property
    def inbox(self) -> Path:
        """收件, where returned files are dropped."""
        return self.folder / self.names["inbox"]

    @property
    def archive(self) -> Path:
        """存档, every received file byte for byte."""
        return self.folder / self.names["archive"]

    @property
    def results(self) -> Path:
        """成果, the workbooks of the last run."""
        return self.folder / self.names["results"]

    @property
    def issued(self) -> Path:
        """下发, the pre-filled workbooks."""
        return self.folder / self.names["issued"]

    @property
    def templates(self) -> Path:
        """模板, the blank templates."""
        return self.folder / self.names["templates"]

    def sweep(self) -> None:
        """Removes what a killed run left half-written; the inbox is never touched."""
        sweep(self.folder / self.names[part] for part in ("results", "archive", "returned", "issued", "templates"))
        for left in self.folder.glob(f"{TEMPORARY_PREFIX}*"):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    @property
    def memory(self) -> Path:
        """记录.sqlite, the memory between runs."""
        return self.folder / self.names["memory"]

    def archived(self, held: Return) -> Path:
        """Where the archive has (or will have) a received file."""
        return self.archive / f"{held.digest}{held.suffix}"

    def keep(
        self, received: Iterable[tuple[Source, Return]], as_of: date, containers: Iterable[tuple[Source, str]] = ()
    ) -> None:
        """Puts every received file that the archive does not hold whole there, and notes digest, path and day.

        So it does with the archives and mails that the files lay in, each with its digest. A file with a restricted
        form stays in the inbox alone. Raises OSError (ESTALE) for a file that is not any more what was read.
        """
        self.archive.mkdir(exist_ok=True)
        entries = self.archive_entries()
        known = {(entry["digest"], entry["path"]) for entry in entries}
        before = len(entries)
        copied: list[Path] = []
        wanted = [(s, h.digest, h.suffix, _refusal_kept(s)) for s, h in received if h.digest and not h.is_restricted]
        wanted += [(s, digest, suffix_of(s.path), {"container": True}) for s, digest in containers]
        for source, digest, suffix, more in wanted:
            if (digest, source.name) in known:
                continue
            target = self.archive / f"{digest}{suffix}"
            if not is_whole(target, digest):
                save_atomically(target, partial(copy_exactly, source.path, digest), settles=False)
                copied.append(target)
            entries.append({"digest": digest, "path": source.name, "arrived": as_of.isoformat(), **more})
        settle_all(copied)
        if len(entries) > before:
            listed = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
            save_atomically(self._archive_list, partial(Path.write_text, data=listed, encoding="utf-8", newline="\n"))

    @property
    def _archive_list(self) -> Path:
        return self.archive / self.names["archive_list"]

    def archive_entries(self) -> list[dict[str, Any]]:
        """The archive's list, {"digest", "path", "arrived"} a file under a path, in order of arrival.

        An archive or mail whose files stand there too is marked "container"; "refusal" is why a file was not read.
        """
        lines = self._archive_list.read_text(encoding="utf-8").split("\n") if self._archive_list.exists() else []
        return [json.loads(line) for line in lines if line]

    @under_settings
    def send_back(self, received: Iterable[tuple[Source, Return]], book: Book) -> tuple[str, ...]:
        """Writes into 退回/<day>/ a marked copy of every file that must be corrected, or the list of its problems.

        Gives their paths in the workspace. What earlier days sent back stays.
        """
        folder = self.folder / self.names["returned"] / book.as_of.isoformat()
        send_by = send_by_for(book.settings, book.as_of)
        wanted = [(source, held) for source, held in received if held.verdict in TO_CORRECT]
        targets = [folder / writable(held.file) for _, held in wanted]
        written = [*write_marked(wanted, targets, send_by=send_by, replaces=True)]
        written += [write_reason(held, target) for (_, held), target in zip(wanted, targets, strict=True)
                    if held.verdict == "refused"]  # fmt: skip
        settle_all(written)
        return tuple(path.relative_to(self.folder).as_posix() for path in written)

    @under_settings
    def draft_results(self, book: Book, results: Iterable[str]) -> None:
        """Writes some workbooks under hidden names into 历史, for `write_results` to take; sweeping removes them."""
        self._history(book.as_of).mkdir(parents=True, exist_ok=True)
        for result in results:
            _write(result, book, self._draft(book.as_of, self.names[result]))

    @under_settings
    def write_results(
        self, book: Book, *, looks_back: bool = False, kept: Collection[str] = (), drafted: Drafted = _NONE_DRAFTED
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Writes the workbooks into 历史 and, unless the run `looks_back`, their copies into 成果, over none `kept`.

        Those of `draft_results` are taken where they were `drafted`. Gives their paths here, and remarks by code.
        """
        history = self._history(book.as_of)
        history.mkdir(parents=True, exist_ok=True)
        outputs: list[str] = []
        notes: list[str] = []
        for result in _RESULTS:
            name = self.names[result]
            frozen, draft = history / name, self._draft(book.as_of, name)
            is_drafted = result in drafted and drafted[result]()
            save_atomically(frozen, draft.replace if is_drafted else partial(_write, result, book))
            draft.unlink(missing_ok=True)
            current = frozen if looks_back else self._put(frozen, book.as_of, notes, kept)
            outputs.append(current.relative_to(self.folder).as_posix())
        return tuple(outputs), tuple(notes)

    def _history(self, as_of: date) -> Path:
        return self.results / self.names["history"] / as_of.isoformat()

    def _draft(self, as_of: date, name: str) -> Path:
        return self._history(as_of) / f"{TEMPORARY_PREFIX}{name}"

    def _put(self, frozen: Path, as_of: date, notes: list[str], kept: Collection[str]) -> Path:
        """Copies a workbook into 成果; where the one there is open or kept, under a name with the day."""
        current = self.results / frozen.name
        if current.name not in kept and not is_open(current):
            try:
                save_atomically(current, partial(shutil.copyfile, frozen))
                return current
            except PermissionError:  # open in Excel
                pass
        dated = current.with_name(f"{current.stem}-{as_of.isoformat()}{current.suffix}")
        save_atomically(dated, partial(shutil.copyfile, frozen))
        if current.name not in kept:
            notes.append(f"open:{frozen.name}")
        return dated


# The workbooks of 成果 by the keys of their names in facts/workspace.toml, in the order in which they are written.
_RESULTS = ("ledger", "status", "bulletin", "reminders", "publication")


def _write(result: str, book: Book, path: Path) -> None:
    """Writes one of the workbooks of 成果; what it takes is imported only where it is done."""
    from rectify_xl.excel.ledgers.ledger import write_ledger
    from rectify_xl.excel.papers.bulletin import write_bulletin
    from rectify_xl.excel.papers.publication import write_publication
    from rectify_xl.excel.papers.reminders import write_reminders
    from rectify_xl.excel.progress.status import write_status

    writers = {
        "ledger": write_ledger,
        "status": write_status,
        "bulletin": write_bulletin,
        "reminders": write_reminders,
        "publication": write_publication,
    }
    writers[result](book, path)


def _refusal_kept(source: Source) -> dict[str, Any]:
    """Why a file was not even read, as the archive's list has it: what it lay in is not asked again."""
    if source.refusal is None:
        return {}
    code, case, params = source.refusal
    return {"refusal": [code, case, dict(params)]}


TO_CORRECT = ("returned", "refused")
# What Excel, WPS and LibreOffice lay beside a workbook while it is open.
_LOCKS = ("~${name}", ".~{name}", ".~lock.{name}#")


def is_open(path: Path) -> bool:
    """Whether a program has laid its lock file beside a workbook."""
    return any(path.with_name(lock.format(name=path.name)).exists() for lock in _LOCKS)


def write_reason(held: Return, target: Path) -> Path:
    """Writes why a file was refused as a text beside its place in 退回: <name>.txt."""
    path = target.with_name(fitting(target.name, ".txt"))
    told = "".join(f"{sentence(finding)}\r\n" for finding in held.findings)
    target.parent.mkdir(parents=True, exist_ok=True)
    save_atomically(path, partial(Path.write_text, data=told, encoding="utf-8-sig", newline=""), settles=False)
    return path


def send_by_for(settings: Settings, as_of: date) -> date:
    """The day by which a file that was sent back should come again: as many working days on as 提前提醒工作日."""
    return calendar_for(dict(settings.holidays)).step(as_of, max(settings.early_warning, 1))


def write_marked(
    wanted: Sequence[tuple[Source, Return]],
    targets: Sequence[Path],
    *,
    send_by: date | None,
    lang: str = "zh",
    replaces: bool = False,
) -> list[Path]:
    """Writes the marked copies of received files to `targets`, or the lists of their problems beside them; which.

    Raises FileExistsError where a file stands already, unless it `replaces` what an earlier run of the day wrote.
    """
    from rectify_xl.excel.marked import write_made

    written = []
    copies = marked_copies(wanted, send_by=send_by, lang=lang)
    for made, (_, held), target in zip(copies, wanted, targets, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        written.append(write_made(made, held, target, send_by=send_by, lang=lang, replaces=replaces))
    return written


def create(folder: str | Path, settings: Settings) -> None:
    """Makes a workspace with 配置.xlsx and empty folders; WorkspaceError("not-empty") if the folder holds anything."""
    from rectify_xl.excel.settings.settings_book import write_settings

    place, called = Path(folder), names()
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise WorkspaceError("not-empty", place)
    for part in ("templates", "issued", "inbox", "returned", "archive", "results", "forms"):
        (place / called[part]).mkdir(parents=True, exist_ok=True)
    write_settings(settings, place / called["settings"])
