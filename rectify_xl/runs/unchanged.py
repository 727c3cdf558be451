"""Files that have not changed since they were read, known by the file system's entry for them without reading them.

A year's inbox holds fifty returns of every unit, and every run asks which of them are new.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Mapping

from rectify_xl.receiving.intake import Source

# A file that changed so shortly ago (seconds) may change again within the same time stamp: file systems' are coarse.
_SETTLED = 3.0


def looks_of(sources: Iterable[Source]) -> dict[str, str]:
    """Each file's inode, size and times by its name, which no change of the file leaves as they are.

    Left out are members of archives, files changed a moment ago, and all files on Windows, where every time of a file
    can be set by programs.
    """
    if os.name == "nt":
        return {}
    now = time.time()
    looks = ((source.name, _look(source, now)) for source in sources)
    return {name: look for name, look in looks if look}


def _look(source: Source, now: float) -> str:
    if source.within or source.is_clutter or not source.is_regular:
        return ""
    try:
        status = os.lstat(source.path)
    except OSError:
        return ""
    is_settled = max(status.st_mtime, status.st_ctime) + _SETTLED < now
    if not stat.S_ISREG(status.st_mode) or not is_settled:
        return ""
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def unchanged(looks: Mapping[str, str], known: Iterable[tuple[str, str, str | None]]) -> dict[str, str]:
    """The digests of the files whose path and look are among the known (path, digest, look)."""
    digests = {(path, look): digest for path, digest, look in known if look}
    return {name: digests[name, look] for name, look in looks.items() if (name, look) in digests}
