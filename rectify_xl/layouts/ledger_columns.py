"""The columns of the ledger workbook: those of each form's sheet by group, and those of the other sheets."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.model import Column, Form

# How many hexadecimal digits of a file's SHA-256 the ledger shows.
DIGEST_DIGITS = 16
# The workbook's custom property that names the run which wrote it.
RUN_PROPERTY = "rectify_xl run"


class Groups(NamedTuple):
    """The columns of a ledger sheet by group, in the order of the sheet; names are unique over all groups."""

    lead: tuple[Column, ...]
    form: tuple[Column, ...]
    deadline: tuple[Column, ...]
    office: tuple[Column, ...]
    source: tuple[Column, ...]


@cache
def declared(part: str, section: str = "") -> tuple[Column, ...]:
    """The columns of one part (and section) of facts/words/ledger.toml."""
    facts = catalog.words("ledger")
    entries = facts[part][section] if section else facts[part]
    return tuple(catalog.record(Column, entry, "words/ledger.toml", part) for entry in entries)


def groups_for(form: Form) -> Groups:
    """The columns of a form's ledger sheet; a common column whose name the form uses itself is called return_<name>."""
    used = {column.name for column in (*form.columns, *form.office_columns)}
    prefix = catalog.words("ledger")["clash_prefix"]

    def common(part: str, is_wanted: object = True) -> tuple[Column, ...]:
        columns = declared(part) if is_wanted else ()
        return tuple(replace(c, name=prefix + c.name) if c.name in used else c for c in columns)

    return Groups(
        lead=common("lead"),
        form=form.columns,
        deadline=common("deadline", form.deadline),
        office=form.office_columns,
        source=common("source") + common("started", form.started),
    )


def ledger_columns(form: Form) -> tuple[Column, ...]:
    """All columns of a form's ledger sheet in order."""
    return tuple(column for group in groups_for(form) for column in group)


def solved_columns() -> tuple[Column, ...]:
    """The columns of the register of solved problems, as the ledger has them."""
    facts = catalog.words("ledger")["solved"]
    by_name = {column.name: column for column in ledger_columns(catalog.forms()[facts["form"]])}
    return tuple(by_name[name] for name in facts["columns"])
