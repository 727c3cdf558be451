"""How options are understood: exact words, other words for them, and the near miss that is only offered."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.kinds.reading import Parser, Setting, as_text, empties, fixed, odd_value, unreadable
from rectify_xl.model import Column
from rectify_xl.normal import key_text

_CLOSE_ENOUGH = 0.6


def usual_options(column: Column, setting: Setting) -> dict[str, Any]:
    """The values of a column's exact words: its options, and the words for nothing and for the value above."""
    return dict(empties()) | {option: option for option in setting.lists.get(column.choices, ())}


def choice_parser(column: Column, setting: Setting) -> Parser:
    """The parser of a choice: one of the list's options."""
    options = setting.lists.get(column.choices, ())
    exact = usual_options(column, setting)
    by_key = {key_text(option): option for option in options}
    by_alias = {key_text(a): o for a, o in setting.aliases.get(column.choices, {}).items() if o in exact}
    options_text = "、".join(options)

    def parse(value: Any) -> Any:
        if value.__class__ is str and value in exact:
            return exact[value]
        if odd := odd_value(value):
            return odd
        return understood(key_text(as_text(value)))

    @lru_cache(maxsize=512)  # a wrong word stands in many rows, and looking for a similar one takes long
    def understood(key: str) -> Any:
        if key in by_key:
            return fixed(by_key[key], "fixed-text")
        if key in empties():
            return empties()[key]
        bare = key.strip(catalog.reading().stray_marks)
        option = by_alias.get(key) or by_alias.get(bare) or by_key.get(bare)
        if option:
            return fixed(option, "fixed-choice")
        near = nearest(key, by_key)
        if near:
            return unreadable("choice", "near", suggestion=by_key[near], options=options_text)
        return unreadable("choice", options=options_text)

    return parse


def yesno_parser(column: Column, setting: Setting) -> Parser:
    """The parser of yes or no, as the list says them."""
    parse_choice = choice_parser(column, setting)
    yes, no = setting.lists["yesno"]

    def parse(value: Any) -> Any:
        if isinstance(value, bool):
            return fixed(yes if value else no, "fixed-choice")
        return parse_choice(value)

    return parse


def nearest(text: str, words: Iterable[str], lead: float = 0.0) -> str:
    """The word most similar to a text, "" if none or several are; a negation is not similar to an assertion.

    `lead` is how much more similar it must be than the next one, on a scale from 0 to 1.
    """
    denials = _denials(text)
    candidates = [word for word in words if _denials(word) == denials]
    contained = [word for word in candidates if word in text]
    if contained:
        return contained[0] if len(contained) == 1 else ""
    from difflib import SequenceMatcher, get_close_matches  # most files have no need of it

    def likeness(word: str) -> float:
        return SequenceMatcher(None, word, text).ratio()

    matches = get_close_matches(text, candidates, n=2, cutoff=_CLOSE_ENOUGH)
    if not matches or (len(matches) > 1 and likeness(matches[0]) - likeness(matches[1]) < lead):
        return ""
    return matches[0]


def _denials(text: str) -> frozenset[str]:
    return frozenset(text) & _denying()


@cache
def _denying() -> frozenset[str]:
    return frozenset(catalog.reading().denying)
