"""What unmarking needs, kept in a hidden column of our own sheet; the column begins with the sign of our sheets."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from rectify_xl.excel.marking.elements import Element, new_parser, parse, run
from rectify_xl.excel.marking.sheet_scan import cell_in
from rectify_xl.facts import catalog

# More rows than there can be fills.
_MOST_ROWS = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """The sheet that was opened first, and the fills under marks."""

    active: str = ""
    fills: tuple[str, ...] = ()

    def texts(self) -> list[str]:
        """The texts of the hidden column from the first row on; the first is the sign of our sheet."""
        return [sign(), self.active, *self.fills]


def sign() -> str:
    """The text by which our sheet is recognised."""
    text: str = catalog.words("marked")["sign"]
    return text


def shared_texts(data: bytes) -> list[str]:
    """The texts of the part of shared strings, by number."""
    return ["".join(_text_of(item)) for item in parse(data).children_named("si")]


def _text_of(item: Element) -> list[str]:
    """The texts of one string, directly or run by run; phonetic guides apart."""
    runs = [child for child in item.children if child.name == "r"]
    return [text.text for holder in (item, *runs) for text in holder.children_named("t")]


def kept_in(data: bytes, shared: Sequence[str]) -> Kept | None:
    """What a sheet of ours keeps; None if the sheet is not ours, which its first row decides."""
    scan = _Scan(shared)
    with suppress(_StopParsing):
        run(scan.parser, data)
    if scan.column is None:
        return None
    last = max(scan.texts)
    texts = [scan.texts.get(row, "") for row in range(1, min(last, _MOST_ROWS) + 1)]
    return Kept(active=texts[1] if len(texts) > 1 else "", fills=tuple(texts[2:]))


class _StopParsing(Exception):
    """Ends a parse whose reader has seen what it came for."""


class _Scan:
    """The expat handlers that look for the sign in the first row, then read its column."""

    def __init__(self, shared: Sequence[str]) -> None:
        self.column: int | None = None
        self.texts: dict[int, str] = {}
        self._shared, self._sign = shared, sign()
        self._row, self._column_at, self._type, self._text, self._is_in_text = 0, -1, "", "", False
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._add

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column_at = -1
            if (self._row > 1 and self.column is None) or self._row > _MOST_ROWS:
                raise _StopParsing
        elif name == "c":
            place = cell_in(attributes.get("r", ""))
            self._column_at = place[1] if place else self._column_at + 1
            self._type, self._text = attributes.get("t", ""), ""
        elif name in ("v", "t"):
            self._is_in_text = True

    def _add(self, text: str) -> None:
        if self._is_in_text:
            self._text += text

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name in ("v", "t"):
            self._is_in_text = False
        elif name == "c":
            self._keep(self._whole_text())

    def _whole_text(self) -> str:
        if self._type != "s":
            return self._text
        place = int(self._text or -1)
        return self._shared[place] if 0 <= place < len(self._shared) else ""

    def _keep(self, text: str) -> None:
        if self.column is None and text == self._sign:
            self.column = self._column_at
        if self._column_at == self.column:
            self.texts[self._row] = text
