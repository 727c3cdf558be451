"""Chunks read by an executor's workers: verdicts come back, rows through a spool; what fails there is read here."""

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
from rectify_xl.files import TEMPORARY_PREFIX
from rectify_xl.model import CannotFinish, Return
from rectify_xl.receiving import cluster, places
from rectify_xl.receiving.guarded.wire import Garbage, records
from rectify_xl.receiving.intake import Source
from rectify_xl.receiving.spools import with_rows, without_rows

_LOG = logging.getLogger("rectify_xl")
# How many chunks an executor of the caller is given at least ahead of the one that is waited for.
CHUNKS_AHEAD = 32
# Seconds after which somebody looks whether a cluster still has workers.
_LOOK = 10.0
Chunk = Sequence[Source]
# What reads a chunk wherever it is called: the files, the pickled (Settings, day), whether a guarded process does.
Read = Callable[[Chunk, bytes, bool], list[Return]]


class Order(NamedTuple):
    """What a worker must know besides its chunk: under what to read, how, and where rows are spooled ("": nowhere).

    With a spool the context stands there under the name `context_name`: else it travels with every chunk. `packs`
    says that answers travel far and are made small.
    """

    read: Read
    guard: bool
    packs: bool
    context: bytes = b""
    spool: str = ""
    context_name: str = ""
    version: str = __version__


class Answer(NamedTuple):
    """What a worker says of a chunk: its returns, without their rows where `spooled` names the file that holds these.

    `trouble` is why there are none: its spool cannot be seen there (unseen), or it is of another version (version).
    """

    returns: tuple[Return, ...] = ()
    spooled: str = ""
    trouble: str = ""


# ---- at the worker


def answered(chunk: Chunk, order: Order, number: int) -> Answer | bytes:
    """The chunk of that number read at a worker: its Answer, packed if so ordered."""
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
    """One call's chunks given to an executor. Entered, its spool is there; at the end it is taken away again.

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
        beside = spool or (gettempdir() if self._is_cluster else "")
        beside = beside if not beside or places.is_url(beside) else os.path.abspath(beside)  # noqa: PTH100
        self._spool = f"{beside.rstrip('/')}/{TEMPORARY_PREFIX}{uuid4().hex}" if beside else ""
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
                waiting.append((number, self._given(chunk, number)))
                if len(waiting) > ahead:
                    at, future = waiting.popleft()
                    yield self._taken(chunks[at], at, future)
            while waiting:
                at, future = waiting.popleft()
                yield self._taken(chunks[at], at, future)
        finally:
            for _, future in waiting:
                if future is not None:
                    future.cancel()

    def _given(self, chunk: Chunk, number: int) -> Future[Any] | None:
        try:
            return self._executor.submit(answered, list(map(_sent, chunk)), self._order, number)
        except self._lost:
            return None

    def _taken(self, chunk: Chunk, number: int, future: Future[Any] | None) -> list[Return]:
        answer = self._answer_of(future)
        if answer is not None and answer.trouble == "unseen":
            self._order = self._plain
            self._tell("spool-unseen")
            answer = self._answer_of(self._given(chunk, number))
        if answer is None or len(answer.returns) != len(chunk):
            if answer is not None and answer.trouble == "version":
                raise CannotFinish("other-version", version=__version__)
            self._tell("workers-lost")
            return self._here(chunk)
        return self._seen(chunk, self._whole(answer))

    def _answer_of(self, future: Future[Any] | None) -> Answer | None:
        """What a worker said; None where it will never say anything, or what it said is no answer."""
        while future is not None:
            try:
                # Nobody waits long for each of many chunks once the workers have gone; but some may come.
                said = future.result((0.0 if self._is_deserted else _LOOK) if self._is_cluster else None)
            except NotYet:
                self._is_deserted = cluster.is_deserted(self._executor)
                if future.done() or self._is_deserted:
                    future.cancel()
                    return None
            except self._lost:
                return None
            else:
                return _understood(said)
        return None

    def _whole(self, answer: Answer) -> list[Return]:
        if not answer.spooled:
            return list(answer.returns)
        rows = places.got(self._spool, answer.spooled)
        places.drop(self._spool, answer.spooled)
        return with_rows(answer.returns, rows)

    def _seen(self, chunk: Chunk, returns: list[Return]) -> list[Return]:
        """The returns; a file that its worker could not see is read here."""
        blind = [at for at, pair in enumerate(zip(chunk, returns, strict=True)) if _is_unseen(*pair)]
        again = dict(zip(blind, self._here([chunk[at] for at in blind]), strict=True)) if blind else {}
        if any(held.digest for held in again.values()):
            self._tell("workers-blind")
        return [again.get(at, held) for at, held in enumerate(returns)]

    def _tell(self, code: str) -> None:
        if code not in self._remarks:
            self._remarks.append(code)
            _LOG.warning("%s", code)


def _understood(said: Any) -> Answer | None:
    try:
        told = records(zlib.decompress(said)) if isinstance(said, bytes) else said
    except (Garbage, zlib.error):
        return None
    return told if isinstance(told, Answer) else None


def _sent(source: Source) -> Source:
    """A file as a worker is told of it, who stands in another folder and need not know of archives."""
    path = source.path if places.is_url(source.path) else os.path.abspath(source.path)  # noqa: PTH100 - bytes in names
    return replace(source, path=path, within=None)


def _is_unseen(source: Source, held: Return) -> bool:
    return source.is_regular and source.refusal is None and held.verdict == "refused" and not held.digest
