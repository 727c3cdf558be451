"""An open memory: queries, statements, and transactions that are all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from rectify_xl.store.schema import connect, told_as_ours


class Database:
    """An open memory file. Whatever writes wants `transaction()` around it."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._held = connect(path, read_only=read_only)

    def close(self) -> None:
        """Lets go of the file; its log is folded in."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing. Raises CannotFinish and OSError as `connect` does."""
        with told_as_ours(self.path):
            self._held.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._held.execute("ROLLBACK")
                raise
            self._held.execute("COMMIT")

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        """What a query gives; for reading."""
        with told_as_ours(self.path):
            return self._held.execute(query, params).fetchall()

    def each(self, query: str, *params: Any) -> Iterator[Any]:
        """What a query gives, one row after the other: nothing may be written meanwhile."""
        with told_as_ours(self.path):
            yield from self._held.execute(query, params)

    def value(self, query: str, *params: Any) -> Any:
        """The first value that a query gives, None where it gives nothing."""
        found = self.rows(query, *params)
        return found[0][0] if found else None

    def write(self, statement: str, *params: Any) -> int:
        """Runs one statement; gives the key of the row it made."""
        return self._held.execute(statement, params).lastrowid or 0

    def write_all(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Runs one statement for every row."""
        self._held.executemany(statement, rows)
