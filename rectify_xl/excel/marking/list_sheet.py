"""Our own sheet in a clerk's workbook: the list of problems as the XML of a sheet, and what it keeps for later.

Every text is an inline string, every link leads to a cell of the same workbook: nothing in it can act.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rectify_xl import catalog
from rectify_xl.excel.marking.elements import HEAD, xml_text, xml_value
from rectify_xl.excel.marking.kept import Kept
from rectify_xl.excel.marking.list_look import HEADER_HEIGHT, facts, height_of_line, layers_of, top_of
from rectify_xl.excel.marking.problems import Line, Problems
from rectify_xl.excel.marking.style_part import StyleBook
from rectify_xl.layout import cell_name, column_letter

_LINKED = {"cell": 4, "sheet": 3}
# Rows above the table that may stay on the screen when it is scrolled.
_MOST_FROZEN = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Where the list is put: the sheets its links may lead to, how many windows show it, the main namespace."""

    linked: Collection[str]
    windows: int
    space: str


def list_sheet(told: Problems, kept: Kept, styles: StyleBook, setting: Setting) -> bytes:
    """The XML of our sheet."""
    width = len(facts()["widths"])
    hidden = _Hidden(kept.texts(), width)
    top = 1 + len(told.notes)
    header = top + 1
    held = [*_top_rows(told, styles, hidden), _header_row(told, styles, hidden, header)]
    held += [_line_row(line, styles, hidden, header + n) for n, line in enumerate(told.lines, start=1)]
    held += hidden.rest(header + len(told.lines) + 1)
    last = column_letter(width - 1)
    merges = b"".join(b'<mergeCell ref="A%d:%s%d"/>' % (row, last.encode(), row) for row in range(1, top + 1))
    return b"".join(
        [
            HEAD,
            b"<worksheet xmlns=" + xml_value(setting.space) + b">",
            b'<sheetPr><tabColor rgb=%s/><pageSetUpPr fitToPage="1"/></sheetPr>' % xml_value(_tab_colour()),
            _views(header, setting.windows),
            b'<sheetFormatPr defaultRowHeight="15"/>',
            _columns(facts()["widths"]),
            b"<sheetData>",
            *held,
            b"</sheetData>",
            b'<mergeCells count="%d">' % top + merges + b"</mergeCells>",
            _links(told.lines, header, setting.linked),
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


def _top_rows(told: Problems, styles: StyleBook, hidden: _Hidden) -> Iterator[bytes]:
    for row, top in enumerate(top_of(told), start=1):
        yield _row(row, _text_cell(f"A{row}", top.text, styles.own(*top.layers)) + hidden.cell(row), top.height)


def _header_row(told: Problems, styles: StyleBook, hidden: _Hidden, row: int) -> bytes:
    look = styles.own("header")
    cells = b"".join(_text_cell(cell_name(row, n), head, look) for n, head in enumerate(told.heads))
    return _row(row, cells + hidden.cell(row), HEADER_HEIGHT)


def _line_row(line: Line, styles: StyleBook, hidden: _Hidden, row: int) -> bytes:
    cells = []
    for n, (name, text) in enumerate(zip(facts()["names"], line.texts, strict=True)):
        link = ("link",) if name == "cell" and line.place else ()
        look = styles.own(*layers_of(name, line.level), *link)
        make = _number_cell if name == "number" else _text_cell
        cells.append(make(cell_name(row, n), text, look))
    return _row(row, b"".join(cells) + hidden.cell(row), height_of_line(line))


def _row(number: int, cells: bytes, height: float = 0) -> bytes:
    tall = b' ht="%s" customHeight="1"' % str(height).encode() if height else b""
    return b'<row r="%d"%s>%s</row>' % (number, tall, cells)


def _number_cell(name: str, text: str, look: int) -> bytes:
    return b'<c r="%s" s="%d"><v>%s</v></c>' % (name.encode(), look, text.encode())


def _text_cell(name: str, text: str, look: int) -> bytes:
    if not text:
        return b'<c r="%s" s="%d"/>' % (name.encode(), look)
    held = b'<is><t xml:space="preserve">%s</t></is>' % xml_text(text)
    return b'<c r="%s" s="%d" t="inlineStr">%s</c>' % (name.encode(), look, held)


# ---- links


def _links(lines: Sequence[Line], header: int, linked: Collection[str]) -> bytes:
    """Links to cells of the same workbook, and to nothing else."""
    made = []
    most = catalog.words("marked")["most"]["links"]
    for row, line in enumerate(lines[:most], start=header + 1):
        if line.sheet not in linked:
            continue
        column = _LINKED["cell" if line.place else "sheet"]
        quoted = "'" + line.sheet.replace("'", "''") + "'!" + cell_name(*(line.place or (1, 0)))
        made.append(b"<hyperlink ref=%s location=%s/>" % (xml_value(cell_name(row, column)), xml_value(quoted)))
    return b"<hyperlinks>" + b"".join(made) + b"</hyperlinks>" if made else b""
