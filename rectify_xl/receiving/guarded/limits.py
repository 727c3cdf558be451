"""The limits of a reader process, as facts/limits.toml has them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rectify_xl.facts.fact_files import read_toml, record

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessLimits:
    """What one reader process may use: memory and answer in MiB, seconds for a file and for its own start."""

    memory_mib: int
    seconds: int
    start_seconds: int
    answer_mib: int


@cache
def process_limits() -> ProcessLimits:
    """The limits of a reader process; FactsError for an unknown or a missing one."""
    entry = read_toml("limits.toml")["process"]
    limits: ProcessLimits = record(ProcessLimits, entry, "limits.toml", "process")
    return limits
