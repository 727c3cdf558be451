"""Reads a ledger workbook as the office left it: its cells as typed, and the run that wrote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from rectify_xl import catalog
from rectify_xl.excel.reading.package import Package
from rectify_xl.excel.reading.reader import values_of
from rectify_xl.kinds import as_text
from rectify_xl.ledger_columns import RUN_PROPERTY
from rectify_xl.ledger_layouts import LedgerSheet, sheets_in
from rectify_xl.merging.office_edits import TypedLedger
from rectify_xl.normal import key_text


def read_typed_ledger(data: bytes) -> TypedLedger:
    """The sheets of a ledger workbook with their cells as typed; raises grid.Unreadable for what is no workbook."""
    sheets = tuple(sheets_in(values_of(data)))
    return TypedLedger(run=_run_property(data) or run_told(sheets), sheets=sheets)


def _run_property(data: bytes) -> str:
    """The run that the package's custom properties name, "" if none."""
    part = Package(data).part("docProps/custom.xml").decode("utf-8", "replace")
    found = re.search(rf'name="{re.escape(RUN_PROPERTY)}"[^>]*>\s*<[^>]*>([^<]*)<', part)
    return unescape(found[1]).strip() if found else ""


def run_told(sheets: Sequence[LedgerSheet]) -> str:
    """The run that the sheet 说明 names, "" if none."""
    label = key_text(catalog.words("ledger")["about"]["run"])
    about = (cells for sheet in sheets if sheet.layout.name == "about" for _, cells in sheet.rows())
    return next((as_text(text).strip() for item, text in about if key_text(as_text(item)) == label), "")
