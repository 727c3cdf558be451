"""A template's self-check set aside and put back: openpyxl would rewrite its ten thousands of formulas every time."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO

from rectify_xl.excel.reading.exact_texts import read_texts
from rectify_xl.excel.reading.package import Package
from rectify_xl.facts import catalog

_EMPTY = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
_SHARED = re.compile(rb'(<c r="[A-Z]+\d+"[^>]*?) t="s"><v>(\d+)</v></c>')


def set_aside(data: bytes) -> tuple[bytes, bytes]:
    """The package with an empty sheet where its self-check belongs, and the self-check; b"" where it has none."""
    part = _check_part(data)
    return (with_parts(data, {part: _EMPTY}), _check_of(data, part)) if part else (data, b"")


def with_check(data: bytes, check: bytes) -> bytes:
    """A package made from one without its self-check, with it; as it is where it has no place for it."""
    part = _check_part(data) if check else ""
    return with_parts(data, {part: check}) if part else data


def with_parts(data: bytes, changed: Mapping[str, bytes]) -> bytes:
    """The package with some parts replaced or added, the others as they are."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()} | changed
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, (2005, 5, 25, 8, 0, 0))
            package.writestr(info, part, zipfile.ZIP_DEFLATED, compresslevel=1)
    return held.getvalue()


def _check_part(data: bytes) -> str:
    return Package(data).sheet_parts.get(catalog.reading().self_check_sheet, "")


def _check_of(data: bytes, part: str) -> bytes:
    """The self-check's sheet, its texts written out where they stand."""
    package = Package(data)
    texts = read_texts(package.related("sharedStrings"))

    def written_out(found: re.Match[bytes]) -> bytes:
        text = texts[int(found[2])].replace("&", "&amp;").replace("<", "&lt;")
        return found[1] + f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'.encode()

    return _SHARED.sub(written_out, package.part(part))
