from __future__ import annotations

from pathlib import Path

import fuzz
import pytest

from rectify_xl.model import Return
from rectify_xl.receiving.guarded.pool import Failure

# Seeds whose mutants once broke something of ours; each says what.
FINDS = {
    1000399: "a part declared as GBK: expat's multi-byte encodings are not supported",
    7316022378: "a zip that needs version 25.5 of the format: zipfile gave up on the copy to be marked",
    1000113: "a date number past the last day: a panic of the reading library",
}
# `make fuzz` tries other ones for as long as is wanted.
MUTANTS = 2000


def test_every_mutant_has_a_verdict_that_can_be_said(tmp_path: Path) -> None:
    told = list(fuzz.read(tmp_path, range(MUTANTS)))
    assert [(seed, trouble) for seed, answer in told if (trouble := fuzz.trouble(answer))] == []
    verdicts = {fuzz.outcome(answer).partition(" ")[0] for _, answer in told}
    assert {"accepted", "returned", "refused"} <= verdicts
    returned = [(seed, held) for seed, held in told if isinstance(held, Return) and held.verdict == "returned"]
    copies = list(fuzz.marked(tmp_path, returned[:150]))
    assert [(seed, trouble) for seed, answer in copies if (trouble := fuzz.trouble(answer))] == []


@pytest.mark.parametrize("seed", FINDS)
def test_what_was_found_once_is_not_found_again(seed: int, tmp_path: Path) -> None:
    ((_, answer),) = fuzz.read(tmp_path, [seed], workers=1)
    returned = [(seed, answer)] if isinstance(answer, Return) and answer.verdict == "returned" else []
    told = [answer, *(copy for _, copy in fuzz.marked(tmp_path, returned))]
    assert "".join(map(fuzz.trouble, told)) == ""


def test_a_find_is_known_as_one() -> None:
    assert fuzz.trouble(Failure("damaged", "crashed", "Traceback ... ValueError"))
    assert fuzz.trouble("no such reason")
    assert fuzz.trouble(b"PK half")
    assert fuzz.trouble(None)
    assert not fuzz.trouble(Failure("limit-time", ""))


def test_mutants_are_told_by_their_seeds() -> None:
    assert fuzz.mutant(7) == fuzz.mutant(7)
    assert len({fuzz.mutant(seed) for seed in range(60)}) > 50
