"""A workbook as its own XML says it: what the tests of writers look at."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class BookXml:
    """The parts of one workbook, namespaces laid aside: `sheets` by title in their order."""

    workbook: ET.Element
    styles: ET.Element
    strings: tuple[str, ...]
    sheets: Mapping[str, ET.Element]

    @property
    def names(self) -> dict[str, str]:
        """What each defined name refers to, without the sheet-bound ones."""
        return {
            e.get("name", ""): e.text or "" for e in self.workbook.iter("definedName") if e.get("localSheetId") is None
        }

    def local_names(self, title: str) -> dict[str, str]:
        """What the names bound to one sheet refer to."""
        place = str(list(self.sheets).index(title))
        return {
            e.get("name", ""): e.text or "" for e in self.workbook.iter("definedName") if e.get("localSheetId") == place
        }

    def texts(self, title: str) -> dict[str, str]:
        """The texts of one sheet by cell name, shared or in their cells."""
        held = {c.get("r", ""): c for c in self.sheets[title].iter("c")}
        shared = {cell: self.strings[int(c.findtext("v", "0"))] for cell, c in held.items() if c.get("t") == "s"}
        return shared | {
            cell: "".join(t.text or "" for t in c.iter("t")) for cell, c in held.items() if c.get("t") == "inlineStr"
        }

    def style(self, index: str | None) -> ET.Element:
        """The cell format (cellXfs) of that index."""
        return self.styles.findall("cellXfs/*")[int(index or 0)]

    def is_locked(self, index: str | None) -> bool:
        """Whether protection keeps cells of that format from being typed in."""
        protection = self.style(index).find("protection")
        return protection is None or protection.get("locked", "1") not in ("0", "false")

    def font(self, index: str | None) -> str:
        """The font's name in that format."""
        fonts = self.styles.findall("fonts/*")
        name = fonts[int(self.style(index).get("fontId", "0"))].find("name")
        return "" if name is None else name.get("val", "")

    def number_format(self, index: str | None) -> str:
        """The number format's code, or Excel's number of a built-in one."""
        number = self.style(index).get("numFmtId", "0")
        codes = {e.get("numFmtId"): e.get("formatCode", "") for e in self.styles.iter("numFmt")}
        return codes.get(number, number)


def book_xml(path: Path) -> BookXml:
    """Reads a workbook's parts."""
    with zipfile.ZipFile(path) as package:
        targets = {
            e.get("Id", ""): e.get("Target", "") for e in _part(package, "xl/_rels/workbook.xml.rels", keep=True).iter()
        }
        workbook = _part(package, "xl/workbook.xml")
        shared = "xl/sharedStrings.xml"
        strings = _part(package, shared).iter("si") if shared in package.namelist() else ()
        sheets = {
            e.get("name", ""): _part(package, "xl/" + targets[e.get(_REL, "")].removeprefix("/xl/"))
            for e in workbook.iter("sheet")
        }
        return BookXml(
            workbook=workbook,
            styles=_part(package, "xl/styles.xml"),
            strings=tuple("".join(t.text or "" for t in si.iter("t")) for si in strings),
            sheets=sheets,
        )


def _part(package: zipfile.ZipFile, name: str, keep: bool = False) -> ET.Element:
    root = ET.fromstring(package.read(name))
    for element in root.iter() if not keep else ():
        element.tag = element.tag.removeprefix(_MAIN)
    return root


def validations(sheet: ET.Element) -> dict[str, ET.Element]:
    """The validations of a sheet by the range they stand on, a range a validation."""
    return {place: e for e in sheet.iter("dataValidation") for place in e.get("sqref", "").split()}


def columns(sheet: ET.Element) -> Iterator[tuple[int, int, str | None]]:
    """(first, last, style) of each column declaration, columns counted from 1."""
    for e in sheet.iter("col"):
        yield int(e.get("min", "0")), int(e.get("max", "0")), e.get("style")


def row_of(cell: str) -> int:
    """Excel's row number in a cell name."""
    return int(re.sub("[A-Z]+", "", cell))


def differing_parts(one: Path, other: Path) -> list[str]:
    """The parts that carry our decisions (workbook, sheets, texts, styles) and are not the same XML in both."""
    held, wanted = _our_parts(one), _our_parts(other)
    return sorted(
        name
        for name in held.keys() | wanted.keys()
        if held.get(name) != wanted.get(name) and _canonical(held.get(name)) != _canonical(wanted.get(name))
    )


def _our_parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        ours = [name for name in package.namelist() if re.fullmatch(r"xl/(\w+|worksheets/\w+)\.xml", name)]
        return {name: package.read(name) for name in ours}


def _canonical(part: bytes | None) -> str:
    return "" if part is None else ET.canonicalize(part.decode())
