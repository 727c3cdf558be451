"""One sheet's XML: the cells that marks stand in, found or made, and where its old drawing is named."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.elements import Edits, Element, prefix_of, run, xml_value
from rectify_xl.excel.marking.sheet_scan import Cell, Row, Scan, cell_in, measure
from rectify_xl.layout import cell_name

_MERGE = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s[^>]*?\bref\s*=\s*[\"']([A-Za-z]+\d+):([A-Za-z]+\d+)[\"']")
# What may stand in a sheet before the name of its old drawing, which belongs right behind the last of these.
_BEFORE = frozenset(
    {
        *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr"),
        *("sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate"),
        *("customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks"),
        *("printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks"),
        *("customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing"),
    }
)


class SheetPart:
    """One sheet as scanned; cells are kept only of rows that somebody asks for, or that carry a style of `styles`."""

    def __init__(self, data: bytes, rows: Collection[int] = (), styles: Collection[int] = ()) -> None:
        self.data = data
        scan = Scan(data, frozenset(rows), frozenset(map(str, styles)))
        run(scan.parser, data)
        self.styled, self.heights = scan.styled, scan.heights
        self.format, self.legacy = scan.format, scan.legacy
        self._columns, self._rows, self._tops = scan.columns, scan.rows, scan.tops
        if scan.data_element is None:
            raise CannotPatch("damaged")
        self._sheet_data: Element = scan.data_element
        self._wanted = {row.number: row for row in scan.rows if row.number in scan.wanted}
        self.edits = Edits(data)

    # ---- cells

    def style_at(self, cell: Cell) -> int:
        """The format of a cell, or the one it would get if somebody typed in it."""
        row = self._wanted.get(cell[0])
        if row:
            for column, element in row.cells:
                if column == cell[1]:
                    return _index(element, "s")
            if row.element.attributes.get("customFormat") in ("1", "true"):
                return _index(row.element, "s")
        for first, last, element in self._columns:
            if first <= cell[1] <= last:
                return _index(element, "style")
        return 0

    def restyle(self, cells: Mapping[Cell, int]) -> None:
        """Gives cells their formats; those that are not there are made, blank."""
        missing: dict[int, dict[int, int]] = {}
        for (number, column), style in sorted(cells.items()):
            row = self._wanted.get(number)
            found = [e for at, e in row.cells if at == column] if row else []
            for element in found:
                self.edits.set(element, "s", str(style))
            if not found:
                missing.setdefault(number, {})[column] = style
        for number, made in missing.items():
            if number in self._wanted:
                self._add_cells(self._wanted[number], made)
            else:
                self._add_row(number, made)

    def _add_cells(self, row: Row, made: Mapping[int, int]) -> None:
        name = prefix_of(self.data, row.element) + b"c"
        for column, style in sorted(made.items()):
            after = [e.start for at, e in row.cells if at > column]
            xml = _blank(name, (row.number, column), style)
            if after:
                self.edits.insert(min(after), xml)
            else:
                self.edits.append(row.element, xml)
        first, _, last = row.element.attributes.get("spans", "").partition(":")
        if first.isdecimal() and last.isdecimal():
            wide = (min(int(first), min(made) + 1), max(int(last), max(made) + 1))
            if wide != (int(first), int(last)):
                self.edits.set(row.element, "spans", f"{wide[0]}:{wide[1]}")

    def _add_row(self, number: int, made: Mapping[int, int]) -> None:
        prefix = prefix_of(self.data, self._sheet_data)
        cells = b"".join(_blank(prefix + b"c", (number, c), style) for c, style in sorted(made.items()))
        name = prefix + b"row"
        xml = b"<" + name + b" r=" + xml_value(str(number)) + b">" + cells + b"</" + name + b">"
        after = next((row.element.start for row in self._rows if row.number > number), None)
        if after is None:
            self.edits.append(self._sheet_data, xml)
        else:
            self.edits.insert(after, xml)

    def name_drawing(self, ident: str, space: str) -> None:
        """Names the relation that leads to the sheet's old drawing, in a sheet that names none."""
        prefix = prefix_of(self.data, self._sheet_data)
        linked = b" xmlns:r=" + xml_value(space) + b" r:id=" + xml_value(ident)
        at = max(top.end for top in self._tops if top.name in _BEFORE)
        self.edits.insert(at, b"<" + prefix + b"legacyDrawing" + linked + b"/>")

    @property
    def legacy_ident(self) -> str:
        """The id of the relation that leads to the sheet's old drawing, "" if it names none."""
        held = self.legacy.attributes if self.legacy else {}
        return next((value for key, value in held.items() if key.endswith(" id")), "")

    # ---- measures, for the boxes of notes

    def width_of(self, column: int) -> float:
        """The width of a column in characters."""
        for first, last, element in self._columns:
            if first <= column <= last:
                if element.attributes.get("hidden") in ("1", "true"):
                    return 0.0
                return measure(element.attributes.get("width"), self._usual("defaultColWidth", 8.43))
        return self._usual("defaultColWidth", 8.43)

    def height_of(self, row: int) -> float:
        """The height of a row in points."""
        return self.heights.get(row, self._usual("defaultRowHeight", 15.0))

    def _usual(self, name: str, otherwise: float) -> float:
        return measure(self.format.attributes.get(name), otherwise) if self.format else otherwise


def _index(element: Element, key: str) -> int:
    held = element.attributes.get(key, "")
    return int(held) if held.isdecimal() else 0


def _blank(name: bytes, cell: Cell, style: int) -> bytes:
    return b"<" + name + b" r=" + xml_value(cell_name(*cell)) + b" s=" + xml_value(str(style)) + b"/>"


def shown_at(data: bytes, cells: Collection[Cell]) -> dict[Cell, Cell]:
    """Where each cell is shown: itself, or the first cell of the merged ones it belongs to."""
    made = {cell: cell for cell in cells}
    asked: dict[int, list[int]] = {}
    for row, column in cells:
        asked.setdefault(row, []).append(column)
    for found in _MERGE.finditer(data):
        first, last = cell_in(found[1].decode()), cell_in(found[2].decode())
        if first and last:
            is_tall = last[0] - first[0] > len(asked)
            for row in asked if is_tall else range(first[0], last[0] + 1):
                columns = asked.get(row, ()) if first[0] <= row <= last[0] else ()
                made |= {(row, column): first for column in columns if first[1] <= column <= last[1]}
    return made
