"""The command line as declared: commands, their arguments and options, and how the values are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

from rectify_xl.facts.fact_files import profile_names
from rectify_xl.facts.fact_files import words as words_of

Words = Mapping[str, Any]
LANGUAGES = ("zh", "en")
PROGRAM = "rectify-xl"
FEWEST_UNITS, MOST_UNITS, USUAL_UNITS = 1, 2000, 12
FEWEST_WEEKS, MOST_WEEKS = 1, 15
# What may stand before the name of a command too.
SHARED = ("lang", "as_of", "json", "quiet")


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What every command gets besides its own arguments."""

    lang: str
    as_of: date
    as_json: bool
    quiet: bool

    @property
    def words(self) -> Words:
        """The texts of the command line in the call's language."""
        return words_in(self.lang)


Run = Callable[..., int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """One option as declared: how it is written, how its value is read, and the facts that its texts name."""

    names: tuple[str, ...]
    metavar: str = ""
    read: Callable[[str], Any] | None = None
    complaint: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    default: Any = None
    several: bool = False

    def facts_in(self, words: Words) -> dict[str, Any]:
        """The facts as placeholders of a text; several options are joined."""
        joint = words["joint"]["list"]
        return {name: joint.join(fact) if isinstance(fact, tuple) else fact for name, fact in self.facts.items()}


def words_in(lang: str) -> Words:
    """The texts of the command line in a language."""
    return words_of(f"cli.{lang}")


def language_in(args: Sequence[str]) -> str:
    """The language that the arguments ask for, wherever --lang stands: needed before they are parsed."""
    languages = [value for flag, value in pairwise(args) if flag == "--lang"]
    languages += [arg.partition("=")[2] for arg in args if arg.startswith("--lang=")]
    return next((value for value in reversed(languages) if value in LANGUAGES), LANGUAGES[0])


# ---- how values are read


def one_of(options: Sequence[str], text: str) -> str:
    """The text if it is an option; ValueError if not."""
    return options[options.index(text)] if text in options else _refuse()


def whole_number(low: int, high: int | None, text: str) -> int:
    """A whole number within bounds; ValueError if it is none."""
    number = int(text) if re.fullmatch(r"\d{1,9}", text) else -1
    return number if number >= low and (high is None or number <= high) else _refuse()


def one_day(text: str, today: date) -> date:
    """A day as 2005-05-25 or as officials write it, this year unless written; ValueError if it is not one day."""
    if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text):
        return date(*map(int, text.split("-")))
    from rectify_xl.days.periods import parse_period  # a grammar that help has no need of

    period = parse_period(text, year=today.year)
    return period.start if period.start is not None and period.is_one_day else _refuse()


def _refuse() -> Any:
    raise ValueError


# ---- the declarations


def flags_for(today: date) -> dict[str, Flag]:
    """Every option there is, by the name of its argument; a date without a year is one of the year of `today`."""
    return {
        "profile": _choice_flag("--profile", profile_names()),
        "settings": Flag(names=("--settings",), metavar="FILE", read=str),
        "as_of": Flag(names=("--as-of",), metavar="DATE", read=partial(one_day, today=today), complaint="day"),
        "json": Flag(names=("--json",)),
        "workers": Flag(
            names=("--workers",),
            metavar="N",
            read=partial(whole_number, 1, None),
            complaint="at-least",
            facts={"low": 1},
        ),
        "scheduler": Flag(names=("--scheduler",), metavar="URL", read=str),
        "dry_run": Flag(names=("--dry-run",)),
        "verify": Flag(names=("--verify",)),
        "fail_on": _choice_flag("--fail-on", ("returned", "refused")),
        "return_to": Flag(names=("--return",), metavar="OUT", read=str),
        "to": Flag(names=("--to",), metavar="FOLDER", read=str),
        "format": _choice_flag("--format", ("csv", "parquet"), default="csv"),
        "out": Flag(names=("--out",), metavar="OUT", read=str),
        "unit": Flag(names=("--unit",), metavar="CODE", read=str, several=True),
        "units": _number_flag("--units", FEWEST_UNITS, MOST_UNITS, USUAL_UNITS),
        "weeks": _number_flag("--weeks", FEWEST_WEEKS, MOST_WEEKS),
        "lang": _choice_flag("--lang", LANGUAGES),
        "quiet": Flag(names=("-q", "--quiet")),
    }


def _choice_flag(name: str, options: Sequence[str], default: str | None = None) -> Flag:
    """An option whose value is one of some words."""
    facts, read = {"options": tuple(options)}, partial(one_of, options)
    metavar = "|".join(options)
    return Flag(names=(name,), metavar=metavar, read=read, complaint="choice", facts=facts, default=default)


def _number_flag(name: str, low: int, high: int, default: int | None = None) -> Flag:
    """An option whose value is a whole number within bounds."""
    facts = {"low": low, "high": high, "default": default}
    read = partial(whole_number, low, high)
    return Flag(names=(name,), metavar="N", read=read, complaint="number", facts=facts, default=default)


# Each command's arguments (FILE may be several) and options; a star marks an option that must be given.
COMMANDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "init": ("DIR", ("profile*", "json", "lang", "quiet")),
    "templates": ("OUT", ("profile", "settings", "json", "lang", "quiet")),
    "check": ("FILE", ("profile", "settings", "as_of", "return_to", "json", "lang", "quiet")),
    "issue": ("DIR", ("as_of", "unit", "fail_on", "json", "lang", "quiet")),
    "run": ("DIR", ("as_of", "workers", "scheduler", "dry_run", "verify", "fail_on", "json", "lang", "quiet")),
    "schedule": ("DIR", ("as_of", "fail_on", "json", "lang", "quiet")),
    "status": ("DIR", ("as_of", "fail_on", "json", "lang", "quiet")),
    "history": ("DIR ID", ("json", "lang", "quiet")),
    "export": ("DIR", ("to*", "format", "as_of", "json", "lang", "quiet")),
    "form": ("ACTION FORM OUT", ("json", "lang", "quiet")),
    "migrate": ("OLD", ("out", "profile", "settings", "json", "lang", "quiet")),
    "demo": ("DIR", ("profile", "units", "weeks", "json", "lang", "quiet")),
}
PARAMETERS = {
    "DIR": "folder", "OUT": "folder", "FILE": "files", "ACTION": "action", "FORM": "form", "OLD": "file",
    "ID": "number",
}  # fmt: skip
