"""A run without the garbage collector, which would look for circles among records that are kept and make none."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


def uncollected(function: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """The function, during which the collector of circles rests: it takes a fifth of the time of a long run.

    What is no longer needed is let go of as ever.
    """

    @wraps(function)
    def rested(*given: _Given.args, **named: _Given.kwargs) -> _Made:
        if not gc.isenabled():
            return function(*given, **named)
        gc.disable()
        try:
            return function(*given, **named)
        finally:
            gc.enable()

    return rested
