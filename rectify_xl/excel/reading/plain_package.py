"""A received .xlsx repacked as a plain package of our own: all that the fast reader is given of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rectify_xl.excel.reading.number_formats import Formats
from rectify_xl.excel.reading.package import Package, SheetAbout
from rectify_xl.excel.reading.sheet_scan import has_control, is_long_or_deep, look_at
from rectify_xl.excel.reading.usual_sheets import usual_reader
from rectify_xl.excel.reading.usual_texts import SharedTexts, UnusualMarkup
from rectify_xl.excel.reading.xml_parts import as_utf_8, check
from rectify_xl.grid import Grid
from rectify_xl.zips.zipped import stored

# Whether a sheet of that title, shown or hidden, need not be read.
IsUnread = Callable[[str, bool], bool]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_ROOT_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r" Type="{_LINKS}/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>'
).encode()
# The counts of the shared texts are hints that may lie, and room is made for as many as they say.
_TEXTS_HEAD = re.compile(rb"<sst\b[^>]*>")
_PLAIN_TEXTS_HEAD = f'<sst xmlns="{_MAIN}">'.encode()


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainBook:
    """The worksheets to be read, their parts in UTF-8, which of them are odd, and the package of the plain ones.

    `usual` are those that were read already, by part, and without their titles. In `fast` a sheet is named by its
    part; b"" if it holds none. `external_link` is the sheet and the cell ("" if unknown) of the first formula that
    leads out of the workbook.
    """

    sheets: tuple[SheetAbout, ...]
    parts: Mapping[str, bytes]
    odd: frozenset[str]
    fast: bytes
    usual: Mapping[str, Grid]
    external_link: tuple[str, str] | None = None


def sheets_to_read(package: Package, is_unread: IsUnread) -> tuple[SheetAbout, ...]:
    """The worksheets of a package but those that need not be read; raises Unreadable as `Package` does."""
    return tuple(about for about in package.sheets if about.part and not is_unread(about.title, about.visible))


def plain_book(package: Package, sheets: tuple[SheetAbout, ...]) -> PlainBook:
    """The worksheets of a package looked over and packed for the fast reader; raises Unreadable as `Package` does."""
    shared = package.related("sharedStrings")
    shared_texts = as_utf_8(shared, "sharedStrings") if shared else (b"", False)
    sheet_data = {about.part: as_utf_8(package.part(about.part), about.part) for about in sheets}
    usual = _usual_sheets(package, shared_texts, sheet_data) if sheets else {}
    plain: dict[str, bytes] = {}
    external_link = None
    texts, texts_are_odd = (b"", False) if len(usual) == len(sheet_data) else _fast_texts(*shared_texts)
    for about in sheets:
        if about.part in usual:
            continue
        data, is_prefixed = sheet_data[about.part]
        look = look_at(data)
        if look.external_link and external_link is None:
            external_link = about.title, look.external_link_cell
        if look.plain is not None and not (texts_are_odd or is_prefixed):
            check(data, about.part)
            plain[about.part] = look.plain
    return PlainBook(
        sheets=sheets,
        parts={part: data for part, (data, _) in sheet_data.items()},
        odd=frozenset(sheet_data) - plain.keys() - usual.keys(),
        fast=packed(plain, texts, package.formats, package.counts_from_1904) if plain else b"",
        usual=usual,
        external_link=external_link,
    )


def _usual_sheets(
    package: Package, texts: tuple[bytes, bool], sheet_data: Mapping[str, tuple[bytes, bool]]
) -> dict[str, Grid]:
    """The sheets that are written as programs write them, by part; none where the shared texts are not."""
    if texts[1]:
        return {}
    try:
        shared = SharedTexts(texts[0])
    except UnusualMarkup:
        return {}
    reader = usual_reader(shared.text, package.formats, counts_from_1904=package.counts_from_1904)
    grids = {part: reader.grid(data) for part, (data, is_prefixed) in sheet_data.items() if not is_prefixed}
    return {part: grid for part, grid in grids.items() if grid is not None}


def _fast_texts(texts: bytes, is_prefixed: bool) -> tuple[bytes, bool]:
    """The shared texts for the fast reader, and whether it must not have them."""
    if b"</" not in texts:  # no text in it
        return b"", bool(texts) and b"/>" not in texts
    check(texts, "sharedStrings")
    return texts, is_prefixed or has_control(texts) or is_long_or_deep(texts)


def packed(parts: Mapping[str, bytes], texts: bytes, formats: Formats, counts_from_1904: bool) -> bytes:
    """A package of plain worksheets, each of them named by its key."""
    names = list(parts)
    sheet_elements = "".join(
        f'<sheet name="{_escaped(name)}" sheetId="{i}" r:id="r{i}"/>' for i, name in enumerate(names, 1)
    )
    relations = "".join(
        f'<Relationship Id="r{i}" Type="{_LINKS}/worksheet" Target="worksheets/{i}.xml"/>'
        for i, _ in enumerate(names, 1)
    )
    epoch = '<workbookPr date1904="1"/>' if counts_from_1904 else ""
    workbook = f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">{epoch}<sheets>{sheet_elements}</sheets></workbook>'
    parts_by_name = {
        "_rels/.rels": _ROOT_RELATIONS,
        "xl/workbook.xml": workbook.encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>'.encode(),
        "xl/styles.xml": _styles(formats),
    }
    if texts:
        parts_by_name["xl/sharedStrings.xml"] = _TEXTS_HEAD.sub(_PLAIN_TEXTS_HEAD, texts, count=1)
    return stored(parts_by_name | {f"xl/worksheets/{i}.xml": parts[name] for i, name in enumerate(names, 1)})


@lru_cache(maxsize=32)
def _styles(formats: Formats) -> bytes:
    """Styles that tell nothing but which numbers are days and durations, by built-in formats."""
    used = "".join(f'<xf numFmtId="{kind}"/>' for kind in formats.kinds)
    return f'<styleSheet xmlns="{_MAIN}"><cellXfs>{used}</cellXfs></styleSheet>'.encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
