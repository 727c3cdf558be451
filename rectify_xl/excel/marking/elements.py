"""XML parts with the places of their bytes: read by expat, changed by splices, every other byte left as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.normal import escaped

_TAG = re.compile(rb"<[^\"'>]*(?:(?:\"[^\"]*\"|'[^']*')[^\"'>]*)*>")
_NAME = re.compile(rb"<([^\s/>]+)")
_ATTRIBUTE = re.compile(rb"\s+([^\s=<>/\"']+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_DECLARATION = re.compile(rb"\A(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)[\"'][^>]*\?>")
_OUR_TAG = re.compile(rb"<(/?)(?=\w)")
# What XML 1.0 cannot hold, and what Excel would take for one of its own escapes.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_UTF8_NAMES = ("utf-8", "utf8", "us-ascii", "ascii")
HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(slots=True, eq=False)
class Element:
    """One element: its local name and namespace, and where its tag, its content and its end stand.

    The start tag is [start, inner), the content [inner, close), the end tag [close, end); an element written
    as `<a/>` has close == end. `text` is the character data directly inside.
    """

    name: str
    space: str
    attributes: dict[str, str]
    start: int
    inner: int
    close: int = -1
    end: int = -1
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def child(self, name: str) -> Element | None:
        """The first child of that name in the same namespace, or None."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[Element]:
        """The children of that name in the same namespace."""
        return (e for e in self.children if e.name == name and e.space == self.space)


# ---- reading


def as_utf8(data: bytes) -> bytes:
    """The part in UTF-8: the very same bytes unless it came in UTF-16; CannotPatch for any other encoding."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise CannotPatch("damaged") from error
        return HEAD + re.sub(r"\A<\?xml[^>]*\?>\s*", "", text).encode("utf-8", "surrogatepass")
    declared = _DECLARATION.match(data)
    if declared and declared[1].decode("latin-1").lower() not in _UTF8_NAMES:
        raise CannotPatch("encoding")
    return data


def parser_for() -> expat.XMLParserType:
    """An expat parser that names elements "namespace name" and refuses a document type."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise CannotPatch("damaged")


def run(parser: expat.XMLParserType, data: bytes, *, is_whole: bool = True) -> None:
    """Parses a part, or the beginning of one; CannotPatch("damaged") where it is not well-formed."""
    try:
        parser.Parse(data, is_whole)
    except (expat.ExpatError, ValueError) as error:
        raise CannotPatch("damaged") from error


def tag_end(data: bytes, start: int) -> int:
    """Where the tag that begins at `start` ends."""
    found = _TAG.match(data, start)
    if found is None:
        raise CannotPatch("damaged")
    return found.end()


def parse(data: bytes) -> Element:
    """The root of a part with everything below it."""
    builder = _Builder(data)
    run(builder.parser, data)
    return builder.root.children[0]


class _Builder:
    """The expat handlers that build the tree."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.root = Element("", "", {}, 0, 0)
        self.open = [self.root]
        self.parser = parser_for()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        at = self.parser.CurrentByteIndex
        element = Element(name, space, attributes, at, tag_end(self.data, at))
        self.open[-1].children.append(element)
        self.open.append(element)

    def _end(self, tag: str) -> None:
        element = self.open.pop()
        element.close = self.parser.CurrentByteIndex
        is_empty = element.close == element.inner and self.data[element.inner - 2 : element.inner] == b"/>"
        element.end = element.close if is_empty else tag_end(self.data, element.close)

    def _text(self, text: str) -> None:
        self.open[-1].text += text


# ---- writing


def prefix_of(data: bytes, element: Element) -> bytes:
    """The namespace prefix of an element as it is written, with its colon; b"" if it has none."""
    found = _NAME.match(data, element.start)
    head, colon, _ = found[1].rpartition(b":") if found else (b"", b"", b"")
    return head + colon


def prefixed(xml: bytes, prefix: bytes) -> bytes:
    """XML of ours with a prefix to each of its elements; its texts hold no < of their own."""
    return _OUR_TAG.sub(rb"<\1" + prefix.replace(b"\\", rb"\\"), xml) if prefix else xml


def plain_text(text: str) -> bytes:
    """A text that was read from XML, as XML again."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;").encode()


