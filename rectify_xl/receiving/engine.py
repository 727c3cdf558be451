"""The unit of work: a chunk of files read and judged together, by processes of our own or through any executor."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from datetime import date
from functools import lru_cache, partial
from pickle import dumps
from typing import TYPE_CHECKING, Any, TypeVar

from rectify_xl.facts.in_force import own_forms
from rectify_xl.model import Return, Settings
from rectify_xl.receiving.guarded.bugs import tell
from rectify_xl.receiving.guarded.limits import MIB, process_limits
from rectify_xl.receiving.guarded.pool import Failure, Readers, end_waiting, kept
from rectify_xl.receiving.guarded.wire import Task
from rectify_xl.receiving.head_start import CHUNK as CHUNK
from rectify_xl.receiving.head_start import processes_for, worker_count
from rectify_xl.receiving.intake import Source
from rectify_xl.receiving.remote import fetched

if TYPE_CHECKING:
    from rectify_xl.receiving.carrying import Carried
    from rectify_xl.receiving.elsewhere import Elsewhere

Progress = Callable[[int, int], None]
T = TypeVar("T")
R = TypeVar("R")
# Marked copies are larger than what is read from a file.
MARKED_CHUNK = 5


def read_all(
    sources: Sequence[Source],
    settings: Settings,
    as_of: date,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    guard: bool = True,
    spool: str | None = None,
    remarks: list[str] | None = None,
) -> Iterator[Return]:
    """Every file's return, in the order of `sources`, read by processes of our own under limits.

    An `executor` is given the chunks, and each is read by a process that its worker starts; `spool` is a folder or URL
    where its workers leave rows (see `elsewhere.Elsewhere`), `remarks` are added to. Without `guard` files are read
    where they are: in the executor's worker, or in this very process. `progress(done, total)` is called in this
    process whenever a chunk is done. Raises OSError where no process can be started.
    """
    context = dumps((settings, as_of))
    chunks = [sources[i : i + CHUNK] for i in range(0, len(sources), CHUNK)]
    done = 0
    with ExitStack() as stack:
        stack.callback(end_waiting)
        if executor is not None:
            remarks = [] if remarks is None else remarks
            elsewhere = _elsewhere(executor, context, guard=guard, spool=spool, remarks=remarks)
            answers = stack.enter_context(elsewhere).returns(chunks)
        elif guard and chunks:
            count = worker_count(workers, len(sources))
            threads = stack.enter_context(ThreadPoolExecutor(count))
            read = partial(read_guarded, stack.enter_context(Readers()), context=context)
            answers = _in_order(read, chunks, threads, 2 * count)
        else:
            answers = (_chunk_read(chunk, context, guard) for chunk in chunks)
        for returns in answers:
            done += len(returns)
            if progress:
                progress(done, len(sources))
            yield from returns


def _elsewhere(executor: Executor, context: bytes, **how: Any) -> Elsewhere:
    from rectify_xl.receiving.elsewhere import Elsewhere

    # A chunk that its workers did not survive is read by a guarded process of this one, whatever they were told.
    return Elsewhere(executor, _chunk_read, partial(_chunk_read, context=context, guard=True), context=context, **how)


def marked_copies(
    to_correct: Sequence[tuple[Source, Return]],
    *,
    send_by: date | None,
    lang: str = "zh",
    workers: int | None = None,
) -> Iterator[bytes | str]:
    """For each file its marked copy, or the reason why there is only a list of its problems, in order.

    The copies are made by reader processes too, which are told the own forms in force. Raises OSError where no process
    can be started.
    """
    task = Task("mark", dumps((send_by, lang, own_forms())))
    chunks = [to_correct[i : i + MARKED_CHUNK] for i in range(0, len(to_correct), MARKED_CHUNK)]
    if all(return_.verdict == "refused" for _, return_ in to_correct):
        yield from ["refused"] * len(to_correct)
        return
    count = worker_count(workers, len(to_correct))
    with ExitStack() as stack:
        stack.callback(end_waiting)
        threads = stack.enter_context(ThreadPoolExecutor(count))
        readers = stack.enter_context(Readers())

        def marked(chunk: Sequence[tuple[Source, Return]]) -> list[Any]:
            with fetched([source for source, _ in chunk]) as here:
                tasks = [(source.path, return_) for source, (_, return_) in zip(here, chunk, strict=True)]
                copies: list[Any] = readers.answers(task, tasks)
            for (source, _), answer in zip(chunk, copies, strict=True):
                if isinstance(answer, Failure):
                    tell(source.name, answer)
            return copies

        for copies in _in_order(marked, chunks, threads, 2 * count):
            yield from map(_copy_or_reason, copies)


def carried_over(source: Source, settings: Settings | None) -> Carried | Return:
    """What `migrate` carries over from a file, or its return where it is refused; read by a process under limits.

    Without settings the profile whose campaign the file names counts. Raises OSError where no process can be started.
    """
    from rectify_xl.receiving.carrying import Carried
    from rectify_xl.receiving.reading import too_large

    if large := too_large(source):
        return large
    with ExitStack() as stack:
        stack.callback(end_waiting)
        readers = stack.enter_context(Readers())
        (answer,) = readers.answers(Task("carry", dumps(settings)), [source])
    return answer if isinstance(answer, Carried) else _verdict(source, answer)


def _copy_or_reason(answer: Any) -> bytes | str:
    if isinstance(answer, Failure):
        return "too-large" if answer.code.startswith("limit-") else "damaged"
    return answer if isinstance(answer, (bytes, str)) else "damaged"


def processes_ready(files: int, workers: int | None = None) -> AbstractContextManager[None]:
    """A context in which the processes that will read about so many files start ahead, and are kept for reuse."""
    return kept(start=processes_for(files, workers) if files > 0 else 0)


def _in_order(
    read: Callable[[Sequence[T]], list[R]], chunks: Sequence[Sequence[T]], executor: Executor, ahead: int
) -> Iterator[list[R]]:
    """The chunks' answers in order; at most `ahead` chunks are read before the first answer is taken."""
    waiting: deque[Future[list[R]]] = deque()
    try:
        for chunk in chunks:
            waiting.append(executor.submit(read, chunk))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _chunk_read(chunk: Sequence[Source], context: bytes, guard: bool) -> list[Return]:
    """A chunk read in this process, or by a guarded one of its own, which is kept here for the next chunk."""
    if not guard:
        reader = _reader(context)
        with fetched(chunk) as here:
            return [reader(source) for source in here]
    with Readers() as readers:
        return read_guarded(readers, chunk, context)


