"""Makes a book of any number of ledger rows without a workbook: what the writers are measured on.

The rows are those of `made_returns`, thirty a unit, with a file, a digest and a deadline each; nothing is read or
judged for it. Deterministic.
"""

from __future__ import annotations

import random
from datetime import date
from hashlib import sha256

from made_returns import FILLED_ON, ledger_row, settings_for

from rectify_xl.days.workdays import calendar_for
from rectify_xl.facts import catalog
from rectify_xl.merging.deadlines import Day, dues_and_tasks
from rectify_xl.model import Book, FormRows, Item, Return, Row, State
from rectify_xl.office.roster import roster_for

ROWS_A_UNIT = 30
SAVED = "2005-05-24T09:30:00"


def made_book(rows: int, as_of: date = FILLED_ON) -> Book:
    """A book of that many rows of the ledger form; unit n's rows do not depend on how many units there are."""
    form, units = catalog.forms()["ledger"], -(-rows // ROWS_A_UNIT)
    settings = settings_for(units)
    items: list[Item] = []
    returns: list[Return] = []
    for place, unit in enumerate(settings.units, 1):
        source, file = random.Random(place), f"{place:05d}.xlsx"
        digest = sha256(file.encode()).hexdigest()
        count = min(ROWS_A_UNIT, rows - len(items))
        for number in range(1, count + 1):
            told = ledger_row(source, number, settings) | {"item_id": f"{unit.code}-T{number:03d}"}
            values = tuple(told.get(column.name) for column in form.columns)
            state = State(file, digest, form.title, number + 3, FILLED_ON, SAVED, values)
            started = None if told["status"] == "未启动" else FILLED_ON
            items.append(
                Item(
                    form=form.name, unit_code=unit.code, unit_name=unit.name, number=told["item_id"], values=values,
                    states=(state,), first_on=FILLED_ON, started_on=started,
                )
            )  # fmt: skip
        good = tuple(Row(form.title, number + 3, ()) for number in range(1, count + 1))
        returns.append(
            Return(
                file=file, digest=digest, suffix=".xlsx", unit_code=unit.code, unit_name=unit.name,
                filled_on=FILLED_ON, saved=SAVED, forms=(FormRows(form=form.name, good=good),),
            )
        )  # fmt: skip
    held = {form.name: tuple(items)}
    day = Day(as_of=as_of, calendar=calendar_for({}), early_warning=settings.early_warning)
    dues, tasks = dues_and_tasks(held, settings, roster_for(settings), day)
    return Book(
        as_of=as_of, settings=settings, returns=tuple(returns), items=held, dues=dues, tasks=tasks,
    )  # fmt: skip
