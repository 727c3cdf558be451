"""The notes of one sheet: sentences of ours added to a clerk's notes or as new ones, and taken out again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rectify_xl import catalog
from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.elements import (
    HEAD,
    Edits,
    Element,
    parse,
    plain_text,
    prefix_of,
    prefixed,
    xml_text,
    xml_value,
)
from rectify_xl.excel.marking.note_text import is_ours_alone, without_ours
from rectify_xl.excel.marking.sheet_scan import Cell, cell_in
from rectify_xl.layout import cell_name

# The sign by which Excel names the author of a note that only stands in for a thread.
_THREAD = "tc="
_LONGEST = 32_000


def bare_notes(space: str) -> bytes:
    """A part without any note."""
    return HEAD + b"<comments xmlns=" + xml_value(space) + b"><authors></authors><commentList></commentList></comments>"


class NotePart:
    """The notes of a sheet by cell."""

    def __init__(self, data: bytes) -> None:
        self._data, self._root = data, parse(data)
        authors, held = self._root.child("authors"), self._root.child("commentList")
        if authors is None or held is None:
            raise CannotPatch("notes")
        self._authors, self._list = authors, held
        self._names = [author.text for author in authors.all("author")]
        self._notes: dict[Cell, Element] = {}
        for note in held.all("comment"):
            cell = cell_in(note.attributes.get("ref", ""))
            if cell:
                self._notes[cell] = note
        self._edits = Edits(data)
        self._author: int | None = None

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._notes)

    def is_thread(self, cell: Cell) -> bool:
        """Whether the note of a cell only stands in for a thread of comments."""
        note = self._notes.get(cell)
        held = note.attributes.get("authorId", "") if note else ""
        author = self._names[int(held)] if held.isdecimal() and int(held) < len(self._names) else ""
        return author.startswith(_THREAD)

    def add(self, cell: Cell, text: str) -> bool:
        """Adds a text to a cell's note, or as its note; whether the note is new."""
        note = self._notes.get(cell)
        pieces = list(_pieces(note)) if note else []
        if note is None:
            self._edits.append(self._list, self._note(cell, text))
        elif not pieces:
            self._edits.replace(note.start, note.end, self._note(cell, text))
        elif len("".join(piece.text for piece in pieces)) + len(text) < _LONGEST:
            self._edits.append(pieces[-1], xml_text(f"\n{text}"))
        return note is None

    def take_ours(self) -> list[Cell]:
        """Takes our sentences out of every note; the cells whose notes are gone with them."""
        gone = []
        for cell, note in self._notes.items():
            pieces = list(_pieces(note))
            left = self._left_of(pieces)
            if left is None:
                continue
            if not is_ours_alone("".join(piece.text for piece in pieces)):
                for piece, xml in zip(pieces, left, strict=True):
                    if self._raw(piece) != xml:
                        self._edits.replace(piece.inner, piece.close, xml)
            else:
                self._edits.remove(note)
                gone.append(cell)
        return gone

    def _left_of(self, pieces: Sequence[Element]) -> list[bytes] | None:
        """What is left of the pieces without our sentences, as XML; None if there are none of ours.

        Where they stand as we wrote them, every other byte stays; some programs write characters as numbers.
        """
        left = without_ours([self._raw(piece).decode() for piece in pieces])
        if left is not None:
            return [text.encode() for text in left]
        left = without_ours([piece.text for piece in pieces])
        return None if left is None else [plain_text(text) for text in left]

    def _raw(self, piece: Element) -> bytes:
        return self._data[piece.inner : piece.close]

    def done(self) -> bytes:
        """The part with the changes made."""
        return self._edits.done()

    def _note(self, cell: Cell, text: str) -> bytes:
        if self._author is None:
            self._author = self._author_of_ours()
        facts, style = catalog.words("marked")["note"], catalog.words("style")
        font = b"<rFont val=" + xml_value(style["fonts"]["body"]) + b"/>"
        size = b"<sz val=" + xml_value(str(facts["size"])) + b"/>"
        look = b"<rPr>" + size + b'<color indexed="81"/>' + font + b'<family val="3"/><charset val="134"/></rPr>'
        held = b'<t xml:space="preserve">' + xml_text(text) + b"</t>"
        about = b" ref=" + xml_value(cell_name(*cell)) + b" authorId=" + xml_value(str(self._author))
        note = b"<comment" + about + b"><text><r>" + look + held + b"</r></text></comment>"
        return prefixed(note, prefix_of(self._data, self._root))

    def _author_of_ours(self) -> int:
        name = catalog.words("marked")["note"]["author"]
        if name in self._names:
            return self._names.index(name)
        xml = b"<author>" + xml_text(name) + b"</author>"
        self._edits.append(self._authors, prefixed(xml, prefix_of(self._data, self._root)))
        return len(self._names)


def _pieces(note: Element) -> Iterator[Element]:
    """The elements that hold a note's text: directly, or run by run; phonetic guides apart."""
    for text in note.all("text"):
        for child in text.children:
            if child.name == "t":
                yield child
            elif child.name == "r":
                yield from child.all("t")
