"""The parts of an OOXML package with their relations and content types, read and changed one by one."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from rectify_xl.excel.marking.archive import Archive, CannotPatch
from rectify_xl.excel.marking.elements import (
    XML_DECLARATION,
    Edits,
    Element,
    as_utf8,
    parse,
    prefix_of,
    with_prefix,
    xml_value,
)

_TYPES = "[Content_Types].xml"
_RELATIONS = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
# OOXML has two sets of namespaces, by whether the workbook is strict: transitional (the usual one) and strict.
STRICT = "http://purl.oclc.org/ooxml/"
_MAIN_NAMESPACES = {
    False: "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    True: f"{STRICT}spreadsheetml/main",
}
_RELATION_NAMESPACES = {
    False: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    True: f"{STRICT}officeDocument/relationships",
}
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument."


class Relation(NamedTuple):
    """One relation of a part: its id, the last word of its type, and the part it leads to ("" if outside)."""

    id: str
    kind: str
    target: str


class Parts:
    """A workbook's package. Raises CannotPatch for anything but a sound .xlsx or .xlsm."""

    def __init__(self, data: bytes) -> None:
        self.archive = Archive(data)
        if not self.archive.find(_TYPES) or not self.archive.find("_rels/.rels"):
            raise CannotPatch("format")
        self.workbook = next((r.target for r in self.relations("") if r.kind == "officeDocument"), "")
        if not self.workbook or not self.workbook.lower().endswith(".xml"):
            raise CannotPatch("format")
        root = parse(self.read(self.workbook))
        if root.name != "workbook":
            raise CannotPatch("format")
        self.is_strict = root.namespace.startswith(STRICT)

    @property
    def main_namespace(self) -> str:
        """The namespace of sheets, styles and notes in this package."""
        return _MAIN_NAMESPACES[self.is_strict]

    @property
    def relation_namespace(self) -> str:
        """The namespace of the attributes that name relations."""
        return _RELATION_NAMESPACES[self.is_strict]

    def read(self, name: str) -> bytes:
        """A part in UTF-8; CannotPatch("missing-part") if the package lacks it."""
        entry = self.archive.find(name)
        if not entry:
            raise CannotPatch("missing-part")
        return as_utf8(self.archive.read(entry))

    def head(self, name: str) -> bytes:
        """The beginning of a part in UTF-8, b"" if there is no such part; the rest of it is not inflated."""
        entry = self.archive.find(name)
        head = self.archive.head(entry) if entry else b""
        return self.read(entry) if b"\0" in head else head

    def write(self, name: str, data: bytes) -> None:
        """Replaces a part where its bytes differ, or adds it as the last one."""
        entry = self.archive.find(name)
        if not entry or self.read(entry) != data:
            self.archive.write(entry or name, data)

    def add(self, pattern: str, data: bytes, content: str) -> str:
        """Adds a part under the first free number and declares its content type; its name."""
        number = 1
        while self.archive.find(pattern.format(number)):
            number += 1
        name = pattern.format(number)
        self.archive.write(name, data)
        self._declare(name, _CONTENT_TYPE + content)
        return name

    def folder(self) -> str:
        """The folder of the workbook part, with its slash."""
        head = posixpath.dirname(self.workbook)
        return f"{head}/" if head else ""

    # ---- relations

    def relations(self, part: str) -> list[Relation]:
        """The relations of a part in their order, "" being the package itself."""
        name = self.archive.find(_relations_of(part))
        if not name:
            return []
        return [
            Relation(e.attributes.get("Id", ""), e.attributes.get("Type", "").rpartition("/")[2], self._target(part, e))
            for e in parse(self.read(name)).children
            if e.name == "Relationship"
        ]

    def target(self, part: str, relation_id: str) -> str:
        """The part that a relation of `part` leads to, "" if there is none of that id."""
        return next((r.target for r in self.relations(part) if r.id == relation_id), "")

    def _target(self, part: str, element: Element) -> str:
        if element.attributes.get("TargetMode") == "External":
            return ""
        target = element.attributes.get("Target", "").replace("\\", "/").partition("#")[0]
        joined = target if target.startswith("/") else posixpath.join(posixpath.dirname(part), target)
        path = posixpath.normpath(joined).lstrip("/")
        return self.archive.find(path) or self.archive.find(unquote(path)) or path

    def relate(self, part: str, target: str, kind: str) -> str:
        """Adds a relation from a part to another; its id."""
        name = self.archive.find(_relations_of(part))
        data = self.read(name) if name else XML_DECLARATION + _RELATIONS
        root = parse(data)
        taken = {e.attributes.get("Id", "") for e in root.children}
        number = 1
        while f"rId{number}" in taken:
            number += 1
        path = posixpath.relpath(target, posixpath.dirname(part) or ".")
        attributes = {"Id": f"rId{number}", "Type": f"{self.relation_namespace}/{kind}", "Target": path}
        edits = Edits(data)
        edits.append(root, with_prefix(_element("Relationship", attributes), prefix_of(data, root)))
        self.write(name or _relations_of(part), edits.to_bytes())
        return attributes["Id"]

    def unrelate(self, part: str, relation_id: str) -> None:
        """Removes a relation of a part."""
        name = self.archive.find(_relations_of(part))
        self._remove_elements(name, lambda e: e.attributes.get("Id") == relation_id)

    def redirect(self, part: str, relation_id: str, target: str) -> None:
        """Makes a relation of a part lead to another part."""
        name = self.archive.find(_relations_of(part))
        data = self.read(name)
        edits = Edits(data)
        for element in parse(data).children:
            if element.attributes.get("Id") == relation_id:
                edits.set(element, "Target", posixpath.relpath(target, posixpath.dirname(part) or "."))
        self.write(name, edits.to_bytes())

    def count_referrers(self, target: str) -> int:
        """How many relations of the package lead to a part."""
        sources = (_source_of(name) for name in self.archive if name.lower().endswith(".rels"))
        return sum(r.target == target for source in sources for r in self.relations(source))

    def drop(self, part: str) -> None:
        """Removes a part with its relations, its content type, and the parts that nothing else leads to."""
        entry = self.archive.find(part)
        if not entry:
            return
        relations = self.relations(entry)
        for name in (entry, self.archive.find(_relations_of(entry))):
            if name:
                self.archive.remove(name)
        self._remove_elements(_TYPES, lambda e: e.attributes.get("PartName", "").lstrip("/").lower() == entry.lower())
        for relation in relations:
            if relation.target and not self.count_referrers(relation.target):
                self.drop(relation.target)

    def copy(self, part: str, content: str) -> str:
        """A copy of a part in its folder under a free number, with the same relations; its name."""
        stem, dot, suffix = part.rpartition(".")
        pattern = stem.rstrip("0123456789").replace("{", "{{").replace("}", "}}") + "{}" + dot + suffix
        copy = self.add(pattern, self.read(part), content)
        relations = self.archive.find(_relations_of(part))
        if relations:
            self.archive.write(_relations_of(copy), self.archive.read(relations))
        return copy

    # ---- content types

    def _declare(self, part: str, content: str) -> None:
        name = self.archive.find(_TYPES)
        data = self.read(name)
        root = parse(data)
        suffix = part.rpartition(".")[2].lower()
        for element in root.children:
            is_same = element.attributes.get("Extension", "").lower() == suffix
            if element.name == "Default" and is_same and element.attributes.get("ContentType") == content:
                return
        # Excel recognises legacy drawings by their suffix.
        is_vml = suffix == "vml"
        subject = {"Extension": suffix} if is_vml else {"PartName": f"/{part}"}
        declaration = _element("Default" if is_vml else "Override", {**subject, "ContentType": content})
        edits = Edits(data)
        edits.append(root, with_prefix(declaration, prefix_of(data, root)))
        self.write(name, edits.to_bytes())

    def _remove_elements(self, name: str, is_removed: Callable[[Element], bool]) -> None:
        data = self.read(name)
        edits = Edits(data)
        for element in parse(data).children:
            if is_removed(element):
                edits.remove(element)
        self.write(name, edits.to_bytes())

    def __iter__(self) -> Iterator[str]:
        return iter(self.archive)


def _element(name: str, attributes: dict[str, str]) -> bytes:
    written = b"".join(b" " + key.encode() + b"=" + xml_value(value) for key, value in attributes.items())
    return b"<" + name.encode() + written + b"/>"


def _relations_of(part: str) -> str:
    folder, base = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def _source_of(relations: str) -> str:
    folder, base = posixpath.split(relations)
    return posixpath.join(posixpath.dirname(folder), base[: -len(".rels")])
