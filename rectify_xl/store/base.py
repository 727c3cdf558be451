"""An open memory: queries, statements, and transactions that are all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from rectify_xl.errors import CannotFinish
from rectify_xl.store.schema import connect, is_quiet, translate_errors

# A file's identity, size and time of change.
_Look = tuple[int, int, int]


class Database:
    """An open memory file. Everything that writes must be inside `transaction()`."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        # What is read must leave nothing beside a memory that nobody has open: then it is read without locks, and known
        # by its look to be as it was.
        self._look = _look_at(path) if read_only and is_quiet(path) else None
        with self._read():
            self._connection = connect(path, read_only=read_only, immutable=self._look is not None)

    def close(self) -> None:
        """Closes the file; SQLite merges its log into it."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing. Raises CannotFinish and OSError as `connect` does."""
        with translate_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def _read(self) -> Iterator[None]:
        """CannotFinish (memory-changed) where a run that began meanwhile changed what is read without locks."""
        try:
            with translate_errors(self.path):
                yield
        except Exception:
            self._refuse_changed()
            raise
        self._refuse_changed()

    def _refuse_changed(self) -> None:
        if self._look is not None and self._look != _look_at(self.path):
            raise CannotFinish("memory-changed", name=self.path.name)

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._read():
            return self._connection.execute(query, params).fetchall()

    def each(self, query: str, *params: Any) -> Iterator[Any]:
        """The rows of a query one by one: nothing may be written meanwhile."""
        with self._read():
            yield from self._connection.execute(query, params)

    def value(self, query: str, *params: Any) -> Any:
        """The first value of a query's first row, None where it has no row."""
        rows = self.rows(query, *params)
        return rows[0][0] if rows else None

    def write(self, statement: str, *params: Any) -> int:
        """Runs one statement; returns the key of the row it inserted."""
        return self._connection.execute(statement, params).lastrowid or 0

    def write_all(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Runs one statement for every row."""
        self._connection.executemany(statement, rows)


def _look_at(path: Path) -> _Look | None:
    try:
        entry = path.stat()
    except FileNotFoundError:
        return None
    return entry.st_ino, entry.st_size, entry.st_mtime_ns
