"""A cheap look at a worksheet's bytes: what the fast reader needs of a plain sheet, or that the exact one must read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import chain, islice, pairwise, repeat
from operator import itemgetter, lt
from typing import NamedTuple

from rectify_xl.excel.reading.banding import pieces_in
from rectify_xl.excel.reading.xml_parts import WORTH_KEEPING, is_sound
from rectify_xl.facts import catalog
from rectify_xl.facts.limits import limits
from rectify_xl.layouts.layout import CHECK_TEXT_NAME

LAST_ROW = 1_048_576
# A cell: its address of at most two letters (b"" where it has none, or stands further right), its other attributes, and
# its formula and value where both are written as every program writes them.
_CELL = re.compile(
    rb'<c(?: r="([A-Z]{1,2}[0-9]+)"([^<>]*)>(?:(<f[^<>]*>[^<]*</f>)?(<v>[^<]*</v>|<v ?/>)?</c>)?|[\s>/])'
)
_ATTRIBUTES = re.compile(rb'(?: [\w:.-]+="[^"<>&]*")* ?/?')
_ODD_KIND = rb' t="(?!(?:[bns]|str|inlineStr)")'
_ODD_ATTRIBUTE = re.compile(_ODD_KIND + rb'|hidden="(?:1|true)"| ht="0(?:\.0+)?"')
_ODD_CELL = re.compile(rb"<c(?: [^<>]*)?" + _ODD_KIND)
_ROW = re.compile(rb'<row r="([0-9]{1,7})"([^<>]*)>')
_LETTERS, _DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"
# Markup that the fast reader does not report: error values, days as text, hidden rows, comments, CDATA
# and instructions (it takes what stands before them), blanks around a value.
_ODD_MARKUP = (
    *(b't="e"', b't="d"', b'hidden="1"', b'hidden="true"', b' ht="0', b"!--", b"![", b"?>"),
    *(b"<v> ", b" </v>"),
)
# Attributes and values as no program writes them: what makes a closer look worth while, and what that one looks for.
_ODD_SPACING = {
    b" =": (b" t =", b"hidden ="),
    b"= ": (b" t= ", b"hidden= "),
    b"='": (b" t='", b"hidden='"),
    b"\n": (b"=\n", b"\n=", b"<v>\n", b"\n</v>"),
    b"\r": (b"=\r", b"\r=", b"<v>\r", b"\r</v>"),
    b"\t": (b"=\t", b"\t=", b"<v>\t", b"\t</v>"),
}
_ODD_REFERENCE = re.compile(rb'="&#|<v>[^<]*&#')
# Something behind a cell's value, which may be another one.
_TWO_VALUES = re.compile(rb"</(?:v|is)>[^<]*<(?!/)")
_ODD_TEXT = re.compile(rb't="inlineStr"[^>]*><v')
# The number of a shared text is a few digits; of anything else the fast reader makes the first text.
_ODD_INDEX = re.compile(rb't="s"[^<>]*><v(?!>[0-9]{1,9}</v>)')
# Older releases of the fast reader take any number for a flag that is set, and leave escapes like _x000D_ in a sheet.
_ODD_FLAG = re.compile(rb't="b"[^<>]*>(?:<f[^<>]*>[^<]*</f>)?<v(?!>[01]</v>)')
_ESCAPE = re.compile(rb"_x[0-9A-Fa-f]{4}_")
_LONGEST_INDEX = len(b"<v>999999999</v>")
CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r")
_CONTROL_REFERENCE = re.compile(rb"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));", re.IGNORECASE)
_CHILD_FORMULA = re.compile(rb"<f\b[^>]*/></")
_CHECK_TEXT = CHECK_TEXT_NAME.encode()
_NO_VALUE = (b"</c>", b"<v></v>", b"<v/>", b"<v />")
# Formulas that reach beyond the workbook: web services, links made of text, DDE, other files.
EXTERNAL_LINK = re.compile(rb"WEBSERVICE\(|RTD\(|\|'|\[\d+\]|HYPERLINK\((?:\"|&quot;)[^#]")
_ADDRESS = re.compile(rb'<c (?:[^<>]* )?r="([A-Z]{1,3}[1-9][0-9]{0,6})"')
# Pieces of a large sheet are looked at one by one, so that no list grows with it.
_PIECE = 2_000_000
# The fast reader lays out the whole rectangle: at most so many cells, or so many for each that is there.
_RECTANGLE, _SPARSE = 2_000_000, 8
# A run of closing tags, and a text that is too long, fill every window of these sizes within them.
_WINDOW, _TEXT_WINDOW = 4_096, 40_000
# How far behind a formula its value is looked for, blanks between them.
_VALUE_WITHIN = 80
# No row of a formula alone is longer.
_LONGEST_CHECK_ROW = 400
_BEGIN, _END, _WORKSHEET_END, _CELL_BEGIN = b"<sheetData>", b"</sheetData>", b"</worksheet>", b'<c r="'
PLAIN_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


class Look(NamedTuple):
    """The outcome of a look: `plain` is the sheet for the fast reader, None if it is odd.

    `external_link` is the markup, to just behind its formula, of the first cell that leads out of the book; or b"".
    """

    plain: bytes | None
    external_link: bytes = b""

    @property
    def external_link_cell(self) -> str:
        """The address of the cell with that formula, "" where it has none."""
        match = _ADDRESS.match(self.external_link)
        return match[1].decode() if match else ""


def look_at(data: bytes, after: int = 0) -> Look:
    """Looks over a worksheet in UTF-8 without prefixes; of a plain one its filled rows and merged cells are kept.

    Rows that hold nothing but a formula of our self-check are left out. `data` may be a sheet of rows behind row
    `after` alone.
    """
    begin, end = span(data)
    if begin < 0:
        return Look(None)
    plain_pieces, last, widest, count = [PLAIN_HEAD], after, 1, 0
    external_link = b""
    for piece in pieces_in(data[begin:end], _PIECE):
        rows = _ROW.findall(piece)
        numbers = _numbers(piece, rows, last)
        if numbers is None:
            return Look(None)
        piece = _without_checks(piece)
        cells = _CELL.findall(piece)
        is_usual = _is_usual(piece, rows, cells)
        is_ours_alone = is_usual and all(_CHECK_TEXT in formula for formula in filter(None, map(itemgetter(2), cells)))
        formulas = [] if is_ours_alone else _formulas_in(piece)
        external_link = external_link or next(filter(EXTERNAL_LINK.search, formulas), b"")
        is_plain = _is_plain(piece, formulas, is_usual=is_usual)
        if not is_plain or (width := _width([cell[0] for cell in cells], piece)) is None:
            return Look(None, external_link)
        last, widest, count = numbers[-1], max(widest, width), count + len(cells)
        plain_pieces.append(piece)
    merges = merges_in(data, end)
    if len(merges) > limits().merges and merges.count(b"<mergeCell ") > limits().merges:
        return Look(None, external_link)
    area = (last - after) * widest
    if count > limits().cells or (area > _RECTANGLE and area > _SPARSE * count):
        return Look(None, external_link)
    return Look(b"".join((*plain_pieces, _END, merges, _WORKSHEET_END)), external_link)


def span(data: bytes) -> tuple[int, int]:
    """Where the rows of a worksheet begin and end; -1 for no rows, or no end: the exact reader finds out which.

    The same where the markup around the rows is not sound, or may hold other rows than these.
    """
    begin, end = data.find(_BEGIN), data.rfind(_END)
    if end < begin or begin < 0 or not data.rstrip().endswith(_WORKSHEET_END) or data.find(_BEGIN, begin + 1) >= 0:
        return -1, -1
    begin += len(_BEGIN)
    frame = data[:begin] + data[end:]
    is_frame = _is_frame if len(frame) > WORTH_KEEPING else _is_known_frame
    return (begin, end) if is_frame(frame) else (-1, -1)


def _is_frame(frame: bytes) -> bool:
    is_sure = frame.count(b"sheetData") == 2 and b"<!" not in frame and frame.rfind(b"<?") <= frame.find(b"<")
    return is_sure and is_sound(frame)


_is_known_frame = lru_cache(maxsize=64)(_is_frame)


def _numbers(data: bytes, rows: Sequence[tuple[bytes, bytes]], last: int) -> list[int] | None:
    """The numbers of rows behind the `last`; None where one is missing, no number, repeated or out of order."""
    first = data.find(b"<row ")
    if data[: first if first >= 0 else len(data)].strip():
        return None
    numbers = [last, *map(int, map(itemgetter(0), rows))]
    if len(numbers) - 1 != data.count(b"<row ") or numbers[-1] > LAST_ROW:
        return None
    return numbers if all(map(lt, numbers, islice(numbers, 1, None))) else None


def _without_checks(data: bytes) -> bytes:
    """The rows but those that hold nothing but a formula of our self-check."""
    if _CHECK_TEXT not in data:
        return data
    rows = data.split(b"<row ")
    kept = [row for row in rows if len(row) > _LONGEST_CHECK_ROW or _CHECK_TEXT not in row or row.count(b"<c") != 1]
    return b"<row ".join(kept)


def _is_usual(data: bytes, rows: Sequence[tuple[bytes, ...]], cells: Sequence[tuple[bytes, ...]]) -> bool:
    """Whether rows, cells, formulas and values are written as programs write them, without odd or hidden ones.

    What is looked at are the few different attributes and the values alone: far less than the sheet.
    """
    attributes = {*map(itemgetter(1), rows), *map(itemgetter(1), cells)}
    joined = b"".join(attributes)
    if not all(map(_ATTRIBUTES.fullmatch, attributes)) or _ODD_ATTRIBUTE.search(joined):
        return False
    formulas, values = (list(filter(None, map(itemgetter(place), cells))) for place in (2, 3))
    if data.count(b"<v") != len(values) or data.count(b"<f") != len(formulas):
        return False
    content = b"".join(values).replace(b"<v />", b"")
    if b"&" in content or b">-" in content or len(content.split()) > 1:
        return False
    if (b't="s"' in joined and _has_odd_index(cells, values)) or (b't="b"' in joined and _ODD_FLAG.search(data)):
        return False
    if b"inlineStr" in joined and data.count(b'"inlineStr"') != data.count(b"<is>"):
        return False
    is_marked = b"!" in data and (b"!--" in data or b"![" in data)
    return not (is_marked or (b"?" in data and b"?>" in data) or (b"&" in data and b'="&#' in data))


def _is_plain(data: bytes, formulas: Sequence[bytes], *, is_usual: bool) -> bool:
    """Whether rows hold nothing that the fast reader would misread."""
    is_odd = not is_usual and (
        any(sign in data for sign in _ODD_MARKUP)
        or _is_laid_out_oddly(data)
        or (b"<f " in data and _CHILD_FORMULA.search(data) is not None)
    )
    is_odd = is_odd or (b"_x" in data and _ESCAPE.search(data) is not None)
    return not (is_odd or has_control(data) or is_long_or_deep(data) or any(map(_is_odd, formulas)))


def _is_laid_out_oddly(data: bytes) -> bool:
    """Whether attributes, values or formulas are written as programs do not write them."""
    return (
        (b"&#" in data and _ODD_REFERENCE.search(data) is not None)
        or any(hint in data and any(form in data for form in forms) for hint, forms in _ODD_SPACING.items())
        or (b"<f" in data and (b"<f/>" in data or b"</f " in data))
        or _ODD_CELL.search(data) is not None
        or _TWO_VALUES.search(data) is not None
        or (data.count(b'"inlineStr"') != data.count(b"<is>") and _ODD_TEXT.search(data) is not None)
        or (b't="s"' in data and _ODD_INDEX.search(data) is not None)
        or (b't="b"' in data and _ODD_FLAG.search(data) is not None)
    )


def _has_odd_index(cells: Sequence[tuple[bytes, ...]], values: Sequence[bytes]) -> bool:
    """Whether a cell of a shared text has anything but a few digits as its index."""
    odd = {value for value in set(values) if len(value) > _LONGEST_INDEX or not value[3:-4].isdigit()}
    return bool(odd) and any(cell[3] in odd and b't="s"' in cell[1] for cell in cells)


def merges_in(data: bytes, end: int) -> bytes:
    """The merged cells behind the rows, as they are written."""
    begin = data.find(b"<mergeCells", end)
    stop = data.find(b"</mergeCells>", begin) if begin >= 0 else -1
    return data[begin : stop + len(b"</mergeCells>")] if stop >= 0 else b""


def has_control(data: bytes) -> bool:
    """Whether the bytes of a part hold a control character, plain or as a reference: no XML has any."""
    return len(data.translate(None, CONTROL)) != len(data) or _CONTROL_REFERENCE.search(data) is not None


def _formulas_in(data: bytes) -> list[bytes]:
    """The cells with a formula that is none of our self-check, from their start to what follows the formula."""
    if b"</f>" not in data:
        return []
    formulas = []
    for before, after in pairwise(data.split(b"</f>")):
        if _CHECK_TEXT in before[-80:]:
            continue
        cell = before[before.rfind(b"<c") :]
        if not is_ours(cell):
            formulas.append(cell + b"</f>" + after[:_VALUE_WITHIN].lstrip())
    return formulas


def _is_odd(formula: bytes) -> bool:
    """Whether a formula is a picture in the cell, or was never calculated."""
    after = formula[formula.rfind(b"</f>") + 4 :]
    is_blank = b't="str"' in formula and not after.startswith(_NO_VALUE[0])  # calculated, to a text of no characters
    return b"DISPIMG" in formula or (after.startswith(_NO_VALUE) and not is_blank)


def is_long_or_deep(data: bytes) -> bool:
    """Whether elements may stand very deep inside each other, or a text without any element may be too long."""
    if len(data) > limits().kept_text and any(
        b"<" not in data[at : at + _TEXT_WINDOW] for at in range(0, len(data) - _TEXT_WINDOW, _TEXT_WINDOW)
    ):
        return True
    windows = (data[at : at + _WINDOW] for at in range(0, len(data) - _WINDOW, _WINDOW))
    return any((tags := window.count(b"<")) > limits().depth and tags - window.count(b"</") <= 1 for window in windows)


def _width(addresses: Sequence[bytes], data: bytes) -> int | None:
    """How far right the cells of rows go, in columns; None where one has no address, one twice, or another row's."""
    if not addresses:
        return 1
    if b"" in addresses or len(set(addresses)) != len(addresses):
        return None
    joined = b" ".join(addresses)
    numbers = map(itemgetter(0), _ROW.findall(data))
    counts = (row.count(_CELL_BEGIN) for row in data.split(b"<row ")[1:])
    if joined.translate(None, _LETTERS).split() != [*chain.from_iterable(map(repeat, numbers, counts))]:
        return None
    columns = {letters.decode() for letters in joined.translate(None, _DIGITS).split()}
    if len(columns) > limits().columns:
        return None
    return max(column_index(letters) + 1 for letters in columns)


def is_ours(formula: bytes) -> bool:
    """Whether a formula is one of the self-check: it leads to the helper sheet, by name or by its title."""
    return _CHECK_TEXT in formula or _helper_sheet() in formula


@cache
def _helper_sheet() -> bytes:
    return f"'{catalog.reading().self_check_sheet}'!".encode()


def column_index(letters: str) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
