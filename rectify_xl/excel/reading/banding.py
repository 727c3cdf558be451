"""A large part cut into bands of whole elements while it is inflated, so that it never stands in memory as a whole."""

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
class Listed:
    """Where the list of a part begins, and its name; how an element of it begins, and how the list ends."""

    name: bytes
    begin: re.Pattern[bytes]
    element: bytes
    end: bytes


ROWS = Listed(name=b"sheetData", begin=re.compile(rb"<sheetData>"), element=b"<row ", end=b"</sheetData>")
TEXTS = Listed(name=b"sst", begin=re.compile(rb"<sst\b[^<>]*(?<!/)>"), element=b"<si>", end=b"</sst>")


def bands(pieces: Iterator[bytes], part: str, listed: Listed) -> Iterator[bytes]:
    """What stands before a part's list and begins it, the list in bands, and what stands behind from its end on.

    Raises Unfit.
    """
    held = b""
    for piece in pieces:
        held += piece
        if (found := listed.begin.search(held)) or len(held) > BAND:
            break
    else:
        found = None
    if found is None or not _is_plain_utf_8(held, part):
        raise Unfit
    _sure(held[: found.start()].removeprefix(b"<?"), listed)
    yield held[: found.end()]
    held = held[found.end() :]
    while listed.end not in held:
        cut = held.rfind(listed.element) if len(held) >= BAND else 0
        if cut > 0:
            yield _sure(held[:cut], listed)
            held = held[cut:]
        piece = next(pieces, b"")
        if not piece or len(held) > _LONGEST:
            raise Unfit
        held += piece
    cut = held.index(listed.end)
    yield _sure(held[:cut], listed)
    rest = b"".join((held[cut:], *pieces))
    if rest.count(listed.end) != 1 or listed.begin.search(rest) or b"<!" in rest:
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
    except Unreadable:  # told when the part is read as a whole
        return False


def _sure(band: bytes, listed: Listed) -> bytes:
    """A band in which nothing can hide a border: no comment, CDATA or instruction, no second list.

    Signs that hardly any band has are looked for first: they are found many times as fast.
    """
    is_marked = (b"!" in band and b"<!" in band) or (b"?" in band and b"<?" in band)
    if is_marked or (listed.name in band and listed.begin.search(band)):
        raise Unfit
    return band
