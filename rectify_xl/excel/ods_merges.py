"""The merged cells of an OpenDocument workbook, which calamine does not tell."""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from rectify_xl.grid import Unreadable

CONTENT = "content.xml"
# A content part without it has no cell merged over several rows.
_SIGN = b"number-rows-spanned="
_TABLE, _ROW = "table:table", "table:table-row"
_CELLS = ("table:table-cell", "table:covered-table-cell")

# (first row from 1, first column from 0, last row, last column), as Grid has them.
Merge = tuple[int, int, int, int]


class _Pass:
    """The expat handlers of one pass over the content: where the next cell stands, and what was merged so far."""

    def __init__(self) -> None:
        self.merges: dict[str, list[Merge]] = {}
        self.title, self.row, self.next_row, self.column = "", 0, 1, 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _TABLE:
            self.title, self.next_row = attributes.get("table:name", ""), 1
        elif tag == _ROW:
            self.row, self.column = self.next_row, 0
            self.next_row += int(attributes.get("table:number-rows-repeated", 1))
        elif tag in _CELLS:
            rows = int(attributes.get("table:number-rows-spanned", 1))
            if rows > 1:
                last = self.column + int(attributes.get("table:number-columns-spanned", 1)) - 1
                self.merges.setdefault(self.title, []).append((self.row, self.column, self.row + rows - 1, last))
            self.column += int(attributes.get("table:number-columns-repeated", 1))


def ods_merges(content: bytes) -> dict[str, list[Merge]]:
    """The cells merged over several rows by the title of their sheet; raises Unreadable(damaged)."""
    if _SIGN not in content:
        return {}
    handlers = _Pass()
    parser = expat.ParserCreate()
    parser.StartElementHandler = handlers.start
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError) as error:
        raise Unreadable("damaged", "part", part=CONTENT) from error
    return handlers.merges


def _refuse(*declaration: object) -> NoReturn:
    raise Unreadable("damaged", "part", part=CONTENT)
