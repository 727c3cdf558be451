"""The XML of a package's parts: guarded parsing, and text that every reader understands alike."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NoReturn
from xml.parsers import expat

from rectify_xl.facts.limits import limits
from rectify_xl.grid import Unreadable
from rectify_xl.zips.zipped import damaged

Attributes = Mapping[str, str]
Element = tuple[str, dict[str, str]]
# Parts up to so many bytes are kept as they were understood.
WORTH_KEEPING = 100_000
# What may stand before the root element: never a document type. Nothing is tried twice, however much stands there.
_HEAD = re.compile(
    rb"\s*+(?:<\?xml\s[^>]{0,999}?(?:encoding\s*=\s*[\"']([\w.-]+)[\"'][^>]{0,999}?)?\?>)?"
    rb"(?:\s++|<!--(?:[^-]|-[^-])*+-->|<\?(?!xml\s)[^>]*\?>)*+<(\w[\w.-]*:)?\w"
)
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s++|<!--.*?-->|<\?.*?\?>)*+(<[^!?\0])?", re.DOTALL)
_DOCUMENT_TYPE = b"<!DOCTYPE"
_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>")
_BYTE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<")
_UTF_8 = (b"", b"utf-8", b"utf8", b"us-ascii", b"ascii")


def as_utf_8(data: bytes, part: str) -> tuple[bytes, bool]:
    """A part in UTF-8, and whether its elements are prefixed; raises Unreadable(damaged) for a DTD and for GBK."""
    if data.startswith(_BYTE_MARKS):
        data = _without_declaration(data, _utf_16(data), part)
    head = _HEAD.match(data, 3 if data.startswith(codecs.BOM_UTF8) else 0)
    if head is None:
        damaged(part)
    encoding = (head[1] or b"").lower()
    if b"ascii" in encoding and not data.isascii():
        damaged(part)
    if encoding == b"iso-8859-1":
        data = _without_declaration(data, "latin-1", part)
    elif encoding not in _UTF_8:
        damaged(part)
    return data, head[2] is not None


def has_document_type(beginning: bytes) -> bool | None:
    """Whether a part that begins so has a document type; None where its root element must lie further on."""
    if (prolog := _PROLOG.match(beginning)) and prolog[1]:
        return False
    if beginning.startswith(_BYTE_MARKS):
        return has_document_type(beginning.decode(_utf_16(beginning), "ignore").encode())
    rest = beginning[prolog.end() if prolog else 0 :][: len(_DOCUMENT_TYPE)]
    if rest == _DOCUMENT_TYPE:
        return True
    return None if rest.startswith((b"<!--", b"<?")) or _DOCUMENT_TYPE.startswith(rest) else False


def _utf_16(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-16-le" if data.startswith(b"<") else "utf-16-be"


def _without_declaration(data: bytes, encoding: str, part: str) -> bytes:
    try:
        return _DECLARATION.sub("", data.decode(encoding)).encode()
    except UnicodeError:
        damaged(part)


class Handlers:
    """What a pass over a part does at its elements; `local` names come without prefix, attributes as written."""

    def start(self, local: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, local: str) -> None:
        """An element ends."""

    def data(self, text: str) -> None:
        """Text between elements, in one piece or several."""


def parse(data: bytes, part: str, handlers: Handlers) -> None:
    """One guarded pass over a part.

    Raises Unreadable: damaged (not well-formed, a document type), limit-depth.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = _guarded(handlers, part)
    parser.CharacterDataHandler = handlers.data
    parser.StartDoctypeDeclHandler = _refuse(part)
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unreadable("damaged", "part", part=part) from error


def is_sound(data: bytes) -> bool:
    """Whether some XML is well-formed, without a document type, and not too deep."""
    try:
        parse(data, "", Handlers())
    except Unreadable:
        return False
    return True


class Soundness:
    """Whether a part is well-formed and has no document type, as it is handed over from its beginning on.

    Between two tags, where no comment, CDATA or instruction is open, whole elements that are known to be well-formed
    may be left out: the part is as sound as what is left of it.
    """

    def __init__(self, part: str) -> None:
        self._part, self._parser = part, expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = _refuse(part)

    def add(self, data: bytes, *, is_last: bool = False) -> None:
        """Looks at more of it; raises Unreadable(damaged) where that shows that it is not sound."""
        try:
            self._parser.Parse(data, is_last)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise Unreadable("damaged", "part", part=self._part) from error


def check(data: bytes, part: str) -> None:
    """Raises Unreadable(damaged) where a part is not well-formed or has a document type; nothing of it is returned."""
    Soundness(part).add(data, is_last=True)


def _guarded(handlers: Handlers, part: str) -> tuple[Callable[[str, Attributes], None], Callable[[str], None]]:
    """The handlers of start and end, counting how deep the elements stand."""
    depth, most = 0, limits().depth

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > most:
            raise Unreadable("limit-depth", part=part, limit=most)
        handlers.start(tag.rpartition(":")[2], attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        handlers.end(tag.rpartition(":")[2])

    return start, end


def _refuse(part: str) -> Callable[..., NoReturn]:
    def refuse(*declaration: Any) -> NoReturn:
        damaged(part)

    return refuse


class _Elements(Handlers):
    def __init__(self, wanted: frozenset[str]) -> None:
        self.wanted = wanted
        self.found: list[Element] = []

    def start(self, local: str, attributes: Attributes) -> None:
        if local in self.wanted:
            self.found.append((local, {name.rpartition(":")[2]: value for name, value in attributes.items()}))


def elements(data: bytes, part: str, wanted: frozenset[str]) -> tuple[Element, ...]:
    """The wanted elements of a part in order: local names, attributes without their prefixes; () of nothing.

    Small parts are cached by content: returns of one template share most of theirs.
    """
    return _cached_elements(data, part, wanted) if len(data) <= WORTH_KEEPING else _elements(data, part, wanted)


def _elements(data: bytes, part: str, wanted: frozenset[str]) -> tuple[Element, ...]:
    if not data:
        return ()
    handlers = _Elements(wanted)
    parse(data, part, handlers)
    return tuple(handlers.found)


_cached_elements = lru_cache(maxsize=64)(_elements)
