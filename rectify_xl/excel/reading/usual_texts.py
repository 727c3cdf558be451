"""Texts as programs write them into worksheets and among the shared ones; of one written otherwise nothing is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from rectify_xl.excel.reading.sheet_scan import CONTROL
from rectify_xl.excel.reading.xml_parts import is_sound
from rectify_xl.limits import limits

# One shared text: a plain one, or runs of several looks, and how it is read aloud.
_TEXT = re.compile(
    r'<si>(?:<t(?: xml:space="preserve")?>[^<]*</t>|(?:<r>(?:<rPr>(?:<[A-Za-z]+(?: [A-Za-z]+="[^"<>&]*")* ?/>)*</rPr>)?'
    r'<t(?: xml:space="preserve")?>[^<]*</t></r>)+|<t ?/>)(?:<phoneticPr(?: [A-Za-z]+="\w*")* ?/>)?'
)
_RUN = re.compile("(<t(?: [^<>/]*)?>)([^<]*)</t>")
# An attribute that an element has twice.
_TWICE = re.compile(r'<\w+(?: \w+="[^"<>]*")* (\w+)="[^"<>]*"(?: \w+="[^"<>]*")* \1="')
KEEPING = '<t xml:space="preserve">'
_USUAL = "<t>"
_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s[^<>]*\?>\s*)?<sst(?: [^<>]*)?(?<!/)>")
_END = b"</sst>"
_ODD = CONTROL + b"\r"
_REFERENCE = re.compile("&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_LAST_SIGN, _BLANKS, _DIGITS = 0x10FFFF, (9, 10, 13), 9

# The pieces of a text that have several looks, each with its tag.
Runs = tuple[tuple[str, str], ...]


class WrittenOtherwise(Exception):
    """Something is not written in one of the few ways in which programs write it."""


class SharedTexts:
    """The shared texts of a workbook from their part in UTF-8, which need not be there; each is made when asked for.

    Raises WrittenOtherwise where anything in the part is written otherwise.
    """

    def __init__(self, data: bytes) -> None:
        text = _between_tags(data) if data else ""
        self._tag = KEEPING if f"<si>{KEEPING}" in text else _USUAL
        self._written = _texts_in(text, self._tag)

    def text(self, said: str) -> str:
        """The text of a number as a cell says it."""
        if not is_place(said, self._written):
            raise WrittenOtherwise
        return _text_of(self._written[int(said)], self._tag)


def is_place(said: str, texts: Sequence[Any]) -> bool:
    """Whether a cell says the number of one of the texts, in a few digits."""
    return len(said) <= _DIGITS and said.isdecimal() and said.isascii() and int(said) < len(texts)


def texts_of(data: bytes) -> list[str]:
    """The texts of some elements of the part, which are the data and nothing else; raises WrittenOtherwise."""
    text = checked_text(data)
    if "&" in text:
        resolved(text)
    tag = KEEPING if f"<si>{KEEPING}" in text else _USUAL
    return [_text_of(written, tag) for written in _texts_in(text, tag)]


def _text_of(written: str | Runs, tag: str) -> str:
    if isinstance(written, str):
        return own_text(written, tag)
    return "".join([own_text(run, its) for its, run in written])


def _between_tags(data: bytes) -> str:
    """What is between the tags of the part, whose references are sound."""
    head, end = _HEAD.match(data), data.rfind(_END)
    if head is None or data[end:].rstrip() != _END or not is_sound(head[0] + _END):
        raise WrittenOtherwise
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
    made: list[str | Runs] = [*_runs_in((pieces[0] + behind)[len(behind) :])]
    for piece in pieces[1:-1]:
        if "<" in piece:
            made += _runs_in(f"{before}{piece}{behind}")
        else:
            made.append(piece)
    return [*made, *_runs_in((before + pieces[-1])[: -len(before)])]


def _runs_in(text: str) -> list[Runs]:
    items = text.split("</si>")
    if items.pop():
        raise WrittenOtherwise
    return list(map(_runs, items))


@lru_cache(maxsize=1024)
def _runs(item: str) -> Runs:
    """The pieces of one text; returns of one template have most of theirs in common."""
    if not _TEXT.fullmatch(item) or _TWICE.search(item):
        raise WrittenOtherwise
    return tuple(_RUN.findall(item))


def checked_text(data: bytes) -> str:
    """The text of bytes; raises WrittenOtherwise for what no XML holds, or what stands for something else in a text.

    That is _x000D_ and CR. Single signs are looked for first: they are found many times as fast.
    """
    is_odd = (b"_" in data and b"_x" in data) or (b"]" in data and b"]]>" in data)
    if is_odd or len(data.translate(None, _ODD)) != len(data):
        raise WrittenOtherwise
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise WrittenOtherwise from error
    if "\ufffe" in text or "\uffff" in text:
        raise WrittenOtherwise
    return text


def own_text(said: str, tag: str = "") -> str:
    """What a text says behind its tag: blanks around it count if that says so, else programs differ about them."""
    if "&" in said:
        said = resolved(said)
    if (said.strip() != said and (tag != KEEPING or "\r" in said)) or len(said) > limits().kept_text:
        raise WrittenOtherwise
    return said


def resolved(text: str) -> str:
    """A text with the characters for its references; raises WrittenOtherwise for what is none."""
    made, count = _REFERENCE.subn(_sign, text)
    if count != text.count("&"):
        raise WrittenOtherwise
    return made


def _sign(reference: re.Match[str]) -> str:
    if reference[1]:
        return _NAMED[reference[1]]
    code = int(reference[2]) if reference[2] else int(reference[3], 16)
    is_sign = 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= _LAST_SIGN
    if not is_sign and code not in _BLANKS:
        raise WrittenOtherwise
    return chr(code)
