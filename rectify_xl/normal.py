"""Texts in normal form: width, spaces and invisible characters are normalised here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# Zero-width, direction and other format characters that no clerk types on purpose, and C0/C1 controls but \t \n \r.
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufe0e\ufe0f"
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_ODD = re.compile(rf"[{_INVISIBLE}{_CONTROL}\r]")
_UNSEEN = re.compile(rf"[{_INVISIBLE}{_CONTROL}]")
_LINE_END = re.compile("\r\n|[\r\n\u2028\u2029]")
_WIDE = re.compile("[\uff01-\uff5e\u3000]")
_IGNORED = re.compile(rf"[\s{_INVISIBLE}{_CONTROL}]")
# What `key_text` changes at all: most texts hold none of it.
_CHANGED = re.compile(rf"[\s{_INVISIBLE}{_CONTROL}\uff01-\uff5e]")
_NARROW = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " "}


def is_printed(text: str) -> bool:
    """Whether every character shows or is the usual space: nothing invisible, no control, no other white space.

    Faster than a search for them; Python counts three of them as printable.
    """
    return text.isprintable() and not ("\ufe0f" in text or "\ufe0e" in text or "\u034f" in text)


def tidy(text: str) -> str:
    """The text without surrounding spaces and invisible characters; line ends are \\n. Width stays."""
    if is_printed(text) or _ODD.search(text) is None:
        return text.strip()
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def is_tidy(text: str) -> bool:
    """Whether `tidy` changes nothing but Windows line ends."""
    return tidy(text) == text.replace("\r\n", "\n").replace("\r", "\n")


def narrow(text: str) -> str:
    """Full-width ASCII and the ideographic space as their usual forms."""
    raw = text.encode("utf-8", "surrogatepass")
    if not (b"\xef" in raw or b"\xe3\x80\x80" in raw):  # in UTF-8 a wide character begins so
        return text
    for sign in set(_WIDE.findall(text)):
        text = text.replace(sign, _NARROW[sign])
    return text


def plain(text: str | None) -> str | None:
    """The form in which two texts are compared: narrow, without any space or invisible character."""
    return None if text is None else key_text(text)


def key_text(text: str) -> str:
    """`plain` of a text that is there."""
    if is_plain(text):
        return text
    if _CHANGED.search(text) is None:
        return text
    return narrow(text).replace(" ", "") if is_printed(text) else _IGNORED.sub("", narrow(text))


def is_plain(text: str) -> bool:
    """A quick test: True only where `key_text` changes nothing."""
    if not text.isprintable():
        return False
    raw = text.encode()  # in UTF-8, whatever else is changed shows by one of three bytes
    return not (b" " in raw or b"\xef" in raw or b"\xcd" in raw)


def are_plain(values: Iterable[Any]) -> bool:
    """Whether all are texts, and `is_plain` of each."""
    try:
        return is_plain("".join(values))
    except TypeError:
        return False


def shown(value: object, limit: int = 60) -> str:
    """A value as a finding quotes it: on one line, control and direction characters as \\xNN, cut at `limit`."""
    text = str(value)
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return _UNSEEN.sub(lambda m: escaped(m[0]), _LINE_END.sub("⏎", text))


def as_seen(text: str, kind: str) -> str:
    """A typed value as its cell shows it: the fraction 0.8 of a percent as 80%, anything else as it is."""
    if kind != "percent":
        return text
    try:
        part = float(text)
    except ValueError:
        return text
    return f"{part * 100:.10g}%" if 0 <= part <= 1 else text


def as_typed(text: str) -> str:
    """A text as a finding keeps it: whole, with line ends as \\n, control and direction characters as \\xNN."""
    if is_printed(text):
        return text
    return _UNSEEN.sub(lambda m: escaped(m[0]), text.replace("\r\n", "\n").replace("\r", "\n"))


def inert(text: str) -> str:
    """A name or path with every control, direction and undecodable character as \\xNN, on one line."""
    return re.sub(rf"[{_INVISIBLE}{_CONTROL}\r\n\t\u2028\u2029\ud800-\udfff]", lambda m: escaped(m[0]), text)


def escaped(character: str) -> str:
    """One character as \\xNN (a byte that was not UTF-8 as that byte), \\uNNNN beyond Latin-1."""
    code = ord(character)
    code = code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def display_width(text: str) -> int:
    """How many columns of characters a text takes: a Chinese character takes two."""
    return sum(1 if character < "\u2e80" else 2 for character in text)
