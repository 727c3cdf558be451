"""What a run works with and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date

from rectify_xl.model import Book, Return, Settings, Verdict
from rectify_xl.receiving.engine import Progress, processes_ready, read_all
from rectify_xl.receiving.intake import Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """What a run works with: processes of our own or the caller's executor, and whom to tell of progress.

    `spool` is a folder or URL where workers on other machines leave rows; `remarks` collects what the reading told.
    Without `guard` files are read where they are, by no process of their own.
    """

    workers: int | None = None
    executor: Executor | None = None
    progress: Progress | None = None
    spool: str | None = None
    guard: bool = True
    remarks: list[str] = field(default_factory=list)

    def read(self, sources: Sequence[Source], settings: Settings, as_of: date) -> Iterator[Return]:
        """The verdict on every file, in the order of `sources` (see `engine.read_all`)."""
        return read_all(
            sources, settings, as_of, workers=self.workers, executor=self.executor, progress=self.progress,
            guard=self.guard, spool=self.spool, remarks=self.remarks,
        )  # fmt: skip

    def ready_to_read(self, files: int) -> AbstractContextManager[None]:
        """Within this the processes that will read about so many files start ahead, and wait between calls."""
        return processes_ready(0 if self.executor else files, self.workers)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a weekly run came to: everything it knows, the files first seen by it, what it wrote, and remarks.

    `outputs` are relative to the workspace; a remark is a code, with a name behind a colon where it has one. `turned`
    are files known before that are judged otherwise now: path, verdict before, verdict now.
    """

    book: Book
    received: tuple[Return, ...] = ()
    outputs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    turned: tuple[tuple[str, Verdict, Verdict], ...] = ()
