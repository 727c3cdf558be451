"""An open memory: queries, statements, and transactions that are all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from rectify_xl.store.schema import connect, translate_errors


class Database:
    """An open memory file. Everything that writes must be inside `transaction()`."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._connection = connect(path, read_only=read_only)

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

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with translate_errors(self.path):
            return self._connection.execute(query, params).fetchall()

    def each(self, query: str, *params: Any) -> Iterator[Any]:
        """The rows of a query one by one: nothing may be written meanwhile."""
        with translate_errors(self.path):
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
