"""XML parts whose elements know their byte offsets: read by expat, changed by splices, all other bytes unchanged."""

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
# Characters that XML 1.0 cannot hold, and text that Excel would read as one of its own escapes (_x000D_).
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_UTF8_NAMES = ("utf-8", "utf8", "us-ascii", "ascii")
XML_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(slots=True, eq=False)
class Element:
    """One element: its local name and namespace, and the byte offsets of its tag, its content and its end.

    The start tag is [start, inner), the content [inner, close), the end tag [close, end); an element written
    as `<a/>` has close == end. `text` is the character data directly inside.
    """

    name: str
    namespace: str
    attributes: dict[str, str]
    start: int
    inner: int
    close: int = -1
    end: int = -1
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def child(self, name: str) -> Element | None:
        """The first child of that name in the same namespace, or None."""
        return next(self.children_named(name), None)

    def children_named(self, name: str) -> Iterator[Element]:
        """The children of that name in the same namespace."""
        return (e for e in self.children if e.name == name and e.namespace == self.namespace)


# ---- reading


def as_utf8(data: bytes) -> bytes:
    """The part in UTF-8: the very same bytes unless it came in UTF-16; CannotPatch for any other encoding."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise CannotPatch("damaged") from error
        return XML_DECLARATION + re.sub(r"\A<\?xml[^>]*\?>\s*", "", text).encode("utf-8", "surrogatepass")
    declared = _DECLARATION.match(data)
    if declared and declared[1].decode("latin-1").lower() not in _UTF8_NAMES:
        raise CannotPatch("encoding")
    return data


def new_parser() -> expat.XMLParserType:
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
    match = _TAG.match(data, start)
    if match is None:
        raise CannotPatch("damaged")
    return match.end()


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
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        start = self.parser.CurrentByteIndex
        element = Element(name, namespace, attributes, start, tag_end(self.data, start))
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
    match = _NAME.match(data, element.start)
    head, colon, _ = match[1].rpartition(b":") if match else (b"", b"", b"")
    return head + colon


def with_prefix(xml: bytes, prefix: bytes) -> bytes:
    """XML of ours with a namespace prefix on each element; its texts must hold no raw <."""
    return _OUR_TAG.sub(rb"<\1" + prefix.replace(b"\\", rb"\\"), xml) if prefix else xml


def plain_text(text: str) -> bytes:
    """A text that was read from XML, escaped as XML again."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;").encode()


def xml_text(text: str) -> bytes:
    """Any text escaped so that both XML and Excel read it back as that very text."""
    return plain_text(_ESCAPE.sub("_x005F_", _IMPOSSIBLE.sub(lambda m: escaped(m[0]), text)))


def xml_value(text: str) -> bytes:
    """A text as the value of an attribute, in its quotes."""
    return b'"' + xml_text(text).replace(b'"', b"&quot;").replace(b"\n", b"&#10;").replace(b"\t", b"&#9;") + b'"'


def attributes_of(tag: bytes) -> dict[str, str]:
    """The attributes of a tag as they are written, prefixes and entities untouched."""
    return {m[1].decode(): m[2][1:-1].decode() for m in _attributes(tag)}


def _attributes(tag: bytes) -> Iterator[re.Match[bytes]]:
    name = _NAME.match(tag)
    offset = name.end() if name else 0
    while match := _ATTRIBUTE.match(tag, offset):
        yield match
        offset = match.end()


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """A start tag with an attribute set: replaced where it stands, else added as the last."""
    for match in _attributes(tag):
        if match[1] == name.encode():
            return tag[: match.start(2)] + xml_value(value) + tag[match.end(2) :]
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:end].rstrip() + b" " + name.encode() + b"=" + xml_value(value) + tag[end:]


class Edits:
    """Changes to one part, collected first and applied together; all other bytes stay as they are."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._splices: list[tuple[int, int, bytes]] = []
        self._tags: dict[int, tuple[int, bytes]] = {}
        self._appended: dict[int, list[bytes]] = {}

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
        self._appended.setdefault(element.start, []).append(xml)

    def insert(self, offset: int, xml: bytes) -> None:
        """Adds XML at an offset; several insertions at one offset keep their order."""
        self._splices.append((offset, offset, xml))

    def replace(self, start: int, end: int, new: bytes) -> None:
        """Replaces the bytes from `start` to `end` by `new`."""
        self._splices.append((start, end, new))

    def remove(self, element: Element) -> None:
        """Removes an element with its content."""
        self._splices.append((element.start, element.end, b""))

    def to_bytes(self) -> bytes:
        """The part with all changes applied; the same object if there are none. ValueError if two overlap."""
        splices = list(self._splices)
        for start, (end, tag) in self._tags.items():
            appended = self._appended.get(start)
            splices.append((start, end, tag if appended is None else _with_content(tag, b"".join(appended))))
        if not splices:
            return self.data
        pieces, offset = [], 0
        for start, end, new in sorted(splices, key=lambda s: (s[0], s[1])):
            if start < offset:
                raise ValueError("two changes overlap")
            pieces += [self.data[offset:start], new]
            offset = end
        return b"".join([*pieces, self.data[offset:]])


def _with_content(tag: bytes, content: bytes) -> bytes:
    """An element written as the empty tag `<a/>`, with content."""
    match = _NAME.match(tag)
    name = match[1] if match else b""
    return tag[:-2].rstrip() + b">" + content + b"</" + name + b">"
