"""The folder that an office keeps for one campaign: the names in it, and everything that is written into it."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path

from rectify_xl.errors import InWords
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import under_settings
from rectify_xl.files import TEMPORARY_PREFIX, path_from, save_atomically, settle_all, sweep, writable
from rectify_xl.model import SENT_BACK, Book, Return, Settings
from rectify_xl.receiving.intake import Source
from rectify_xl.runs.archive import Archive
from rectify_xl.runs.child_process import WasDone
from rectify_xl.runs.sent_back import send_by_for, write_marked, write_reason

# By workbook (its key in facts/workspace.toml) a function that waits for its draft and returns whether it was made.
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
        self.folder = path_from(folder)
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
    def archive(self) -> Archive:
        """存档, every received file byte for byte."""
        folder = self.folder / self.names["archive"]
        return Archive(folder=folder, list_path=folder / self.names["archive_list"])

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
        for leftover in self.folder.glob(f"{TEMPORARY_PREFIX}*"):
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)

    @contextmanager
    def swept(self) -> Iterator[None]:
        """Sweeps, and once more where what is done then fails: child processes that are stopped clean up nothing."""
        self.sweep()
        try:
            yield
        except BaseException:
            with suppress(OSError):  # what failed is told, not this
                self.sweep()
            raise

    @property
    def memory(self) -> Path:
        """记录.sqlite, the memory between runs."""
        return self.folder / self.names["memory"]

    @under_settings
    def send_back(self, received: Iterable[tuple[Source, Return]], book: Book) -> tuple[str, ...]:
        """Writes into 退回/<day>/ a marked copy of every file that must be corrected, or the list of its problems.

        Returns their paths in the workspace. What was sent back on earlier days stays.
        """
        from rectify_xl.excel.marked import list_path

        folder = self._returned(book.as_of)
        send_by = send_by_for(book.settings, book.as_of)
        to_correct = [(source, return_) for source, return_ in received if return_.verdict in SENT_BACK]
        targets = [folder / writable(return_.file) for _, return_ in to_correct]
        files = {return_.file for _, return_ in to_correct}
        others = [folder / writable(r.file) for r in book.returns if r.verdict in SENT_BACK and r.file not in files]
        lists = [path for path in map(list_path, others) if path.exists()]
        written = [*write_marked(to_correct, targets, send_by=send_by, replaces=True, used=lists)]
        written += [write_reason(return_, target) for (_, return_), target in zip(to_correct, targets, strict=True)
                    if return_.verdict == "refused"]  # fmt: skip
        settle_all(written)
        return tuple(path.relative_to(self.folder).as_posix() for path in written)

    def has_sent_back(self, return_: Return, as_of: date) -> bool:
        """Whether a file's marked copy, or the list of its problems, stands in 退回/<day>/."""
        from rectify_xl.excel.marked import list_path

        target = self._returned(as_of) / writable(return_.file)
        problems = list_path(target)
        return any(path.exists() for path in (target, problems, list_path(target, [problems])))

    def _returned(self, as_of: date) -> Path:
        return self.folder / self.names["returned"] / as_of.isoformat()

    @under_settings
    def draft_results(self, book: Book, results: Iterable[str]) -> None:
        """Writes some workbooks under hidden names into 历史, for `write_results` to use; `sweep` removes them."""
        self._history(book.as_of).mkdir(parents=True, exist_ok=True)
        for result in results:
            _write(result, book, self._draft(book.as_of, self.names[result]))

    @under_settings
    def write_results(
        self, book: Book, *, looks_back: bool = False, kept: Collection[str] = (), drafted: Drafted = _NONE_DRAFTED
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Writes the workbooks into 历史 and, unless the run `looks_back`, copies into 成果, over none in `kept`.

        Drafts of `draft_results` are used where they were made. Returns the paths in the workspace and remarks by code.
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
            current = frozen if looks_back else self._copy_to_results(frozen, book.as_of, notes, kept)
            outputs.append(current.relative_to(self.folder).as_posix())
        return tuple(outputs), tuple(notes)

    def _history(self, as_of: date) -> Path:
        return self.results / self.names["history"] / as_of.isoformat()

    def _draft(self, as_of: date, name: str) -> Path:
        return self._history(as_of) / f"{TEMPORARY_PREFIX}{name}"

    def _copy_to_results(self, frozen: Path, as_of: date, notes: list[str], kept: Collection[str]) -> Path:
        """Copies a workbook into 成果, under a name with the day if the one there is open or kept."""
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
    """Writes one of the workbooks of 成果; its writer is imported only here, as importing it takes long."""
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


# The lock files of Excel, WPS and LibreOffice beside a workbook that is open.
_LOCKS = ("~${name}", ".~{name}", ".~lock.{name}#")


def is_open(path: Path) -> bool:
    """Whether a program's lock file stands beside a workbook."""
    return any(path.with_name(lock.format(name=path.name)).exists() for lock in _LOCKS)


def create(folder: str | Path, settings: Settings) -> None:
    """Makes a workspace with 配置.xlsx and empty folders; WorkspaceError("not-empty") if the folder holds anything."""
    from rectify_xl.excel.settings.settings_book import write_settings

    path, folder_names = Path(folder), names()
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise WorkspaceError("not-empty", path)
    path.mkdir(parents=True, exist_ok=True)
    # First: where there is no room for it the folder is left empty, and may be tried again.
    write_settings(settings, path / folder_names["settings"])
    for part in ("templates", "issued", "inbox", "returned", "archive", "results", "forms"):
        (path / folder_names[part]).mkdir(exist_ok=True)
