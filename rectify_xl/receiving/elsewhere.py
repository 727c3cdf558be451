"""Chunks read by an executor's workers: returns come back, rows through a spool; what fails there is read here."""

from __future__ import annotations

import logging
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from pickle import dumps
from tempfile import gettempdir
from typing import Any, NamedTuple
from uuid import uuid4

from rectify_xl import __version__
from rectify_xl.errors import CannotFinish
from rectify_xl.files import TEMPORARY_PREFIX
from rectify_xl.model import Return
from rectify_xl.receiving import cluster, places
from rectify_xl.receiving.guarded.wire import Garbage, records
from rectify_xl.receiving.intake import Source
from rectify_xl.receiving.spools import with_rows, without_rows

_LOG = logging.getLogger("rectify_xl")
# At least so many chunks are submitted ahead of the one that is waited for.
CHUNKS_AHEAD = 32
# Every so many seconds of waiting a cluster is asked whether it still has workers.
_CHECK_EVERY = 10.0
Chunk = Sequence[Source]
# Reads a chunk in the process that calls it: files, the pickled (Settings, day), whether by a guarded process.
Read = Callable[[Chunk, bytes, bool], list[Return]]


class Order(NamedTuple):
    """What a worker must know besides its chunk: the context to read under, how, and the spool for rows ("": none).

    With a spool the context is a file there, `context_name`; else it is sent with every chunk. `packs` says that
    answers are compressed, as they are sent far.
    """

    read: Read
    guard: bool
    packs: bool
    context: bytes = b""
    spool: str = ""
    context_name: str = ""
    version: str = __version__


class Answer(NamedTuple):
    """A worker's answer for a chunk: its returns, without rows where these are in the file `spooled` of the spool.

    `trouble` is why there are none: the worker cannot see the spool (unseen), or has another version (version).
    """

    returns: tuple[Return, ...] = ()
    spooled: str = ""
    trouble: str = ""


# ---- at the worker


def answered(chunk: Chunk, order: Order, number: int) -> Answer | bytes:
    """A chunk (the one of that number) read at a worker: its Answer, compressed if so ordered."""
    answer = _answer(chunk, order, number)
    return zlib.compress(dumps(answer, 5), 1) if order.packs else answer


def _answer(chunk: Chunk, order: Order, number: int) -> Answer:
    if order.version != __version__:
        return Answer(trouble="version")
    try:
        context = _context(order.spool, order.context_name) if order.spool else order.context
    except OSError:
        return Answer(trouble="unseen")
    returns = order.read(chunk, context, order.guard)
    if not order.spool:
        return Answer(tuple(returns))
    light, rows = without_rows(returns)
    # A chunk that was read twice gets the same name, and the same rows in it.
    name = f"{number:08}.parquet" if rows else ""
    try:
        if rows:
            places.put(order.spool, name, rows)
    except OSError:  # the rows may always travel
        return Answer(tuple(returns))
    return Answer(tuple(light), name)


@lru_cache(maxsize=2)
def _context(place: str, name: str) -> bytes:
    return places.got(place, name)


# ---- at home


