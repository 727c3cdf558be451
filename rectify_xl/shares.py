"""Shares of a whole as whole percents, rounded as the cells of a workbook show them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def percent_text(share: float) -> str:
    """The share in whole percents: 0.625 is 63%, as in Excel, where Python's own formatting says 62%."""
    return f"{(Decimal(f'{share:.15g}') * 100).quantize(Decimal(1), ROUND_HALF_UP)}%"
