"""Archives and mails unpacked member by member into a folder: audited, limited in size, named as people see them."""

from __future__ import annotations

import os
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from rectify_xl.facts.limits import limits
from rectify_xl.grid import Unreadable
from rectify_xl.normal import inert
from rectify_xl.receiving.intake import UNREADABLE, Refusal, Source, clutter, read_regular
from rectify_xl.zips.zipped import SIGNATURE, Entry, directory, inflated

# How a zip begins that is a document of some program and no archive of files.
_DOCUMENT = re.compile(
    rb"(?:\[content_types\]\.xml|_rels[/\\]|docprops[/\\]|customxml[/\\]|xl[/\\]|word[/\\]|ppt[/\\]|mimetype|content\.xml)",
    re.IGNORECASE,
)
_DOCUMENT_PARTS = frozenset(
    (
        *("[content_types].xml", "_rels/.rels", "xl/workbook.xml", "xl/workbook.bin", "content.xml", "mimetype"),
        # of Numbers and Pages, OFD, programs in Java and for telephones
        *("index/document.iwa", "ofd.xml", "meta-inf/manifest.mf", "androidmanifest.xml"),
    )
)
_MAIL = re.compile(
    rb"(?:return-path|received|from|to|cc|subject|date|message-id|mime-version|delivered-to|dkim-signature|reply-to"
    rb"|sender|content-type|x-[\w-]+):",
    re.IGNORECASE,
)
_MAIL_BODY = re.compile(rb"^(?:content-type|mime-version|message-id|subject):", re.IGNORECASE | re.MULTILINE)
# How Apple Mail begins a mail: with its length; and the line before each mail of a mailbox, behind a blank one.
_LENGTH = re.compile(rb"([0-9]{1,9})[ \t]*\r?\n")
_IN_MAILBOX = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]*\r?\n(?=[!-9;-~]+:)")
# So much of a file tells whether it is an archive or a mail.
HEAD_BYTES = 4_096
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")


class Member(NamedTuple):
    """One file of a container: where it was unpacked to, its name within the container, or why it is refused."""

    path: str
    name: str
    refusal: Refusal | None = None


def is_container(head: bytes) -> bool:
    """Whether a file that begins so is an archive or a mail, by its content, whatever its name."""
    if head.startswith(SIGNATURE):
        return _DOCUMENT.match(head, 30) is None
    head = _as_mail(head)
    if separator := _IN_MAILBOX.match(head):
        head = head[separator.end() :]
    return _MAIL.match(head) is not None and _MAIL_BODY.search(head) is not None


def _as_mail(data: bytes) -> bytes:
    """A mail as mails are sent: some programs save it in UTF-16, or with a mark, blank lines or its length before."""
    first = data[:2]
    if first in (BOM_UTF16_LE, BOM_UTF16_BE):
        data = data.decode("utf-16", "replace").encode()
    elif first.count(0) == 1:
        data = data.decode("utf-16-be" if first.startswith(b"\0") else "utf-16-le", "replace").encode()
    data = data.removeprefix(BOM_UTF8).lstrip(b"\r\n")
    length = _LENGTH.match(data)
    return data[length.end() :][: int(length[1])] if length else data


def unpacker_for(context: bytes) -> Callable[[Source], tuple[Member, ...]]:
    """What unpacks containers into the folder whose name is the context."""
    folder = Path(os.fsdecode(context))

    def unpack(source: Source) -> tuple[Member, ...]:
        try:
            size, most = os.lstat(source.path).st_size, limits().inflated_bytes
            if size > most:
                return (Member(source.path, "", ("too-large", "", (("size", size), ("limit", most)))),)
            data = read_regular(source.path)
        except OSError:
            return (Member(source.path, "", UNREADABLE),)
        try:
            return tuple(_members(data, "", 1, _Spool(folder)))
        except _TooMuchInside as error:
            return (Member(source.path, "", _refusal(error)),)

    return unpack


class _TooMuchInside(Unreadable):
    """A container whose files are too large in all: it is refused as a whole, whatever was unpacked of it."""


class _Spool:
    """The folder that members are put into, each under the digest of its bytes, and their bytes in all."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.total_bytes = folder, 0

    def put(self, data: bytes, name: str) -> str:
        """The path of a file of these bytes; _TooMuchInside where a container holds too much in all."""
        self.total_bytes += len(data)
        if self.total_bytes > (most := limits().inflated_bytes):
            raise _TooMuchInside("limit-inflated", size=self.total_bytes, limit=most)
        suffix = _SUFFIX.search(name)
        path = self.folder / f"{sha256(data).hexdigest()}{suffix[0].lower() if suffix else ''}"
        if not path.exists():
            path.write_bytes(data)
        return str(path)


def _members(data: bytes, prefix: str, depth: int, spool: _Spool) -> Iterator[Member]:
    """The files of a container, those of containers in it as well; `prefix` is its name in the outermost one."""
    try:
        is_empty = True
        for name, read in _zip_members(data) if data.startswith(SIGNATURE) else _mailbox_members(_as_mail(data)):
            is_empty = False
            yield from _member(name, read(), f"{prefix}/{inert(name)}".lstrip("/"), depth, spool)
        if is_empty:
            raise Unreadable("not-a-workbook", "nothing")
    except _TooMuchInside:
        raise
    except Unreadable as error:
        yield Member(spool.put(data, prefix), prefix, _refusal(error))


def _member(name: str, data: bytes, inner_name: str, depth: int, spool: _Spool) -> Iterator[Member]:
    if not _is_opened(data):
        yield Member(spool.put(data, name), inner_name)
    elif depth >= limits().archives:
        yield Member(spool.put(data, name), inner_name, _refusal(Unreadable("limit-archives", limit=limits().archives)))
    else:
        yield from _members(data, inner_name, depth + 1, spool)


def _is_opened(data: bytes) -> bool:
    if not is_container(data[:HEAD_BYTES]):
        return False
    if not data.startswith(SIGNATURE):
        return True
    try:
        return is_archive(directory(data))
    except Unreadable:
        return True  # the reason is given when it is opened


def is_archive(entries: tuple[Entry, ...]) -> bool:
    """Whether a zip of these entries is an archive of files, no document of some program."""
    return not any(entry.name.lower() in _DOCUMENT_PARTS for entry in entries)


def _refusal(error: Unreadable) -> Refusal:
    return error.code, error.case, tuple(error.params.items())


def _zip_members(data: bytes) -> Iterator[tuple[str, Callable[[], bytes]]]:
    for entry in directory(data):
        name = _zip_name(entry)
        if not entry.is_folder and not clutter(name):
            yield name, lambda entry=entry: inflated(data, entry)  # type: ignore[misc]


def _zip_name(entry: Entry) -> str:
    """A name as it was meant: in UTF-8 where it says so or reads as such, else as Chinese Windows writes it."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return entry.raw_name.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return entry.raw_name.decode("utf-8", "surrogateescape").replace("\\", "/")


def _mailbox_members(data: bytes) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The attachments of every mail of a mailbox, under the mail's number; of a mail that is alone, without."""
    from rectify_xl.receiving.mails import attachments  # `email` takes long to load, and few files are mails

    mails = _IN_MAILBOX.split(data)[1:] or [data]
    all_attached = [attachments(mail) for mail in mails]
    for number, attached in enumerate(all_attached, 1):
        prefix = f"{number}.eml/" if len(mails) > 1 else ""
        for name, content in attached:
            yield prefix + name, lambda content=content: content  # type: ignore[misc]
