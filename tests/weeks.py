"""A workspace week by week for tests: one blank template, filled quickly, dropped into the inbox, and runs on days."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from returns import COVER, DAY, settings_for

from rectify_xl.demo.fill import Blank, blank_for, filled
from rectify_xl.excel.templates.template import write_template
from rectify_xl.facts import catalog
from rectify_xl.runs import pipeline

SETTINGS = settings_for()


@cache
def blank(form: str) -> Blank:
    """A form's opened template."""
    forms = [catalog.forms()[form]]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "blank.xlsx"
        write_template(forms, path, SETTINGS)
        return blank_for(path.read_bytes(), forms)


def drop(place: Path, name: str, *rows: Mapping[str, Any], form: str = "ledger", **cover: Any) -> Path:
    """Puts a returned workbook into the inbox under a name, over what stood there; it was saved on its 填报日期."""
    target = place / "收件" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    values = {**COVER, **cover}
    target.write_bytes(filled(blank(form), values, {form: rows}, saved=values["filled_on"]))
    return target


def run(place: Path, as_of: date = DAY, **kept: Any) -> pipeline.Outcome:
    """The weekly job on a day."""
    return pipeline.run_workspace(place, as_of=as_of, options=pipeline.ReadOptions(workers=1), **kept)


def snapshot(folder: Path) -> dict[str, str]:
    """The digest of every file below a folder."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def numbers(outcome: pipeline.Outcome, form: str = "ledger") -> dict[str, str]:
    """What the ledger says of each number: the last column of the form's key."""
    facts = catalog.forms()[form]
    place = facts.positions[facts.key[-1]]
    return {item.number: item.values[place] for item in outcome.book.items.get(form, ())}


def received(outcome: pipeline.Outcome) -> list[tuple[str, str]]:
    """The files first seen by a run with their verdicts."""
    return [(held.file, held.verdict) for held in outcome.received]
