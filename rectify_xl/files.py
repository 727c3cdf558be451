"""Files that appear whole or not at all: written under a temporary name in the target's folder, then moved."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

TEMPORARY_PREFIX = ".rectify_xl-"


def temporary_for(path: Path) -> Path:
    """The name under which `path` is written first: short whatever the length of the name, one a process."""
    digest = sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return path.with_name(f"{TEMPORARY_PREFIX}{digest}-{os.getpid()}.tmp")


def save_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Calls `write` with a temporary path and moves the result to `path`; OSError leaves `path` as it was."""
    temporary = temporary_for(path)
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
