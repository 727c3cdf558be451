"""The quick kinds of the hostile table, each with the verdict, the code and the cell that are promised for it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import hostile
from hostile_base import Kind, good

from rectify_xl.receiving.containers import inbox_sources

QUICK = [kind for kind in hostile.KINDS if not kind.heavy]
# Its making alone takes seconds.
SLOW_TO_MAKE = {"bomb of 1 GiB", "bomb of many sheets"}


def test_the_kinds_are_many_and_have_their_own_names() -> None:
    assert len({kind.name for kind in hostile.KINDS}) == len(hostile.KINDS) >= 100
    assert {kind.verdict for kind in hostile.KINDS} == {"accepted", "returned", "refused", "ignored"}


@pytest.mark.skipif(os.name == "nt", reason="pipes and names as POSIX has them")
@pytest.mark.parametrize("kind", [k for k in QUICK if k.name not in SLOW_TO_MAKE], ids=lambda kind: kind.name)
def test_a_kind_gets_the_verdict_that_is_promised(kind: Kind, tmp_path: Path) -> None:
    kind.lay(tmp_path)
    (source,) = inbox_sources(tmp_path)
    assert hostile.said(hostile.read(source)).fault(kind) == ""


def test_what_the_kinds_are_made_from_is_sound(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(good())
    assert hostile.said(hostile.read(inbox_sources(tmp_path)[0])) == hostile.Outcome("accepted")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_a_row_that_is_not_as_promised_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = Kind(name="sound", make=good, verdict="refused", code="damaged")
    right = Kind(name="sound too", make=good, verdict="accepted")
    assert hostile.table([wrong, right]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "NOT AS PROMISED: verdict accepted" in lines[1]
    assert lines[2].startswith("sound too") and "PROMISED" not in lines[2]


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (hostile.Outcome("returned", (("date", "R4"),)), ""),
        (hostile.Outcome("returned", (("date", "R5"),)), "told (('date', 'R5'),)"),
        (hostile.Outcome("returned", (("number", "R4"),)), "told (('number', 'R4'),)"),
        (hostile.Outcome("died 9"), "verdict died 9"),
        (hostile.Outcome("returned", (("date", "R4"),), 3.0), "too slow"),
        (hostile.Outcome("returned", (("date", "R4"),), 0.1, 65.0), "too much memory"),
    ],
)
def test_faults_are_found(told: hostile.Outcome, fault: str) -> None:
    kind = Kind(name="bomb", make=good, verdict="returned", code="date", cell="R4")
    assert told.fault(kind) == fault
