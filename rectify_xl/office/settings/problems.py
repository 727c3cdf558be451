"""Mistakes in 配置.xlsx: each with its sheet, its cell and what to write there, reported all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rectify_xl.errors import RectifyError
from rectify_xl.facts import catalog
from rectify_xl.model import Params

# How many of the allowed words a sentence names.
MOST_OPTIONS = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingsProblem:
    """One mistake: `sheet` and `cell` say where ("" if the whole file or sheet), `code` what, `params` the rest.

    `file` names the workbook where it is not 配置.xlsx.
    """

    code: str
    sheet: str = ""
    cell: str = ""
    file: str = ""
    params: Params = ()

    def sentence(self, lang: str = "zh") -> str:
        """Where it is, what is wrong and what to write there, in the language `lang` (zh or en)."""
        words = catalog.words(f"settings.{lang}")
        parts = {name: _in_words(value, words) for name, value in self.params}
        if "near" in parts:
            parts["near"] = words["near"].format(near=parts["near"]) if parts["near"] else ""
        parts["where"] = self._where(words)
        sentence: str = words["problems"][self.code].format(**parts)
        return sentence

    def _where(self, words: Mapping[str, Any]) -> str:
        place: str = words["where" if self.cell else "where_sheet" if self.sheet else "file"]
        if not self.file:
            return place.format(sheet=self.sheet, cell=self.cell)
        book: str = words["book"].format(file=self.file)
        return book + (place.format(sheet=self.sheet, cell=self.cell) if self.sheet else "")


def _in_words(value: object, words: Mapping[str, Any]) -> str:
    """A parameter in words: of many things the first ones."""
    if not isinstance(value, tuple):
        return str(value)
    text: str = words["joint"].join(value[:MOST_OPTIONS])
    return text if len(value) <= MOST_OPTIONS else text + words["more"].format(count=len(value))


class SettingsError(RectifyError):
    """Settings that cannot be used; `problems` holds every mistake, in the order of the sheets and cells."""

    def __init__(self, problems: Iterable[SettingsProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def sentences(self, lang: str = "zh") -> list[str]:
        """A sentence a problem."""
        return [problem.sentence(lang) for problem in self.problems]

    def __str__(self) -> str:
        return "\n".join(self.sentences())


@dataclass(kw_only=True, slots=True)
class Notes:
    """The mistakes found so far: of each cell only the first, since it is the cause of the others."""

    problems: list[SettingsProblem] = field(default_factory=list)
    _cells: set[tuple[str, str]] = field(default_factory=set)

    def add(self, sheet: str, cell: str, code: str, **params: Any) -> None:
        """Notes a mistake, unless the cell has one already."""
        if not cell or (sheet, cell) not in self._cells:
            self._cells.add((sheet, cell))
            self.problems.append(SettingsProblem(code=code, sheet=sheet, cell=cell, params=tuple(params.items())))

    def knows(self, sheet: str, cell: str) -> bool:
        """Whether the cell has a mistake already."""
        return (sheet, cell) in self._cells
