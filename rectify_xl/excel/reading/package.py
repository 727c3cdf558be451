"""An .xlsx package audited and opened: its sheets and their parts, its formats, and what it says of itself."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property, lru_cache
from typing import NamedTuple

from rectify_xl.excel.reading.number_formats import Formats, formats_of
from rectify_xl.excel.reading.xml_parts import WORTH_KEEPING, Element, elements
from rectify_xl.grid import Unreadable
from rectify_xl.layout import cell_name
from rectify_xl.limits import limits
from rectify_xl.zipped import damaged, directory, inflated

_IN_WORKBOOK = frozenset(("sheet", "workbookPr"))
_IN_RELATIONS = frozenset(("Relationship",))
_SAVED = re.compile(rb"modified[^>]*>\s*([^<\s]+)\s*<")


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

    @cached_property
    def workbook_part(self) -> str:
        """The name of the workbook part as the package's relations tell it."""
        mains = (relation.part for relation in self._relations("") if relation.kind == "officeDocument")
        return next(mains, "xl/workbook.xml")

    @cached_property
    def sheets(self) -> tuple[SheetAbout, ...]:
        """The sheets in their order; raises Unreadable: damaged where a worksheet's part is missing, limit-sheets."""
        targets = {relation.ident: relation for relation in self._relations(self.workbook_part)}
        listed = [held for local, held in self._workbook if local == "sheet"]
        if len(listed) > (most := limits().sheets):
            raise Unreadable("limit-sheets", count=len(listed), limit=most)
        made = []
        for held in listed:
            ident = held.get("id", "")
            if ident == "" and "id" in held:  # a sheet of old macros, kept as code
                made.append(SheetAbout(held.get("name", ""), "", visible=False))
                continue
            target = targets.get(ident)
            if target is None or target.part not in self:
                damaged(held.get("name", ""))
            part = target.part if target.kind == "worksheet" else ""
            made.append(SheetAbout(held.get("name", ""), part, held.get("state", "visible") == "visible"))
        if len({about.title for about in made}) != len(made):
            damaged(self.workbook_part)
        return tuple(made)

    @property
    def sheet_parts(self) -> dict[str, str]:
        """The part of every sheet by its title."""
        return {about.title: about.part for about in self.sheets}

    @property
    def _workbook(self) -> tuple[Element, ...]:
        return elements(self.part(self.workbook_part), self.workbook_part, _IN_WORKBOOK)

    @property
    def counts_from_1904(self) -> bool:
        """Whether day 0 is the first of January 1904."""
        return any(local == "workbookPr" and held.get("date1904") in ("1", "true") for local, held in self._workbook)

    def related(self, kind: str) -> bytes:
        """The part of the workbook of that kind (sharedStrings, styles); b"" if it has none."""
        part = next((r.part for r in self._relations(self.workbook_part) if r.kind == kind), None)
        return self.part(part) if part else b""

    @property
    def formats(self) -> Formats:
        """The number formats of the workbook's cells."""
        return formats_of(self.related("styles"))

    @property
    def saved(self) -> str:
        """The workbook's own saved time (dcterms:modified) as it is written, "" if it has none."""
        found = _SAVED.search(self.part("docProps/core.xml"))
        return found[1].decode("ascii", "replace") if found else ""

    @property
    def has_macros(self) -> bool:
        """Whether the package carries macros."""
        return any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in self._entries)

    @property
    def has_external_links(self) -> bool:
        """Whether the package refers to other workbooks or connections."""
        return any("/externallinks/" in name or name.endswith("/connections.xml") for name in self._entries)

    def _relations(self, part: str) -> tuple[_Relation, ...]:
        """The relations of a part ("": of the package); `part` of one that leads outside is ""."""
        folder, base = posixpath.split(part)
        data = self.part(posixpath.join(folder, "_rels", f"{base}.rels"))
        return _known_relations(data, folder) if len(data) <= WORTH_KEEPING else _relations_in(data, folder)

    def is_percent(self, part: str, row: int, column: int) -> bool:
        """Whether the cell (1-based row, 0-based column) of a worksheet part carries a percent format."""
        wanted = rf"\br=[\"']{cell_name(row, column)}[\"']".encode()
        for cell in re.finditer(rb"<(?:\w+:)?c\b[^>]*>", self.part(part)):
            if re.search(wanted, cell[0]):
                style = re.search(rb"\bs=[\"'](\d+)[\"']", cell[0])
                return style is not None and self.formats.is_percent(int(style[1]))
        return False


def _relations_in(data: bytes, folder: str) -> tuple[_Relation, ...]:
    made = []
    for _, held in elements(data, f"{folder}/_rels", _IN_RELATIONS):
        target = held.get("Target", "").replace("\\", "/")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        outside = held.get("TargetMode") == "External"
        made.append(_Relation(held.get("Id", ""), held.get("Type", "").rpartition("/")[2], "" if outside else path))
    return tuple(made)


_known_relations = lru_cache(maxsize=32)(_relations_in)
