"""What a caller hands in, as the program works with it: days, paths, settings, forms; anything else is wrong use."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from rectify_xl import catalog
from rectify_xl.errors import WrongUse
from rectify_xl.model import Form, Settings

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
# A wrong argument is quoted, but not a whole frame of one.
_SHOWN = 60


def day_given(as_of: object) -> date:
    """A day as itself, or the day of a datetime, a Timestamp or an ISO text; raises WrongUse("no-such-day")."""
    try:
        found = date.fromisoformat(as_of.strip()) if isinstance(as_of, str) else as_of
    except ValueError:
        raise WrongUse(_shown(as_of), "no-such-day") from None
    if isinstance(found, datetime):
        found = found.date()
    if type(found) is not date:  # pandas' NaT says that it is a date
        raise WrongUse(_shown(as_of), "no-such-day")
    return found


def paths_given(paths: Paths) -> list[str | os.PathLike[str]]:
    """One path or several as a list; raises WrongUse("no-path") for what is none."""
    several = paths if isinstance(paths, Iterable) and not isinstance(paths, (str, bytes)) else (paths,)
    listed = list(several)
    for path in listed:
        if not isinstance(path, (str, os.PathLike)):
            raise WrongUse(_shown(path), "no-path")
    return listed


def settings_given(settings: object) -> Settings:
    """The settings; raises WrongUse("no-settings-given") for what is none, such as the path of theirs."""
    if not isinstance(settings, Settings):
        raise WrongUse(_shown(settings), "no-settings-given")
    return settings


def forms_given(forms: Form | str | Iterable[Form | str], settings: Settings) -> tuple[Form, ...]:
    """One form or several, also by name, an office's own among them; raises WrongUse("no-form-given")."""
    known: Mapping[str, Form] = {**catalog.built_in_forms(), **{form.name: form for form in settings.forms}}
    asked = list(forms) if isinstance(forms, Iterable) and not isinstance(forms, str) else [forms]
    found: dict[str, Form] = {}
    for form in asked:
        held: Any = known.get(form) if isinstance(form, str) else form
        if not isinstance(held, Form) or held.name in found:
            raise WrongUse(_shown(form), "no-form-given")
        found[held.name] = held
    if not found:
        raise WrongUse(_shown(forms), "no-form-given")
    return tuple(found.values())


def _shown(given: object) -> str:
    text = repr(given)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
