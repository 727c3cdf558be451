"""Our marks taken off a workbook again, whichever program has saved it since."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rectify_xl.excel.marking.book_part import BookPart, SheetName
from rectify_xl.excel.marking.kept import Kept, kept_in, shared_texts, sign
from rectify_xl.excel.marking.note_part import NotePart
from rectify_xl.excel.marking.parts import Parts
from rectify_xl.excel.marking.shape_part import without_shapes
from rectify_xl.excel.marking.sheet_part import SheetPart
from rectify_xl.excel.marking.style_part import StyleBook, may_hold_marks
from rectify_xl.facts import catalog


def take_off(parts: Parts) -> None:
    """Removes our sheets, fills and notes from a package."""
    book = BookPart(parts)
    ours = _our_sheets(parts, book)
    _restore_fills(parts, book, next((kept.fills for _, kept in ours), ()))
    for sheet in book.sheets:
        if sheet.part:
            _remove_notes(parts, sheet.part)
    if ours:
        book.remove_sheets([sheet for sheet, _ in ours], ours[0][1].active)


def _our_sheets(parts: Parts, book: BookPart) -> list[tuple[SheetName, Kept]]:
    """The sheets that carry our sign in their first row, with the contents of their hidden column."""
    our_sign = sign().encode()
    signed = [sheet for sheet in book.sheets if our_sign in parts.head(sheet.part)]
    if signed:
        return _read_kept(parts, signed, ())
    names = (r.target for r in parts.relations(parts.workbook) if r.kind == "sharedStrings")
    strings = next((parts.read(name) for name in names if parts.archive.find(name)), b"")
    return _read_kept(parts, book.sheets, shared_texts(strings)) if our_sign in strings else []


def _read_kept(parts: Parts, sheets: Sequence[SheetName], shared: Sequence[str]) -> list[tuple[SheetName, Kept]]:
    existing = [sheet for sheet in sheets if parts.archive.find(sheet.part)]
    read = ((sheet, kept_in(parts.read(sheet.part), shared)) for sheet in existing)
    return [(sheet, kept) for sheet, kept in read if kept]


def _restore_fills(parts: Parts, book: BookPart, fills: Sequence[str]) -> None:
    """Gives every cell, row and column that carries a mark its old fill back."""
    name = next((r.target for r in parts.relations(parts.workbook) if r.kind == "styles"), "")
    if not parts.archive.find(name) or not may_hold_marks(parts.read(name)):
        return
    styles = StyleBook(parts.read(name))
    if not styles.fill_numbers:
        return
    use = _use_of(styles.fill_numbers)
    for sheet in book.sheets:
        if not parts.archive.find(sheet.part) or (not sheet.is_shown and sheet.title in _hidden_template_sheets()):
            continue
        data = parts.read(sheet.part)
        if not use.search(data) or b"sheetData" not in data:
            continue
        sheet_part = SheetPart(data, styles=styles.fill_numbers)
        for element, key in sheet_part.styled:
            sheet_part.edits.set(element, key, str(styles.restored(int(element.attributes[key]), fills)))
        parts.write(sheet.part, sheet_part.edits.to_bytes())
    parts.write(name, styles.to_bytes())


def _hidden_template_sheets() -> tuple[str, ...]:
    """The sheets of our templates that nobody fills in: large, hidden, and never marked."""
    facts = catalog.reading()
    return (facts.lists_sheet, facts.self_check_sheet)


def _use_of(styles: Iterable[int]) -> re.Pattern[bytes]:
    """The pattern of a cell, row or column in one of some formats: a quick test before the whole sheet is parsed."""
    indexes = "|".join(map(str, styles))
    return re.compile(rf"\bs(?:tyle)?\s*=\s*[\"'](?:{indexes})[\"']".encode())


def _remove_notes(parts: Parts, sheet: str) -> None:
    """Removes our sentences from a sheet's notes, and the boxes of the notes that were ours alone."""
    relations = parts.relations(sheet)
    for relation in relations:
        if relation.kind != "comments" or not parts.archive.find(relation.target):
            continue
        notes = NotePart(parts.read(relation.target))
        removed = notes.remove_ours()
        parts.write(relation.target, notes.to_bytes())
        for drawing in relations:
            if removed and drawing.kind == "vmlDrawing" and parts.archive.find(drawing.target):
                parts.write(drawing.target, without_shapes(parts.read(drawing.target), removed))
