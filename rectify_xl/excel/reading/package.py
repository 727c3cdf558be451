"""An .xlsx package audited and opened: its sheets and their parts, its formats, its properties."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

from rectify_xl.excel.reading.number_formats import Formats, formats_of
from rectify_xl.excel.reading.xml_parts import WORTH_KEEPING, Element, elements, has_document_type
from rectify_xl.facts.limits import limits
from rectify_xl.grid import Unreadable
from rectify_xl.layouts.layout import cell_name
from rectify_xl.zips.zipped import Entry, beginning, damaged, directory, inflated, inflating

_IN_WORKBOOK = frozenset(("sheet", "workbookPr"))
_IN_RELATIONS = frozenset(("Relationship",))
# The kinds of relations to parts that hold macros, and that lead to other workbooks.
_MACROS = frozenset(("vbaProject", "xlMacrosheet", "xlIntlMacrosheet"))
_OUTSIDE = frozenset(("externalLink", "connections"))
# The kinds of sheets; only those of the first hold a table.
_SHEETS = frozenset(("worksheet", "chartsheet", "dialogsheet", *_MACROS))
_ADDRESS = re.compile(rb"\br=[\"']([A-Z]+[0-9]+)[\"']")
_STYLE = re.compile(rb"\bs=[\"']([0-9]{1,9})[\"']")
# So many styles are asked for by name.
_FEW_STYLES = 256
# The endings of parts that are XML; a picture (.svg) may well have a document type.
_XML = (".xml", ".rels", ".vml")
# So many packed bytes hold a part's usual beginning, of so many bytes; no program lets its root element begin later
# than in the second.
_PACKED_BEGINNING, _BEGINNING, _LAST_BEGINNING = 512, 256, 65_536
# So much of a part is looked through at a time.
_AT_ONCE = 1 << 20
# The saved time of the core properties as XML writes it; any other form is ignored.
_SAVED = re.compile(rb"modified[^<>]{0,100}>\s{0,100}([0-9]{4}[0-9TZ:.+-]{0,40})\s{0,100}<")


class SheetAbout(NamedTuple):
    """One sheet as the workbook part lists it; `part` is "" where it is no worksheet (a chart, a dialog)."""

    title: str
    part: str
    visible: bool


class _Relation(NamedTuple):
    ident: str
    kind: str
    part: str


class Package:
    """An opened package; every part is inflated when first asked for, and once.

    Raises Unreadable as `zipped.directory` does, and damaged for a part that is not what it says.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._entries = {entry.name.lower(): entry for entry in directory(data) if not entry.is_folder}
        self._parts: dict[str, bytes] = {}
        self._relations_by_part: dict[str, tuple[_Relation, ...]] = {}
        self._percents: dict[str, frozenset[bytes]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parts as they are written, with /."""
        return tuple(entry.name for entry in self._entries.values())

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    def part(self, name: str) -> bytes:
        """The inflated bytes of a part; b"" if there is none."""
        key = name.lower()
        entry = self._entries.get(key)
        if entry is None:
            return b""
        if key not in self._parts:
            self._parts[key] = inflated(self._data, entry)
        return self._parts[key]

    def size(self, name: str) -> int:
        """How many bytes a part has, as the directory says; 0 if there is none."""
        entry = self._entries.get(name.lower())
        return entry.size if entry else 0

    def pieces(self, name: str, at_once: int) -> Iterator[bytes]:
        """The bytes of a part in pieces of at most that size; nothing of them is kept."""
        key = name.lower()
        if key in self._parts:
            data = self._parts[key]
            return (data[at : at + at_once] for at in range(0, len(data), at_once))
        return inflating(self._data, self._entries[key], at_once) if key in self._entries else iter(())

    def refuse_document_types(self) -> None:
        """Raises Unreadable(damaged) for a part with a document type, whether anything else is read of it or not."""
        for key, entry in self._entries.items():
            if not key.endswith(_XML):
                continue
            part = self._parts.get(key)
            if part is not None:
                is_typed = has_document_type(part[:_BEGINNING])
            else:
                packed = self._data[entry.start : entry.start + min(entry.packed, _PACKED_BEGINNING)]
                is_typed = _begins_typed(packed, entry.method)
            if is_typed is None and entry.size > _BEGINNING:
                is_typed = self._is_typed_far_on(entry)
            if is_typed:
                damaged(entry.name)

    def _is_typed_far_on(self, entry: Entry) -> bool:
        packed = self._data[entry.start : entry.start + entry.packed]
        head = beginning(packed, entry.method, _LAST_BEGINNING)
        is_typed = has_document_type(head)
        return len(head) == _LAST_BEGINNING if is_typed is None else is_typed

    @cached_property
    def workbook_part(self) -> str:
        """The name of the workbook part by the package's relations."""
        mains = (relation.part for relation in self._relations("") if relation.kind == "officeDocument")
        return next(mains, "xl/workbook.xml")

    @cached_property
    def sheets(self) -> tuple[SheetAbout, ...]:
        """The sheets in their order; raises Unreadable: damaged where a worksheet's part is missing, limit-sheets."""
        relations = self._relations(self.workbook_part)
        targets = {relation.ident: relation for relation in relations}
        if len(targets) != len(set(relations)):
            damaged(self.workbook_part)
        sheet_elements = [attributes for name, attributes in self._workbook if name == "sheet"]
        if len(sheet_elements) > (most := limits().sheets):
            raise Unreadable("limit-sheets", count=len(sheet_elements), limit=most)
        sheets = []
        for attributes in sheet_elements:
            ident = attributes.get("id", "")
            if ident == "" and "id" in attributes:  # a sheet of old macros, kept as code
                sheets.append(SheetAbout(attributes.get("name", ""), "", visible=False))
                continue
            target = targets.get(ident)
            if target is None or target.part not in self or target.kind not in _SHEETS:
                damaged(attributes.get("name", ""))
            part = target.part if target.kind == "worksheet" else ""
            sheets.append(SheetAbout(attributes.get("name", ""), part, attributes.get("state", "visible") == "visible"))
        if len({about.title for about in sheets}) != len(sheets):
            damaged(self.workbook_part)
        return tuple(sheets)

    @property
    def sheet_parts(self) -> dict[str, str]:
        """The part of every sheet by its title."""
        return {about.title: about.part for about in self.sheets}

    @cached_property
    def _workbook(self) -> tuple[Element, ...]:
        return elements(self.part(self.workbook_part), self.workbook_part, _IN_WORKBOOK)

    @property
    def counts_from_1904(self) -> bool:
        """Whether day 0 is the first of January 1904."""
        return any(
            name == "workbookPr" and attributes.get("date1904") in ("1", "true") for name, attributes in self._workbook
        )

    def related(self, kind: str) -> bytes:
        """The part of the workbook of that kind (sharedStrings, styles); b"" if it has none."""
        part = self.related_part(kind)
        return self.part(part) if part else b""

    def related_part(self, kind: str) -> str:
        """The name of that part, "" if it has none."""
        return next((r.part for r in self._relations(self.workbook_part) if r.kind == kind), "")

    @cached_property
    def formats(self) -> Formats:
        """The number formats of the workbook's cells."""
        return formats_of(self.related("styles"))

    @property
    def saved(self) -> str:
        """The workbook's own saved time (dcterms:modified) as it is written, "" if it has none."""
        match = _SAVED.search(self.part("docProps/core.xml"))
        return match[1].decode("ascii", "replace") if match else ""

    @property
    def has_macros(self) -> bool:
        """Whether the package carries macros."""
        has_part = any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in self._entries)
        return has_part or self._is_related(_MACROS)

    @property
    def has_external_links(self) -> bool:
        """Whether the package refers to other workbooks or connections."""
        has_part = any("/externallinks/" in name or name.endswith("/connections.xml") for name in self._entries)
        return has_part or self._is_related(_OUTSIDE)

    def _is_related(self, kinds: frozenset[str]) -> bool:
        return any(relation.kind in kinds for relation in self._relations(self.workbook_part))

    def _relations(self, part: str) -> tuple[_Relation, ...]:
        """The relations of a part ("": of the package); `part` of one that leads outside is ""."""
        if part not in self._relations_by_part:
            folder, name = posixpath.split(part)
            data = self.part(posixpath.join(folder, "_rels", f"{name}.rels"))
            read_relations = _cached_relations if len(data) <= WORTH_KEEPING else _relations_in
            self._relations_by_part[part] = tuple(map(self._resolved, read_relations(data, folder)))
        return self._relations_by_part[part]

    def _resolved(self, relation: _Relation) -> _Relation:
        """The relation with its part's name as the package has it: either may percent-encode non-ASCII and blanks."""
        if relation.part in self or not relation.part:
            return relation
        forms = (unquote(relation.part), quote(relation.part), quote(unquote(relation.part)))
        return relation._replace(part=next((form for form in forms if form in self), relation.part))

    def is_percent(self, part: str, row: int, column: int) -> bool:
        """Whether the cell (1-based row, 0-based column) of a worksheet part carries a percent format."""
        if part not in self._percents:
            self._percents[part] = self._percents_in(part)
        return cell_name(row, column).encode() in self._percents[part]

    def _percents_in(self, part: str) -> frozenset[bytes]:
        """The addresses of a worksheet's cells with a percent format."""
        percents = self.formats.percents
        if not percents:
            return frozenset()
        styles = "|".join(map(str, sorted(percents))) if len(percents) <= _FEW_STYLES else "[0-9]+"
        cells = re.compile(rf"<(?:\w+:)?c\b[^>]*?\bs=[\"'](?:{styles})[\"'][^>]*>".encode())
        addresses: list[bytes] = []
        cut_off = b""
        for piece in self.pieces(part, _AT_ONCE):
            tags, bracket, cut_off = (cut_off + piece).rpartition(b"<")
            cut_off = bracket + cut_off
            addresses += (
                address[1]
                for cell in cells.findall(tags)
                if (style := _STYLE.search(cell)) and int(style[1]) in percents and (address := _ADDRESS.search(cell))
            )
        return frozenset(addresses)


def _relations_in(data: bytes, folder: str) -> tuple[_Relation, ...]:
    relations = []
    for _, attributes in elements(data, f"{folder}/_rels", _IN_RELATIONS):
        target = attributes.get("Target", "").replace("\\", "/")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        is_external = attributes.get("TargetMode") == "External"
        relations.append(
            _Relation(
                attributes.get("Id", ""), attributes.get("Type", "").rpartition("/")[2], "" if is_external else path
            )
        )
    return tuple(relations)


_cached_relations = lru_cache(maxsize=32)(_relations_in)


@lru_cache(maxsize=128)
def _begins_typed(packed: bytes, method: int) -> bool | None:
    """As `has_document_type`; cached, as returns of one template share most of the parts that nobody reads."""
    return has_document_type(beginning(packed, method, _BEGINNING))
