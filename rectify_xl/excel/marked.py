"""The marked return: a copy of the clerk's own workbook with its problems in it, or a list of them beside it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from pickle import loads

from rectify_xl import catalog
from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.book_part import BookPart
from rectify_xl.excel.marking.checks import refuse_broken, refuse_unsafe
from rectify_xl.excel.marking.parts import Parts
from rectify_xl.excel.marking.problems import Wording, problems_of
from rectify_xl.excel.marking.put_on import put_on
from rectify_xl.excel.marking.take_off import take_off
from rectify_xl.files import fitting, save_atomically
from rectify_xl.model import Form, Return

__all__ = [
    "CannotPatch",
    "copy_or_reason",
    "list_path",
    "mark",
    "marker_for",
    "unmark",
    "write_made",
    "write_problem_list",
    "write_returned",
]

Forms = Mapping[str, Form]


def mark(
    data: bytes, held: Return, *, send_by: date | None = None, lang: str = "zh", forms: Forms | None = None
) -> bytes:
    """A copy of a workbook with the findings of its return in it; older marks of ours are taken off first.

    `send_by` is the day to send it again by, `forms` an office's own forms by name. The same input gives the same
    bytes. Raises CannotPatch where the copy could lose or break anything; `reason` says why.
    """
    wording = Wording(lang=lang, send_by=send_by, forms=forms)
    parts = Parts(data)
    refuse_unsafe(parts, BookPart(parts), held)
    take_off(parts)
    put_on(parts, problems_of(held, wording), wording)
    made = parts.archive.to_bytes()
    refuse_broken(made, parts)
    return made


def unmark(data: bytes) -> bytes:
    """A workbook without our list, fills and notes; the same object if it has none. Raises CannotPatch."""
    parts = Parts(data)
    before = list(parts)
    take_off(parts)
    if not parts.archive.written and list(parts) == before:
        return data
    made = parts.archive.to_bytes()
    refuse_broken(made, parts)
    return made


def list_path(target: Path) -> Path:
    """Where the list stands of a file that cannot be marked: beside its marked copy, <name>.问题清单.xlsx."""
    return target.with_name(fitting(target.stem, str(catalog.read_toml("workspace.toml")["problems_suffix"])))


def write_problem_list(
    held: Return,
    path: Path,
    *,
    reason: str = "",
    send_by: date | None = None,
    lang: str = "zh",
    forms: Forms | None = None,
    settles: bool = True,
) -> None:
    """Writes the list of a return's problems as a workbook of its own, whole or not at all (see `save_atomically`).

    `reason` is a CannotPatch's; without one the list does not say why it stands alone. Raises OSError.
    """
    from rectify_xl.excel.marking.list_book import list_book

    told = problems_of(held, Wording(lang=lang, send_by=send_by, forms=forms), reason)
    made = list_book(told)
    save_atomically(path, lambda temporary: temporary.write_bytes(made), settles=settles)


def write_returned(
    data: bytes,
    held: Return,
    target: Path,
    *,
    send_by: date | None = None,
    lang: str = "zh",
    forms: Forms | None = None,
) -> Path:
    """Marks a received file and writes the copy to `target`, or the list of its problems beside it; which it was.

    Raises FileExistsError where a file stands already, and OSError.
    """
    made = copy_or_reason(data, held, send_by=send_by, lang=lang, forms=forms)
    return write_made(made, held, target, send_by=send_by, lang=lang, forms=forms)


def copy_or_reason(
    data: bytes, held: Return, *, send_by: date | None, lang: str, forms: Forms | None = None
) -> bytes | str:
    """The marked copy of a file, or the reason why there can be none; of a refused file there is none."""
    if held.verdict == "refused":
        return "refused"
    try:
        return mark(data, held, send_by=send_by, lang=lang, forms=forms)
    except CannotPatch as trouble:
        return trouble.reason


def write_made(
    made: bytes | str,
    held: Return,
    target: Path,
    *,
    send_by: date | None = None,
    lang: str = "zh",
    forms: Forms | None = None,
    replaces: bool = False,
) -> Path:
    """Writes what `copy_or_reason` made of a file: the copy to `target`, or the list beside it; which it was.

    Raises FileExistsError where a file stands already, and OSError. A run `replaces` what an earlier one of the day
    wrote, and settles all its files at its end.
    """
    if isinstance(made, str):
        path = list_path(target) if replaces else _free(list_path(target))
        write_problem_list(held, path, reason=made, send_by=send_by, lang=lang, forms=forms, settles=not replaces)
        return path
    save_atomically(target if replaces else _free(target), lambda t: t.write_bytes(made), settles=not replaces)
    return target


def marker_for(context: bytes) -> Callable[[tuple[str, Return]], bytes | str]:
    """What makes the marked copy of a file, by its path and return, under the pickled (send by, language, forms).

    It gives what `copy_or_reason` gives.
    """
    send_by, lang, forms = loads(context)

    def marked(asked: tuple[str, Return]) -> bytes | str:
        path, held = asked
        data = b"" if held.verdict == "refused" else Path(path).read_bytes()
        return copy_or_reason(data, held, send_by=send_by, lang=lang, forms=forms)

    return marked


def _free(path: Path) -> Path:
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    return path
