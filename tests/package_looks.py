"""How a workbook looks by its own XML, whatever wrote it: values, formats and notes by cell, for comparing copies."""

from __future__ import annotations

import posixpath
import re
import warnings
import zipfile
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
from python_calamine import CalamineWorkbook

Look = tuple[str, ...]


def values(data: bytes) -> dict[str, list[list[Any]]]:
    """The values of every sheet by title, as calamine reads them."""
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def contents(data: bytes, *, formulas: bool) -> dict[str, dict[str, Any]]:
    """What stands in every filled cell of every worksheet by title, as openpyxl reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(data), data_only=not formulas)
    return {
        s.title: {c.coordinate: c.value for row in s.iter_rows() for c in row if c.value is not None}
        for s in book.worksheets
    }


class Looks:
    """The sheets, formats and notes of one package."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(BytesIO(data))
        self._names = {name.replace("\\", "/"): name for name in self._zip.namelist()}
        self._targets = {i: t for i, _, t in self._relations("xl/workbook.xml")}
        self.book = self._part("xl/workbook.xml")
        self.sheets = {e.get("name", ""): self._targets[_link(e)] for e in self.book.iter("sheet")}
        styles = next((t for _, kind, t in self._relations("xl/workbook.xml") if kind == "styles"), "")
        self._styles = self._part(styles) if styles else ET.fromstring("<styleSheet/>")
        self._looks: dict[int, Look] = {}

    def _part(self, name: str) -> ET.Element:
        root = ET.fromstring(self._zip.read(self._names[name]))
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        return root

    def _relations(self, part: str) -> list[tuple[str, str, str]]:
        folder, base = posixpath.split(part)
        name = f"{folder}/_rels/{base}.rels"
        held = self._part(name) if name in self._names else []
        return [
            (
                e.get("Id", ""),
                e.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join(folder, e.get("Target", ""))).lstrip("/"),
            )
            for e in held
        ]

    @property
    def active(self) -> str:
        """The title of the sheet that is opened first."""
        view = next(self.book.iter("workbookView"), None)
        return list(self.sheets)[int(view.get("activeTab", "0")) if view is not None else 0]

    @property
    def selected(self) -> set[str]:
        """The titles of the sheets whose tabs are selected."""
        return {
            title
            for title, part in self.sheets.items()
            if any(v.get("tabSelected") in ("1", "true") for v in self._part(part).iter("sheetView"))
        }

    def notes(self, title: str) -> dict[str, str]:
        """The texts of a sheet's notes by cell."""
        parts = [t for _, kind, t in self._relations(self.sheets[title]) if kind == "comments"]
        return {
            e.get("ref", ""): "".join(t.text or "" for t in e.iter("t"))
            for part in parts
            for e in self._part(part).iter("comment")
        }

    def boxes(self, title: str) -> list[tuple[int, int]]:
        """The cells (row and column from 0) that have a box in the sheet's old drawing."""
        legacy = next(self._part(self.sheets[title]).iter("legacyDrawing"), None)
        targets = {i: t for i, _, t in self._relations(self.sheets[title])}
        text = self._zip.read(self._names[targets[_link(legacy)]]).decode() if legacy is not None else ""
        held = re.findall(r'ObjectType="Note".*?<x:Row>(\d+)</x:Row>.*?<x:Column>(\d+)</x:Column>', text, re.DOTALL)
        return [(int(row), int(column)) for row, column in held]

    def cells(self, title: str) -> dict[str, int]:
        """The format of every cell that is written, by name; places are counted where they are not said."""
        made: dict[str, int] = {}
        number = 0
        for row in self._part(self.sheets[title]).iter("row"):
            number = int(row.get("r", number + 1))
            column = 0
            for c in row.iter("c"):
                told = c.get("r")
                column = openpyxl.utils.cell.coordinate_from_string(told)[0] if told else column + 1  # type: ignore[assignment]
                column = openpyxl.utils.column_index_from_string(column) if isinstance(column, str) else column
                made[f"{openpyxl.utils.get_column_letter(column)}{number}"] = int(c.get("s", "0"))
        return made

    def look(self, style: int) -> Look:
        """Everything a format says: number format, font, fill, border, alignment and protection."""
        if style not in self._looks:
            self._looks[style] = self._looked_up(style)
        return self._looks[style]

    def _looked_up(self, style: int) -> Look:
        formats = self._styles.findall("cellXfs/*")
        if style >= len(formats):
            return ("0", "", "", "", "")
        xf = formats[style]
        inside = "".join(_plain(e) for e in xf)
        return (
            xf.get("numFmtId", "0"),
            self._held("fonts", xf.get("fontId")),
            self._held("fills", xf.get("fillId")),
            self._held("borders", xf.get("borderId")),
            inside,
        )

    def _held(self, section: str, place: str | None) -> str:
        items = self._styles.findall(f"{section}/*")
        text = _plain(items[int(place or 0)]) if int(place or 0) < len(items) else ""
        return "" if 'patternType="none"' in text else text

    def looks(self, title: str) -> dict[str, Look]:
        """How every written cell of a sheet looks."""
        return {name: self.look(style) for name, style in self.cells(title).items()}

    def fill(self, title: str, cell: str) -> str:
        """The colour of a cell's solid fill, "" if it has none."""
        return self.fills(title).get(cell, "")

    def fills(self, title: str) -> dict[str, str]:
        """The colours of the solid fills of a sheet by cell."""
        found = {
            cell: re.search(r'patternType="solid".*?<fgColor rgb="(\w+)"', look[2])
            for cell, look in self.looks(title).items()
        }
        return {cell: colour[1] for cell, colour in found.items() if colour}


def _link(element: ET.Element) -> str:
    return next(v for k, v in element.attrib.items() if k.endswith("}id"))


def _plain(element: ET.Element) -> str:
    return re.sub(r"\s*<", "<", ET.canonicalize(ET.tostring(element)))
