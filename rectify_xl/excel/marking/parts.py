"""The parts of an open package with their relations and content types, ready to be changed one by one."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from rectify_xl.excel.marking.archive import Archive, CannotPatch
from rectify_xl.excel.marking.elements import (
    HEAD,
    Edits,
    Element,
    as_utf8,
    parse,
    prefix_of,
    prefixed,
    xml_value,
)

_TYPES = "[Content_Types].xml"
_RELATIONS = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
# Two editions of the format with names of their own: the usual one and the strict one.
STRICT = "http://purl.oclc.org/ooxml/"
_MAIN = {False: "http://schemas.openxmlformats.org/spreadsheetml/2006/main", True: f"{STRICT}spreadsheetml/main"}
_LINKS = {
    False: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    True: f"{STRICT}officeDocument/relationships",
}
_CONTENT = "application/vnd.openxmlformats-officedocument."


class Relation(NamedTuple):
    """One relation of a part: its id, the last word of its type, and the part it leads to ("" if outside)."""

    id: str
    kind: str
    target: str


class Parts:
    """A workbook's package. Raises CannotPatch for what is no sound .xlsx or .xlsm."""

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
        self.is_strict = root.space.startswith(STRICT)

    @property
    def main_space(self) -> str:
        """The namespace of sheets, styles and notes in this package."""
        return _MAIN[self.is_strict]

    @property
    def link_space(self) -> str:
        """The namespace of the attributes that name relations."""
        return _LINKS[self.is_strict]

    def read(self, name: str) -> bytes:
        """A part in UTF-8; CannotPatch("missing-part") if the package lacks it."""
        found = self.archive.find(name)
        if not found:
            raise CannotPatch("missing-part")
        return as_utf8(self.archive.read(found))

    def head(self, name: str) -> bytes:
        """The beginning of a part in UTF-8, b"" if there is no such part; the rest of it is not even inflated."""
        found = self.archive.find(name)
        head = self.archive.head(found) if found else b""
        return self.read(found) if b"\0" in head else head

    def write(self, name: str, data: bytes) -> None:
        """Replaces a part where its bytes differ, or adds it as the last one."""
        found = self.archive.find(name)
        if not found or self.read(found) != data:
            self.archive.write(found or name, data)

    def add(self, pattern: str, data: bytes, content: str) -> str:
        """Adds a part under the first free number and declares its content type; its name."""
        number = 1
        while self.archive.find(pattern.format(number)):
            number += 1
        name = pattern.format(number)
        self.archive.write(name, data)
        self._declare(name, _CONTENT + content)
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

    def target(self, part: str, ident: str) -> str:
        """The part that a relation of `part` leads to, "" if there is none of that id."""
        return next((r.target for r in self.relations(part) if r.id == ident), "")

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
        data = self.read(name) if name else HEAD + _RELATIONS
        root = parse(data)
        taken = {e.attributes.get("Id", "") for e in root.children}
        number = 1
        while f"rId{number}" in taken:
            number += 1
        path = posixpath.relpath(target, posixpath.dirname(part) or ".")
        about = {"Id": f"rId{number}", "Type": f"{self.link_space}/{kind}", "Target": path}
        edits = Edits(data)
        edits.append(root, prefixed(_element("Relationship", about), prefix_of(data, root)))
        self.write(name or _relations_of(part), edits.done())
        return about["Id"]

    def unrelate(self, part: str, ident: str) -> None:
        """Takes a relation of a part away."""
        name = self.archive.find(_relations_of(part))
        self._without(name, lambda e: e.attributes.get("Id") == ident)

    def redirect(self, part: str, ident: str, target: str) -> None:
        """Leads a relation of a part to another part."""
        name = self.archive.find(_relations_of(part))
        data = self.read(name)
        edits = Edits(data)
        for element in parse(data).children:
            if element.attributes.get("Id") == ident:
                edits.set(element, "Target", posixpath.relpath(target, posixpath.dirname(part) or "."))
        self.write(name, edits.done())

    def referrers(self, target: str) -> int:
        """How many relations of the package lead to a part."""
        sources = (_source_of(name) for name in self.archive if name.lower().endswith(".rels"))
        return sum(r.target == target for source in sources for r in self.relations(source))

    def drop(self, part: str) -> None:
        """Takes a part out with its relations, its content type, and the parts that nothing else leads to."""
        found = self.archive.find(part)
        if not found:
            return
        held = self.relations(found)
        for name in (found, self.archive.find(_relations_of(found))):
            if name:
                self.archive.remove(name)
        self._without(_TYPES, lambda e: e.attributes.get("PartName", "").lstrip("/").lower() == found.lower())
        for relation in held:
            if relation.target and not self.referrers(relation.target):
                self.drop(relation.target)

    def copy(self, part: str, content: str) -> str:
        """A copy of a part in its folder under a free number, with the same relations; its name."""
        stem, dot, suffix = part.rpartition(".")
        pattern = stem.rstrip("0123456789").replace("{", "{{").replace("}", "}}") + "{}" + dot + suffix
        made = self.add(pattern, self.read(part), content)
        held = self.archive.find(_relations_of(part))
        if held:
            self.archive.write(_relations_of(made), self.archive.read(held))
        return made

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
        # Excel knows drawings of the old kind by their suffix.
        is_vml = suffix == "vml"
        about = {"Extension": suffix} if is_vml else {"PartName": f"/{part}"}
        made = _element("Default" if is_vml else "Override", {**about, "ContentType": content})
        edits = Edits(data)
        edits.append(root, prefixed(made, prefix_of(data, root)))
        self.write(name, edits.done())

    def _without(self, name: str, is_gone: Callable[[Element], bool]) -> None:
        data = self.read(name)
        edits = Edits(data)
        for element in parse(data).children:
            if is_gone(element):
                edits.remove(element)
        self.write(name, edits.done())

    def __iter__(self) -> Iterator[str]:
        return iter(self.archive)


def _element(name: str, attributes: dict[str, str]) -> bytes:
    held = b"".join(b" " + key.encode() + b"=" + xml_value(value) for key, value in attributes.items())
    return b"<" + name.encode() + held + b"/>"


def _relations_of(part: str) -> str:
    folder, base = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def _source_of(relations: str) -> str:
    folder, base = posixpath.split(relations)
    return posixpath.join(posixpath.dirname(folder), base[: -len(".rels")])
