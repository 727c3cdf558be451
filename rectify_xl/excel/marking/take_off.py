"""Our marks taken off a workbook again, whatever program has saved it since."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rectify_xl import catalog
from rectify_xl.excel.marking.book_part import BookPart, SheetName
from rectify_xl.excel.marking.kept import Kept, kept_in, shared_texts, sign
from rectify_xl.excel.marking.note_part import NotePart
from rectify_xl.excel.marking.parts import Parts
from rectify_xl.excel.marking.shape_part import without_shapes
from rectify_xl.excel.marking.sheet_part import SheetPart
from rectify_xl.excel.marking.style_part import StyleBook, may_hold_marks


def take_off(parts: Parts) -> None:
    """Takes our sheets, fills and notes out of a package."""
    book = BookPart(parts)
    ours = _our_sheets(parts, book)
    _restore_fills(parts, book, next((kept.fills for _, kept in ours), ()))
    for sheet in book.sheets:
        if sheet.part:
            _take_notes(parts, sheet.part)
    if ours:
        book.without([sheet for sheet, _ in ours], ours[0][1].active)


def _our_sheets(parts: Parts, book: BookPart) -> list[tuple[SheetName, Kept]]:
    """The sheets that carry our sign in their first row, with what they keep."""
    known = sign().encode()
    found = [sheet for sheet in book.sheets if known in parts.head(sheet.part)]
    if found:
        return _kept(parts, found, ())
    names = (r.target for r in parts.relations(parts.workbook) if r.kind == "sharedStrings")
    strings = next((parts.read(name) for name in names if parts.archive.find(name)), b"")
    return _kept(parts, book.sheets, shared_texts(strings)) if known in strings else []


def _kept(parts: Parts, sheets: Sequence[SheetName], shared: Sequence[str]) -> list[tuple[SheetName, Kept]]:
    there = ((sheet, parts.read(sheet.part)) for sheet in sheets if parts.archive.find(sheet.part))
    found = ((sheet, kept_in(data, shared)) for sheet, data in there)
    return [(sheet, kept) for sheet, kept in found if kept]


def _restore_fills(parts: Parts, book: BookPart, fills: Sequence[str]) -> None:
    """Gives every cell, row and column that carries a mark its old fill back."""
    name = next((r.target for r in parts.relations(parts.workbook) if r.kind == "styles"), "")
    if not parts.archive.find(name) or not may_hold_marks(parts.read(name)):
        return
    styles = StyleBook(parts.read(name))
    if not styles.ours:
        return
    used = _use_of(styles.ours)
    for sheet in book.sheets:
        if not parts.archive.find(sheet.part) or (not sheet.is_shown and sheet.title in _behind_the_scenes()):
            continue
        data = parts.read(sheet.part)
        if not used.search(data) or b"sheetData" not in data:
            continue
        scanned = SheetPart(data, styles=styles.ours)
        for element, key in scanned.styled:
            scanned.edits.set(element, key, str(styles.restored(int(element.attributes[key]), fills)))
        parts.write(sheet.part, scanned.edits.done())
    parts.write(name, styles.done())


def _behind_the_scenes() -> tuple[str, ...]:
    """The sheets of our templates that nobody fills in: large, hidden, and never marked."""
    facts = catalog.reading()
    return (facts.lists_sheet, facts.self_check_sheet)


def _use_of(styles: Iterable[int]) -> re.Pattern[bytes]:
    """What a sheet holds that uses one of some formats: a quick look before the whole sheet is read."""
    named = "|".join(map(str, styles))
    return re.compile(rf"\bs(?:tyle)?\s*=\s*[\"'](?:{named})[\"']".encode())


def _take_notes(parts: Parts, sheet: str) -> None:
    """Takes our sentences out of a sheet's notes, and the boxes of the notes that were ours alone."""
    relations = parts.relations(sheet)
    for relation in relations:
        if relation.kind != "comments" or not parts.archive.find(relation.target):
            continue
        notes = NotePart(parts.read(relation.target))
        gone = notes.take_ours()
        parts.write(relation.target, notes.done())
        for drawing in relations:
            if gone and drawing.kind == "vmlDrawing" and parts.archive.find(drawing.target):
                parts.write(drawing.target, without_shapes(parts.read(drawing.target), gone))
