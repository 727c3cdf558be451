"""What a nation of branches would take, computed from measured figures: the page docs/scale.md.

    python benchmarks/nation.py          # prints the page; `make docs` writes it
    python benchmarks/nation.py --set branches=100000 --set rows_a_workbook=10        # other assumptions

The figures stand in nation.toml, each with the script that measures it.
"""

from __future__ import annotations

import argparse
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rectify_xl.excel.ledgers.ledger import ROWS_A_SHEET
from rectify_xl.facts import catalog

Figures = Mapping[str, Any]
DATA = Path(__file__).with_name("nation.toml")
TEXT = Path(__file__).with_name("nation.md")
LIMITS = {
    "memory": "the memory of its reader process",
    "seconds": "the time of its reader process",
    "bytes": "the size of a file",
    "cells": "the number of cells",
}


class Level(NamedTuple):
    """One level of offices: how many, how many branches and rows each has below it, and its ledger in bytes."""

    name: str
    offices: int
    branches: int
    rows: int
    ledger: int


def figures(**changes: float) -> dict[str, Any]:
    """What was measured and what is assumed, with the levels; some of it changed."""
    held = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return {**held["measured"], **held["assumed"], **changes, "levels": held["levels"]}


def levels(told: Figures) -> list[Level]:
    """Every level, from the one that branches report to upwards."""
    made = []
    for level in told["levels"]:
        branches = math.ceil(told["branches"] / level["offices"])
        rows = branches * told["rows_a_workbook"]
        made.append(Level(level["name"], level["offices"], branches, rows, rows * told["ledger_bytes_a_row"]))
    return made


def largest_ledger(told: Figures) -> tuple[int, str]:
    """How many rows a lower office's ledger may have to be read as a return, and the limit that is met first."""
    limits = catalog.read_toml("limits.toml")
    process, file = limits["process"], limits["file"]
    most = {
        "memory": int((process["memory_mib"] - told["reader_mib"]) * 1024 / told["lower_row_kib"]),
        "seconds": int(process["seconds"] * 1000 / told["lower_row_ms"]),
        "bytes": int(file["file_bytes"] / told["ledger_bytes_a_row"]),
        "cells": int(file["cells"] / told["ledger_cells_a_row"]),
    }
    limit = min(most, key=lambda name: most[name])
    return most[limit] // 1000 * 1000, limit


# ---- how things are written


def size(count: float) -> str:
    """Bytes as people say them."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def clock(seconds: float) -> str:
    """Seconds as people say them."""
    for length, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"


def table(head: Sequence[str], rows: Iterator[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines))


# ---- the tables of the page


def office_rows(told: Figures) -> Iterator[Sequence[object]]:
    """A line a level: what its office holds, and whether one worksheet does."""
    most, _ = largest_ledger(told)
    for level in levels(told):
        sheets = math.ceil(level.rows / ROWS_A_SHEET)
        above = "yes" if level.rows <= most else "no"
        yield level.name, level.offices, level.branches, level.rows, sheets, size(level.ledger), above


def county_rows(told: Figures) -> Iterator[Sequence[object]]:
    """What one county's computer does in the first week and in a usual one."""
    county = levels(told)[0]
    new = math.ceil(county.branches * told["share_new"])
    reading, rest = told["read_judge_ms"] / 1000 / told["cores"], told["rest_ms"] / 1000
    yield "returns read", county.branches, new
    yield "reading and judging them", clock(county.branches * reading), clock(new * reading)
    whole = clock(county.branches * rest)
    yield "the rest, in one process (results are made anew)", whole, f"at most {whole}"
    archive = told["workbook_bytes"]
    yield "存档, the returns byte for byte", size(county.branches * archive), f"+ {size(new * archive)}"
    state = told["rows_a_workbook"] * told["state_bytes"]
    yield "记录.sqlite", size(county.branches * state), f"+ {size(new * state)}"
    memory = told["parent_mib"] + county.rows * told["parent_bytes_a_row"] / 2**20
    yield "memory of the command", f"{memory:,.0f} MiB", "the same"


def cluster_rows(told: Figures) -> Iterator[Sequence[object]]:
    """All returns of the nation read on one cluster."""
    n, workers = told["branches"], told["workers"]
    cpu = n * (told["read_judge_ms"] + told["spool_ms"]) / 1000
    yield "processor time of reading, judging and spooling", clock(cpu)
    yield f"the clock with {workers} workers", clock(cpu / workers)
    yield "read from the shared folder", size(n * told["workbook_bytes"])
    yield "at a gigabit a second (125 MB/s) that alone takes", clock(n * told["workbook_bytes"] / 125e6)
    yield "spools, written and read once each", size(n * told["spool_bytes"])
    yield "through the scheduler", size(n * told["wire_bytes"])
    yield "chunks", math.ceil(n / told["chunk"])
    yield "memory row states of one office alone", size(n * told["rows_a_workbook"] * told["state_bytes"])
    yield "what follows in the one parent process", clock(n * told["rest_ms"] / 1000)
    rows = n * told["rows_a_workbook"]
    yield "its memory, as measured by the row", size(told["parent_mib"] * 2**20 + rows * told["parent_bytes_a_row"])


def measured_rows(told: Figures) -> Iterator[Sequence[object]]:
    """The figures that all of this rests on, as nation.toml has them with their sources."""
    for line in DATA.read_text(encoding="utf-8").partition("[measured]")[2].partition("[assumed]")[0].splitlines():
        name, _, rest = line.partition(" = ")
        if "#" in rest:
            yield f"`{name}`", f"{told[name]:,}", rest.partition("#")[2].strip()


def page(**changes: float) -> str:
    """docs/scale.md."""
    told = figures(**changes)
    most, limit = largest_ledger(told)
    county = levels(told)[0]
    filled = {
        **{name: f"{value:,}" for name, value in told.items() if isinstance(value, (int, float))},
        "on": told["on"],
        "sheet_rows": f"{ROWS_A_SHEET:,}",
        "most": f"{most:,}",
        "limit": LIMITS[limit],
        "share": f"{told['share_new']:.0%}",
        "county_rows": f"{county.rows:,}",
        "rows_that_fit": f"{most // county.branches}",
        "offices": table(
            ("level", "offices", "branches each", "rows each", "worksheets", "ledger", "read by the level above"),
            office_rows(told),
        ),
        "county": table(("one county", "first week", "a usual week"), county_rows(told)),
        "cluster": table(("the nation on one cluster", ""), cluster_rows(told)),
        "measured": table(("figure", "", "from"), measured_rows(told)),
    }
    return TEXT.read_text(encoding="utf-8").format(**filled)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", help="another figure")
    changed = dict(word.split("=", 1) for word in parser.parse_args().set)
    print(page(**{name: float(value) if "." in value else int(value) for name, value in changed.items()}))
