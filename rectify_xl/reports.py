"""The objects that --json prints: findings, a check, a run, as plain dicts and lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import under_settings
from rectify_xl.frames.build import FINDING_COLUMNS, finding_values
from rectify_xl.messages import sentence
from rectify_xl.model import Book, Finding, Return
from rectify_xl.normal import inert
from rectify_xl.progress.items import ITEMS
from rectify_xl.tables.ledger_table import ledger_forms, pending_table

# The verdicts that count as received; ignored files are counted beside them.
_RECEIVED = ("accepted", "returned", "refused", "repeated", "held")


def finding_json(finding: Finding, lang: str = "zh") -> dict[str, Any]:
    """A finding's FINDING_COLUMNS by name, `message` last; what it does not have is left out."""
    values = zip(FINDING_COLUMNS, (*finding_values(finding), sentence(finding, lang)), strict=True)
    return {name: value for name, value in values if value not in ("", None)}


def check_json(returns: Iterable[Return], lang: str = "zh") -> dict[str, Any]:
    """{"files": [{"file", "verdict", "unit", "forms": {form: good rows}, "findings"}]}, without ignored files."""
    return {"files": [_file_json(return_, lang) for return_ in returns if return_.verdict != "ignored"]}


def _file_json(return_: Return, lang: str) -> dict[str, Any]:
    return {
        "file": inert(return_.file),
        "verdict": return_.verdict,
        "unit": return_.unit_code or return_.unit_name,
        "forms": {rows.form: len(rows.good) for rows in return_.forms},
        "findings": [finding_json(finding, lang) for finding in return_.findings],
    }


@under_settings
def run_json(
    book: Book, outputs: Sequence[str], lang: str = "zh", received: Sequence[Return] | None = None
) -> dict[str, Any]:
    """What a run did and what the ledger holds now; `received` are the files first seen by it (None: all of the book).

    `deadlines` and `tasks` count by the Chinese names of the states, every state named.
    """
    verdicts = Counter[str](return_.verdict for return_ in (book.returns if received is None else received))
    files = {"received": sum(verdicts[name] for name in _RECEIVED)}
    return {
        "as_of": book.as_of.isoformat(),
        "files": {**files, **{name: verdicts[name] for name in (*_RECEIVED, "ignored")}},
        "rows": {form.name: len(book.items[form.name]) for form in ledger_forms(book)},
        "pending": len(pending_table(book).rows),
        "deadlines": _counted("item", (due.state for due in book.dues.get(ITEMS, ()))),
        "tasks": _counted("task", (task.state for task in book.tasks)),
        "outputs": list(outputs),
        "findings": [finding_json(finding, lang) for finding in book.findings],
    }


def _counted(kind: str, states: Iterable[str]) -> Mapping[str, int]:
    """How many there are in each state, in the order of facts/states.toml."""
    counts = Counter(states)
    return {name: counts[name] for name in catalog.states(kind).values()}
