"""Dask distributed, for those who ask for it: a scheduler's workers as an executor, and the state they are in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from rectify_xl.errors import CannotFinish, WrongUse
from rectify_xl.receiving.guarded.pool import end_waiting

# Seconds to wait for a scheduler's answer, and for its first worker.
_PATIENCE = 15
# What a pool of one machine raises when a worker died, or when its future was cancelled.
_LOST = (BrokenExecutor, CancelledError)


@contextmanager
def reached(scheduler: str | None) -> Iterator[Executor | None]:
    """The workers of a scheduler as an executor; None without a scheduler.

    Raises WrongUse for a missing extra `dask` or an invalid address, CannotFinish where nobody answers there.
    """
    if scheduler is None:
        yield None
        return
    needed("distributed")
    from distributed import Client
    from distributed.comm.registry import backends

    if str(scheduler).partition("://")[0] not in backends:
        raise WrongUse(str(scheduler), "no-such-scheduler")
    try:
        client = Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except OSError:
        raise CannotFinish("no-scheduler", address=scheduler) from None
    except ValueError:
        raise WrongUse(scheduler, "no-such-scheduler") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise CannotFinish("no-workers", address=scheduler) from None
        yield client.get_executor(pure=False)


def needed(module: str) -> None:
    """Raises WrongUse where a part of the extra `dask` is not installed."""
    try:
        import_module(module)
    except ImportError:
        raise WrongUse("dask", "no-extra") from None


def is_cluster(executor: Executor | None) -> bool:
    """Whether an executor is that of a Dask client, whose workers may be on other machines."""
    return type(executor).__module__.partition(".")[0] == "distributed"


def width(executor: Executor) -> int:
    """The number of chunks that the workers of a cluster can read at once."""
    return sum(_client(executor).ncores().values())


def is_deserted(executor: Executor) -> bool:
    """Whether a cluster has no workers left, or no scheduler that answers."""
    try:
        return not _client(executor).ncores()
    except OSError:
        return True


def lost(executor: Executor) -> tuple[type[BaseException], ...]:
    """The errors of an executor whose worker died at a chunk, or which will not read it any more."""
    if not is_cluster(executor):
        return _LOST
    from distributed.scheduler import KilledWorker

    return (*_LOST, KilledWorker, OSError)


def end_readers(executor: Executor) -> None:
    """Ends the reader processes that wait for work at the workers of a cluster."""
    with suppress(OSError):
        _client(executor).run(end_waiting, on_error="ignore")


def _client(executor: Executor) -> Any:
    return executor._client  # type: ignore[attr-defined]
