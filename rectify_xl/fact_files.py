"""The data files as they are; what they declare is made of them in `catalog`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from rectify_xl.errors import FactsError

FACTS = Path(__file__).parent / "facts"


def read_toml(name: str, folder: Path = FACTS) -> dict[str, Any]:
    """One data file as a dict; FactsError if it is no TOML."""
    try:
        return tomllib.loads((folder / name).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise FactsError(name, "", str(error)) from error


@cache
def words(part: str) -> Mapping[str, Any]:
    """One part of the wording of our own sheets and terminal texts (facts/words/<part>.toml)."""
    return read_toml(f"words/{part}.toml")


@cache
def profile_names() -> tuple[str, ...]:
    """The names of the built-in profiles."""
    return tuple(read_toml("profiles.toml")["profiles"])
