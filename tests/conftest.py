"""What holds for all tests: reader processes are started once a session, not once a call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rectify_xl.receiving.guarded.pool import kept


@pytest.fixture(scope="session", autouse=True)
def readers_are_kept() -> Iterator[None]:
    with kept():
        yield
