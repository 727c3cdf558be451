"""The settings a file is judged by: those of the call, of its workspace, or of the profile whose campaign it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from rectify_xl.errors import InWords
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.facts import catalog
from rectify_xl.model import MERGED, Form, Return, Settings
from rectify_xl.office import profiles
from rectify_xl.receiving.places import is_url
from rectify_xl.runs import pipeline, workspace


class NoSettings(InWords):
    """No settings are known for a path."""

    def __init__(self, code: str, path: str) -> None:
        super().__init__(code, path=path, profiles="|".join(catalog.profile_names()))


def chosen_settings(profile: str | None, file: str | None) -> Settings | None:
    """The settings of the profile or of the settings workbook that a call names; None if it names neither."""
    if profile is not None:
        return profiles.profile(profile)
    return load_settings(file) if file is not None else None


def workspace_of(path: str | Path) -> Path | None:
    """The settings workbook of the workspace that holds a path, the nearest one upwards; None outside of any, and of
    a URL."""
    if is_url(str(path)):
        return None
    place = Path(path).absolute()
    name = workspace.names()["settings"]
    return next((folder / name for folder in (place, *place.parents) if (folder / name).is_file()), None)


def settings_of_place(path: str | Path) -> Settings | None:
    """The settings of the workspace that holds a path; None outside of any."""
    found = workspace_of(path)
    return load_settings(found) if found else None


def settings_for_folder(folder: str | Path) -> Settings:
    """The settings of the workspace that holds a folder; raises NoSettings outside of any."""
    settings = settings_of_place(folder)
    if settings is None:
        raise NoSettings("no-settings", str(folder))
    return settings


class Judged(NamedTuple):
    """Returns in the order of their files, and all settings that some of them were judged by."""

    returns: tuple[Return, ...]
    settings: tuple[Settings, ...]

    @property
    def own_forms(self) -> tuple[Form, ...]:
        """The own forms of the offices whose settings these are."""
        return tuple({form.name: form for settings in self.settings for form in settings.forms}.values())


def check_files(
    paths: Sequence[str], chosen: Settings | None, as_of: date, options: pipeline.ReadOptions
) -> Judged:
    """Judges files by the settings of the call; where it names none, each by those of its workspace or its profile.

    Raises WrongUse and NoSettings.
    """
    if chosen is not None:
        return Judged(pipeline.check_returns(paths, chosen, as_of, options), (chosen,))
    load = cache(load_settings)
    returns, used = list[Return](), list[Settings]()
    for settings_path, group in groupby(paths, key=workspace_of):
        if settings_path is None:
            returns += _by_campaign(list(group), as_of, options)
            used += map(profiles.profile, catalog.profile_names())
        else:
            settings = load(settings_path)
            returns += pipeline.check_returns(list(group), settings, as_of, options)
            used.append(settings)
    return Judged(tuple(returns), tuple(used))


def _by_campaign(paths: Sequence[str], as_of: date, options: pipeline.ReadOptions) -> Iterable[Return]:
    """Each file judged by the profile whose campaign it names; what is no workbook of ours is refused by any."""
    returns: list[Return] = []
    for name in catalog.profile_names():
        judged = pipeline.check_returns(paths, profiles.profile(name), as_of, options)
        returns = [new if _is_foreign(old) else old for old, new in zip(returns or judged, judged, strict=True)]
        if not any(map(_is_foreign, returns)):
            break
    for return_ in returns:
        if _is_foreign(return_):
            raise NoSettings("no-campaign", return_.file)
    return returns


def _is_foreign(return_: Return) -> bool:
    """Whether a file is of another campaign than it was judged by, or names none."""
    if return_.verdict == "refused":
        return any(finding.code == "other-campaign" for finding in return_.findings)
    return return_.verdict in MERGED and not return_.cover.get("campaign")
