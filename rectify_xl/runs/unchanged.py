"""Files that are still what they were when they were read: the system's notes tell it, so nobody reads them again.

A year's inbox holds fifty returns of every unit, and every run asks which of them are new.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Mapping

from rectify_xl.receiving.intake import Source

# A file changed so shortly ago (seconds) may change once more without a new time: clocks of file systems are coarse.
_SETTLED = 3.0


def looks_of(sources: Iterable[Source]) -> dict[str, str]:
    """What the system notes of each file by its name: whoever changes the file in any way changes that too.

    Left out are files out of archives, those changed a moment ago, and all where no time is noted that nobody can set
    (Windows).
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
        noted = os.lstat(source.path)
    except OSError:
        return ""
    is_settled = max(noted.st_mtime, noted.st_ctime) + _SETTLED < now
    if not stat.S_ISREG(noted.st_mode) or not is_settled:
        return ""
    return f"{noted.st_ino} {noted.st_size} {noted.st_mtime_ns} {noted.st_ctime_ns}"


def unchanged(looks: Mapping[str, str], known: Iterable[tuple[str, str, str | None]]) -> dict[str, str]:
    """The digests of the files that look as one did of which (path, digest, look) is known."""
    told = {(path, look): digest for path, digest, look in known if look}
    return {name: told[name, look] for name, look in looks.items() if (name, look) in told}
