"""Shares of a whole as percents: whole ones, finer where a whole one would say all or nothing that is not."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# The most decimal places: with them one of a million is still not nothing.
MOST_PLACES = 4


def percent_text(share: float) -> str:
    """The share in percent as a cell shows it: 0.625 is 63% (Python's own formatting says 62%), 276 of 277 99.6%."""
    return f"{_rounded(share, places_of(share))}%"


def places_of(share: float) -> int:
    """How many decimal places the share has in percent: as few as do not round it to all or nothing that it is not."""
    wrong = {0, 100} - {_percent(share)}
    return next((places for places in range(MOST_PLACES) if _rounded(share, places) not in wrong), MOST_PLACES)


def _rounded(share: float, places: int) -> Decimal:
    return _percent(share).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _percent(share: float) -> Decimal:
    """The exact percents, of as many digits as Excel keeps."""
    return Decimal(f"{share:.15g}") * 100
