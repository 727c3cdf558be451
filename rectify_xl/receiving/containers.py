"""The files to be read, those inside archives and mails among them: unpacked by a guarded process into a spool."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from rectify_xl.limits import limits
from rectify_xl.receiving import intake
from rectify_xl.receiving.guarded.bugs import tell
from rectify_xl.receiving.guarded.pool import Failure, Readers
from rectify_xl.receiving.guarded.wire import Task
from rectify_xl.receiving.intake import Refusal, Source, open_regular
from rectify_xl.receiving.places import is_url
from rectify_xl.receiving.unpacking import Member, is_archive, is_container
from rectify_xl.zipped import SIGNATURE, directory

_LOOK = 4_096


def sources_in(paths: Sequence[str | os.PathLike[str]]) -> list[Source]:
    """The files named and below the folders named, as `intake.sources_in`; archives and mails as their members.

    A path may be a URL that fsspec knows, of a file or a folder. Raises WrongUse.
    """
    return unpacked([source for path in paths for source in _sources_at(os.fspath(path))])


def _sources_at(path: str) -> list[Source]:
    if not is_url(path) or os.path.lexists(path):
        return intake.sources_in([path])
    from rectify_xl.receiving.remote import beginnings, brought, sources_at

    sources = sources_at(path)
    away = [source for source in sources if source.is_regular and not source.is_clutter]
    opened = dict(zip(away, map(is_container, beginnings(away, _LOOK)), strict=True))
    return [brought(source, Path(_spool())) if opened.get(source) else source for source in sources]


def inbox_sources(folder: Path) -> list[Source]:
    """The files below an inbox, as `intake.inbox_sources`; archives and mails as their members."""
    return unpacked(intake.inbox_sources(folder))


def unpacked(sources: Sequence[Source]) -> list[Source]:
    """The sources with every archive and mail replaced by the files in it, which are called `archive.zip/member`.

    One that cannot be opened stays, with its refusal. The members stand in a folder that lives as long as this process.
    """
    held = {source.path: source for source in sources if _holds_files(source)}
    if not held:
        return list(sources)
    with Readers() as readers:
        task = Task("unpack", os.fsencode(_spool()), _spool())
        answers: list[Any] = readers.answers(task, list(held.values()))
    members = dict(zip(held, answers, strict=True))
    made: list[Source] = []
    for source in sources:
        made += _sources_of(source, members[source.path]) if source.path in members else [source]
    return made


def _holds_files(source: Source) -> bool:
    """Whether a file is an archive or a mail; only its beginning is read, and the directory of a zip in doubt."""
    if source.is_clutter or not source.is_regular:
        return False
    try:
        with open_regular(source.path) as opened:
            head = opened.read(_LOOK)
            if not is_container(head):
                return False
            if not head.startswith(SIGNATURE):
                return True
            if os.fstat(opened.fileno()).st_size > limits().file_bytes:
                return not intake.is_workbook_name(source.path)
            return is_archive(directory(head + opened.read()))
    except OSError:
        return False
    except intake.Unreadable:
        # A zip whose directory is refused: a workbook by its name is read as one, all else is told as an archive.
        return not intake.is_workbook_name(source.path)


def _sources_of(source: Source, answer: Any) -> list[Source]:
    if isinstance(answer, Failure):
        tell(source.name, answer)
        return [_refused(source, (answer.code, answer.case, ()))]
    made: list[Source] = []
    for member in answer if isinstance(answer, tuple) else ():
        if isinstance(member, Member) and (member.name or member.refusal):
            made.append(_member(source, member))
    return made or [_refused(source, ("damaged", "", ()))]


def _member(source: Source, member: Member) -> Source:
    if not member.name:
        return _refused(source, member.refusal or ("damaged", "", ()))
    return Source(path=member.path, name=f"{source.name}/{member.name}", refusal=member.refusal, within=source)


def _refused(source: Source, refusal: Refusal) -> Source:
    return Source(path=source.path, name=source.name, refusal=refusal)


@cache
def _spool() -> str:
    folder = tempfile.mkdtemp(prefix="rectify_xl-")
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder: str, whose: int) -> None:
    """Removes the spool, unless this is a fork of the process that has it."""
    if os.getpid() == whose:
        shutil.rmtree(folder, ignore_errors=True)
