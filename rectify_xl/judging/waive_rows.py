"""Waivers applied to the rows of a return: what was let pass is told, and its row counts as good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rectify_xl.judging.rows import JudgedSheet
from rectify_xl.waivers import Matter, Waivers, names_for


def waive_rows(sheets: Sequence[JudgedSheet], waivers: Waivers, unit: str, matter: Matter) -> None:
    """Turns what was waived of one form's sheets and rows into told exceptions."""
    for judged in sheets:
        judged.told = [waivers.told(unit, finding, matter) for finding in judged.told]
        judged.all_wait = any(f.code == "missing-column" and f.level == "error" for f in judged.told)
        for trial in judged.trials:
            if trial.findings:
                row = replace(matter, names=names_for(judged.sheet.form, trial.values))
                trial.findings = tuple((at, waivers.told(unit, finding, row)) for at, finding in trial.findings)
