"""Waivers (豁免): which finding of which unit the office lets pass, until when, and how it is then reported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from rectify_xl.kinds import as_text
from rectify_xl.model import Finding, Form, Settings, Waiver
from rectify_xl.normal import key_text
from rectify_xl.office.roster import Roster

# The fewest digits of a digest in 文件摘要: as many as the ledger shows.
_LEAST_DIGEST = 16
_BETWEEN_VALUES = re.compile("[\u3001\uff0c,;\uff1b/|\uff0b+]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """The subject of a finding, as waivers name it: the item (`names`, see `names_for`), the file, its 填报日期."""

    names: frozenset[str] = frozenset()
    digest: str = ""
    filled_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Waivers:
    """The waivers of the settings by the unit they are for and their rule ("": a whole file)."""

    by_rule: Mapping[tuple[str, str], tuple[Waiver, ...]] = field(default_factory=dict)
    roster: Roster = field(default_factory=Roster)

    def find(self, unit: str, rule: str, matter: Matter) -> Waiver | None:
        """The waiver that lets a finding of a unit pass, also one for a unit that was merged into it."""
        if not self.by_rule:
            return None
        return next((w for w in self._of(unit, rule) if _fits(w, matter)), None)

    def find_file(self, matter: Matter) -> Waiver | None:
        """The waiver of a whole file that belongs to no single unit, such as an office's ledger."""
        file_waivers = (waiver for (_, rule), waivers in self.by_rule.items() if not rule for waiver in waivers)
        return next((waiver for waiver in file_waivers if waiver.digest and _fits(waiver, matter)), None)

    def _of(self, unit: str, rule: str) -> Iterator[Waiver]:
        for code in sorted(self.roster.prefixes(unit), key=lambda c: (c != unit, c)):
            yield from self.by_rule.get((key_text(code), rule), ())

    def apply(self, unit: str, finding: Finding, matter: Matter) -> Finding:
        """The finding, or where a waiver lets it pass a warning with the reason and the approver."""
        if finding.level == "fixed":
            return finding
        waiver = self.find(unit, finding.code, matter)
        return waived(finding, waiver) if waiver else finding


def waivers_for(settings: Settings, roster: Roster) -> Waivers:
    """The waivers of the settings, indexed, in their order."""
    by_rule: dict[tuple[str, str], list[Waiver]] = {}
    for waiver in settings.waivers:
        by_rule.setdefault((key_text(waiver.unit), waiver.rule or ""), []).append(waiver)
    return Waivers(by_rule={key: tuple(of_rule) for key, of_rule in by_rule.items()}, roster=roster)


def waived(finding: Finding, waiver: Waiver) -> Finding:
    """The finding as an approved exception."""
    params = (("waived", waiver.reason or ""), ("approved_by", waiver.approved_by or ""))
    return replace(finding, level="warning", params=(*finding.params, *params))


def is_waived(finding: Finding) -> bool:
    """Whether a finding is an approved exception."""
    return any(name == "waived" for name, _ in finding.params)


def names_for(form: Form, values: Sequence[Any], number: str = "") -> frozenset[str]:
    """The names of a row in 事项: its number, or the values of its key one after the other."""
    own = [values[at] for at, column in enumerate(form.columns) if column.assigned and values[at]]
    key = "".join(as_text(v) for n in form.key if (v := values[form.positions[n]]) is not None)
    return frozenset(_plain(name) for name in (number, *map(str, own), key) if name)


def _plain(name: str) -> str:
    return key_text(_BETWEEN_VALUES.sub("", name))


def _fits(waiver: Waiver, matter: Matter) -> bool:
    if waiver.until and (matter.filled_on is None or matter.filled_on > waiver.until):
        return False
    if waiver.digest and not _is_digest(waiver.digest, matter.digest):
        return False
    return not waiver.item or _plain(waiver.item) in matter.names


def _is_digest(typed: str, digest: str) -> bool:
    start, whole = key_text(typed).lower(), digest.lower()
    return len(start) >= _LEAST_DIGEST and (whole.startswith(start) or start.startswith(whole or "-"))


