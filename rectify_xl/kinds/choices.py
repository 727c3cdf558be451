"""How options are understood: exact words, other words for them, and the near miss that is only offered."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from rectify_xl import catalog
from rectify_xl.kinds.reading import Parser, Setting, as_text, empties, fixed, odd_value, unreadable
from rectify_xl.model import Column
from rectify_xl.normal import key_text

_CLOSE_ENOUGH = 0.6


def usual_options(column: Column, setting: Setting) -> dict[str, Any]:
    """What the exact words of a column's cells mean: its options, and the words for nothing and the value above."""
    return dict(empties()) | {option: option for option in setting.lists.get(column.choices, ())}


def choice_parser(column: Column, setting: Setting) -> Parser:
    """The parser of a choice: one of the list's options."""
    options = setting.lists.get(column.choices, ())
    exact = usual_options(column, setting)
    by_key = {key_text(option): option for option in options}
    by_alias = {key_text(a): o for a, o in setting.aliases.get(column.choices, {}).items() if o in exact}
    listed = "、".join(options)

    def parse(value: Any) -> Any:
        if value.__class__ is str and value in exact:
            return exact[value]
        if odd := odd_value(value):
            return odd
        return understood(key_text(as_text(value)))

    @lru_cache(maxsize=512)  # a word that is none stands in many rows, and looking for what it may mean takes long
    def understood(key: str) -> Any:
        if key in by_key:
            return fixed(by_key[key], "fixed-text")
        if key in empties():
            return empties()[key]
        bare = key.strip(catalog.reading().stray_marks)
        meant = by_alias.get(key) or by_alias.get(bare) or by_key.get(bare)
        if meant:
            return fixed(meant, "fixed-choice")
        near = nearest(key, by_key)
        if near:
            return unreadable("choice", "near", suggestion=by_key[near], options=listed)
        return unreadable("choice", options=listed)

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


def nearest(said: str, known: Iterable[str], lead: float = 0.0) -> str:
    """The known word that was nearly said, "" if none was or several may be; what denies is not near to what does not.

    `lead` is how much nearer it must be than the next one, where 1 is the same word and 0 quite another.
    """
    denied = _denials(said)
    alike = [word for word in known if _denials(word) == denied]
    held = [word for word in alike if word in said]
    if held:
        return held[0] if len(held) == 1 else ""
    from difflib import SequenceMatcher, get_close_matches  # most files have no need of it

    def likeness(word: str) -> float:
        return SequenceMatcher(None, word, said).ratio()

    close = get_close_matches(said, alike, n=2, cutoff=_CLOSE_ENOUGH)
    if not close or (len(close) > 1 and likeness(close[0]) - likeness(close[1]) < lead):
        return ""
    return close[0]


def _denials(text: str) -> frozenset[str]:
    return frozenset(text) & _denying()


@cache
def _denying() -> frozenset[str]:
    return frozenset(catalog.reading().denying)
