"""The attachments of a mail, each under the name that its sender saw."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header
from email.message import Message

from rectify_xl.receiving.intake import clutter
from rectify_xl.zips.zipped import damaged

# What the parser raises on mails that keep to no rule: too deep, of no charset, of headers that are none.
_PARSER_ERRORS = (RecursionError, LookupError, ValueError, TypeError, AttributeError, AssertionError, MessageError)
# How a text in HTML refers to a picture of its own mail (= is written =3D where the text is quoted-printable).
_CONTENT_ID_REFERENCE = re.compile(rb"cid:([^\s\"'>)]+)", re.IGNORECASE)
# A name in bytes that no standard allows, and that many programs write.
_PLAIN_NAME = re.compile(r'filename="?([^";]*)')
_ENCODED_WORD = re.compile(r"=\?([\w-]+)\?([BbQq])\?([^?]*)\?=")


def attachments(data: bytes) -> list[tuple[str, bytes]]:
    """The attachments of a mail, those of mails forwarded in it as mails; texts and pictures within it are none.

    Each with its name. Unreadable(damaged) where the parser stumbles over the mail.
    """
    try:
        return list(_attachments(message_from_bytes(data, policy=policy.default), data))
    except _PARSER_ERRORS:
        damaged()


def _attachments(mail: Message, data: bytes) -> Iterator[tuple[str, bytes]]:
    for number, part in enumerate(_attached(mail, frozenset(_CONTENT_ID_REFERENCE.findall(data))), 1):
        name = _mail_name(part) or f"{number}"
        if part.get_content_type() == "message/rfc822":
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload and isinstance(payload[0], Message) else part
            name = name if name.lower().endswith(".eml") else f"{name}.eml"
            yield name, _forwarded(inner, str(part.get("Content-Transfer-Encoding", "")))
        elif not clutter(name):
            content = part.get_payload(decode=True)
            yield name, content if isinstance(content, bytes) else b""


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


def _mail_name(part: Message) -> str:
    """The name of an attachment: RFC 2231, RFC 2047 in quotes as many programs write it, or plain bytes."""
    name = part.get_filename() or ""
    if _ENCODED_WORD.search(name):
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
