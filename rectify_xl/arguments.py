"""Checks the arguments of the public functions: days, paths, settings, forms; anything else is wrong use."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from rectify_xl.errors import WrongUse, quoted
from rectify_xl.facts import catalog
from rectify_xl.model import Form, Settings

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


def day_from(as_of: object) -> date:
    """A day as itself, or the day of a datetime, a Timestamp or an ISO text; raises WrongUse("no-such-day")."""
    try:
        day = date.fromisoformat(as_of.strip()) if isinstance(as_of, str) else as_of
    except ValueError:
        raise WrongUse(quoted(as_of), "no-such-day") from None
    if isinstance(day, datetime):
        day = day.date()
    if type(day) is not date:  # pandas' NaT says that it is a date
        raise WrongUse(quoted(as_of), "no-such-day")
    return day


def paths_from(paths: Paths) -> list[str | os.PathLike[str]]:
    """One path or several as a list; raises WrongUse("no-path") for anything else."""
    several = paths if isinstance(paths, Iterable) and not isinstance(paths, (str, bytes)) else (paths,)
    checked = list(several)
    for path in checked:
        if not isinstance(path, (str, os.PathLike)):
            raise WrongUse(quoted(path), "no-path")
    return checked


def checked_settings(settings: object) -> Settings:
    """The settings; raises WrongUse("no-settings-given") for anything else, such as their path."""
    if not isinstance(settings, Settings):
        raise WrongUse(quoted(settings), "no-settings-given")
    return settings


def forms_from(forms: Form | str | Iterable[Form | str], settings: Settings) -> tuple[Form, ...]:
    """One form or several, also by name, an office's own among them; raises WrongUse("no-form-given")."""
    forms_by_name: Mapping[str, Form] = {**catalog.built_in_forms(), **{form.name: form for form in settings.forms}}
    requested = list(forms) if isinstance(forms, Iterable) and not isinstance(forms, str) else [forms]
    chosen: dict[str, Form] = {}
    for form in requested:
        resolved: Any = forms_by_name.get(form) if isinstance(form, str) else form
        if not isinstance(resolved, Form) or resolved.name in chosen:
            raise WrongUse(quoted(form), "no-form-given")
        chosen[resolved.name] = resolved
    if not chosen:
        raise WrongUse(quoted(forms), "no-form-given")
    return tuple(chosen.values())


def checked_executor(executor: Any) -> Any:
    """The executor, or None; raises WrongUse("no-executor-given") for anything else, such as a number or a class."""
    if executor is not None and (isinstance(executor, type) or not hasattr(executor, "submit")):
        raise WrongUse(quoted(executor), "no-executor-given")
    return executor
