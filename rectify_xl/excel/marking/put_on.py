"""Marks put on a clerk's workbook: cells coloured, notes added, our list as the last sheet, which opens first."""

from __future__ import annotations

from collections.abc import Mapping

from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.book_part import BookPart, set_selected
from rectify_xl.excel.marking.elements import parse
from rectify_xl.excel.marking.kept import Kept
from rectify_xl.excel.marking.list_sheet import Surroundings, list_sheet
from rectify_xl.excel.marking.note_part import NotePart, bare_notes
from rectify_xl.excel.marking.note_text import note_text
from rectify_xl.excel.marking.parts import Parts, Relation
from rectify_xl.excel.marking.problems import Mark, Problems, Wording
from rectify_xl.excel.marking.shape_part import bare_shapes, blocks_in, box_for, cells_with_box, with_shapes
from rectify_xl.excel.marking.sheet_part import SheetPart, shown_at
from rectify_xl.excel.marking.sheet_scan import Cell, cell_in
from rectify_xl.excel.marking.style_part import StyleBook, bare_styles
from rectify_xl.facts import catalog
from rectify_xl.model import LEVELS

_LONGEST_TITLE = 31
_SHEET = "spreadsheetml.worksheet+xml"
_STYLES = "spreadsheetml.styles+xml"
_NOTES = "spreadsheetml.comments+xml"
_DRAWING = "vmlDrawing"


def put_on(parts: Parts, problems: Problems, wording: Wording) -> None:
    """Marks the cells of every sheet, then adds the list."""
    book = BookPart(parts)
    name = _styles_of(parts)
    styles = StyleBook(parts.read(name))
    for sheet in book.sheets:
        marks = problems.marks.get(sheet.title)
        if marks and sheet.part:
            _mark_sheet(parts, sheet.part, marks, styles, lang=wording.lang)
    kept = Kept(active=book.active, fills=tuple(styles.fills))
    linked = {sheet.title for sheet in book.sheets if sheet.is_shown}
    surroundings = Surroundings(linked=linked, windows=book.view_count, namespace=parts.main_namespace)
    xml = list_sheet(problems, kept, styles, surroundings)
    parts.write(name, styles.to_bytes())
    for sheet in book.sheets:
        if sheet.part:
            set_selected(parts, sheet.part, is_selected=False)
    part = parts.add(parts.folder() + "worksheets/sheet{}.xml", xml, _SHEET)
    book.append(_free_title({sheet.title for sheet in book.sheets}), part)


def _styles_of(parts: Parts) -> str:
    """The styles part; a workbook that has none gets one."""
    name = next((r.target for r in parts.relations(parts.workbook) if r.kind == "styles"), "")
    if not name:
        name = parts.add(parts.folder() + "styles{}.xml", bare_styles(parts.main_namespace), _STYLES)
        parts.relate(parts.workbook, name, "styles")
    return name


def _free_title(taken: set[str]) -> str:
    """问题清单, or 问题清单 (2) and so on where the clerk's workbook has a sheet of that name."""
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
    groups: dict[Cell, list[Mark]] = {}
    for cell in sorted(marks):
        groups.setdefault(shown[cell], []).append(marks[cell])
    sheet = SheetPart(data, rows={row for row, _ in groups})
    levels = {cell: min((mark.level for mark in group), key=LEVELS.index) for cell, group in groups.items()}
    sheet.restyle({cell: styles.marked(sheet.style_at(cell), levels[cell]) for cell in sorted(groups)})
    sentences = {cell: [pair for mark in group for pair in mark.sentences] for cell, group in sorted(groups.items())}
    texts = {cell: note_text(pairs, lang) for cell, pairs in sentences.items()}
    _add_notes(parts, part, sheet, texts)
    parts.write(part, sheet.edits.to_bytes())


def _add_notes(parts: Parts, part: str, sheet: SheetPart, texts: Mapping[Cell, str]) -> None:
    """Adds the sentences to the notes of a sheet, and a box for each note that is new."""
    relation = next((r for r in parts.relations(part) if r.kind == "comments"), None)
    name = _own_part(parts, part, relation, _NOTES)
    notes = NotePart(parts.read(name) if name else bare_notes(parts.main_namespace))
    threads = _threads(parts, part)
    most = catalog.words("marked")["most"]["notes"]
    free = [cell for cell in texts if cell not in threads and not notes.is_thread(cell)][:most]
    if not free:
        return
    new = {cell: texts[cell] for cell in free if notes.add(cell, texts[cell])}
    if name:
        parts.write(name, notes.to_bytes())
    else:
        name = parts.add(parts.folder() + "comments{}.xml", notes.to_bytes(), _NOTES)
        parts.relate(part, name, "comments")
    _add_boxes(parts, part, sheet, new, old=set(notes))


def _add_boxes(parts: Parts, part: str, sheet: SheetPart, new: Mapping[Cell, str], *, old: set[Cell]) -> None:
    """Adds a box for each new note; where a sheet has notes without any drawing, for its old ones too."""
    drawing_id = sheet.drawing_id
    relation = next((r for r in parts.relations(part) if r.id == drawing_id), None) if drawing_id else None
    if drawing_id and relation is None:
        raise CannotPatch("missing-part")
    name = _own_part(parts, part, relation, _DRAWING)
    drawings = [other for other in parts if other.lower().endswith(".vml")]
    free_block = max((block for other in drawings for block in blocks_in(parts.read(other))), default=0) + 1
    data = parts.read(name) if name else bare_shapes(free_block)
    texts = dict(new) if name else {**dict.fromkeys(sorted(old), ""), **new}
    boxed = cells_with_box(data)
    boxes = {cell: box_for(sheet, cell, text) for cell, text in texts.items() if cell not in boxed}
    data = with_shapes(data, boxes, free_block if name else free_block + 1)
    if name:
        parts.write(name, data)
        return
    name = parts.add(parts.folder() + "drawings/vmlDrawing{}.vml", data, _DRAWING)
    sheet.add_drawing(parts.relate(part, name, "vmlDrawing"), parts.relation_namespace)


def _own_part(parts: Parts, part: str, relation: Relation | None, content: str) -> str:
    """The part a relation of a sheet leads to (copied first if other sheets share it); "" without a relation."""
    if relation is None:
        return ""
    if parts.count_referrers(relation.target) < 2:
        return relation.target
    copy = parts.copy(relation.target, content)
    parts.redirect(part, relation.id, copy)
    return copy


def _threads(parts: Parts, part: str) -> set[Cell]:
    """The cells of a sheet that carry a thread of comments."""
    cells = set()
    for relation in parts.relations(part):
        if relation.kind == "threadedComment":
            for comment in parse(parts.read(relation.target)).children:
                cell = cell_in(comment.attributes.get("ref", ""))
                if cell:
                    cells.add(cell)
    return cells
