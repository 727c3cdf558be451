"""Runs the benchmarks and prints their table: ratios of whole processes, measured side by side in one go.

    python benchmarks/run.py [--n 1000] [--pairs 5] [--usual-pairs 1] [--rows 30000] [--keep FOLDER]

Every figure is the median over the pairs of a ratio taken within a pair; seconds are only there to show the size. The
stages (`stages.py`) are in CPU time of one process; L, U and the run are whole processes, in wall time too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one process cost: seconds of wall time and of CPU (children included), peak memory of itself in MiB."""

    wall: float
    cpu: float
    peak: float


def measured(command: list[str]) -> Cost:
    """Runs a command to its end; raises if it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise RuntimeError(f"{command}: {process.stderr.read().decode() if process.stderr else ''}")
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / 1024)


def median(values: list[float]) -> float:
    """The median, 0 of nothing."""
    return statistics.median(values) if values else 0.0


def workspace_of(folder: Path, returns: Path, n: int) -> None:
    """A workspace whose inbox is the made returns."""
    from made_returns import settings_for

    from rectify_xl.runs import workspace

    shutil.rmtree(folder, ignore_errors=True)
    workspace.create(folder, settings_for(n))
    inbox = folder / workspace.names()["inbox"]
    for path in returns.glob("*.xlsx"):
        os.link(path, inbox / path.name)


def made_returns(folder: Path, n: int) -> None:
    """Makes n returned workbooks, every twentieth with findings, a fifth of them saved by LibreOffice."""
    from made_returns import make_returns

    make_returns(folder, n, with_findings=n // 20, soffice=0.2)


def compare(folder: Path, returns: Path, counts: tuple[int, int]) -> None:
    """Measures L, U and our `run` in turn, by (pairs, pairs with U), and prints the table."""
    n, place, (pairs, usual_pairs) = len(list(returns.glob("*.xlsx"))), folder / "workspace", counts
    python = [sys.executable]
    limit = [*python, str(HERE / "yardsticks.py"), "limit", str(returns)]
    usual = [*python, str(HERE / "yardsticks.py"), "usual", str(returns), str(folder / "usual.xlsx")]
    ours = [*python, "-m", "rectify_xl", "run", str(place), "--as-of", "2005-05-25", "--workers", "2"]
    rounds: list[dict[str, Cost]] = []
    for number in range(max(pairs, usual_pairs)):
        workspace_of(place, returns, n)
        costs = {"limit": measured(limit), "ours": measured(ours)}
        if number < usual_pairs:
            costs["usual"] = measured(usual)
        rounds.append(costs)
    print(f"{n} returned workbooks of 30 rows, {n // 20} of them with findings, 2 processes")
    for name in ("limit", "ours", "usual"):
        held = [r[name] for r in rounds if name in r]
        if held:
            walls, cpus = median([c.wall for c in held]), median([c.cpu for c in held])
            print(f"  {name:8s} {walls:8.2f} s wall {cpus:8.2f} s CPU {median([c.peak for c in held]):6.0f} MiB")
    print(f"  run / L   wall {median([r['ours'].wall / r['limit'].wall for r in rounds]):6.2f}")
    if usual_pairs:
        both = [r for r in rounds if "usual" in r]
        print(f"  U / run   wall {median([r['usual'].wall / r['ours'].wall for r in both]):6.2f}", end="")
        print(f"   CPU {median([r['usual'].cpu / r['ours'].cpu for r in both]):6.2f}")


def stages(returns: Path, pairs: int, rows: int) -> None:
    """Reading, judging and writing, each by itself."""
    script = [sys.executable, str(HERE / "stages.py")]
    for words in (["read", str(returns)], ["judge", str(returns)], ["write", "--rows", str(rows)]):
        subprocess.run([*script, *words, "--pairs", str(pairs)], check=True)


def imports(rounds: int = 9) -> None:
    """CPU of `import rectify_xl` and of `rectify-xl --help`."""
    for name, command in (
        ("import rectify_xl", [sys.executable, "-c", "import rectify_xl"]),
        ("rectify-xl --help", [sys.executable, "-m", "rectify_xl", "--help"]),
    ):
        costs = [measured(command).cpu for _ in range(rounds)]
        print(f"  {name:20s} {median(costs):6.3f} s CPU")


def main() -> None:
    """Prints every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--usual-pairs", type=int, default=1)
    parser.add_argument("--rows", type=int, default=30_000, help="rows of the ledger that is written")
    parser.add_argument("--keep", type=Path, help="a folder for the made returns, used again next time")
    given = parser.parse_args()
    imports()
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        returns = folder / f"returns-{given.n}"
        if not returns.exists():
            made_returns(returns, given.n)
        stages(returns, given.pairs, given.rows)
        compare(folder, returns, (given.pairs, given.usual_pairs))


if __name__ == "__main__":
    main()
