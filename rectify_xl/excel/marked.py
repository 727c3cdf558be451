"""The marked return: a copy of the clerk's own workbook with its problems in it, or a list of them beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from pickle import loads

from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.book_part import BookPart
from rectify_xl.excel.marking.checks import refuse_broken, refuse_unsafe
from rectify_xl.excel.marking.parts import Parts
from rectify_xl.excel.marking.problems import Wording, problems_of
from rectify_xl.excel.marking.put_on import put_on
from rectify_xl.excel.marking.take_off import take_off
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import using
from rectify_xl.files import fitting, refuse_existing, save_atomically
from rectify_xl.model import Return

__all__ = [
    "CannotPatch",
    "copy_or_reason",
    "list_path",
    "mark",
    "marker_for",
    "unmark",
    "write_copy_or_list",
    "write_problem_list",
]

# How a file fails to open that is there no more.
_NOT_THERE = (FileNotFoundError, NotADirectoryError)


def mark(data: bytes, return_: Return, *, send_by: date | None = None, lang: str = "zh") -> bytes:
    """A copy of a workbook with the findings of its return in it; older marks of ours are taken off first.

    `send_by` is the day to send it again by. The same input, with the same own forms in force, gives the same bytes.
    Raises CannotPatch where the copy could lose or break anything; `reason` says why.
    """
    wording = Wording(lang=lang, send_by=send_by)
    parts = Parts(data)
    refuse_unsafe(parts, BookPart(parts), return_)
    take_off(parts)
    put_on(parts, problems_of(return_, wording), wording)
    copy = parts.archive.to_bytes()
    refuse_broken(copy, parts)
    return copy


def unmark(data: bytes) -> bytes:
    """A workbook without our list, fills and notes; the same object if it has none. Raises CannotPatch."""
    parts = Parts(data)
    before = list(parts)
    take_off(parts)
    if not parts.archive.written and list(parts) == before:
        return data
    copy = parts.archive.to_bytes()
    refuse_broken(copy, parts)
    return copy


def list_path(target: Path, taken: Collection[Path] = ()) -> Path:
    """Where the list stands of a file that cannot be marked: beside its marked copy, <name>.问题清单.xlsx.

    Where that path is taken (by the list of a.ods, say), the name keeps its suffix: a.xls.问题清单.xlsx.
    """
    ending = str(catalog.read_toml("workspace.toml")["problems_suffix"])
    path = target.with_name(fitting(target.stem, ending))
    return target.with_name(fitting(target.name, ending)) if path in taken else path


def write_problem_list(
    return_: Return,
    path: Path,
    *,
    reason: str = "",
    send_by: date | None = None,
    lang: str = "zh",
    settles: bool = True,
) -> None:
    """Writes the list of a return's problems as a workbook of its own, whole or not at all (see `save_atomically`).

    `reason` is a CannotPatch's; without one the list does not say why it stands alone. Raises OSError.
    """
    from rectify_xl.excel.marking.list_book import list_book

    problems = problems_of(return_, Wording(lang=lang, send_by=send_by), reason)
    data = list_book(problems)
    save_atomically(path, lambda temporary: temporary.write_bytes(data), settles=settles)


def copy_or_reason(data: bytes, return_: Return, *, send_by: date | None, lang: str) -> bytes | str:
    """The marked copy of a file, or the reason why there can be none ("refused" for a refused file)."""
    if return_.verdict == "refused":
        return "refused"
    try:
        return mark(data, return_, send_by=send_by, lang=lang)
    except CannotPatch as trouble:
        return trouble.reason


def write_copy_or_list(
    copy: bytes | str,
    return_: Return,
    target: Path,
    *,
    send_by: date | None = None,
    lang: str = "zh",
    replaces: bool = False,
    taken: Collection[Path] = (),
) -> Path:
    """Writes the copy that `copy_or_reason` gave to `target`, or the list beside it for a reason; the path written.

    Raises FileExistsError where a file stands already, and OSError. A run `replaces` what an earlier one of the day
    wrote, and settles all its files at its end. `taken` are the paths where no list may stand.
    """
    if isinstance(copy, str):
        path = list_path(target, taken)
        if not replaces:
            refuse_existing(path)
        write_problem_list(return_, path, reason=copy, send_by=send_by, lang=lang, settles=not replaces)
        return path
    if not replaces:
        refuse_existing(target)
    save_atomically(target, lambda temporary: temporary.write_bytes(copy), settles=not replaces)
    return target


def marker_for(context: bytes) -> Callable[[tuple[str, Return]], bytes | str]:
    """A function from (path, return) to the marked copy; `context` is the pickled (send by, language, own forms).

    It returns what `copy_or_reason` returns.
    """
    send_by, lang, forms = loads(context)

    def marked(job: tuple[str, Return]) -> bytes | str:
        path, return_ = job
        try:
            data = b"" if return_.verdict == "refused" else Path(path).read_bytes()
        except OSError as error:
            if return_.is_restricted:
                return "restricted"
            return "gone" if not path or isinstance(error, _NOT_THERE) else "unopened"
        with using(forms):
            return copy_or_reason(data, return_, send_by=send_by, lang=lang)

    return marked
