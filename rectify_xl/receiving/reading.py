"""One file read and judged: what a reader process does; and the verdict on a file at which it failed."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from functools import partial
from hashlib import sha256
from pickle import loads

from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.facts.limits import limits
from rectify_xl.grid import RawBook, Unreadable
from rectify_xl.judging.judge import Received, judge_book, refused
from rectify_xl.model import Return
from rectify_xl.office.ruling import Ruling, ruling_for
from rectify_xl.receiving.intake import Source, open_regular, read_regular, suffix_of


def reader_for(context: bytes) -> Callable[[Source], Return]:
    """A function that reads and judges files under the pickled (Settings, day of judgement)."""
    settings, as_of = loads(context)
    return partial(read_file, ruling=ruling_for(settings), as_of=as_of)


def read_file(source: Source, ruling: Ruling, as_of: date) -> Return:
    """The judged return of one file, whatever the file is."""
    opened_file = read_source(source)
    return opened_file if isinstance(opened_file, Return) else judge_book(opened_file[1], ruling, opened_file[0], as_of)


def read_source(source: Source) -> tuple[Received, RawBook] | Return:
    """A file as read, or its return with the verdict where it is not or cannot be read."""
    received = Received(file=source.name)
    if source.is_clutter:
        return Return(file=source.name, verdict="ignored")
    if not source.is_regular:
        return refused(received, _refusal(source) or Unreadable("not-a-file"))
    if large := too_large(source):
        return large
    try:
        data = read_regular(source.path)
    except BlockingIOError:
        return refused(received, Unreadable("not-a-file", "changing"))
    except OSError as error:
        return refused(received, Unreadable("not-a-file", "unreadable", reason=error.strerror or ""))
    received = Received(
        file=source.name, digest=sha256(data).hexdigest(), suffix=suffix_of(source.path), size=len(data)
    )
    if reason := _refusal(source):
        return refused(received, reason)
    try:
        return received, read_workbook(data)
    except Unreadable as error:
        return refused(received, error)


def _refusal(source: Source) -> Unreadable | None:
    """Why a source is refused without being read, if it is."""
    if source.refusal is None:
        return None
    code, case, params = source.refusal
    return Unreadable(code, case, **dict(params))


def too_large(source: Source) -> Return | None:
    """The verdict on a file above the size limit, which is never read into memory; None for any other file."""
    if source.is_clutter or not source.is_regular:
        return None
    try:
        size = os.lstat(source.path).st_size
    except OSError:
        return None
    if size <= (most := limits().file_bytes):
        return None
    if size > limits().archived_bytes:  # taking its digest alone might take hours
        return refused(Received(file=source.name), Unreadable("too-large", "left", size=size, limit=most))
    reason = _refusal(source) or Unreadable("too-large", size=size, limit=most)
    return broken_off(source, reason.code, reason.case, **reason.params)


def broken_off(source: Source, code: str, case: str, **params: str | int | date) -> Return:
    """The verdict on a file whose reading was broken off; its digest is computed in pieces."""
    digest, size = sha256(), 0
    try:
        with open_regular(source.path) as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
                size += len(piece)
    except OSError:
        return refused(Received(file=source.name), Unreadable(code, case, **params))
    received = Received(file=source.name, digest=digest.hexdigest(), suffix=suffix_of(source.path), size=size)
    return refused(received, Unreadable(code, case, **params))
