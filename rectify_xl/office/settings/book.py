"""A workbook that people fill in, while it is read: its sheets as declared, the lines on them, the mistakes found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rectify_xl.normal import key_text
from rectify_xl.office.settings.cells import Line, Options, Rows, lines_of
from rectify_xl.office.settings.layout import SettingsSheet
from rectify_xl.office.settings.problems import Notes, SettingsProblem


@dataclass(frozen=True, kw_only=True, slots=True)
class FilledBook:
    """The sheets as declared, by name, the workbook's rows by title in normal form, and the mistakes found in them.

    `absent` is the code of the mistake that a sheet is missing.
    """

    sheets: Mapping[str, SettingsSheet]
    rows: Mapping[str, Rows]
    absent: str = "missing-sheet"
    notes: Notes = field(default_factory=Notes)

    def sheet(self, name: str) -> tuple[SettingsSheet, Rows | None]:
        """A sheet as declared and its rows; None where the workbook lacks it."""
        sheet = self.sheets[name]
        return sheet, self.rows.get(key_text(sheet.title))

    def lines(self, name: str, options: Options) -> list[Line]:
        """The lines of a sheet; that it is missing is noted."""
        sheet, rows = self.sheet(name)
        if rows is not None:
            return lines_of(sheet, rows, options, self.notes)
        self.note_absence(sheet)
        return []

    def note_absence(self, sheet: SettingsSheet) -> None:
        """Notes that a sheet is missing, if it has to be there."""
        if not sheet.optional:
            labels = tuple(column.label for column in sheet.columns if column.needed)
            self.notes.add(sheet.title, "", self.absent, labels=labels)

    def mistakes(self) -> list[SettingsProblem]:
        """The mistakes in the order of the sheets, then of rows, then of columns."""
        titles = [sheet.title for sheet in self.sheets.values()]

        def place(problem: SettingsProblem) -> tuple[int, int, int, str]:
            letters = re.sub(r"\d", "", problem.cell)
            return titles.index(problem.sheet), int(problem.cell[len(letters) :] or 0), len(letters), letters

        return sorted(self.notes.problems, key=place)


def rows_by_title(sheets: Mapping[str, Rows]) -> dict[str, Rows]:
    """The rows of a workbook's sheets by their titles in normal form."""
    return {key_text(title): rows for title, rows in sheets.items()}
