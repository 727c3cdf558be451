"""A temporary file without a name, written and read in pieces."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any
from weakref import finalize

# The offset of a piece and its size in bytes.
Place = tuple[int, int]


class UnnamedFile:
    """Created with the first piece, removed when the object is garbage.

    Raises OSError, which names the folder, where it cannot be written. A forked process can read what was written
    before the fork.
    """

    def __init__(self) -> None:
        self._file: Any = None
        self._end = 0

    def put(self, piece: bytes) -> Place:
        """Appends a piece and gives its place."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it lives as long as this does
            finalize(self, self._file.close)
        place, rest = self._end, memoryview(piece)
        try:
            self._file.seek(place)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:  # the file has no name: its folder is what may be full
            error.filename = tempfile.gettempdir()
            raise
        self._end += len(piece)
        return place, len(piece)

    def read(self, place: Place) -> bytes:
        """The piece at a place."""
        at, size = place
        if sys.platform == "win32":
            self._file.seek(at)
            return bytes(self._file.read(size))
        return os.pread(self._file.fileno(), size, at)
