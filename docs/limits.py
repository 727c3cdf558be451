"""The table of limits in docs/security.md: what a file may ask for before it is refused, from facts/limits.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rectify_xl.facts import catalog

MIB = 1 << 20
PROCESS = {
    "memory_mib": "memory of the reader process · 读取进程的内存 → `limit-memory`",
    "seconds": "time and processor time for one file · 一个文件的时间 → `limit-time`",
    "answer_mib": "what is read out of one file · 从一个文件读出的内容 → `limit-memory`",
    "start_seconds": "time for the process to start · 进程启动的时间",
}
UNITS = {"memory_mib": " MiB", "answer_mib": " MiB", "seconds": " s", "start_seconds": " s"}


def table() -> str:
    """Two tables: of the reader process, and of a file."""
    limits = catalog.read_toml("limits.toml")
    lines = ["| of a process · 进程 | at most · 上限 |", "|---|---|"]
    lines += [f"| {PROCESS[name]} | {value:,}{UNITS[name]} |" for name, value in limits["process"].items()]
    lines += ["", "| of a file · 文件 | at most · 上限 |", "|---|---|"]
    lines += [f"| {about} | {_shown(name, limits['file'][name])} |" for name, about in _said()]
    return "\n" + "\n".join(lines) + "\n\n"


def _said() -> Iterator[tuple[str, str]]:
    """(name, what it is) of every limit of a file, as the comments of facts/limits.toml say it."""
    text = (catalog.FACTS / "limits.toml").read_text(encoding="utf-8").split("[file]\n")[1]
    for name, about in re.findall(r"^(\w+) = \S+ +# (.+)$", text, re.MULTILINE):
        yield name, re.sub(r"^([a-z]+-[a-z]+)(?=:|$)", r"`\1`", about)


def _shown(name: str, value: int) -> str:
    return f"{value // MIB:,} MiB" if name.endswith("bytes") and value % MIB == 0 else f"{value:,}"


if __name__ == "__main__":
    print(table())