class Elsewhere:
    """One call's chunks given to an executor. As a context it makes its spool, and removes it at the end.

    With a `spool` (a folder or URL that both sides see) workers leave rows there as Parquet, and with their answers
    travel verdicts and findings alone. Without one the workers of a Dask client are tried with a folder of this
    machine's own, and rows travel where they do not see it; those of any other executor send them back.
    `here` reads the chunks that are lost there. `remarks` are told what the caller should know, by code.
    """

    def __init__(
        self, executor: Executor, read: Read, here: Callable[[Chunk], list[Return]], *,
        context: bytes, guard: bool, spool: str | None, remarks: list[str],
    ) -> None:  # fmt: skip
        self._executor, self._here, self._remarks = executor, here, remarks
        self._is_cluster, self._lost = cluster.is_cluster(executor), cluster.lost(executor)
        self._is_private, self._is_deserted = not spool, False
        parent = spool or (gettempdir() if self._is_cluster else "")
        parent = parent if not parent or places.is_url(parent) else os.path.abspath(parent)  # noqa: PTH100
        self._spool = f"{parent.rstrip('/')}/{TEMPORARY_PREFIX}{uuid4().hex}" if parent else ""
        self._plain = self._order = Order(read, guard, self._is_cluster, context)

    def __enter__(self) -> Elsewhere:
        if self._spool:
            cluster.needed("pyarrow")
            places.make(self._spool, is_private=self._is_private)
            name = f"{blake2b(self._plain.context, digest_size=16).hexdigest()}.context"
            places.put(self._spool, name, self._plain.context)
            self._order = self._plain._replace(packs=True, context=b"", spool=self._spool, context_name=name)
        return self

    def __exit__(self, *_: object) -> None:
        if self._spool:
            places.clear(self._spool)
        if self._is_cluster:
            cluster.end_readers(self._executor)

    def returns(self, chunks: Sequence[Chunk]) -> Iterator[list[Return]]:
        """The returns of every chunk, in order; no more than so many are read ahead of the one that is taken."""
        ahead = max(CHUNKS_AHEAD, 2 * cluster.width(self._executor)) if self._is_cluster else CHUNKS_AHEAD
        waiting: deque[tuple[int, Future[Any] | None]] = deque()
        try:
            for number, chunk in enumerate(chunks):
                waiting.append((number, self._submitted(chunk, number)))
                if len(waiting) > ahead:
                    index, future = waiting.popleft()
                    yield self._result(chunks[index], index, future)
            while waiting:
                index, future = waiting.popleft()
                yield self._result(chunks[index], index, future)
        finally:
            for _, future in waiting:
                if future is not None:
                    future.cancel()

    def _submitted(self, chunk: Chunk, number: int) -> Future[Any] | None:
        try:
            return self._executor.submit(answered, list(map(_for_worker, chunk)), self._order, number)
        except self._lost:
            return None

    def _result(self, chunk: Chunk, number: int, future: Future[Any] | None) -> list[Return]:
        answer = self._answer_of(future)
        if answer is not None and answer.trouble == "unseen":
            self._order = self._plain
            self._remark("spool-unseen")
            answer = self._answer_of(self._submitted(chunk, number))
        if answer is None or len(answer.returns) != len(chunk):
            if answer is not None and answer.trouble == "version":
                raise CannotFinish("other-version", version=__version__)
            self._remark("workers-lost")
            return self._here(chunk)
        return self._with_unseen_read(chunk, self._with_rows(answer))

    def _answer_of(self, future: Future[Any] | None) -> Answer | None:
        """A worker's answer; None where there will never be one, or what came is none."""
        while future is not None:
            try:
                # Once all workers have gone no chunk is waited for; but answers that are there already count.
                result = future.result((0.0 if self._is_deserted else _CHECK_EVERY) if self._is_cluster else None)
            except NotYet:
                self._is_deserted = cluster.is_deserted(self._executor)
                if future.done() or self._is_deserted:
                    future.cancel()
                    return None
            except self._lost:
                return None
            else:
                return _unpacked_answer(result)
        return None

    def _with_rows(self, answer: Answer) -> list[Return]:
        if not answer.spooled:
            return list(answer.returns)
        rows = places.got(self._spool, answer.spooled)
        places.drop(self._spool, answer.spooled)
        return with_rows(answer.returns, rows)

    def _with_unseen_read(self, chunk: Chunk, returns: list[Return]) -> list[Return]:
        """The returns; a file that its worker could not see is read here."""
        unseen = [index for index, pair in enumerate(zip(chunk, returns, strict=True)) if _is_unseen(*pair)]
        read_here = dict(zip(unseen, self._here([chunk[index] for index in unseen]), strict=True)) if unseen else {}
        if any(return_.digest for return_ in read_here.values()):
            self._remark("workers-blind")
        return [read_here.get(index, return_) for index, return_ in enumerate(returns)]

    def _remark(self, code: str) -> None:
        if code not in self._remarks:
            self._remarks.append(code)
            _LOG.warning("%s", code)


def _unpacked_answer(result: Any) -> Answer | None:
    try:
        answer = records(zlib.decompress(result)) if isinstance(result, bytes) else result
    except (Garbage, zlib.error):
        return None
    return answer if isinstance(answer, Answer) else None


def _for_worker(source: Source) -> Source:
    """A source as sent to a worker, which runs in another folder and need not know of archives."""
    path = source.path if places.is_url(source.path) else os.path.abspath(source.path)  # noqa: PTH100 - bytes in names
    return replace(source, path=path, within=None)


def _is_unseen(source: Source, return_: Return) -> bool:
    return source.is_regular and source.refusal is None and return_.verdict == "refused" and not return_.digest
