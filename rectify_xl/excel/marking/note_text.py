"""What a note of ours says, and how it is told from what a clerk wrote into the same note."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from rectify_xl import catalog
from rectify_xl.model import Level

_LANGUAGES = ("zh", "en")
# A line break as text or as XML, however a program writes it.
_BREAK = r"(?:\r|&#13;|&#x[dD];|_x000[dD]_)?(?:\n|&#10;|&#x[aA];)"


def note_text(told: Iterable[tuple[Level, str]], lang: str) -> str:
    """Our sentences, each in its own brackets with its level, a line each."""
    facts = catalog.words("marked")["note"]
    brackets = str.maketrans(facts["inside"])
    return "\n".join(facts[lang][level] + text.translate(brackets) + facts["close"] for level, text in told)


@cache
def _ours() -> re.Pattern[str]:
    """Our sentences in a note, each with the line break before it."""
    facts = catalog.words("marked")["note"]
    opened = "|".join(re.escape(text) for lang in _LANGUAGES for text in facts[lang].values())
    inside = re.escape("".join(facts["inside"]))
    return re.compile(rf"(?:{_BREAK})?(?:{opened})[^{inside}]*{re.escape(facts['close'])}")


def is_ours_alone(text: str) -> bool:
    """Whether a note's text holds nothing but our sentences; what a clerk left blank has a line break before them."""
    return not text.startswith(("\n", "\r")) and not _ours().sub("", text).strip()


def without_ours(pieces: Sequence[str]) -> list[str] | None:
    """The pieces of a note's text without our sentences, which may run over several; None if there are none."""
    whole = "".join(pieces)
    gone = [found.span() for found in _ours().finditer(whole)]
    if not gone:
        return None
    made, start = [], 0
    for piece in pieces:
        made.append("".join(_outside(piece, start, gone)))
        start += len(piece)
    return made


def _outside(piece: str, start: int, gone: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The stretches of a piece, which begins at `start` of the whole, that lie in none of the ranges."""
    at = 0
    for first, last in gone:
        yield piece[at : max(at, first - start)]
        at = max(at, last - start)
    yield piece[at:]