def xml_text(text: str) -> bytes:
    """A text of ours as XML holds it and Excel reads it: inert, whatever is in it."""
    return plain_text(_ESCAPE.sub("_x005F_", _IMPOSSIBLE.sub(lambda m: escaped(m[0]), text)))


def xml_value(text: str) -> bytes:
    """A text as the value of an attribute, in its quotes."""
    return b'"' + xml_text(text).replace(b'"', b"&quot;").replace(b"\n", b"&#10;").replace(b"\t", b"&#9;") + b'"'


def attributes_of(tag: bytes) -> dict[str, str]:
    """The attributes of a tag as they are written, prefixes and entities untouched."""
    return {m[1].decode(): m[2][1:-1].decode() for m in _attributes(tag)}


def _attributes(tag: bytes) -> Iterator[re.Match[bytes]]:
    named = _NAME.match(tag)
    at = named.end() if named else 0
    while found := _ATTRIBUTE.match(tag, at):
        yield found
        at = found.end()


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """A start tag with an attribute set, in its place if it is there, else as the last."""
    for found in _attributes(tag):
        if found[1] == name.encode():
            return tag[: found.start(2)] + xml_value(value) + tag[found.end(2) :]
    at = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:at].rstrip() + b" " + name.encode() + b"=" + xml_value(value) + tag[at:]


class Edits:
    """Changes to one part, gathered first and made together; what they do not name keeps its bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._splices: list[tuple[int, int, bytes]] = []
        self._tags: dict[int, tuple[int, bytes]] = {}
        self._filled: dict[int, list[bytes]] = {}

    def set(self, element: Element, name: str, value: str) -> None:
        """Sets an attribute of an element."""
        tag = self._tags.get(element.start, (0, self.data[element.start : element.inner]))[1]
        self._tags[element.start] = (element.inner, with_attribute(tag, name, value))

    def append(self, element: Element, xml: bytes) -> None:
        """Adds XML as the last thing inside an element."""
        if element.close != element.end:
            self.insert(element.close, xml)
            return
        self._tags.setdefault(element.start, (element.inner, self.data[element.start : element.inner]))
        self._filled.setdefault(element.start, []).append(xml)

    def insert(self, at: int, xml: bytes) -> None:
        """Adds XML at a place; several at one place stand in the order of their coming."""
        self._splices.append((at, at, xml))

    def replace(self, start: int, end: int, new: bytes) -> None:
        """Puts `new` for the bytes from `start` to `end`."""
        self._splices.append((start, end, new))

    def remove(self, element: Element) -> None:
        """Takes an element out with all that is in it."""
        self._splices.append((element.start, element.end, b""))

    def done(self) -> bytes:
        """The part with all changes made; the same object if there are none. ValueError if two overlap."""
        splices = list(self._splices)
        for start, (end, tag) in self._tags.items():
            inside = self._filled.get(start)
            splices.append((start, end, tag if inside is None else _opened(tag, b"".join(inside))))
        if not splices:
            return self.data
        made, at = [], 0
        for start, end, new in sorted(splices, key=lambda s: (s[0], s[1])):
            if start < at:
                raise ValueError("two changes overlap")
            made += [self.data[at:start], new]
            at = end
        return b"".join([*made, self.data[at:]])


def _opened(tag: bytes, inside: bytes) -> bytes:
    """An element that was empty, `<a/>`, with something in it."""
    named = _NAME.match(tag)
    name = named[1] if named else b""
    return tag[:-2].rstrip() + b">" + inside + b"</" + name + b">"
