"""One value as what stands behind a cell's style in a sheet: the one place that turns values into XML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from math import isfinite
from typing import Any

from rectify_xl.normal import escaped

_DAY_ZERO = date(1899, 12, 30)
# Before this day Excel's calendar and the real one differ, so an earlier day is written as text.
_FIRST_DAY = date(1900, 3, 1)
# Excel keeps fifteen digits of a number.
_MOST = 10**15
_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_|\A\s|\s\Z")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LOOKS_ESCAPED = re.compile(r"(?=_x[0-9A-Fa-f]{4}_)_")
# A text in a cell, and what stands between texts that are looked at together: no text that is its own XML holds it.
_OPENING, _CLOSING, _BORDER, _APART = ' t="inlineStr"><is><t>', "</t></is></c>", "<", b"\0"
_BLANK = "/>"
# Bytes that a cell has around its text, besides what stands before and after it.
SURROUNDING = len(_OPENING) + len(_CLOSING)


def legal_text(text: str) -> str:
    r"""The text with line ends as \n and whatever XML cannot hold replaced visibly (\x0b)."""
    if text.isprintable():
        return text
    return _ILLEGAL.sub(lambda m: escaped(m[0]), text.replace("\r\n", "\n").replace("\r", "\n"))


def face_of(value: Any) -> str:
    """What follows a cell's address and style. Texts are texts whatever they begin with; dates are serials."""
    return _FACES.get(value.__class__, _other)(value)


def plain_cells(texts: Sequence[str], before: str, after: str) -> list[bytes] | None:
    """`face_of` each of some texts that are their own XML, between what stands before and after all of them.

    None where some text may not be its own XML: all are looked at in one go, which gives None rather too often.
    TypeError where one is no text.
    """
    joined = _BORDER.join(texts)
    if not _is_plain(joined, len(texts)):
        return None
    opening, closing = (before + _OPENING).encode(), (_CLOSING + after).encode()
    cells = joined.encode().replace(_BORDER.encode(), closing + _APART + opening).split(_APART)
    cells[0] = opening + cells[0]
    cells[-1] += closing
    if all(texts):
        return cells
    blank = f"{before}{_BLANK}{after}".encode()
    return [cell if text else blank for text, cell in zip(texts, cells, strict=True)]


def _is_plain(joined: str, count: int) -> bool:
    """Whether each of so many joined texts is its own XML."""
    return (
        joined.isprintable()
        and joined.count(_BORDER) == count - 1
        and not ("&" in joined or ">" in joined or ("_" in joined and "_x" in joined))
        and not (" " in joined and _has_space_at_an_end(joined))
    )


def _has_space_at_an_end(joined: str) -> bool:
    return f"{_BORDER} " in joined or f" {_BORDER}" in joined or joined[0] == " " or joined[-1] == " "


def _blank(value: None) -> str:
    return _BLANK


def _text(value: str) -> str:
    if not value:
        return _BLANK
    if _SPECIAL.search(value) is None:
        return f"{_OPENING}{value}{_CLOSING}"
    text = _LOOKS_ESCAPED.sub("_x005F_", legal_text(value))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f' t="inlineStr"><is><t{space}>{text}{_CLOSING}'


def _number(value: float) -> str:
    return f"><v>{value!r}</v></c>" if isfinite(value) and abs(value) < _MOST else _text(str(value))


def _truth(value: bool) -> str:
    return f' t="b"><v>{int(value)}</v></c>'


def _date(value: date) -> str:
    if value < _FIRST_DAY:
        return _text(value.isoformat())
    return f"><v>{value.toordinal() - _DAY_ZERO.toordinal()}</v></c>"


def _moment(value: datetime) -> str:
    if value.tzinfo is not None or value.date() < _FIRST_DAY:
        return _text(value.isoformat(" "))
    passed = value - datetime(_DAY_ZERO.year, _DAY_ZERO.month, _DAY_ZERO.day)
    return f"><v>{passed.days + passed.seconds / 86400!r}</v></c>"


def _other(value: Any) -> str:
    return _text(str(value))


_FACES: Mapping[type, Callable[[Any], str]] = {
    type(None): _blank,
    str: _text,
    int: _number,
    float: _number,
    bool: _truth,
    date: _date,
    datetime: _moment,
}
