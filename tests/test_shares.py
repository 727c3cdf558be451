"""Shares in words: as a workbook shows the same share in a cell, and never all or nothing that is not."""

from __future__ import annotations

import pytest

from rectify_xl.excel.writing.page import layers_for
from rectify_xl.facts.catalog import words
from rectify_xl.shares import percent_text

HALVES = [(0.0, "0%"), (0.125, "13%"), (5 / 8, "63%"), (57 / 200, "29%"), (0.145, "15%"), (1.0, "100%")]
ENDS = [
    (276 / 277, "99.6%"), (1 / 277, "0.4%"), (0.9949, "99%"), (0.995, "99.5%"), (0.9996, "99.96%"),
    (1 - 1e-6, "99.9999%"), (0.0049, "0.5%"), (0.005, "1%"), (3e-5, "0.003%"), (sum([0.1] * 10), "100%"),
]  # fmt: skip


@pytest.mark.parametrize(("share", "told"), [*HALVES, *ENDS])
def test_a_half_goes_up_as_in_a_cell_and_only_all_is_all(share: float, told: str) -> None:
    assert percent_text(share) == told
    finer = [name for name in layers_for("share", share) if name != "muted"]
    code = words("style")["formats"][finer[0]]["num_format"] if finer else "0%"
    assert code.partition(".")[2].count("0") == len(told.rstrip("%").partition(".")[2])
