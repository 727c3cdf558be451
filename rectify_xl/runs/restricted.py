"""Files with a restricted form: archived and registered encrypted where there is a password, else left in the inbox."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from rectify_xl.excel.papers.encrypted import EncryptionError, decrypt, encrypt, save_encrypted
from rectify_xl.facts.in_force import under_settings
from rectify_xl.files import save_atomically
from rectify_xl.judging.judge import restricted_rows
from rectify_xl.model import Book, Return
from rectify_xl.office.roster import roster_for
from rectify_xl.office.ruling import ruling_for
from rectify_xl.outgoing.guidance import guidance_table, left_in_the_inbox, restricted_forms
from rectify_xl.progress.units import has_arrived
from rectify_xl.receiving.intake import Source
from rectify_xl.runs.workspace import Workspace

PASSWORD = "RECTIFY_XL_PASSWORD"


def password() -> str:
    """The password of the environment, "" where none is set."""
    return os.environ.get(PASSWORD, "")


@under_settings
def with_restricted_findings(book: Book, password: str) -> Book:
    """The book with a finding for every file that stays in the inbox alone because no password is set."""
    findings = () if password else left_in_the_inbox(book.returns)
    return replace(book, findings=(*book.findings, *findings)) if findings else book


@under_settings
def keep_restricted(
    workspace: Workspace, received: Iterable[tuple[Source, Return]], book: Book, password: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Archives the files with a restricted form encrypted, and writes their rows to 成果/教育转化登记.xlsx, encrypted.

    Does nothing without a password or such a file. Writing the same again changes no byte. Returns the register's
    path in the workspace, and remarks by code: no-encryption (the extra is missing), wrong-password (an earlier run
    used another) or too-small (a file that was not archived); nothing is lost or half-written then. Raises
    OSError.
    """
    unarchived: list[str] = []
    try:
        outputs = _write_register(workspace, received, (book, password, unarchived))
    except EncryptionError as error:
        return (), (f"{error.code}:{workspace.names['guidance']}",)
    return outputs, tuple(f"too-small:{name}" for name in unarchived)


_Context = tuple[Book, str, list[str]]  # the book, the password, and the files that could not be archived


def _write_register(
    workspace: Workspace, received: Iterable[tuple[Source, Return]], context: _Context
) -> tuple[str, ...]:
    book, password, _ = context
    returns = [r for r in book.returns if r.is_restricted and r.forms and has_arrived(r.verdict)]
    if not password or not returns:
        return ()
    sources = {return_.digest: source for source, return_ in received if return_.is_restricted}
    read = (_with_restricted_rows(workspace, r, sources.get(r.digest), context) for r in returns)
    with_rows = [return_ for return_ in read if return_]
    roster = roster_for(book.settings)
    tables = {form.name: guidance_table(with_rows, form, roster, book.as_of) for form in restricted_forms()}
    from rectify_xl.excel.papers.guidance_book import guidance_bytes

    target = workspace.results / workspace.names["guidance"]
    workspace.results.mkdir(exist_ok=True)
    save_encrypted(target, guidance_bytes(tables, book), password)
    return (target.relative_to(workspace.folder).as_posix(),)


def _with_restricted_rows(
    workspace: Workspace, return_: Return, source: Source | None, context: _Context
) -> Return | None:
    """The file read once more, as the memory keeps no row of it; None where its bytes are nowhere any more."""
    from rectify_xl.excel.reading.reader import read_workbook

    book, password, unarchived = context
    archived = workspace.archive.path_of(return_)
    if archived.is_file():
        data = decrypt(archived.read_bytes(), password)
    elif source is not None:
        data = Path(source.path).read_bytes()
        try:
            _archive(workspace, return_, encrypt(data, password), book.as_of)
        except EncryptionError as error:
            if error.code != "too-small":
                raise
            unarchived.append(return_.file)
    else:
        return None
    return replace(return_, forms=restricted_rows(read_workbook(data), ruling_for(book.settings)))


def _archive(workspace: Workspace, return_: Return, encrypted: bytes, day: date) -> None:
    """Puts an encrypted file into the archive and its list, marked as encrypted."""
    workspace.archive.folder.mkdir(exist_ok=True)
    save_atomically(workspace.archive.path_of(return_), lambda temporary: temporary.write_bytes(encrypted))
    entry = {"digest": return_.digest, "path": return_.file, "arrived": day.isoformat(), "encrypted": True}
    workspace.archive.write_entries((*workspace.archive.entries(), entry))
