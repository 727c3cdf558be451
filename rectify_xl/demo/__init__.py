"""A workspace to try things on: made-up units, their returns on the product's own templates, good, flawed and late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from rectify_xl.demo.fill import Blank, blank_for, filled
from rectify_xl.demo.returns import Sent, returns_for
from rectify_xl.demo.season import season_for
from rectify_xl.demo.units import demo_settings
from rectify_xl.excel.templates.template import write_template, write_templates
from rectify_xl.facts import catalog
from rectify_xl.files import save_atomically
from rectify_xl.model import Settings
from rectify_xl.office import profiles
from rectify_xl.runs import workspace

DEMO_DAY = date(2005, 5, 25)


def make_demo(folder: str | Path, *, profile: str = "gdsta", units: int = 12, as_of: date = DEMO_DAY) -> None:
    """Makes a workspace with so many made-up units and what they returned by `as_of`; the same every time.

    Raises WorkspaceError if the folder holds anything, OSError where it cannot be written.
    """
    settings = demo_settings(profile, units)
    _arrive(_new_workspace(folder, settings), returns_for(settings, profile, as_of))


def make_weeks(
    folder: str | Path, *, profile: str = "gdsta", units: int = 12, weeks: int = 8
) -> Iterator[date]:
    """Makes a workspace and fills its inbox week by week: yields each week's day, on which the caller is to run.

    The days are Wednesdays, the first of them 2005-05-18; the same every time. Raises as `make_demo` does.
    """
    settings = demo_settings(profile, units)
    blanks = _new_workspace(folder, settings)
    for day, sent in season_for(settings, profile, weeks):
        _arrive(blanks, sent)
        yield day


def demo_days(folder: str | Path, *, profile: str, units: int, weeks: int | None = None) -> Iterator[date]:
    """The days of the demo's runs: that of `make_demo`, or those of `make_weeks` where weeks are asked for."""
    if weeks is None:
        make_demo(folder, profile=profile, units=units)
        yield DEMO_DAY
    else:
        yield from make_weeks(folder, profile=profile, units=units, weeks=weeks)


def _new_workspace(folder: str | Path, settings: Settings) -> _Blanks:
    """A new workspace with its templates, whose inbox is still empty."""
    workspace.create(folder, settings)
    place = workspace.Workspace(folder)
    write_templates(place.templates, settings)
    return _Blanks(settings=settings, place=place)


def _arrive(blanks: _Blanks, sent: Iterable[Sent]) -> None:
    """Files arrive in the inbox."""
    for file in sent:
        target = blanks.place.inbox / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        save_atomically(target, partial(_write, blanks.data_of(file)))


def _write(data: bytes, target: Path) -> None:
    target.write_bytes(data)


@dataclass(kw_only=True, slots=True)
class _Blanks:
    """The opened templates of the demo's campaign and of others, each written and read once."""

    settings: Settings
    place: workspace.Workspace
    opened: dict[tuple[str, str], Blank] = field(default_factory=dict)

    def data_of(self, sent: Sent) -> bytes:
        """What a file of the inbox holds."""
        if sent.data is not None:
            return sent.data
        return filled(
            self._blank(sent), _cover_of(sent), sent.rows, dropped=sent.dropped, saved=sent.filled_on
        )

    def _blank(self, sent: Sent) -> Blank:
        key = (sent.profile, sent.template)
        if key not in self.opened:
            forms = catalog.templates()[sent.template]
            self.opened[key] = blank_for(self._template(sent), forms)
        return self.opened[key]

    def _template(self, sent: Sent) -> bytes:
        """The template of the workspace, or that of another campaign."""
        if not sent.profile:
            return (self.place.templates / sent.template).read_bytes()
        temporary = self.place.folder / f".{sent.template}"
        write_template(catalog.templates()[sent.template], temporary, profiles.profile(sent.profile))
        try:
            return temporary.read_bytes()
        finally:
            temporary.unlink()


def _cover_of(sent: Sent) -> Mapping[str, object]:
    return {
        "unit_code": sent.unit.code,
        "unit_name": sent.unit.name,
        "filled_by": sent.unit.first_responsible,
        "filled_on": sent.filled_on,
        "approved_by": sent.unit.leader,
    }
