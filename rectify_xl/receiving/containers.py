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

from rectify_xl.facts.limits import limits
from rectify_xl.grid import Unreadable
from rectify_xl.receiving import intake
from rectify_xl.receiving.guarded.bugs import tell
from rectify_xl.receiving.guarded.pool import Failure, Readers
from rectify_xl.receiving.guarded.wire import Task
from rectify_xl.receiving.intake import Refusal, Source, open_regular
from rectify_xl.receiving.places import is_url
from rectify_xl.receiving.unpacking import HEAD_BYTES, Member, is_archive, is_container
from rectify_xl.zips.zipped import SIGNATURE, directory


def sources_in(paths: Sequence[str | os.PathLike[str]]) -> list[Source]:
    """The files named and below the folders named, as `intake.files_in`; archives and mails as their members.

    A path may be a URL that fsspec knows, of a file or a folder. Raises WrongUse.
    """
    return unpacked([source for path in paths for source in _sources_at(os.fspath(path))])


def _sources_at(path: str) -> list[Source]:
    if not is_url(path) or os.path.lexists(path):
        return intake.files_in([path])
    from rectify_xl.receiving.remote import beginnings, fetched_source, sources_at

    sources = sources_at(path)
    files = [source for source in sources if source.is_regular and not source.is_clutter]
    are_containers = dict(zip(files, map(is_container, beginnings(files, HEAD_BYTES)), strict=True))
    return [fetched_source(s, Path(_spool())) if are_containers.get(s) else s for s in sources]


def inbox_sources(folder: Path) -> list[Source]:
    """The files below an inbox, as `intake.inbox_files`; archives and mails as their members."""
    return unpacked(intake.inbox_files(folder))


def unpacked(sources: Sequence[Source]) -> list[Source]:
    """The sources with every archive and mail replaced by the files in it, which are called `archive.zip/member`.

    One that cannot be opened stays, with its refusal. The members are in a folder that this process removes at its end.
    """
    containers = {source.path: source for source in sources if _is_container(source)}
    if not containers:
        return list(sources)
    with Readers() as readers:
        task = Task("unpack", os.fsencode(_spool()), _spool())
        answers: list[Any] = readers.answers(task, list(containers.values()))
    members = dict(zip(containers, answers, strict=True))
    files: list[Source] = []
    for source in sources:
        files += _member_sources(source, members[source.path]) if source.path in members else [source]
    return files


def _is_container(source: Source) -> bool:
    """Whether a file is an archive or a mail; only its beginning is read, and the directory of a zip in doubt."""
    if source.is_clutter or not source.is_regular:
        return False
    try:
        with open_regular(source.path) as file:
            head = file.read(HEAD_BYTES)
            if not is_container(head):
                return False
            if not head.startswith(SIGNATURE):
                return True
            if os.fstat(file.fileno()).st_size > limits().file_bytes:
                return not intake.is_workbook_name(source.path)
            return is_archive(directory(head + file.read()))
    except OSError:
        return False
    except Unreadable:
        # A zip whose directory is refused is read as a workbook if that is its name, else it is refused as an archive.
        return not intake.is_workbook_name(source.path)


def _member_sources(source: Source, answer: Any) -> list[Source]:
    if isinstance(answer, Failure):
        tell(source.name, answer)
        return [_refused(source, (answer.code, answer.case, ()))]
    members: list[Source] = []
    for member in answer if isinstance(answer, tuple) else ():
        if isinstance(member, Member) and (member.name or member.refusal):
            members.append(_member(source, member))
    return members or [_refused(source, ("damaged", "", ()))]


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


def _remove(folder: str, owner: int) -> None:
    """Removes the spool, if this is the process that made it and no fork of it."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
