"""What becomes of files with a restricted form: with a password kept and registered encrypted, else left alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from rectify_xl.excel.papers.encrypted import EncryptionError, decrypt, encrypt, save_encrypted
from rectify_xl.files import save_atomically
from rectify_xl.in_force import under_settings
from rectify_xl.judging.judge import restricted_rows
from rectify_xl.model import Book, Return
from rectify_xl.outgoing.guidance import guidance_table, left_in_the_inbox, restricted_forms
from rectify_xl.progress.units import has_arrived
from rectify_xl.receiving.intake import Source
from rectify_xl.roster import roster_for
from rectify_xl.ruling import ruling_for
from rectify_xl.runs.workspace import Workspace

PASSWORD = "RECTIFY_XL_PASSWORD"


def password() -> str:
    """The password of the environment, "" where none is set."""
    return os.environ.get(PASSWORD, "")


@under_settings
def with_restricted_told(book: Book, password: str) -> Book:
    """The book with a finding for every file that, for want of a password, stays in the inbox alone."""
    told = () if password else left_in_the_inbox(book.returns)
    return replace(book, findings=(*book.findings, *told)) if told else book


@under_settings
def keep_restricted(
    place: Workspace, received: Iterable[tuple[Source, Return]], book: Book, password: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Archives the files with a restricted form encrypted, and writes their rows to 成果/教育转化登记.xlsx, encrypted.

    Does nothing without a password or such a file. Writing the same again changes no byte. Gives the register's path
    in the workspace, and remarks by code: no-encryption (the extra is missing), wrong-password (what an earlier run
    closed does not open) or too-small (a file that was not archived); nothing is lost or half-written then.
    Raises OSError.
    """
    left: list[str] = []
    try:
        return _kept(place, received, (book, password, left)), tuple(f"too-small:{name}" for name in left)
    except EncryptionError as error:
        return (), (f"{error.code}:{place.names['guidance']}",)


_How = tuple[Book, str, list[str]]  # the book, the password, and the files that could not be archived


def _kept(place: Workspace, received: Iterable[tuple[Source, Return]], how: _How) -> tuple[str, ...]:
    book, password, _ = how
    held = [told for told in book.returns if told.is_restricted and told.forms and has_arrived(told.verdict)]
    if not password or not held:
        return ()
    sources = {told.digest: source for source, told in received if told.is_restricted}
    judged = [back for told in held if (back := _judged(place, told, sources.get(told.digest), how))]
    roster = roster_for(book.settings)
    tables = {form.name: guidance_table(judged, form, roster, book.as_of) for form in restricted_forms()}
    from rectify_xl.excel.papers.guidance_book import guidance_bytes

    target = place.results / place.names["guidance"]
    place.results.mkdir(exist_ok=True)
    save_encrypted(target, guidance_bytes(tables, book), password)
    return (target.relative_to(place.folder).as_posix(),)


def _judged(place: Workspace, told: Return, source: Source | None, how: _How) -> Return | None:
    """The file read once more, for the memory keeps no row of it; None where it is neither archived nor there."""
    from rectify_xl.excel.reading.reader import read_workbook

    book, password, left = how
    archived = place.archive / f"{told.digest}{told.suffix}"
    if archived.is_file():
        data = decrypt(archived.read_bytes(), password)
    elif source is not None:
        data = Path(source.path).read_bytes()
        try:
            _archive(place, told, (archived, encrypt(data, password)), book.as_of)
        except EncryptionError as error:
            if error.code != "too-small":
                raise
            left.append(told.file)
    else:
        return None
    return replace(told, forms=restricted_rows(read_workbook(data), ruling_for(book.settings)))


def _archive(place: Workspace, told: Return, what: tuple[Path, bytes], day: date) -> None:
    """Puts an encrypted file into the archive and notes it in its list, marked as encrypted."""
    target, data = what
    place.archive.mkdir(exist_ok=True)
    save_atomically(target, lambda temporary: temporary.write_bytes(data))
    line = {"digest": told.digest, "path": told.file, "arrived": day.isoformat(), "encrypted": True}
    path = place.archive / place.names["archive_list"]
    there = path.read_text(encoding="utf-8") if path.exists() else ""
    listed = there + json.dumps(line, ensure_ascii=False) + "\n"
    save_atomically(path, partial(Path.write_text, data=listed, encoding="utf-8", newline="\n"))
