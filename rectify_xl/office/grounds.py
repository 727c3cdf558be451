"""Fingerprints of what a file's verdict rests on besides the file: it is judged again when that changes."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Any

from rectify_xl import __version__
from rectify_xl.facts import catalog
from rectify_xl.model import Return, Settings, Unit
from rectify_xl.normal import key_text
from rectify_xl.office.roster import roster_for

# Facts that judging reads; wording and layouts change no verdict.
_FACTS = ("forms/*.toml", "cover.toml", "codes.toml", "lists.toml", "aliases.toml", "numerals.toml", "reading.toml")
# The settings that every verdict may rest on; the schedule, leaders and warnings are judged by the day.
_COMMON = (
    "campaign", "stage_start", "stage_end", "followup_end", "followup_months", "optional_columns", "reviewers",
    "filings", "lists", "aliases", "holidays", "forms",
)  # fmt: skip
# Verdicts that name a unit which may not be the one meant: any change of the roster may change them.
_OF_UNITS = frozenset({"unknown-unit", "unit-mismatch", "unknown"})
DIGITS = 32


def digest_of(*parts: Any) -> str:
    """A fingerprint of plain values."""
    return sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


@cache
def facts_digest() -> str:
    """The fingerprint of the program's own rules: its version and the facts that judging reads."""
    files = sorted(path for pattern in _FACTS for path in catalog.FACTS.glob(pattern))
    return digest_of(__version__, [(path.name, path.read_bytes()) for path in files])


class Grounds:
    """The fingerprints under the settings of one office."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._roster = settings, roster_for(settings)
        common = [getattr(settings, name) for name in _COMMON]
        self._common = digest_of(facts_digest(), [_plain(part) for part in common])
        self._units = digest_of([_of_unit(unit) for unit in settings.units])
        self._by_unit: dict[str, str] = {}
        forms = catalog.forms().values()
        self._of_office = frozenset(form.name for form in forms if form.filled_by == "office")

    def of(self, return_: Return) -> str:
        """The fingerprint of what the verdict on a file rests on."""
        rests_on_all = not return_.unit_code or any(finding.code in _OF_UNITS for finding in return_.findings)
        if rests_on_all or any(rows.form in self._of_office for rows in return_.forms):
            return digest_of(self._common, self._units, self._all_waivers())
        return digest_of(self._common, self._unit(return_.unit_code), self._waivers_of(return_.unit_code))

    def _unit(self, code: str) -> str:
        if code not in self._by_unit:
            unit = self._roster.by_code(code)
            parts: list[Any] = [_of_unit(unit)] if unit else []
            if len(alike := self._roster.alike(code)) > 1:  # then a code that is like both names neither
                parts.append([other.code for other in alike])
            self._by_unit[code] = digest_of(parts, sorted(self._roster.prefixes(code)), self._roster.is_empty)
        return self._by_unit[code]

    def _all_waivers(self) -> tuple[str, ...]:
        return tuple(map(repr, self._settings.waivers))

    def _waivers_of(self, code: str) -> tuple[str, ...]:
        """The waivers that may apply to a unit's files: its own, and those of units merged into it."""
        codes = set(map(key_text, self._roster.prefixes(code)))
        return tuple(repr(waiver) for waiver in self._settings.waivers if key_text(waiver.unit) in codes)


def _of_unit(unit: Unit) -> tuple[Any, ...]:
    return (unit.code, unit.name, unit.aliases, unit.kind, unit.merged_into)


def _plain(value: Any) -> Any:
    """Mappings as sorted pairs, since their order changes no verdict."""
    return sorted((name, _plain(part)) for name, part in value.items()) if hasattr(value, "items") else value
