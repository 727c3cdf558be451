"""What calamine does not tell of an .xlsx: saved time, macros, hidden rows, error values, percent formats."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree
from xml.parsers import expat

from rectify_xl import catalog
from rectify_xl.grid import Unreadable
from rectify_xl.kinds import CellError, NoValue
from rectify_xl.layout import CHECK_TEXT_NAME, cell_name

_CELL = re.compile(r"([A-Z]+)(\d+)")
# Cheap signs in a sheet's bytes that the exact pass has something to find.
_SIGNS = (b't="e"', b"t='e'", b'hidden="1"', b"hidden='1'", b'hidden="true"')
_PREFIXED = (b":f></", b":f><v/>", b":f><v />", b":f><v></v>")
_CHILD_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*/></")
_CHECK_TEXT = CHECK_TEXT_NAME.encode()
_NO_VALUE = (b"</c>", b"<v></v>", b"<v/>", b"<v />")


@dataclass(frozen=True, slots=True)
class SheetExtras:
    """What the exact pass found on one sheet: odd cells by (row, column), hidden rows that hold something."""

    odd: Mapping[tuple[int, int], CellError | NoValue] = field(default_factory=dict)
    hidden_rows: tuple[int, ...] = ()


class Package:
    """An opened .xlsx package; every part is inflated at most when asked for. Raises Unreadable(damaged)."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
            self.names = {name.replace("\\", "/").lstrip("/").lower(): name for name in self._zip.namelist()}
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise Unreadable("damaged") from error

    def part(self, name: str) -> bytes:
        """The inflated bytes of a part; b"" if there is none."""
        entry = self.names.get(name.lower())
        if entry is None:
            return b""
        try:
            return self._zip.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise Unreadable("damaged", "part", part=name) from error
        except RuntimeError as error:  # zipfile's word for an encrypted entry
            raise Unreadable("encrypted") from error

    def tree(self, name: str) -> ElementTree.Element | None:
        """A part as a tree, None if there is none."""
        data = self.part(name)
        if not data:
            return None
        try:
            return ElementTree.fromstring(data)
        except ElementTree.ParseError as error:
            raise Unreadable("damaged", "part", part=name) from error

    @cached_property
    def workbook_part(self) -> str:
        """The name of the workbook part as the package's relations tell it."""
        for kind, target in self._relations(""):
            if kind.endswith("/officeDocument"):
                return target
        return "xl/workbook.xml"

    @cached_property
    def sheet_parts(self) -> dict[str, str]:
        """The part of every sheet by its title."""
        root = self.tree(self.workbook_part)
        targets = dict(self._targets(self.workbook_part))
        made: dict[str, str] = {}
        for element in () if root is None else root.iter():
            if _local(element.tag) == "sheet":
                ident = next((v for k, v in element.attrib.items() if _local(k) == "id"), "")
                made[element.get("name", "")] = targets.get(ident, "")
        return made

    @property
    def saved(self) -> str:
        """The workbook's own saved time (dcterms:modified) as it is written, "" if it has none."""
        found = re.search(rb"modified[^>]*>\s*([^<\s]+)\s*<", self.part("docProps/core.xml"))
        return found[1].decode("ascii", "replace") if found else ""

    @property
    def has_macros(self) -> bool:
        """Whether the package carries macros."""
        return any(name.endswith("vbaproject.bin") for name in self.names)

    @property
    def has_external_links(self) -> bool:
        """Whether the package refers to other workbooks or connections."""
        return any("/externallinks/" in name or name.endswith("/connections.xml") for name in self.names)

    def _targets(self, part: str) -> Iterator[tuple[str, str]]:
        folder, base = posixpath.split(part)
        root = self.tree(f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels")
        for element in () if root is None else root:
            target = element.get("Target", "").replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            yield element.get("Id", ""), path

    def _relations(self, part: str) -> Iterator[tuple[str, str]]:
        root = self.tree("_rels/.rels") if not part else None
        for element in () if root is None else root:
            yield element.get("Type", ""), element.get("Target", "").replace("\\", "/").lstrip("/")

    def extras(self, title: str) -> SheetExtras:
        """The odd cells and hidden rows of a sheet; cheap when there are none."""
        data = self.part(self.sheet_parts.get(title, ""))
        has_formula = b"</f>" in data or b":f>" in data or b"<f " in data
        suspect = any(sign in data for sign in _SIGNS) or (has_formula and _has_odd_formula(data))
        return _exact_pass(data) if suspect else SheetExtras()

    def is_percent(self, title: str, row: int, column: int) -> bool:
        """Whether the cell (1-based row, 0-based column) carries a percent format."""
        wanted = rf"\br=[\"']{cell_name(row, column)}[\"']".encode()
        for cell in re.finditer(rb"<(?:\w+:)?c\b[^>]*>", self.part(self.sheet_parts.get(title, ""))):
            if re.search(wanted, cell[0]):
                style = re.search(rb"\bs=[\"'](\d+)[\"']", cell[0])
                return style is not None and int(style[1]) in self._percent_styles
        return False

    @cached_property
    def _percent_styles(self) -> frozenset[int]:
        root = self.tree("xl/styles.xml")
        if root is None:
            return frozenset()
        codes = {"9": "0%", "10": "0.00%"}
        codes |= {e.get("numFmtId", ""): e.get("formatCode", "") for e in root.iter() if _local(e.tag) == "numFmt"}
        formats = next((list(e) for e in root if _local(e.tag) == "cellXfs"), [])
        return frozenset(i for i, xf in enumerate(formats) if "%" in codes.get(xf.get("numFmtId", ""), ""))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _has_odd_formula(data: bytes) -> bool:
    """Whether a sheet has a picture for a value or a formula without value, our own texts of the self-check apart."""
    if b"DISPIMG" in data or (b":f>" in data and any(sign in data for sign in _PREFIXED)):
        return True
    if b"shared" in data and _CHILD_FORMULA.search(data):
        return True
    for before, after in pairwise(data.split(b"</f>")):
        if after.startswith(_NO_VALUE) and _CHECK_TEXT not in before[-80:]:
            cell = before[before.rfind(b"<c ") :]
            if b't="str"' not in cell and not _is_ours(cell):
                return True
    return False


def _is_ours(formula: bytes) -> bool:
    """Whether a formula is one of the self-check: it leads to the helper sheet, by name or by its title."""
    return _CHECK_TEXT in formula or _helper_sheet() in formula


@cache
def _helper_sheet() -> bytes:
    return f"'{catalog.reading().self_check_sheet}'!".encode()


def column_index(letters: str) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


class _Pass:
    """The expat handlers of the exact pass over one sheet."""

    def __init__(self) -> None:
        self.odd: dict[tuple[int, int], CellError | NoValue] = {}
        self.hidden: list[int] = []
        self.row = self.column = 0
        self.kind, self.text, self.formula, self.inside = "", "", "", ""
        self.has_formula = self.row_hidden = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = -1
            self.row_hidden = attributes.get("hidden") in {"1", "true"}
        elif tag == "c":
            place = _CELL.fullmatch(attributes.get("r", ""))
            self.column = column_index(place[1]) if place else self.column + 1
            self.row = int(place[2]) if place else self.row
            self.kind, self.text, self.formula = attributes.get("t", ""), "", ""
            self.has_formula = False
        elif tag == "f":
            self.has_formula = True
        self.inside = tag

    def data(self, text: str) -> None:
        if self.inside == "f":
            self.formula += text
        elif self.inside in ("v", "t"):
            self.text += text

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        self.inside = ""
        if tag != "c":
            return
        if self.kind == "e":
            self.odd[self.row, self.column] = CellError(self.text or "#N/A")
        elif self.has_formula and not self.text and self.kind != "str" and not _is_ours(self.formula.encode()):
            self.odd[self.row, self.column] = NoValue(f"={self.formula}")
        if self.row_hidden and (self.text or self.has_formula) and (not self.hidden or self.hidden[-1] != self.row):
            self.hidden.append(self.row)


def _exact_pass(data: bytes) -> SheetExtras:
    handlers = _Pass()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = handlers.start
    parser.EndElementHandler = handlers.end
    parser.CharacterDataHandler = handlers.data
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise Unreadable("damaged", "part", part="worksheet") from error
    return SheetExtras(handlers.odd, tuple(handlers.hidden))
