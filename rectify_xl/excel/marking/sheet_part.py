"""One sheet's XML: the cells to be marked, found or added, and the name of its legacy drawing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.elements import Edits, Element, prefix_of, run, xml_value
from rectify_xl.excel.marking.sheet_scan import Cell, Row, Scan, cell_in, measure
from rectify_xl.layouts.layout import cell_name

_MERGE = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s[^>]*?\bref\s*=\s*[\"']([A-Za-z]+\d+):([A-Za-z]+\d+)[\"']")
# The elements that come before <legacyDrawing> in a sheet: it belongs right behind the last of these.
_BEFORE_DRAWING = frozenset(
    {
        *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr"),
        *("sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate"),
        *("customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks"),
        *("printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks"),
        *("customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing"),
    }
)


class SheetPart:
    """One sheet as scanned; it keeps only the cells of the wanted `rows` and those with a style of `styles`."""

    def __init__(self, data: bytes, rows: Collection[int] = (), styles: Collection[int] = ()) -> None:
        self.data = data
        scan = Scan(data, frozenset(rows), frozenset(map(str, styles)))
        run(scan.parser, data)
        self.styled, self.heights = scan.styled, scan.heights
        self.format, self.legacy_drawing = scan.format_element, scan.legacy_drawing
        self._columns, self._rows, self._sections = scan.columns, scan.rows, scan.sections
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
        """Gives cells their formats; missing cells are added, blank."""
        missing: dict[int, dict[int, int]] = {}
        for (number, column), style in sorted(cells.items()):
            row = self._wanted.get(number)
            existing = [e for at, e in row.cells if at == column] if row else []
            for element in existing:
                self.edits.set(element, "s", str(style))
            if not existing:
                missing.setdefault(number, {})[column] = style
        for number, styles in missing.items():
            if number in self._wanted:
                self._add_cells(self._wanted[number], styles)
            else:
                self._add_row(number, styles)

    def _add_cells(self, row: Row, styles: Mapping[int, int]) -> None:
        name = prefix_of(self.data, row.element) + b"c"
        for column, style in sorted(styles.items()):
            after = [e.start for at, e in row.cells if at > column]
            xml = _blank_cell(name, (row.number, column), style)
            if after:
                self.edits.insert(min(after), xml)
            else:
                self.edits.append(row.element, xml)
        first, _, last = row.element.attributes.get("spans", "").partition(":")
        if first.isdecimal() and last.isdecimal():
            spans = (min(int(first), min(styles) + 1), max(int(last), max(styles) + 1))
            if spans != (int(first), int(last)):
                self.edits.set(row.element, "spans", f"{spans[0]}:{spans[1]}")

    def _add_row(self, number: int, styles: Mapping[int, int]) -> None:
        prefix = prefix_of(self.data, self._sheet_data)
        cells = b"".join(_blank_cell(prefix + b"c", (number, c), style) for c, style in sorted(styles.items()))
        name = prefix + b"row"
        xml = b"<" + name + b" r=" + xml_value(str(number)) + b">" + cells + b"</" + name + b">"
        after = next((row.element.start for row in self._rows if row.number > number), None)
        if after is None:
            self.edits.append(self._sheet_data, xml)
        else:
            self.edits.insert(after, xml)

    def add_drawing(self, relation_id: str, namespace: str) -> None:
        """Adds the reference to the sheet's legacy drawing, for a sheet that has none."""
        prefix = prefix_of(self.data, self._sheet_data)
        link = b" xmlns:r=" + xml_value(namespace) + b" r:id=" + xml_value(relation_id)
        end = max(section.end for section in self._sections if section.name in _BEFORE_DRAWING)
        self.edits.insert(end, b"<" + prefix + b"legacyDrawing" + link + b"/>")

    @property
    def drawing_id(self) -> str:
        """The id of the relation to the sheet's legacy drawing, "" if it has none."""
        attributes = self.legacy_drawing.attributes if self.legacy_drawing else {}
        return next((value for key, value in attributes.items() if key.endswith(" id")), "")

    # ---- measures, for the boxes of notes

    def width_of(self, column: int) -> float:
        """The width of a column in characters."""
        for first, last, element in self._columns:
            if first <= column <= last:
                if element.attributes.get("hidden") in ("1", "true"):
                    return 0.0
                return measure(element.attributes.get("width"), self._default("defaultColWidth", 8.43))
        return self._default("defaultColWidth", 8.43)

    def height_of(self, row: int) -> float:
        """The height of a row in points."""
        return self.heights.get(row, self._default("defaultRowHeight", 15.0))

    def _default(self, name: str, fallback: float) -> float:
        return measure(self.format.attributes.get(name), fallback) if self.format else fallback


def _index(element: Element, key: str) -> int:
    value = element.attributes.get(key, "")
    return int(value) if value.isdecimal() else 0


def _blank_cell(name: bytes, cell: Cell, style: int) -> bytes:
    return b"<" + name + b" r=" + xml_value(cell_name(*cell)) + b" s=" + xml_value(str(style)) + b"/>"


def shown_at(data: bytes, cells: Collection[Cell]) -> dict[Cell, Cell]:
    """For each cell the one that shows it: itself, or the first cell of its merged range."""
    shown = {cell: cell for cell in cells}
    columns_by_row: dict[int, list[int]] = {}
    for row, column in cells:
        columns_by_row.setdefault(row, []).append(column)
    for match in _MERGE.finditer(data):
        first, last = cell_in(match[1].decode()), cell_in(match[2].decode())
        if first and last:
            is_tall = last[0] - first[0] > len(columns_by_row)
            for row in columns_by_row if is_tall else range(first[0], last[0] + 1):
                columns = columns_by_row.get(row, ()) if first[0] <= row <= last[0] else ()
                shown |= {(row, column): first for column in columns if first[1] <= column <= last[1]}
    return shown
