"""Lists that depend on another column of the row: which reviewers are offered depends on whose measure it is.

No INDIRECT, so that an option may have any name: all lists of a column are in one pool, the whole list first, and a
validation finds its part of the pool by the start and count beside the master's option, compared by EXACT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rectify_xl.layouts.layout import FIRST_ROW, column_letter
from rectify_xl.model import Form, Settings
from rectify_xl.rules.expression import Call


@dataclass(frozen=True, kw_only=True, slots=True)
class DependentList:
    """The options of `column` by the option of `master`: (option of the master, its part of `pool` as start, count).

    A row whose master is blank or unknown to the settings is offered the whole list, the first `whole` of the pool.
    """

    column: str
    master: str
    pool: tuple[str, ...]
    whole: int
    parts: tuple[tuple[str, int, int], ...]
    number: int

    def name(self, part: str) -> str:
        """The defined name of one of its columns on the lists' sheet: pool, options, starts or counts."""
        return f"dep_{self.number}_{part}"

    def columns(self) -> dict[str, Sequence[str | int]]:
        """The values of its columns on the lists' sheet, by part."""
        options, starts, counts = zip(*self.parts, strict=True)
        return {"pool": self.pool, "options": options, "starts": starts, "counts": counts}

    def source(self, form: Form) -> str:
        """The validation's source for the form's first prepared row."""
        master = f"${column_letter(form.positions[self.master])}{FIRST_ROW + 1}"
        start, count = (
            f"SUMPRODUCT(EXACT({self.name('options')},{master})*{self.name(part)})" for part in ("starts", "counts")
        )
        return f"=OFFSET({self.name('pool')},{start},0,IF({count}=0,{self.whole},{count}),1)"


def dependent_lists(forms: Sequence[Form], settings: Settings) -> dict[tuple[str, str], DependentList]:
    """The dependent lists by (form, column), from the rules that look reviewers up in the settings' review rules."""
    dependents: dict[tuple[str, str], DependentList] = {}
    for form in forms:
        for rule in form.rules:
            if isinstance(rule.holds, Call) and rule.holds.function == "reviews" and rule.when is None:
                column, master = rule.holds.names
                if dependent := _reviewers(form, (column, master), settings, len(dependents) + 1):
                    dependents[form.name, column] = dependent
    return dependents


def _reviewers(form: Form, names: tuple[str, str], settings: Settings, number: int) -> DependentList | None:
    column, master = names
    whole = settings.lists.get(form.column(column).choices, ())
    parts: list[tuple[str, int, int]] = []
    pool = [*whole]
    for role in dict.fromkeys(role for role, _ in settings.reviewers):
        offered = [reviewer for other, reviewer in settings.reviewers if other == role and reviewer in whole]
        parts.append((role, len(pool), len(offered)))
        pool += offered
    if not whole or not any(count for _, _, count in parts):
        return None
    return DependentList(
        column=column, master=master, pool=tuple(pool), whole=len(whole), parts=tuple(parts), number=number
    )
