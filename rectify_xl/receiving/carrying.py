"""One old workbook put under the columns of today's forms: what a reader process does for `migrate`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pickle import loads
from typing import NamedTuple

from rectify_xl.facts.in_force import using
from rectify_xl.grid import RawBook, Unreadable
from rectify_xl.judging.judge import refused
from rectify_xl.judging.migrated import CarriedOver, campaign_of, carry_over
from rectify_xl.model import Return, Settings
from rectify_xl.office import profiles
from rectify_xl.receiving.intake import Source
from rectify_xl.receiving.reading import read_source


class Carried(NamedTuple):
    """What is carried over from a file, without the forms; `profile` is the one whose campaign its cover names."""

    over: CarriedOver
    profile: str | None = None


def carrier_for(context: bytes) -> Callable[[Source], Carried | Return]:
    """A function that carries files over under the pickled Settings (None: the profile whose campaign a file names)."""
    settings: Settings | None = loads(context)

    def carry(source: Source) -> Carried | Return:
        result = read_source(source)
        if isinstance(result, Return):
            return result
        received, raw = result
        try:
            return _carried(raw, settings)
        except Unreadable as error:
            return refused(received, error)

    return carry


def _carried(raw: RawBook, settings: Settings | None) -> Carried:
    name = None
    if settings is None and (name := profiles.profile_of_campaign(campaign_of(raw.sheets))):
        settings = profiles.profile(name)
    with using(settings.forms if settings else ()):
        over = carry_over(raw.sheets, settings.campaign if settings else "")
    return Carried(replace(over, forms=()), name)
