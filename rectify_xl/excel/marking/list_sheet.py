"""Our own sheet in a clerk's workbook: the XML of the list of problems, with a hidden column kept for unmarking.

Every text is an inline string, every link leads to a cell of the same workbook: nothing in it is active.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rectify_xl.excel.marking.elements import XML_DECLARATION, xml_text, xml_value
from rectify_xl.excel.marking.kept import Kept
from rectify_xl.excel.marking.list_look import HEADER_HEIGHT, column_facts, height_of_line, layers_of, top_of
from rectify_xl.excel.marking.problems import Line, Problems
from rectify_xl.excel.marking.style_part import StyleBook
from rectify_xl.facts import catalog
from rectify_xl.layouts.layout import cell_name, column_letter

_LINKED = {"cell": 4, "sheet": 3}
# Rows above the table that may stay on the screen when it is scrolled.
_MOST_FROZEN = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """The workbook that gets the list: the sheets that links may lead to, its number of windows, its namespace."""

    linked: Collection[str]
    windows: int
    namespace: str


def list_sheet(problems: Problems, kept: Kept, styles: StyleBook, surroundings: Surroundings) -> bytes:
    """The XML of our sheet."""
    width = len(column_facts()["widths"])
    hidden = _Hidden(kept.texts(), width)
    top_count = 1 + len(problems.notes)
    header = top_count + 1
    rows = [*_top_rows(problems, styles, hidden), _header_row(problems, styles, hidden, header)]
    rows += [_line_row(line, styles, hidden, header + n) for n, line in enumerate(problems.lines, start=1)]
    rows += hidden.rest(header + len(problems.lines) + 1)
    last = column_letter(width - 1)
    merges = b"".join(b'<mergeCell ref="A%d:%s%d"/>' % (row, last.encode(), row) for row in range(1, top_count + 1))
    return b"".join(
        [
            XML_DECLARATION,
            b"<worksheet xmlns=" + xml_value(surroundings.namespace) + b">",
            b'<sheetPr><tabColor rgb=%s/><pageSetUpPr fitToPage="1"/></sheetPr>' % xml_value(_tab_colour()),
            _views(header, surroundings.windows),
            b'<sheetFormatPr defaultRowHeight="15"/>',
            _columns(column_facts()["widths"]),
            b"<sheetData>",
            *rows,
            b"</sheetData>",
            b'<mergeCells count="%d">' % top_count + merges + b"</mergeCells>",
            _links(problems.lines, header, surroundings.linked),
            b'<printOptions horizontalCentered="1"/>',
            b'<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>',
            b'<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>',
            b"</worksheet>",
        ]
    )


def _tab_colour() -> str:
    colour: str = catalog.words("style")["colours"]["red_mark"]
    return f"FF{colour[1:]}"


def _views(header: int, windows: int) -> bytes:
    pane = b""
    if header <= _MOST_FROZEN:
        below = f"A{header + 1}".encode()
        pane = b'<pane ySplit="%d" topLeftCell="%s" activePane="bottomLeft" state="frozen"/>' % (header, below)
        pane += b'<selection pane="bottomLeft" activeCell="%s" sqref="%s"/>' % (below, below)
    views = b"".join(
        b'<sheetView showGridLines="0" tabSelected="1" workbookViewId="%d">%s</sheetView>' % (window, pane)
        for window in range(windows)
    )
    return b"<sheetViews>" + views + b"</sheetViews>"


def _columns(widths: Sequence[float]) -> bytes:
    shown = b"".join(
        b'<col min="%d" max="%d" width="%s" customWidth="1"/>' % (n, n, str(width).encode())
        for n, width in enumerate(widths, start=1)
    )
    after = len(widths) + 1
    return b"<cols>" + shown + b'<col min="%d" max="%d" width="9" hidden="1" customWidth="1"/></cols>' % (after, after)


class _Hidden:
    """The texts of the hidden column, handed out row by row."""

    def __init__(self, texts: Sequence[str], column: int) -> None:
        self._texts, self._column = texts, column

    def cell(self, row: int) -> bytes:
        """The hidden cell of a row, b"" if it holds nothing."""
        text = self._texts[row - 1] if row <= len(self._texts) else ""
        return _text_cell(cell_name(row, self._column), text, 0) if text else b""

    def rest(self, row: int) -> Iterator[bytes]:
        """The rows that hold nothing else, from `row` on."""
        for number in range(row, len(self._texts) + 1):
            yield _row(number, self.cell(number))


# ---- rows


def _top_rows(problems: Problems, styles: StyleBook, hidden: _Hidden) -> Iterator[bytes]:
    for row, top in enumerate(top_of(problems), start=1):
        yield _row(row, _text_cell(f"A{row}", top.text, styles.own(*top.layers)) + hidden.cell(row), top.height)


def _header_row(problems: Problems, styles: StyleBook, hidden: _Hidden, row: int) -> bytes:
    look = styles.own("header")
    cells = b"".join(_text_cell(cell_name(row, n), head, look) for n, head in enumerate(problems.heads))
    return _row(row, cells + hidden.cell(row), HEADER_HEIGHT)


def _line_row(line: Line, styles: StyleBook, hidden: _Hidden, row: int) -> bytes:
    cells = []
    for n, (name, text) in enumerate(zip(column_facts()["names"], line.texts, strict=True)):
        link = ("link",) if name == "cell" and line.place else ()
        look = styles.own(*layers_of(name, line.level), *link)
        cell_xml = _number_cell if name == "number" else _text_cell
        cells.append(cell_xml(cell_name(row, n), text, look))
    return _row(row, b"".join(cells) + hidden.cell(row), height_of_line(line))


def _row(number: int, cells: bytes, height: float = 0) -> bytes:
    height_xml = b' ht="%s" customHeight="1"' % str(height).encode() if height else b""
    return b'<row r="%d"%s>%s</row>' % (number, height_xml, cells)


def _number_cell(name: str, text: str, look: int) -> bytes:
    return b'<c r="%s" s="%d"><v>%s</v></c>' % (name.encode(), look, text.encode())


def _text_cell(name: str, text: str, look: int) -> bytes:
    if not text:
        return b'<c r="%s" s="%d"/>' % (name.encode(), look)
    content = b'<is><t xml:space="preserve">%s</t></is>' % xml_text(text)
    return b'<c r="%s" s="%d" t="inlineStr">%s</c>' % (name.encode(), look, content)


# ---- links


def _links(lines: Sequence[Line], header: int, linked: Collection[str]) -> bytes:
    """Links to cells of the same workbook, and to nothing else."""
    links = []
    most = catalog.words("marked")["most"]["links"]
    for row, line in enumerate(lines[:most], start=header + 1):
        if line.sheet not in linked:
            continue
        column = _LINKED["cell" if line.place else "sheet"]
        target = "'" + line.sheet.replace("'", "''") + "'!" + cell_name(*(line.place or (1, 0)))
        links.append(b"<hyperlink ref=%s location=%s/>" % (xml_value(cell_name(row, column)), xml_value(target)))
    return b"<hyperlinks>" + b"".join(links) + b"</hyperlinks>" if links else b""
