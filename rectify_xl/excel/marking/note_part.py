"""The notes of one sheet: sentences of ours added to a clerk's notes or as new ones, and taken out again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.elements import (
    XML_DECLARATION,
    Edits,
    Element,
    parse,
    plain_text,
    prefix_of,
    with_prefix,
    xml_text,
    xml_value,
)
from rectify_xl.excel.marking.note_text import has_only_ours, without_ours
from rectify_xl.excel.marking.sheet_scan import Cell, cell_in
from rectify_xl.facts import catalog
from rectify_xl.layouts.layout import cell_name

# How Excel begins the author's name of a note that is only the placeholder of a threaded comment.
_THREAD = "tc="
_LONGEST_NOTE = 32_000


def bare_notes(namespace: str) -> bytes:
    """A part without any note."""
    lists = b"<authors></authors><commentList></commentList>"
    return XML_DECLARATION + b"<comments xmlns=" + xml_value(namespace) + b">" + lists + b"</comments>"


class NotePart:
    """The notes of a sheet by cell."""

    def __init__(self, data: bytes) -> None:
        self._data, self._root = data, parse(data)
        authors, notes = self._root.child("authors"), self._root.child("commentList")
        if authors is None or notes is None:
            raise CannotPatch("notes")
        self._authors, self._list = authors, notes
        self._names = [author.text for author in authors.children_named("author")]
        self._notes: dict[Cell, Element] = {}
        for note in notes.children_named("comment"):
            cell = cell_in(note.attributes.get("ref", ""))
            if cell:
                self._notes[cell] = note
        self._edits = Edits(data)
        self._author_id: int | None = None

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._notes)

    def is_thread(self, cell: Cell) -> bool:
        """Whether the note of a cell is only the placeholder of a threaded comment."""
        note = self._notes.get(cell)
        number = note.attributes.get("authorId", "") if note else ""
        author = self._names[int(number)] if number.isdecimal() and int(number) < len(self._names) else ""
        return author.startswith(_THREAD)

    def add(self, cell: Cell, text: str) -> bool:
        """Adds a text to a cell's note, or as its note; whether the note is new."""
        note = self._notes.get(cell)
        pieces = list(_pieces(note)) if note else []
        if note is None:
            self._edits.append(self._list, self._note_xml(cell, text))
        elif not pieces:
            self._edits.replace(note.start, note.end, self._note_xml(cell, text))
        elif len("".join(piece.text for piece in pieces)) + len(text) < _LONGEST_NOTE:
            self._edits.append(pieces[-1], xml_text(f"\n{text}"))
        return note is None

    def remove_ours(self) -> list[Cell]:
        """Removes our sentences from every note; the cells whose whole note is removed."""
        removed = []
        for cell, note in self._notes.items():
            pieces = list(_pieces(note))
            clerks = self._clerks_pieces(pieces)
            if clerks is None:
                continue
            if not has_only_ours("".join(piece.text for piece in pieces)):
                for piece, xml in zip(pieces, clerks, strict=True):
                    if self._raw_content(piece) != xml:
                        self._edits.replace(piece.inner, piece.close, xml)
            else:
                self._edits.remove(note)
                removed.append(cell)
        return removed

    def _clerks_pieces(self, pieces: Sequence[Element]) -> list[bytes] | None:
        """The pieces without our sentences, as XML; None if none of ours is in them.

        If they are written as we wrote them, every other byte stays; some programs write characters as numbers.
        """
        left = without_ours([self._raw_content(piece).decode() for piece in pieces])
        if left is not None:
            return [text.encode() for text in left]
        left = without_ours([piece.text for piece in pieces])
        return None if left is None else [plain_text(text) for text in left]

    def _raw_content(self, piece: Element) -> bytes:
        return self._data[piece.inner : piece.close]

    def to_bytes(self) -> bytes:
        """The part with the changes made."""
        return self._edits.to_bytes()

    def _note_xml(self, cell: Cell, text: str) -> bytes:
        if self._author_id is None:
            self._author_id = self._our_author_id()
        facts, style = catalog.words("marked")["note"], catalog.words("style")
        font = b"<rFont val=" + xml_value(style["fonts"]["body"]) + b"/>"
        size = b"<sz val=" + xml_value(str(facts["size"])) + b"/>"
        look = b"<rPr>" + size + b'<color indexed="81"/>' + font + b'<family val="3"/><charset val="134"/></rPr>'
        content = b'<t xml:space="preserve">' + xml_text(text) + b"</t>"
        attributes = b" ref=" + xml_value(cell_name(*cell)) + b" authorId=" + xml_value(str(self._author_id))
        note = b"<comment" + attributes + b"><text><r>" + look + content + b"</r></text></comment>"
        return with_prefix(note, prefix_of(self._data, self._root))

    def _our_author_id(self) -> int:
        name = catalog.words("marked")["note"]["author"]
        if name in self._names:
            return self._names.index(name)
        xml = b"<author>" + xml_text(name) + b"</author>"
        self._edits.append(self._authors, with_prefix(xml, prefix_of(self._data, self._root)))
        return len(self._names)


def _pieces(note: Element) -> Iterator[Element]:
    """The elements that hold a note's text: directly, or run by run; phonetic guides apart."""
    for text in note.children_named("text"):
        for child in text.children:
            if child.name == "t":
                yield child
            elif child.name == "r":
                yield from child.children_named("t")
