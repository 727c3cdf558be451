"""Runs the benchmarks and prints their table in one go: ratios of whole processes, measured side by side.

    python benchmarks/run.py                             # everything at 1,000 workbooks, five pairs
    python benchmarks/run.py --n 10000                   # and how the cost grows from 1,000 to 10,000
    python benchmarks/run.py --n 100 --pairs 1 --usual-pairs 0 --rows 3000 --big-rows 0          # a look

Every figure is the median over the pairs of a ratio taken within a pair; seconds are only there to show the size. The
stages (`stages.py`) are in CPU time of one process; L, U and the run are whole processes, in wall time too. What is
wanted stands beside each figure, with the number of its condition in "What to reach".
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
BASE, FEW = 1000, 10
DAY = "2005-05-25"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one process cost: seconds of wall time and of CPU (children included), peak memory in MiB.

    `peak` is the largest of the process and its children; of our own command the peaks of `parent`, of a `copy` of it
    and of a `worker` are told apart, and the seconds that went by for its `marked` copies.
    """

    wall: float
    cpu: float
    peak: float
    parent: float = 0.0
    copy: float = 0.0
    worker: float = 0.0
    marked: float = 0.0

    @property
    def apart(self) -> float:
        """Seconds of wall time without the marked copies."""
        return self.wall - self.marked


