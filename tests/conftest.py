"""What holds for all tests: processes that are started often start quickly, and reader processes once a session."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import hypothesis
import pytest

from rectify_xl.receiving.guarded.pool import kept

# Hundreds of processes are started here: where Python was told to keep no bytecode, each would compile our package.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# On a busy machine it says nothing about our code how long an example takes to draw or to run.
hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")


def pytest_configure(config: pytest.Config) -> None:
    """Of two processes that find no bytecode each makes half: the second one imports the tests from the last on.

    What cannot be imported is told when the tests are collected.
    """
    worker: str = getattr(config, "workerinput", {}).get("workerid", "gw0")
    if int(worker.removeprefix("gw")) % 2:
        for path in sorted(Path(__file__).parent.glob("test_*.py"), reverse=True):
            with suppress(Exception, pytest.skip.Exception, pytest.fail.Exception):
                importlib.import_module(path.stem)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are named by their number: what was zipped holds the time, and both processes must name a test alike."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


# Dear files that the alphabet would leave to the end, where one process would work on and the other wait.
BEGUN_FIRST = ("test_seeded_mistakes", "test_selfcheck", "test_template", "test_two_readings", "test_weekly")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests as they stand, but for those files."""
    items.sort(key=lambda item: item.path.stem not in BEGUN_FIRST)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the search for circles need not look at it again and again.

    Nor need it be made after every 700 objects: it took a twentieth of the tests' time.
    """
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session", autouse=True)
def readers_are_kept() -> Iterator[None]:
    with kept():
        yield
