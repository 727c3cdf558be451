"""Shared and inline texts as programs usually write them; any other markup is refused, for the exact reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from rectify_xl.excel.reading.sheet_scan import CONTROL
from rectify_xl.excel.reading.xml_parts import is_sound
from rectify_xl.facts.limits import limits

# One shared text: a plain one, or runs of several looks, and how it is read aloud.
_TEXT = re.compile(
    r'<si>(?:<t(?: xml:space="preserve")?>[^<]*</t>|(?:<r>(?:<rPr>(?:<[A-Za-z]+(?: [A-Za-z]+="[^"<>&]*")* ?/>)*</rPr>)?'
    r'<t(?: xml:space="preserve")?>[^<]*</t></r>)+|<t ?/>)(?:<phoneticPr(?: [A-Za-z]+="\w*")* ?/>)?'
)
_RUN = re.compile("(<t(?: [^<>/]*)?>)([^<]*)</t>")
# An attribute that an element has twice.
_TWICE = re.compile(r'<\w+(?: \w+="[^"<>]*")* (\w+)="[^"<>]*"(?: \w+="[^"<>]*")* \1="')
PRESERVE_TAG = '<t xml:space="preserve">'
_PLAIN_TAG = "<t>"
_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s[^<>]*\?>\s*)?<sst(?: [^<>]*)?(?<!/)>")
_END = b"</sst>"
_ODD = CONTROL + b"\r"
_REFERENCE = re.compile("&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_LAST_CODE_POINT, _WHITESPACE, _DIGITS = 0x10FFFF, (9, 10, 13), 9

# The pieces of a text that have several looks, each with its tag.
Runs = tuple[tuple[str, str], ...]


class UnusualMarkup(Exception):
    """Markup other than the few forms that programs usually write."""


class SharedTexts:
    """The shared texts of a workbook from their part in UTF-8, b"" without one; each is built when asked for.

    Raises UnusualMarkup where anything in the part is written in another way.
    """

    def __init__(self, data: bytes) -> None:
        text = _between_tags(data) if data else ""
        self._tag = PRESERVE_TAG if f"<si>{PRESERVE_TAG}" in text else _PLAIN_TAG
        self._texts = _texts_in(text, self._tag)

    def text(self, index: str) -> str:
        """The text at an index, as a cell writes it."""
        if not is_index(index, self._texts):
            raise UnusualMarkup
        return _text_of(self._texts[int(index)], self._tag)


def is_index(index: str, texts: Sequence[Any]) -> bool:
    """Whether a cell's content is the index of one of the texts, in a few digits."""
    return len(index) <= _DIGITS and index.isdecimal() and index.isascii() and int(index) < len(texts)


def texts_of(data: bytes) -> list[str]:
    """The texts of data that are nothing but whole elements of the part; raises UnusualMarkup."""
    text = checked_text(data)
    if "&" in text:
        resolved(text)
    tag = PRESERVE_TAG if f"<si>{PRESERVE_TAG}" in text else _PLAIN_TAG
    return [_text_of(written, tag) for written in _texts_in(text, tag)]


def _text_of(written: str | Runs, tag: str) -> str:
    if isinstance(written, str):
        return own_text(written, tag)
    return "".join([own_text(run, run_tag) for run_tag, run in written])


def _between_tags(data: bytes) -> str:
    """What is between the tags of the part, whose references are sound."""
    head, end = _HEAD.match(data), data.rfind(_END)
    if head is None or data[end:].rstrip() != _END or not is_sound(head[0] + _END):
        raise UnusualMarkup
    text = checked_text(data[head.end() : end])
    if "&" in text:
        resolved(text)
    return text


def _texts_in(text: str, tag: str) -> list[str | Runs]:
    """The texts as they are written: most are plain ones with the same tag, the others are runs with their tags."""
    before, behind = f"<si>{tag}", "</t></si>"
    pieces = f"{behind}{text}{before}".split(behind + before)
    if len(pieces) == 1:
        return [*_runs_in(text)]
    texts: list[str | Runs] = [*_runs_in((pieces[0] + behind)[len(behind) :])]
    for piece in pieces[1:-1]:
        if "<" in piece:
            texts += _runs_in(f"{before}{piece}{behind}")
        else:
            texts.append(piece)
    return [*texts, *_runs_in((before + pieces[-1])[: -len(before)])]


def _runs_in(text: str) -> list[Runs]:
    items = text.split("</si>")
    if items.pop():
        raise UnusualMarkup
    return list(map(_runs, items))


@lru_cache(maxsize=1024)
def _runs(item: str) -> Runs:
    """The pieces of one text; returns of one template have most of theirs in common."""
    if not _TEXT.fullmatch(item) or _TWICE.search(item):
        raise UnusualMarkup
    return tuple(_RUN.findall(item))


def checked_text(data: bytes) -> str:
    """Decoded UTF-8; raises UnusualMarkup for characters that XML forbids, and for CR and escapes as _x000D_.

    Single bytes are looked for first: they are found many times as fast.
    """
    is_odd = (b"_" in data and b"_x" in data) or (b"]" in data and b"]]>" in data)
    if is_odd or len(data.translate(None, _ODD)) != len(data):
        raise UnusualMarkup
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise UnusualMarkup from error
    if "\ufffe" in text or "\uffff" in text:
        raise UnusualMarkup
    return text


def own_text(text: str, tag: str = "") -> str:
    """A text resolved; blanks around it are refused unless its tag preserves them, as programs differ about them."""
    if "&" in text:
        text = resolved(text)
    if (text.strip() != text and (tag != PRESERVE_TAG or "\r" in text)) or len(text) > limits().kept_text:
        raise UnusualMarkup
    return text


def resolved(text: str) -> str:
    """A text with its character references replaced; raises UnusualMarkup for an unknown one."""
    replaced, count = _REFERENCE.subn(_character, text)
    if count != text.count("&"):
        raise UnusualMarkup
    return replaced


def _character(reference: re.Match[str]) -> str:
    if reference[1]:
        return _NAMED[reference[1]]
    code = int(reference[2]) if reference[2] else int(reference[3], 16)
    is_character = 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= _LAST_CODE_POINT
    if not is_character and code not in _WHITESPACE:
        raise UnusualMarkup
    return chr(code)
