"""What a weekly run came to."""

from __future__ import annotations

from dataclasses import dataclass

from rectify_xl.model import Book, Return, Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a weekly run came to: its book, the files first seen by it, the paths it wrote, and remarks.

    `outputs` are relative to the workspace; a remark is a code, with a name behind a colon where it has one. `turned`
    are files known before that are judged otherwise now: path, verdict before, verdict now.
    """

    book: Book
    received: tuple[Return, ...] = ()
    outputs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    turned: tuple[tuple[str, Verdict, Verdict], ...] = ()
