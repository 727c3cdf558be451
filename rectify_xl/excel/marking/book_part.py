"""The workbook part: its sheets and which one opens first; a sheet added as the last, or sheets removed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.elements import (
    Edits,
    Element,
    new_parser,
    parse,
    prefix_of,
    run,
    tag_end,
    with_prefix,
    xml_value,
)
from rectify_xl.excel.marking.parts import Parts

_FALSE = ("0", "false")


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetName:
    """One sheet as the workbook lists it: its title, the id of its relation, its part, and whether it is shown."""

    title: str
    relation_id: str
    part: str
    is_shown: bool


class BookPart:
    """The workbook part of a package. Raises CannotPatch where a sheet that it lists is not there."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._data = parts.read(parts.workbook)
        self._root = parse(self._data)
        sheets = self._root.child("sheets")
        if sheets is None:
            raise CannotPatch("damaged")
        self._sheets_element, self._elements = sheets, list(sheets.children_named("sheet"))
        targets = {r.id: r.target for r in parts.relations(parts.workbook)}
        self.sheets = [self._sheet(element, targets) for element in self._elements]

    def _sheet(self, element: Element, targets: dict[str, str]) -> SheetName:
        attributes = element.attributes
        relation_id = next((value for key, value in attributes.items() if key.endswith(" id")), "")
        return SheetName(
            title=attributes.get("name", ""),
            relation_id=relation_id,
            part=targets.get(relation_id, ""),
            is_shown=attributes.get("state", "visible") == "visible",
        )

    @property
    def _views(self) -> list[Element]:
        views = self._root.child("bookViews")
        return list(views.children_named("workbookView")) if views else []

    @property
    def view_count(self) -> int:
        """How many windows the workbook opens in."""
        return max(len(self._views), 1)

    @property
    def active(self) -> str:
        """The title of the sheet that is opened first."""
        tab = self._views[0].attributes.get("activeTab", "0") if self._views else "0"
        place = int(tab) if tab.isdecimal() else 0
        return self.sheets[place].title if place < len(self.sheets) else ""

    def append(self, title: str, part: str) -> None:
        """Adds a sheet as the last and opens the workbook on it."""
        relation_id = self._parts.relate(self._parts.workbook, part, "worksheet")
        ids = [int(e.attributes["sheetId"]) for e in self._elements if e.attributes.get("sheetId", "").isdecimal()]
        attributes = b" name=" + xml_value(title) + b" sheetId=" + xml_value(str(max(ids, default=0) + 1))
        link = b" xmlns:r=" + xml_value(self._parts.relation_namespace) + b" r:id=" + xml_value(relation_id)
        prefix = prefix_of(self._data, self._root)
        edits = Edits(self._data)
        edits.append(self._sheets_element, with_prefix(b"<sheet" + attributes + link + b"/>", prefix))
        self._open(edits, len(self.sheets), prefix)
        self._parts.write(self._parts.workbook, edits.to_bytes())

    def _open(self, edits: Edits, place: int, prefix: bytes) -> None:
        for view in self._views:
            edits.set(view, "activeTab", str(place))
        if not self._views:
            views = b"<bookViews><workbookView activeTab=" + xml_value(str(place)) + b"/></bookViews>"
            edits.insert(self._sheets_element.start, with_prefix(views, prefix))

    def remove_sheets(self, removed: list[SheetName], active: str) -> None:
        """Removes sheets with their defined names and parts; the workbook then opens on the sheet called `active`."""
        places = [place for place, sheet in enumerate(self.sheets) if sheet in removed]
        remaining = [sheet for sheet in self.sheets if sheet not in removed]
        edits = Edits(self._data)
        for place in places:
            edits.remove(self._elements[place])
        self._renumber_names(edits, places)
        shown = [place for place, sheet in enumerate(remaining) if sheet.is_shown]
        first = next((p for p, sheet in enumerate(remaining) if sheet.title == active), shown[0] if shown else 0)
        for view in self._views:
            edits.set(view, "activeTab", str(first))
        self._parts.write(self._parts.workbook, edits.to_bytes())
        for sheet in removed:
            self._drop_sheet(sheet)
        if remaining:
            set_selected(self._parts, remaining[first].part, is_selected=True)

    def _renumber_names(self, edits: Edits, places: list[int]) -> None:
        """Removes the names local to a removed sheet, and renumbers the names local to the sheets behind it."""
        names = self._root.child("definedNames")
        for name in names.children_named("definedName") if names else ():
            index = name.attributes.get("localSheetId", "")
            if index.isdecimal() and int(index) in places:
                edits.remove(name)
            elif index.isdecimal() and (before := sum(place < int(index) for place in places)):
                edits.set(name, "localSheetId", str(int(index) - before))

    def _drop_sheet(self, sheet: SheetName) -> None:
        is_calculated = b"f>" in self._parts.read(sheet.part)
        self._parts.unrelate(self._parts.workbook, sheet.relation_id)
        self._parts.drop(sheet.part)
        if is_calculated:  # the order of calculation would name cells that are gone; Excel makes it anew
            for relation in self._parts.relations(self._parts.workbook):
                if relation.kind == "calcChain":
                    self._parts.unrelate(self._parts.workbook, relation.id)
                    self._parts.drop(relation.target)


# ---- which tab is selected


def set_selected(parts: Parts, part: str, *, is_selected: bool) -> None:
    """Selects or unselects the tab of a sheet whose views state whether it is selected."""
    head = parts.head(part)
    views = [view for view in _sheet_views(head) if "tabSelected" in view.attributes]
    wrong = [view for view in views if is_selected is (view.attributes["tabSelected"] in _FALSE)]
    if not wrong:
        return
    edits = Edits(parts.read(part))
    for view in wrong:
        edits.set(view, "tabSelected", "1" if is_selected else "0")
    parts.write(part, edits.to_bytes())


class _StopParsing(Exception):
    """Ends a parse whose reader has seen what it came for."""


def _sheet_views(head: bytes) -> list[Element]:
    """The views of a sheet, which stand at its beginning, before its cells."""
    views: list[Element] = []
    parser = new_parser()

    def start(tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        if name == "sheetView":
            begin = parser.CurrentByteIndex
            views.append(Element(name, namespace, attributes, begin, tag_end(head, begin)))
        elif name in ("sheetData", "drawing"):
            raise _StopParsing

    parser.StartElementHandler = start
    with suppress(_StopParsing):
        run(parser, head, is_whole=False)
    return views
