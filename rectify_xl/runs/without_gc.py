"""A run without the cyclic garbage collector, which would search its many records for cycles and find none."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def without_gc(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """The function with the cyclic collector switched off while it runs: that saves a fifth of a long run's time.

    Reference counting still frees what is no longer needed.
    """

    @wraps(function)
    def switched_off(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        if not gc.isenabled():
            return function(*args, **kwargs)
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            gc.enable()

    return switched_off
