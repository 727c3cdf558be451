"""Waivers (豁免): which finding of which unit the office lets pass, until when, and what is then told of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from rectify_xl.kinds import as_text
from rectify_xl.model import Finding, Form, Settings, Waiver
from rectify_xl.normal import key_text
from rectify_xl.roster import Roster

# What a digest in 文件摘要 must at least have: the sixteen digits that the ledger shows.
_LEAST_DIGEST = 16
_BETWEEN_VALUES = re.compile("[\u3001\uff0c,;\uff1b/|\uff0b+]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """What a finding is about, as waivers name it: the item (`names`, see `names_for`), the file, its 填报日期."""

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
        """The waiver by which a whole file that is no single unit's, as an office's ledger, is not to count."""
        held = (waiver for (_, rule), waivers in self.by_rule.items() if not rule for waiver in waivers)
        return next((waiver for waiver in held if waiver.digest and _fits(waiver, matter)), None)

    def _of(self, unit: str, rule: str) -> Iterator[Waiver]:
        for code in sorted(self.roster.prefixes(unit), key=lambda c: (c != unit, c)):
            yield from self.by_rule.get((key_text(code), rule), ())

    def told(self, unit: str, finding: Finding, matter: Matter) -> Finding:
        """The finding, or what is told of it where a waiver lets it pass: a warning with its reason and approver."""
        if finding.level == "fixed":
            return finding
        waiver = self.find(unit, finding.code, matter)
        return waived(finding, waiver) if waiver else finding


def waivers_for(settings: Settings, roster: Roster) -> Waivers:
    """The waivers of the settings made ready for looking up, in their order."""
    made: dict[tuple[str, str], list[Waiver]] = {}
    for waiver in settings.waivers:
        made.setdefault((key_text(waiver.unit), waiver.rule or ""), []).append(waiver)
    return Waivers(by_rule={key: tuple(held) for key, held in made.items()}, roster=roster)


def waived(finding: Finding, waiver: Waiver) -> Finding:
    """The finding as an exception that was approved."""
    told = (("waived", waiver.reason or ""), ("approved_by", waiver.approved_by or ""))
    return replace(finding, level="warning", params=(*finding.params, *told))


def is_waived(finding: Finding) -> bool:
    """Whether a finding is told as an exception."""
    return any(name == "waived" for name, _ in finding.params)


def names_for(form: Form, values: Sequence[Any], number: str = "") -> frozenset[str]:
    """What 事项 may call a row: its number, or the values of its key one after the other."""
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


def _is_digest(said: str, digest: str) -> bool:
    wanted, held = key_text(said).lower(), digest.lower()
    return len(wanted) >= _LEAST_DIGEST and (held.startswith(wanted) or wanted.startswith(held or "-"))


