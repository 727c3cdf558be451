"""The workbook part: which sheets there are and which one is opened; a sheet added as the last, or taken out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.elements import (
    Edits,
    Element,
    parse,
    parser_for,
    prefix_of,
    prefixed,
    run,
    tag_end,
    xml_value,
)
from rectify_xl.excel.marking.parts import Parts

_FALSE = ("0", "false")


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetName:
    """One sheet as the workbook lists it: its title, the id of its relation, its part, and whether it is shown."""

    title: str
    ident: str
    part: str
    is_shown: bool


class BookPart:
    """The workbook part of a package. Raises CannotPatch where a sheet that it lists is not there."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._data = parts.read(parts.workbook)
        self._root = parse(self._data)
        held = self._root.child("sheets")
        if held is None:
            raise CannotPatch("damaged")
        self._held, self._elements = held, list(held.all("sheet"))
        targets = {r.id: r.target for r in parts.relations(parts.workbook)}
        self.sheets = [self._sheet(element, targets) for element in self._elements]

    def _sheet(self, element: Element, targets: dict[str, str]) -> SheetName:
        held = element.attributes
        ident = next((v for k, v in held.items() if k.rpartition(" ")[2] == "id" and " " in k), "")
        is_shown = held.get("state", "visible") == "visible"
        return SheetName(title=held.get("name", ""), ident=ident, part=targets.get(ident, ""), is_shown=is_shown)

    @property
    def _views(self) -> list[Element]:
        views = self._root.child("bookViews")
        return list(views.all("workbookView")) if views else []

    @property
    def view_count(self) -> int:
        """How many windows the workbook opens in."""
        return max(len(self._views), 1)

    @property
    def active(self) -> str:
        """The title of the sheet that is opened first."""
        held = self._views[0].attributes.get("activeTab", "0") if self._views else "0"
        place = int(held) if held.isdecimal() else 0
        return self.sheets[place].title if place < len(self.sheets) else ""

    def append(self, title: str, part: str) -> None:
        """Adds a sheet as the last and opens the workbook on it."""
        ident = self._parts.relate(self._parts.workbook, part, "worksheet")
        ids = [int(e.attributes["sheetId"]) for e in self._elements if e.attributes.get("sheetId", "").isdecimal()]
        about = b" name=" + xml_value(title) + b" sheetId=" + xml_value(str(max(ids, default=0) + 1))
        linked = b" xmlns:r=" + xml_value(self._parts.link_space) + b" r:id=" + xml_value(ident)
        prefix = prefix_of(self._data, self._root)
        edits = Edits(self._data)
        edits.append(self._held, prefixed(b"<sheet" + about + linked + b"/>", prefix))
        self._open(edits, len(self.sheets), prefix)
        self._parts.write(self._parts.workbook, edits.done())

    def _open(self, edits: Edits, place: int, prefix: bytes) -> None:
        for view in self._views:
            edits.set(view, "activeTab", str(place))
        if not self._views:
            views = b"<bookViews><workbookView activeTab=" + xml_value(str(place)) + b"/></bookViews>"
            edits.insert(self._held.start, prefixed(views, prefix))

    def without(self, gone: list[SheetName], active: str) -> None:
        """Takes sheets out with their names and parts, and opens the workbook on the sheet called `active`."""
        places = [place for place, sheet in enumerate(self.sheets) if sheet in gone]
        left = [sheet for sheet in self.sheets if sheet not in gone]
        edits = Edits(self._data)
        for place in places:
            edits.remove(self._elements[place])
        self._renumber_names(edits, places)
        shown = [place for place, sheet in enumerate(left) if sheet.is_shown]
        opened = next((p for p, sheet in enumerate(left) if sheet.title == active), shown[0] if shown else 0)
        for view in self._views:
            edits.set(view, "activeTab", str(opened))
        self._parts.write(self._parts.workbook, edits.done())
        for sheet in gone:
            self._drop_sheet(sheet)
        if left:
            set_selected(self._parts, left[opened].part, is_selected=True)

    def _renumber_names(self, edits: Edits, places: list[int]) -> None:
        """Names bound to a sheet that goes, go with it; those of later sheets follow their sheets."""
        names = self._root.child("definedNames")
        for name in names.all("definedName") if names else ():
            held = name.attributes.get("localSheetId", "")
            if held.isdecimal() and int(held) in places:
                edits.remove(name)
            elif held.isdecimal() and (before := sum(place < int(held) for place in places)):
                edits.set(name, "localSheetId", str(int(held) - before))

    def _drop_sheet(self, sheet: SheetName) -> None:
        is_calculated = b"f>" in self._parts.read(sheet.part)
        self._parts.unrelate(self._parts.workbook, sheet.ident)
        self._parts.drop(sheet.part)
        if is_calculated:  # the order of calculation would name cells that are gone; Excel makes it anew
            for relation in self._parts.relations(self._parts.workbook):
                if relation.kind == "calcChain":
                    self._parts.unrelate(self._parts.workbook, relation.id)
                    self._parts.drop(relation.target)


# ---- which tab is selected


def set_selected(parts: Parts, part: str, *, is_selected: bool) -> None:
    """Selects the tab of a sheet that says whether it is, or unselects it."""
    head = parts.head(part)
    told = [view for view in _sheet_views(head) if "tabSelected" in view.attributes]
    wrong = [view for view in told if is_selected is (view.attributes["tabSelected"] in _FALSE)]
    if not wrong:
        return
    edits = Edits(parts.read(part))
    for view in wrong:
        edits.set(view, "tabSelected", "1" if is_selected else "0")
    parts.write(part, edits.done())


class _Enough(Exception):
    """Ends a parse whose reader has seen what it came for."""


def _sheet_views(head: bytes) -> list[Element]:
    """The views of a sheet, which stand at its beginning, before its cells."""
    found: list[Element] = []
    parser = parser_for()

    def start(tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        if name == "sheetView":
            at = parser.CurrentByteIndex
            found.append(Element(name, space, attributes, at, tag_end(head, at)))
        elif name in ("sheetData", "drawing"):
            raise _Enough

    parser.StartElementHandler = start
    with suppress(_Enough):
        run(parser, head, is_whole=False)
    return found
