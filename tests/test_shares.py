"""Shares in words: as a workbook shows the same share in a cell."""

from __future__ import annotations

import pytest

from rectify_xl.shares import percent_text


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.0, "0%"), (0.125, "13%"), (5 / 8, "63%"), (57 / 200, "29%"), (0.145, "15%"), (0.9949, "99%"), (1.0, "100%")],
)
def test_a_half_goes_up_as_in_a_cell(share: float, told: str) -> None:
    assert percent_text(share) == told
