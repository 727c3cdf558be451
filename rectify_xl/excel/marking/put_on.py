"""Marks put on a clerk's workbook: cells coloured, notes added, our list as the last sheet and the first to open."""

from __future__ import annotations

from collections.abc import Mapping

from rectify_xl import catalog
from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.book_part import BookPart, set_selected
from rectify_xl.excel.marking.elements import parse
from rectify_xl.excel.marking.kept import Kept
from rectify_xl.excel.marking.list_sheet import Setting, list_sheet
from rectify_xl.excel.marking.note_part import NotePart, bare_notes
from rectify_xl.excel.marking.note_text import note_text
from rectify_xl.excel.marking.parts import Parts, Relation
from rectify_xl.excel.marking.problems import Mark, Problems, Wording
from rectify_xl.excel.marking.shape_part import bare_shapes, blocks_in, box_for, noted_cells, with_shapes
from rectify_xl.excel.marking.sheet_part import SheetPart, shown_at
from rectify_xl.excel.marking.sheet_scan import Cell, cell_in
from rectify_xl.excel.marking.style_part import StyleBook, bare_styles
from rectify_xl.model import LEVELS

_LONGEST_TITLE = 31
_SHEET = "spreadsheetml.worksheet+xml"
_STYLES = "spreadsheetml.styles+xml"
_NOTES = "spreadsheetml.comments+xml"
_DRAWING = "vmlDrawing"


def put_on(parts: Parts, told: Problems, wording: Wording) -> None:
    """Marks the cells of every sheet, then adds the list."""
    book = BookPart(parts)
    name = _styles_of(parts)
    styles = StyleBook(parts.read(name))
    for sheet in book.sheets:
        marks = told.marks.get(sheet.title)
        if marks and sheet.part:
            _mark_sheet(parts, sheet.part, marks, styles, lang=wording.lang)
    kept = Kept(active=book.active, fills=tuple(styles.fills))
    linked = {sheet.title for sheet in book.sheets if sheet.is_shown}
    setting = Setting(linked=linked, windows=book.view_count, space=parts.main_space)
    xml = list_sheet(told, kept, styles, setting)
    parts.write(name, styles.done())
    for sheet in book.sheets:
        if sheet.part:
            set_selected(parts, sheet.part, is_selected=False)
    part = parts.add(parts.folder() + "worksheets/sheet{}.xml", xml, _SHEET)
    book.append(_free_title({sheet.title for sheet in book.sheets}), part)


def _styles_of(parts: Parts) -> str:
    """The styles part; a workbook that has none gets one."""
    name = next((r.target for r in parts.relations(parts.workbook) if r.kind == "styles"), "")
    if not name:
        name = parts.add(parts.folder() + "styles{}.xml", bare_styles(parts.main_space), _STYLES)
        parts.relate(parts.workbook, name, "styles")
    return name


def _free_title(taken: set[str]) -> str:
    """问题清单, or the next 问题清单 (2) that no sheet of the clerk's is called by."""
    lower = {title.lower() for title in taken}
    usual = title = catalog.reading().problems_sheet
    number = 1
    while title.lower() in lower:
        number += 1
        ending = f" ({number})"
        title = usual[: _LONGEST_TITLE - len(ending)] + ending
    return title


# ---- one sheet


def _mark_sheet(parts: Parts, part: str, marks: Mapping[Cell, Mark], styles: StyleBook, *, lang: str) -> None:
    data = parts.read(part)
    shown = shown_at(data, marks)
    merged: dict[Cell, list[Mark]] = {}
    for cell in sorted(marks):
        merged.setdefault(shown[cell], []).append(marks[cell])
    sheet = SheetPart(data, rows={row for row, _ in merged})
    levels = {cell: min((m.level for m in held), key=LEVELS.index) for cell, held in merged.items()}
    sheet.restyle({cell: styles.marked(sheet.style_at(cell), levels[cell]) for cell in sorted(merged)})
    texts = {cell: note_text([t for m in held for t in m.told], lang) for cell, held in sorted(merged.items())}
    _add_notes(parts, part, sheet, texts)
    parts.write(part, sheet.edits.done())


def _add_notes(parts: Parts, part: str, sheet: SheetPart, texts: Mapping[Cell, str]) -> None:
    """Adds the sentences to the notes of a sheet, and a box for each note that is new."""
    held = next((r for r in parts.relations(part) if r.kind == "comments"), None)
    name = _own_part(parts, part, held, _NOTES)
    notes = NotePart(parts.read(name) if name else bare_notes(parts.main_space))
    threads = _threads(parts, part)
    most = catalog.words("marked")["most"]["notes"]
    free = [cell for cell in texts if cell not in threads and not notes.is_thread(cell)][:most]
    if not free:
        return
    new = {cell: texts[cell] for cell in free if notes.add(cell, texts[cell])}
    if name:
        parts.write(name, notes.done())
    else:
        name = parts.add(parts.folder() + "comments{}.xml", notes.done(), _NOTES)
        parts.relate(part, name, "comments")
    _add_boxes(parts, part, sheet, new, old=set(notes))


def _add_boxes(parts: Parts, part: str, sheet: SheetPart, new: Mapping[Cell, str], *, old: set[Cell]) -> None:
    """Adds a box for each new note; where a sheet has notes without any drawing, for its old ones too."""
    ident = sheet.legacy_ident
    held = next((r for r in parts.relations(part) if r.id == ident), None) if ident else None
    if ident and held is None:
        raise CannotPatch("missing-part")
    name = _own_part(parts, part, held, _DRAWING)
    drawings = [other for other in parts if other.lower().endswith(".vml")]
    fresh = max((block for other in drawings for block in blocks_in(parts.read(other))), default=0) + 1
    data = parts.read(name) if name else bare_shapes(fresh)
    told = dict(new) if name else {**dict.fromkeys(sorted(old), ""), **new}
    there = noted_cells(data)
    boxes = {cell: box_for(sheet, cell, text) for cell, text in told.items() if cell not in there}
    data = with_shapes(data, boxes, fresh if name else fresh + 1)
    if name:
        parts.write(name, data)
        return
    name = parts.add(parts.folder() + "drawings/vmlDrawing{}.vml", data, _DRAWING)
    sheet.name_drawing(parts.relate(part, name, "vmlDrawing"), parts.link_space)


def _own_part(parts: Parts, part: str, held: Relation | None, content: str) -> str:
    """The part that a relation of a sheet leads to, a copy of it where other sheets lead there too; "" without one."""
    if held is None:
        return ""
    if parts.referrers(held.target) < 2:
        return held.target
    made = parts.copy(held.target, content)
    parts.redirect(part, held.id, made)
    return made


def _threads(parts: Parts, part: str) -> set[Cell]:
    """The cells of a sheet that carry a thread of comments."""
    found = set()
    for relation in parts.relations(part):
        if relation.kind == "threadedComment":
            for comment in parse(parts.read(relation.target)).children:
                cell = cell_in(comment.attributes.get("ref", ""))
                if cell:
                    found.add(cell)
    return found
