"""Dask against processes of our own, side by side: the same chunks of the same returns, on this one machine.

    python benchmarks/on_a_cluster.py [--n 500] [--pairs 5] [--workers 2] [--keep FOLDER]

Each pair reads and judges all returns by the process pool and by a LocalCluster of as many worker processes with a
Parquet spool, both warm (their reader processes have started); told are the median of the ratios within a pair, and
the bytes that travel for a workbook in either direction.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from statistics import median
from typing import Any

from distributed import Client, LocalCluster
from made_returns import FILLED_ON, make_returns, settings_for

from rectify_xl.receiving.engine import read_all
from rectify_xl.receiving.guarded.pool import kept
from rectify_xl.receiving.intake import Source, files_in


class Weighed(Executor):
    """The executor of a client that counts the bytes of what is sent to it and of what comes back."""

    def __init__(self, client: Client) -> None:
        self.executor, self.sent, self.came = client.get_executor(), 0, 0
        self._client = client

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.sent += len(pickle.dumps((fn, args, kwargs)))
        future = self.executor.submit(fn, *args, **kwargs)
        future.add_done_callback(self._count)
        return future

    def _count(self, future: Future[Any]) -> None:
        if not future.cancelled() and future.exception() is None:
            self.came += len(pickle.dumps(future.result()))


# Known by its module as what it wraps: the executor of a Dask client.
Weighed.__module__ = "distributed.weighed"


def seconds(sources: list[Source], **how: Any) -> float:
    """The wall time of reading and judging everything."""
    start = time.perf_counter()
    count = sum(held.verdict != "refused" for held in read_all(sources, settings_for(len(sources)), FILLED_ON, **how))
    assert count == len(sources)
    return time.perf_counter() - start


def compare(sources: list[Source], pairs: int, workers: int) -> None:
    """Prints every pair, and the medians."""
    ratios = []
    with (
        kept(),
        LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        for number in range(-1, pairs):  # the first one warms up
            pool = seconds(sources, workers=workers)
            weighed = Weighed(client)
            dask = seconds(sources, executor=weighed)
            if number >= 0:
                ratios.append(dask / pool)
                print(f"  pool {pool:7.2f} s   dask {dask:7.2f} s   dask / pool {ratios[-1]:5.2f}", flush=True)
    sent, came = weighed.sent / len(sources), weighed.came / len(sources)
    print(f"  dask / pool, median of {pairs} pairs {median(ratios):17.2f}   (wanted: <= 1.3)")
    print(f"  bytes a workbook: {sent:.0f} sent, {came:.0f} came back with its findings   (wanted: <= 1,000 besides findings)")


def main() -> None:
    """Makes the returns, unless they are there, and compares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder for the made returns, used again next time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = (given.keep or Path(made)) / f"returns-{given.n}"
        if not folder.exists():
            make_returns(folder, given.n, with_findings=given.n // 20, soffice=0.2)
        print(f"{given.n} returned workbooks of 30 rows, {given.n // 20} of them with findings, {given.workers} workers")
        compare(files_in([folder]), given.pairs, given.workers)


if __name__ == "__main__":
    sys.exit(main())