@lru_cache(maxsize=2)
def _reader(context: bytes) -> Callable[[Source], Return]:
    """A function that reads files in this process."""
    from rectify_xl.receiving.reading import reader_for

    return reader_for(context)


def read_guarded(readers: Readers, chunk: Sequence[Source], context: bytes) -> list[Return]:
    """The returns of some files, read by a reader process; a file at which it failed is refused for that."""
    from rectify_xl.receiving.reading import too_large

    with fetched(chunk) as here:
        too_large_returns = list(map(too_large, here))
        sources = [source for source, return_ in zip(here, too_large_returns, strict=True) if return_ is None]
        answers: list[Any] = readers.answers(Task("read", context), sources)
        read = iter([_verdict(source, answer) for source, answer in zip(sources, answers, strict=True)])
        return [return_ or next(read) for return_ in too_large_returns]


def _verdict(source: Source, answer: Any) -> Return:
    from rectify_xl.receiving.reading import broken_off

    if isinstance(answer, Return) and answer.file == source.name:
        return answer
    if not isinstance(answer, Failure):
        return broken_off(source, "damaged", "crashed")
    tell(source.name, answer)
    limits = process_limits()
    bounds: dict[str, dict[str, str | int]] = {
        "limit-memory": {"limit": limits.memory_mib * MIB},
        "limit-time": {"seconds": limits.seconds},
    }
    return broken_off(source, answer.code, answer.case, **bounds.get(answer.code, {}))
