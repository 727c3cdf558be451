"""What marking a return costs: copies of made returns of 30 rows with every finding marked, in CPU milliseconds.

    python benchmarks/marking.py [--rows 30] [--times 20]
    python benchmarks/marking.py --pool FOLDER          # of made returns: by two reader processes, in wall time
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

from made_returns import make_returns, settings_for

from rectify_xl.excel.marked import mark
from rectify_xl.model import Return
from rectify_xl.office.ruling import ruling_for
from rectify_xl.receiving.engine import marked_copies, read_all
from rectify_xl.receiving.guarded.pool import kept
from rectify_xl.receiving.intake import files_in
from rectify_xl.receiving.reading import read_file

AS_OF, SEND_BY = date(2005, 5, 25), date(2005, 5, 30)


def returns_in(folder: Path) -> list[tuple[bytes, Return]]:
    """The files of a folder with what was found in them, those alone that have something to mark."""
    ruling = ruling_for(settings_for(1000))
    held = [(Path(source.path).read_bytes(), read_file(source, ruling, AS_OF)) for source in files_in([folder])]
    return [(data, judged) for data, judged in held if judged.findings]


def spent(data: bytes, held: Return) -> float:
    """CPU milliseconds of one marked copy."""
    start = time.process_time()
    mark(data, held, send_by=SEND_BY)
    return (time.process_time() - start) * 1000


def in_the_pool(folder: Path, rounds: int = 5) -> None:
    """Wall milliseconds of a marked copy made by two warm processes, of all returns of a folder that have one."""
    sources = files_in([folder])
    with kept():
        returns = read_all(sources, settings_for(len(sources)), AS_OF, workers=2)
        wanted = [pair for pair in zip(sources, returns, strict=True) if pair[1].verdict == "returned"]
        taken = []
        for _ in range(rounds if wanted else 0):
            start = time.perf_counter()
            made = list(marked_copies(wanted, send_by=SEND_BY, workers=2))
            taken.append((time.perf_counter() - start) * 1000 / len(made))
            assert all(isinstance(copy, bytes) for copy in made)
    told = f"{statistics.median(taken):.1f} ms each" if taken else "none"
    print(f"  {len(wanted)} marked copies by two processes, median of {rounds} rounds: {told}   (wanted: <= 25 ms)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=30)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--pool", type=Path)
    asked = parser.parse_args()
    if asked.pool:
        in_the_pool(asked.pool)
        return
    with tempfile.TemporaryDirectory() as folder:
        make_returns(Path(folder), 10, asked.rows, with_findings=10, soffice=0.3)
        for data, held in returns_in(Path(folder)):
            taken = [spent(data, held) for _ in range(asked.times)]
            found = f"{len(held.findings):3} findings, {len(data) // 1024:3} KB"
            print(f"{found}: best {min(taken):.1f} ms, median {statistics.median(taken):.1f} ms")


if __name__ == "__main__":
    main()
