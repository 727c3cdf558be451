"""A unit's pre-filled workbook: the template with the unit's rows, agreed cells locked, urgent rows coloured."""

from __future__ import annotations

from pathlib import Path

from rectify_xl.excel.templates.template import write_template
from rectify_xl.model import Settings
from rectify_xl.tables.prefilled import Issued


def write_issued(issued: Issued, path: Path, settings: Settings) -> None:
    """Writes a unit's workbook, whole or not at all; the same input gives the same bytes. Raises OSError."""
    write_template(issued.forms, path, settings, unit=issued.unit, rows=issued.rows)
