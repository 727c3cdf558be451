"""A large part cut into bands of whole elements while it is inflated, so that it is never in memory as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rectify_xl.excel.reading.xml_parts import as_utf_8
from rectify_xl.grid import Unreadable

# Parts larger than this are cut, into bands of about that size; no element of one may be larger than `_LONGEST`.
LARGE, BAND, _LONGEST = 16 << 20, 4 << 20, 12 << 20


class Unfit(Exception):
    """A part that cannot be cut, for its encoding, prefixes, comments or a second list in it: it is read as a whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListTags:
    """The list of a part: its name, its opening tag, how an element of it begins, and its closing tag."""

    name: bytes
    begin: re.Pattern[bytes]
    element: bytes
    end: bytes


ROWS = ListTags(name=b"sheetData", begin=re.compile(rb"<sheetData>"), element=b"<row ", end=b"</sheetData>")
TEXTS = ListTags(name=b"sst", begin=re.compile(rb"<sst\b[^<>]*(?<!/)>"), element=b"<si>", end=b"</sst>")


def bands(pieces: Iterator[bytes], part: str, tags: ListTags) -> Iterator[bytes]:
    """A part up to the opening tag of its list, the list in bands, and the part from the closing tag on.

    Raises Unfit.
    """
    buffer = b""
    for piece in pieces:
        buffer += piece
        if (opening := tags.begin.search(buffer)) or len(buffer) > BAND:
            break
    else:
        opening = None
    if opening is None or not _is_plain_utf_8(buffer, part):
        raise Unfit
    _checked(buffer[: opening.start()].removeprefix(b"<?"), tags)
    yield buffer[: opening.end()]
    buffer = buffer[opening.end() :]
    while tags.end not in buffer:
        cut = buffer.rfind(tags.element) if len(buffer) >= BAND else 0
        if cut > 0:
            yield _checked(buffer[:cut], tags)
            buffer = buffer[cut:]
        piece = next(pieces, b"")
        if not piece or len(buffer) > _LONGEST:
            raise Unfit
        buffer += piece
    cut = buffer.index(tags.end)
    yield _checked(buffer[:cut], tags)
    rest = b"".join((buffer[cut:], *pieces))
    if rest.count(tags.end) != 1 or tags.begin.search(rest) or b"<!" in rest:
        raise Unfit
    yield rest


def pieces_in(rows: bytes, size: int) -> Iterator[bytes]:
    """Rows in pieces of about that size, which end between two of them."""
    at = 0
    while len(rows) - at > size and (cut := rows.find(b"<row ", at + size)) >= 0:
        yield rows[at:cut]
        at = cut
    yield rows[at:]


def _is_plain_utf_8(head: bytes, part: str) -> bool:
    try:
        return as_utf_8(head, part) == (head, False)
    except Unreadable:  # reported when the part is read as a whole
        return False


def _checked(band: bytes, tags: ListTags) -> bytes:
    """The band itself; raises Unfit for a comment, CDATA, an instruction or a second list, which could hide a border.

    Single bytes that hardly any band has are looked for first: they are found many times as fast.
    """
    is_marked = (b"!" in band and b"<!" in band) or (b"?" in band and b"<?" in band)
    if is_marked or (tags.name in band and tags.begin.search(band)):
        raise Unfit
    return band
