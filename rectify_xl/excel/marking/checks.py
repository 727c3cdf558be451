"""Checks before and after a workbook is marked: whether it may be changed, and whether the result is sound."""

from __future__ import annotations

import zipfile
from io import BytesIO

from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.book_part import BookPart
from rectify_xl.excel.marking.elements import new_parser, run
from rectify_xl.excel.marking.parts import Parts
from rectify_xl.facts import catalog
from rectify_xl.model import COVER, Return
from rectify_xl.normal import key_text

_XML = (".xml", ".rels")


def refuse_unsafe(parts: Parts, book: BookPart, return_: Return) -> None:
    """CannotPatch for a signed or shared workbook, and for one whose rows may be copied nowhere."""
    names = [name.lower() for name in parts]
    if any(name.startswith("_xmlsignatures/") for name in names):
        raise CannotPatch("signed")
    if any("/revisions/" in name for name in names):
        raise CannotPatch("shared")
    if is_restricted(return_) or any(key_text(sheet.title) in _restricted_titles() for sheet in book.sheets):
        raise CannotPatch("restricted")


def is_restricted(return_: Return) -> bool:
    """Whether a return holds rows or findings of a restricted form, or of one that is not known any more."""
    forms = catalog.forms()
    names = {rows.form for rows in return_.forms} | {finding.form for finding in return_.findings}
    return any(name not in forms or forms[name].restricted for name in names - {"", COVER})


def _restricted_titles() -> set[str]:
    return {key_text(form.title) for form in catalog.forms().values() if form.restricted}


def refuse_broken(data: bytes, parts: Parts) -> None:
    """CannotPatch("damaged") unless the package opens again and every part that was written is well-formed."""
    try:
        package = zipfile.ZipFile(BytesIO(data))
        if package.namelist() != list(parts):
            raise CannotPatch("damaged")
        for name, part in parts.archive.written.items():
            if package.read(name) != part:
                raise CannotPatch("damaged")
            if name.lower().endswith(_XML):
                run(new_parser(), part)
    except (zipfile.BadZipFile, OSError) as error:
        raise CannotPatch("damaged") from error
