"""The unit of work: a chunk of files read and judged in one go, by any executor."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack
from datetime import date
from functools import lru_cache
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from pickle import dumps, loads

from rectify_xl.grid import Unreadable
from rectify_xl.intake import Source
from rectify_xl.judge import Received, judge_book, refused
from rectify_xl.model import Return, Settings
from rectify_xl.ruling import Ruling, ruling_for

Progress = Callable[[int, int], None]
CHUNK = 25
# Starting a process costs about as much as reading this many files.
FILES_WORTH_A_PROCESS = 60


def read_all(
    sources: Sequence[Source],
    settings: Settings,
    as_of: date,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Iterator[Return]:
    """Every file's return, in the order of `sources`; chunks are read by the executor, or by processes of our own.

    `progress(done, total)` is called in this process whenever a chunk is done.
    """
    packed = dumps(settings)
    chunks = [sources[i : i + CHUNK] for i in range(0, len(sources), CHUNK)]
    with ExitStack() as stack:
        if executor is None and (count := _worker_count(workers, len(sources))) > 1:
            executor = stack.enter_context(ProcessPoolExecutor(count, mp_context=get_context("spawn")))
        done = 0
        for chunk, returns in zip(chunks, _chunks_read(chunks, packed, as_of, executor), strict=True):
            done += len(chunk)
            if progress:
                progress(done, len(sources))
            yield from returns


def _worker_count(workers: int | None, files: int) -> int:
    if workers is not None:
        return max(1, workers)
    return 1 if files < FILES_WORTH_A_PROCESS else max(1, min(os.cpu_count() or 1, files // CHUNK))


def _chunks_read(
    chunks: Sequence[Sequence[Source]], packed: bytes, as_of: date, executor: Executor | None
) -> Iterator[list[Return]]:
    if executor is None:
        yield from (read_chunk(chunk, packed, as_of) for chunk in chunks)
        return
    waiting: list[Future[list[Return]]] = [executor.submit(read_chunk, chunk, packed, as_of) for chunk in chunks]
    waiting.reverse()
    while waiting:
        yield waiting.pop().result()


@lru_cache(maxsize=2)
def _ruling(packed: bytes) -> Ruling:
    """The settings made ready, once a process."""
    return ruling_for(loads(packed))


def read_chunk(chunk: Sequence[Source], packed: bytes, as_of: date) -> list[Return]:
    """The returns of some files; `packed` are the pickled Settings. Touches nothing but the files it reads."""
    ruling = _ruling(packed)
    return [read_file(source, ruling, as_of) for source in chunk]


def read_file(source: Source, ruling: Ruling, as_of: date) -> Return:
    """One file's verdict, whatever the file is."""
    from rectify_xl.excel.reader import read_workbook

    received = Received(file=source.name)
    if source.is_clutter:
        return Return(file=source.name, verdict="ignored")
    if not source.is_regular:
        return refused(received, Unreadable("not-a-file"))
    try:
        data = Path(source.path).read_bytes()
    except OSError as error:
        return refused(received, Unreadable("not-a-file", "unreadable", reason=error.strerror or ""))
    suffix = os.path.splitext(source.path)[1].lower()  # noqa: PTH122 - a name may hold bytes that are not UTF-8
    received = Received(file=source.name, digest=sha256(data).hexdigest(), suffix=suffix, size=len(data))
    try:
        raw = read_workbook(data)
    except Unreadable as error:
        return refused(received, error)
    return judge_book(raw, ruling, received, as_of)
