"""A ledger workbook as the office left it, and the circumstances under which it is read back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rectify_xl.kinds import Setting
from rectify_xl.layouts.ledger_layouts import LedgerSheet
from rectify_xl.model import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedLedger:
    """A ledger workbook with its cells as they stand in it, and the run that it says wrote it ("": it does not).

    `own` are the titles of sheets that are none of a ledger's, with how many cells are filled there.
    """

    run: str = ""
    sheets: tuple[LedgerSheet, ...] = ()
    own: tuple[tuple[str, int], ...] = ()

    def of(self, name: str) -> list[LedgerSheet]:
        """The sheets that show a form or a part; one of very many rows goes on on a second."""
        return [sheet for sheet in self.sheets if sheet.layout.name == name]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reread:
    """The circumstances of reading a ledger back: its name in findings, the day of the run, and the settings.

    `is_copy` says that it is a dated copy beside the ledger: what the office typed there is told and not taken;
    `is_recalled` that what was written is not known for sure: only the office's columns are compared;
    `is_surviving` that the ledger alone knows what the office typed so far, and on which state of a row.
    """

    file: str
    as_of: date
    settings: Settings
    is_copy: bool = False
    is_recalled: bool = False
    is_surviving: bool = False

    @property
    def setting(self) -> Setting:
        """What the cells of the office's columns are parsed by."""
        start = self.settings.stage_start
        return Setting(
            lists=self.settings.lists, aliases=self.settings.aliases, year=start.year if start else None
        )