def measured(command: list[str]) -> Cost:
    """Runs a command to its end; raises if it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise RuntimeError(f"{command}: {process.stderr.read().decode() if process.stderr else ''}")
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / 1024)


def median(values: Sequence[float]) -> float:
    """The median, 0 of nothing."""
    return statistics.median(values) if values else 0.0


def show(name: str, value: str, wanted: str = "") -> None:
    """One line of the table."""
    print(f"  {name:62s} {value:>16s}   {wanted}", flush=True)


# ---- what is measured on


def made_returns(folder: Path, n: int) -> Path:
    """A folder of n returned workbooks, every twentieth with findings, a fifth of them saved by LibreOffice."""
    from made_returns import make_returns

    returns = folder / f"returns-{n}"
    if not returns.exists():
        make_returns(returns, n, with_findings=max(1, n // 20), soffice=0.2)
    return returns


def first_of(returns: Path, n: int) -> Path:
    """The first n of them, as links in a folder of their own."""
    folder = returns.with_name(f"{returns.name}-first-{n}")
    folder.mkdir(exist_ok=True)
    for path in sorted(returns.glob("*.xlsx"))[:n]:
        if not (folder / path.name).exists():
            os.link(path, folder / path.name)
    return folder


def limit(returns: Path, procs: int = 2) -> Cost:
    """L over a folder."""
    return measured([sys.executable, str(HERE / "yardsticks.py"), "limit", str(returns), "--procs", str(procs)])


def usual(returns: Path) -> Cost:
    """U over a folder."""
    with tempfile.TemporaryDirectory() as folder:
        script = [sys.executable, str(HERE / "yardsticks.py"), "usual", str(returns)]
        return measured([*script, str(Path(folder) / "usual.xlsx")])


def ours(returns: Path, workers: int = 2) -> Cost:
    """`rectify-xl run` on a new workspace whose inbox is the folder."""
    from made_returns import settings_for

    from rectify_xl.runs import workspace

    paths = list(returns.glob("*.xlsx"))
    with tempfile.TemporaryDirectory(dir=returns.parent) as made:
        place, figures = Path(made) / "workspace", Path(made) / "figures"
        workspace.create(place, settings_for(len(paths)))
        for path in paths:
            os.link(path, place / workspace.names()["inbox"] / path.name)
        script = [sys.executable, str(HERE / "our_run.py"), str(figures)]
        cost = measured([*script, "run", str(place), "--as-of", DAY, "--workers", str(workers)])
        told = json.loads(figures.read_text(encoding="utf-8"))
    return Cost(wall=cost.wall, cpu=cost.cpu, peak=cost.peak, **told)


# ---- the conditions


def stages(returns: Path, pairs: int, rows: int, big_rows: int) -> None:
    """1 to 3: reading, judging and writing, each by itself in one process."""
    script = [sys.executable, str(HERE / "stages.py")]
    wanted = {"read": "1: <= 1.8 L, with the scan <= 2.3 L", "judge": "2: <= 10 us a row, whatever the chunk"}
    for stage, told in wanted.items():
        print(f"wanted {told}", flush=True)
        subprocess.run([*script, stage, str(returns), "--pairs", str(pairs)], check=True)
    subprocess.run([*script, "chunks", str(returns)], check=True)
    print("wanted 3: >= 4 times faster than write(), <= 32 MiB besides the book at 300,000 rows", flush=True)
    subprocess.run([*script, "write", "--rows", str(rows), "--pairs", str(pairs)], check=True)
    if big_rows:
        subprocess.run([*script, "write-ours", "--rows", str(big_rows)], check=True)


def whole_run(returns: Path, pairs: int, usual_pairs: int) -> list[Cost]:
    """4: L, our run and U in turn; gives our runs."""
    n = len(list(returns.glob("*.xlsx")))
    rounds: list[dict[str, Cost]] = []
    for number in range(max(pairs, usual_pairs)):
        costs = {"limit": limit(returns), "ours": ours(returns)}
        if number < usual_pairs:
            costs["usual"] = usual(returns)
        rounds.append(costs)
    print(f"4: {n} returned workbooks of 30 rows, {max(1, n // 20)} of them with findings, 2 processes, {pairs} pairs")
    for name in ("limit", "ours", "usual"):
        held = [told[name] for told in rounds if name in told]
        if held:
            walls, cpus = median([c.wall for c in held]), median([c.cpu for c in held])
            show(f"  {name}", f"{walls:.2f} s wall", f"{cpus:.2f} s CPU, {median([c.peak for c in held]):.0f} MiB")
    show("  of the run: marked copies", f"{median([r['ours'].marked for r in rounds]):.2f} s wall", "timed apart, see below")
    show("run / L, wall", f"{median([r['ours'].wall / r['limit'].wall for r in rounds]):.2f}")
    apart = median([r["ours"].apart / r["limit"].wall for r in rounds])
    show("run / L, wall, without marked copies", f"{apart:.2f}", "guard <= 6, target <= 4")
    show("run / L, CPU", f"{median([r['ours'].cpu / r['limit'].cpu for r in rounds]):.2f}")
    both = [told for told in rounds if "usual" in told]
    if both:
        ratio = median([told["usual"].wall / told["ours"].wall for told in both])
        show("U / run, wall", f"{ratio:.2f}")
        apart = median([told["usual"].wall / told["ours"].apart for told in both])
        show("U / run, wall, without marked copies", f"{apart:.2f}", "guard >= 10, target >= 12")
        show("U / run, CPU", f"{median([told['usual'].cpu / told['ours'].cpu for told in both]):.2f}")
    runs = [told["ours"] for told in rounds]
    tell_memory(n, runs)
    return runs


def tell_memory(n: int, runs: Sequence[Cost]) -> None:
    """The peaks of the command, of the copy of it that makes workbooks, and of its largest reader process."""
    show(f"parent at {n}, peak", f"{max(c.parent for c in runs):.0f} MiB", "<= 64 MiB at 10,000")
    show(f"copy at {n}, peak, most of it the parent's own pages", f"{max(c.copy for c in runs):.0f} MiB")
    show(f"worker at {n}, peak", f"{max(c.worker for c in runs):.0f} MiB", "<= 128 MiB at 10,000")


def growth(many: Path, few: Path, pairs: int) -> None:
    """4, second half: the cost of a workbook of many against one of a thousand."""
    n, base = (len(list(folder.glob("*.xlsx"))) for folder in (many, few))
    rounds = [(ours(few), ours(many)) for _ in range(pairs)]
    print(f"4: {n} workbooks against {base}, {pairs} pairs")
    show("a workbook, wall", f"{median([large.wall / n / (small.wall / base) for small, large in rounds]):.2f}", "<= 1.2")
    show("a workbook, CPU", f"{median([large.cpu / n / (small.cpu / base) for small, large in rounds]):.2f}", "<= 1.2")
    show("the run", f"{median([large.wall for _, large in rounds]):.1f} s wall")
    tell_memory(n, [large for _, large in rounds])


def marking(returns: Path) -> None:
    """The marked copies by themselves, made by two reader processes."""
    print("besides: marked copies in the pool, timed apart", flush=True)
    subprocess.run([sys.executable, str(HERE / "marking.py"), "--pool", str(returns)], check=True)


def two_processes(returns: Path, pairs: int) -> None:
    """5: one process against two, of the whole run, and of L."""
    rounds = [(ours(returns, 1), ours(returns, 2), limit(returns, 1), limit(returns, 2)) for _ in range(pairs)]
    print(f"5: one process against two, {pairs} pairs")
    show("the run", f"{median([one.wall / two.wall for one, two, _, _ in rounds]):.2f}", ">= 1.4 (where L gains 1.6)")
    show("L", f"{median([one.wall / two.wall for _, _, one, two in rounds]):.2f}")


def small_jobs(returns: Path, pairs: int) -> None:
    """6: ten workbooks, and what an import costs."""
    few = first_of(returns, FEW)
    rounds = [(usual(few), ours(few)) for _ in range(pairs)]
    print(f"6: {FEW} workbooks, {pairs} pairs, and imports")
    show("U / run, wall", f"{median([slow.wall / fast.wall for slow, fast in rounds]):.2f}", ">= 1")
    show("the run", f"{median([fast.wall for _, fast in rounds]):.2f} s wall")
    for name, words in (("import rectify_xl", ["-c", "import rectify_xl"]), ("--help", ["-m", "rectify_xl", "--help"])):
        cpu = median([measured([sys.executable, *words]).cpu for _ in range(9)])
        show(f"{name}, CPU", f"{cpu:.3f} s", "<= 0.15 s" if name.startswith("import") else "< 0.2 s")


def main() -> None:
    """Prints every figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=BASE, help="beyond 1,000 the growth from there is measured too")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--usual-pairs", type=int, default=5, help="pairs with U, a minute and a half each")
    parser.add_argument("--growth-pairs", type=int, help="pairs of many workbooks against a thousand; else as --pairs")
    parser.add_argument("--rows", type=int, default=30_000, help="rows of the ledger that is written by two")
    parser.add_argument("--big-rows", type=int, default=300_000, help="rows of the one that we write alone; 0: none")
    parser.add_argument("--keep", type=Path, help="a folder for the made returns, used again next time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = (given.keep or Path(made)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        every = made_returns(folder, given.n)
        base = first_of(every, BASE) if given.n > BASE else every
        stages(base, given.pairs, given.rows, given.big_rows)
        whole_run(base, given.pairs, given.usual_pairs)
        marking(base)
        two_processes(base, given.pairs)
        small_jobs(base, given.pairs)
        if given.n > BASE:
            growth(every, base, given.growth_pairs or given.pairs)


if __name__ == "__main__":
    main()
