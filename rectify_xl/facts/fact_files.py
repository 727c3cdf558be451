"""The data files as plain tables; `catalog` makes forms, lists and codes of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from rectify_xl.errors import FactsError

FACTS = Path(__file__).parent


def read_toml(name: str, folder: Path = FACTS) -> dict[str, Any]:
    """One data file as a dict; FactsError if it is no TOML."""
    try:
        return tomllib.loads((folder / name).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise FactsError(name, "", str(error)) from error


def record(kind: type[Any], entry: Mapping[str, Any], file: str, key: str) -> Any:
    """A frozen record from a table of a data file; lists become tuples, unknown and missing keys are refused."""
    names = {f.name for f in fields(kind)}
    if unknown := set(entry) - names:
        raise FactsError(file, f"{key}.{sorted(unknown)[0]}", "unknown key")
    try:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()})
    except TypeError as error:
        raise FactsError(file, key, str(error)) from error


@cache
def words(part: str) -> Mapping[str, Any]:
    """One part of the wording of our own sheets and terminal texts (facts/words/<part>.toml)."""
    return read_toml(f"words/{part}.toml")


@cache
def profile_names() -> tuple[str, ...]:
    """The names of the built-in profiles."""
    return tuple(read_toml("profiles.toml")["profiles"])
