"""Whose own forms are in force: an office's stand beside the built-in ones while its settings are worked with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar
from weakref import ref

from rectify_xl.model import Book, Form, Settings

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


@dataclass(frozen=True, eq=False, slots=True)
class _Own:
    """An office's own forms; known by itself, so that what is kept for them is found at once."""

    forms: tuple[Form, ...] = ()


_NONE = _Own()
_in_force: ContextVar[_Own] = ContextVar("own forms in force", default=_NONE)
# Equal forms are the same thing, whichever workbook or process they came from.
_held = lru_cache(maxsize=32)(_Own)


@contextmanager
def using(forms: Sequence[Form]) -> Iterator[None]:
    """While it lasts, these forms of an office's own stand beside the built-in ones, in this thread or task alone.

    Not to be left open across a `yield`: whoever takes the values would work with them too.
    """
    before = _in_force.set(_held(tuple(forms)) if forms else _NONE)
    try:
        yield
    finally:
        _in_force.reset(before)


def with_forms(settings: Settings, *forms: Form) -> Settings:
    """The settings with forms of an office's own besides those they have, and the lists and words that these bring."""
    lists, words = lists_of(forms)
    return replace(
        settings,
        forms=(*settings.forms, *forms),
        lists={**settings.lists, **lists},
        aliases={**settings.aliases, **words},
    )


def lists_of(forms: Sequence[Form]) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, Mapping[str, str]]]:
    """The lists that forms bring with them by name, and what other words for their options mean."""
    held = [brought for form in forms for brought in form.lists]
    return {b.name: b.options for b in held}, {b.name: dict(b.aliases) for b in held if b.aliases}


def own_forms() -> tuple[Form, ...]:
    """The office's own forms in force, in the order in which they were declared."""
    return _in_force.get().forms


def kept_by_forms(most: int | None = None) -> Callable[[Callable[_Given, _Made]], Callable[_Given, _Made]]:
    """Like functools.lru_cache, for what is made from the forms: kept apart for each set of forms in force."""

    def keep(function: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
        made: Callable[..., _Made] = function
        kept: Callable[..., _Made] = lru_cache(most)(lambda _, *given, **named: made(*given, **named))

        @wraps(function)
        def look_up(*given: _Given.args, **named: _Given.kwargs) -> _Made:
            return kept(_in_force.get(), *given, **named)

        return look_up

    return keep


def kept_by_book(function: Callable[[Book], _Made]) -> Callable[[Book], _Made]:
    """Keeps what the function last made of a book, as long as the book lives: several workbooks tell the same things.

    What it makes must not be changed by those who get it.
    """
    kept: tuple[Callable[[], Book | None], _Own, _Made] | None = None

    @wraps(function)
    def look_up(book: Book) -> _Made:
        nonlocal kept
        held, own = kept, _in_force.get()
        if held is not None and held[0]() is book and held[1] is own:
            return held[2]
        made = function(book)
        kept = ref(book), own, made
        return made

    return look_up


def under_settings(function: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """The function, working with the forms of the settings that it is given, or of the first thing that has settings.

    It must not be a generator, see `using`.
    """

    @wraps(function)
    def work(*given: _Given.args, **named: _Given.kwargs) -> _Made:
        with using(_settings_in((*given, *named.values())).forms):
            return function(*given, **named)

    return work


def _settings_in(given: Sequence[Any]) -> Settings:
    """The settings among arguments: Settings themselves, or those of a book, a ruling, a result."""
    for argument in given:
        carrier = getattr(argument, "book", argument)
        found = carrier if isinstance(carrier, Settings) else getattr(carrier, "settings", None)
        if isinstance(found, Settings):
            return found
    raise TypeError("no settings among the arguments")
