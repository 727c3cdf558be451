"""Waivers applied to the rows of a return: a waived error becomes a warning, and its row counts as good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rectify_xl.judging.rows import JudgedSheet
from rectify_xl.office.waivers import Matter, Waivers, names_for


def waive_rows(sheets: Sequence[JudgedSheet], waivers: Waivers, unit: str, matter: Matter) -> None:
    """Turns the waived findings of one form's sheets and rows into warnings."""
    for judged in sheets:
        judged.findings = [waivers.apply(unit, finding, matter) for finding in judged.findings]
        judged.all_wait = any(f.code == "missing-column" and f.level == "error" for f in judged.findings)
        for row in judged.rows:
            if row.findings:
                item = replace(matter, names=names_for(judged.sheet.form, row.values))
                row.findings = tuple((position, waivers.apply(unit, f, item)) for position, f in row.findings)
