"""Archives and mails unpacked member by member into a folder: audited, limited in size, named as people see them."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from rectify_xl.grid import Unreadable
from rectify_xl.limits import limits
from rectify_xl.normal import inert
from rectify_xl.receiving.intake import Refusal, Source, clutter, read_regular
from rectify_xl.zipped import SIGNATURE, Entry, damaged, directory, inflated

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
_HEAD_BYTES = 4_096
# What the parser raises on mails that keep to no rule: too deep, of no charset, of headers that are none.
_PARSER_ERRORS = (RecursionError, LookupError, ValueError, TypeError, AttributeError, AssertionError, MessageError)
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
            return (Member(source.path, "", ("not-a-file", "unreadable", ())),)
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
        for name, read in _zip_members(data) if data.startswith(SIGNATURE) else _parsed_members(data):
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
    if not is_container(data[:_HEAD_BYTES]):
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


def _parsed_members(data: bytes) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The members of a mail or mailbox, their bytes at hand; Unreadable(damaged) where the parser stumbles over one."""
    try:
        members = [(name, read()) for name, read in _mailbox_members(_as_mail(data))]
    except _PARSER_ERRORS:
        damaged()
    for name, content in members:
        yield name, lambda content=content: content  # type: ignore[misc]


def _mailbox_members(data: bytes) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The attachments of every mail of a mailbox, under the mail's number; of a mail that is alone, without."""
    mails = _IN_MAILBOX.split(data)[1:] or [data]
    for number, mail in enumerate(mails, 1):
        prefix = f"{number}.eml/" if len(mails) > 1 else ""
        for name, read in _mail_members(mail):
            yield prefix + name, read


def _mail_members(data: bytes) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The attachments of a mail, those of mails forwarded in it as mails; texts and pictures within it are none."""
    mail = message_from_bytes(data, policy=policy.default)
    for number, part in enumerate(_attached(mail, frozenset(_CONTENT_ID_REFERENCE.findall(data))), 1):
        name = _mail_name(part) or f"{number}"
        if part.get_content_type() == "message/rfc822":
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload and isinstance(payload[0], Message) else part
            name = name if name.lower().endswith(".eml") else f"{name}.eml"
            yield name, partial(_forwarded, inner, str(part.get("Content-Transfer-Encoding", "")))
        elif not clutter(name):
            yield name, lambda part=part: part.get_payload(decode=True) or b""  # type: ignore[misc]


def _forwarded(mail: Message, encoding: str) -> bytes:
    """A mail within a mail; some programs encode one as they do a file, though no standard has it so."""
    data = mail.as_bytes()
    return b64decode(data) if encoding.strip().lower() == "base64" and not mail.keys() else data


def _attached(mail: Message, referred: frozenset[bytes]) -> Iterator[Message]:
    """The parts of a mail that are files; nothing inside a forwarded mail."""
    pending = [mail]
    while pending:
        part = pending.pop(0)
        if part.get_content_maintype() == "multipart":
            payload = part.get_payload()
            pending[:0] = (
                [subpart for subpart in payload if isinstance(subpart, Message)] if isinstance(payload, list) else []
            )
        elif _is_file(part, referred) if part is not mail else part.get_content_maintype() != "text":
            yield part


def _is_file(part: Message, referred: frozenset[bytes]) -> bool:
    """Whether a part is a file that somebody attached; `referred` are the pictures that the mail's text refers to."""
    if part.get_content_type() == "message/rfc822":
        return True
    is_attached = part.get_content_disposition() == "attachment"
    if part.get_content_maintype() == "image":
        content_id = str(part.get("Content-ID", "")).strip("<> ").encode("utf-8", "surrogateescape")
        return is_attached and content_id not in referred
    if part.get_content_maintype() == "text" and part.get_content_disposition() == "inline":
        return False
    return is_attached or bool(part.get_filename()) or part.get_content_maintype() == "application"


# How a text in HTML refers to a picture of its own mail (= is written =3D where the text is quoted-printable).
_CONTENT_ID_REFERENCE = re.compile(rb"cid:([^\s\"'>)]+)", re.IGNORECASE)
# A name in bytes that no standard allows, and that many programs write.
_PLAIN_NAME = re.compile(r'filename="?([^";]*)')
_ENCODED_WORD = re.compile(r"=\?([\w-]+)\?([BbQq])\?([^?]*)\?=")


def _mail_name(part: Message) -> str:
    """The name of an attachment: RFC 2231, RFC 2047 in quotes as many programs write it, or plain bytes."""
    name = part.get_filename() or ""
    if _ENCODED_WORD.search(name):
        from email.header import decode_header

        pieces = decode_header(re.sub(r"\?=\s+=\?", "?==?", name))
        name = "".join(text if isinstance(text, str) else _decoded(text, charset) for text, charset in pieces)
    elif "\ufffd" in name and (match := _PLAIN_NAME.search(dict(part.raw_items()).get("Content-Disposition", ""))):
        name = _decoded(match[1].encode("utf-8", "surrogateescape"), None)
    return name.replace("\\", "/").rpartition("/")[2].replace("\r", "").replace("\n", "")


def _decoded(text: bytes, charset: str | None) -> str:
    declared = "gb18030" if (charset or "").lower() in ("gb2312", "gbk", "x-gbk", "cp936") else charset
    for encoding in (declared, "utf-8", "gb18030"):
        try:
            return text.decode(encoding) if encoding else text.decode("utf-8")
        except (LookupError, UnicodeDecodeError):
            continue
    return text.decode("utf-8", "surrogateescape")
