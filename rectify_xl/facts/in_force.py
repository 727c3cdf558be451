"""Whose own forms are in force: an office's stand beside the built-in ones while its settings are worked with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar
from weakref import ref

from rectify_xl.errors import WrongUse, quoted
from rectify_xl.model import Book, Form, Settings

_Params = ParamSpec("_Params")
_Result = TypeVar("_Result")


@dataclass(frozen=True, eq=False, slots=True)
class _Own:
    """An office's own forms; compared by identity, which makes it a cheap cache key."""

    forms: tuple[Form, ...] = ()


_NONE = _Own()
_in_force: ContextVar[_Own] = ContextVar("own forms in force", default=_NONE)
# One object for equal forms, whichever workbook or process they came from.
_shared = lru_cache(maxsize=32)(_Own)


@contextmanager
def using(forms: Sequence[Form]) -> Iterator[None]:
    """A context in which these own forms stand beside the built-in ones, in this thread or task alone.

    Not to be left open across a `yield`: the caller's code would run with these forms too.
    """
    before = _in_force.set(_shared(tuple(forms)) if forms else _NONE)
    try:
        yield
    finally:
        _in_force.reset(before)


def with_forms(settings: Settings, *forms: Form) -> Settings:
    """The settings with more own forms, and with the lists and aliases that these bring.

    Raises WrongUse for what is no form, such as a list of them, or no settings.
    """
    if not isinstance(settings, Settings):
        raise WrongUse(quoted(settings), "no-settings-given")
    for form in forms:
        if not isinstance(form, Form):
            raise WrongUse(quoted(form), "no-form-given")
    lists, words = lists_of(forms)
    return replace(
        settings,
        forms=(*settings.forms, *forms),
        lists={**settings.lists, **lists},
        aliases={**settings.aliases, **words},
    )


def lists_of(forms: Sequence[Form]) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, Mapping[str, str]]]:
    """The options of the lists that forms bring with them, and the aliases of these options, by list name."""
    lists = [option_list for form in forms for option_list in form.lists]
    options = {option_list.name: option_list.options for option_list in lists}
    return options, {option_list.name: dict(option_list.aliases) for option_list in lists if option_list.aliases}


def own_forms() -> tuple[Form, ...]:
    """The office's own forms in force, in the order in which they were declared."""
    return _in_force.get().forms


def kept_by_forms(most: int | None = None) -> Callable[[Callable[_Params, _Result]], Callable[_Params, _Result]]:
    """Like functools.lru_cache, but with separate entries for each set of own forms in force."""

    def keep(function: Callable[_Params, _Result]) -> Callable[_Params, _Result]:
        untyped: Callable[..., _Result] = function
        cached: Callable[..., _Result] = lru_cache(most)(lambda _, *args, **kwargs: untyped(*args, **kwargs))

        @wraps(function)
        def look_up(*args: _Params.args, **kwargs: _Params.kwargs) -> _Result:
            return cached(_in_force.get(), *args, **kwargs)

        return look_up

    return keep


def kept_by_book(function: Callable[[Book], _Result]) -> Callable[[Book], _Result]:
    """Caches the function's result for the last book, as long as the book lives: several workbooks need the same rows.

    Callers must not change the result.
    """
    last: tuple[Callable[[], Book | None], _Own, _Result] | None = None

    @wraps(function)
    def look_up(book: Book) -> _Result:
        nonlocal last
        previous, own = last, _in_force.get()
        if previous is not None and previous[0]() is book and previous[1] is own:
            return previous[2]
        result = function(book)
        last = ref(book), own, result
        return result

    return look_up


def under_settings(function: Callable[_Params, _Result]) -> Callable[_Params, _Result]:
    """The function, run with the own forms of the settings among its arguments, or of the first one that has settings.

    It must not be a generator, see `using`.
    """

    @wraps(function)
    def work(*args: _Params.args, **kwargs: _Params.kwargs) -> _Result:
        with using(_settings_in((*args, *kwargs.values())).forms):
            return function(*args, **kwargs)

    return work


def _settings_in(arguments: Sequence[Any]) -> Settings:
    """The settings among arguments: Settings themselves, or those of a book, a ruling, a result."""
    for argument in arguments:
        carrier = getattr(argument, "book", argument)
        settings = carrier if isinstance(carrier, Settings) else getattr(carrier, "settings", None)
        if isinstance(settings, Settings):
            return settings
    raise TypeError("no settings among the arguments")
