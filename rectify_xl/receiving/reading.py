"""One file read and judged: what a reader process does, and what is said of a file at which it failed."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from functools import partial
from hashlib import sha256
from pickle import loads

from rectify_xl.excel.reading.reader import read_workbook
from rectify_xl.grid import RawBook, Unreadable
from rectify_xl.judging.judge import Received, judge_book, refused
from rectify_xl.limits import limits
from rectify_xl.model import Return
from rectify_xl.receiving.intake import Source, open_regular, read_regular, suffix_of
from rectify_xl.ruling import Ruling, ruling_for


def reader_for(context: bytes) -> Callable[[Source], Return]:
    """What reads files under the pickled (Settings, day of judgement)."""
    settings, as_of = loads(context)
    return partial(read_file, ruling=ruling_for(settings), as_of=as_of)


def read_file(source: Source, ruling: Ruling, as_of: date) -> Return:
    """One file's verdict, whatever the file is."""
    held = opened(source)
    return held if isinstance(held, Return) else judge_book(held[1], ruling, held[0], as_of)


def opened(source: Source) -> tuple[Received, RawBook] | Return:
    """A file as read, or its verdict where it is not read or cannot be."""
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
    """The verdict on a file larger than any may be, which nobody takes into memory; None for every other one."""
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
    """The verdict on a file whose reading was ended; its digest is taken in pieces, nothing of it is understood."""
    digest, size = sha256(), 0
    try:
        with open_regular(source.path) as held:
            while piece := held.read(1 << 20):
                digest.update(piece)
                size += len(piece)
    except OSError:
        return refused(Received(file=source.name), Unreadable(code, case, **params))
    received = Received(file=source.name, digest=digest.hexdigest(), suffix=suffix_of(source.path), size=size)
    return refused(received, Unreadable(code, case, **params))
