"""How the files of a run are read: by which processes, and who is told of the progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from numbers import Integral

from rectify_xl.errors import WrongUse, quoted
from rectify_xl.model import Return, Settings
from rectify_xl.receiving.engine import Progress, processes_ready, read_all
from rectify_xl.receiving.intake import Source


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadOptions:
    """How files are read: by reader processes of our own (`workers`) or the caller's executor.

    `spool` is a folder or URL where workers on other machines leave rows; `remarks` collects what reading them told.
    Without `guard` files are read in this process. Raises WrongUse for `workers` that are no whole number from 1 on.
    """

    workers: int | None = None
    executor: Executor | None = None
    progress: Progress | None = None
    spool: str | None = None
    guard: bool = True
    remarks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        count: object = self.workers
        if count is not None and (not isinstance(count, Integral) or isinstance(count, bool) or int(count) < 1):
            raise WrongUse(quoted(count), "no-such-workers")

    def read(self, sources: Sequence[Source], settings: Settings, as_of: date) -> Iterator[Return]:
        """The judged return of every file, in the order of `sources` (see `engine.read_all`)."""
        return read_all(
            sources, settings, as_of, workers=self.workers, executor=self.executor, progress=self.progress,
            guard=self.guard, spool=self.spool, remarks=self.remarks,
        )  # fmt: skip

    def ready_to_read(self, files: int) -> AbstractContextManager[None]:
        """A context in which the processes that will read about so many files start ahead, and are kept for reuse."""
        return processes_ready(0 if self.executor else files, self.workers)
