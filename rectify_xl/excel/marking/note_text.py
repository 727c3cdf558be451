"""The text of our notes, and how our sentences are recognised in a note that a clerk wrote in too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from rectify_xl.facts import catalog
from rectify_xl.model import Level

_LANGUAGES = ("zh", "en")
# A line break as text or as XML, however a program writes it.
_BREAK = r"(?:\r|&#13;|&#x[dD];|_x000[dD]_)?(?:\n|&#10;|&#x[aA];)"


def note_text(sentences: Iterable[tuple[Level, str]], lang: str) -> str:
    """Our sentences, each in its own brackets with its level, a line each."""
    facts = catalog.words("marked")["note"]
    brackets = str.maketrans(facts["inside"])
    return "\n".join(facts[lang][level] + text.translate(brackets) + facts["close"] for level, text in sentences)


@cache
def _our_sentences() -> re.Pattern[str]:
    """Our sentences in a note, each with the line break before it."""
    facts = catalog.words("marked")["note"]
    opened = "|".join(re.escape(text) for lang in _LANGUAGES for text in facts[lang].values())
    inside = re.escape("".join(facts["inside"]))
    return re.compile(rf"(?:{_BREAK})?(?:{opened})[^{inside}]*{re.escape(facts['close'])}")


def has_only_ours(text: str) -> bool:
    """Whether a note holds nothing but our sentences; in a clerk's own blank note a line break comes first."""
    return not text.startswith(("\n", "\r")) and not _our_sentences().sub("", text).strip()


def without_ours(pieces: Sequence[str]) -> list[str] | None:
    """The pieces of a note without our sentences, which may span several pieces; None if there are none."""
    whole = "".join(pieces)
    spans = [match.span() for match in _our_sentences().finditer(whole)]
    if not spans:
        return None
    remaining, start = [], 0
    for piece in pieces:
        remaining.append("".join(_outside(piece, start, spans)))
        start += len(piece)
    return remaining


def _outside(piece: str, start: int, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    """What a piece, which begins at `start` of the whole text, holds outside the spans."""
    offset = 0
    for first, last in spans:
        yield piece[offset : max(offset, first - start)]
        offset = max(offset, last - start)
    yield piece[offset:]
