"""`form` and `migrate`: a built-in form written out, an old filled workbook carried over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from errno import EEXIST
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rectify_xl.commands.output import not_into_the_inbox, only_one, show_result
from rectify_xl.commands.table import Call
from rectify_xl.normal import inert, key_text

if TYPE_CHECKING:
    from rectify_xl.judging.migrated import CarriedOver
    from rectify_xl.model import Form, Settings

EXPORT = "export"


def form(call: Call, action: str, form: str, folder: str) -> int:
    """A built-in form as a workbook that an office can change and put into 表单/."""
    from rectify_xl.excel.settings.form_writer import write_form

    if action != EXPORT:
        text = call.words["wrong"]["choice"].format(name="ACTION", value=inert(action), options=EXPORT)
        raise click.UsageError(text, click.get_current_context())
    built_in = _built_in(call, form)
    target = Path(folder)
    path = target if target.suffix.lower() == ".xlsx" else target / f"{built_in.title}.xlsx"
    not_into_the_inbox(call, path.parent, "OUT")
    if path.exists():
        raise FileExistsError(EEXIST, "", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_form(built_in, path)
    words = call.words["form"]
    lines = [words["done"].format(title=built_in.title, path=inert(str(path))), words["next"]]
    return show_result(call, {"outputs": [inert(path.as_posix())]}, lines)


def _built_in(call: Call, wanted: str) -> Form:
    """The built-in form of that name or title; an unknown one is refused with the nearest."""
    from difflib import get_close_matches

    from rectify_xl.facts.catalog import built_in_forms

    by_key = {key_text(name): form for form in built_in_forms().values() for name in (form.title, form.name)}
    if key_text(wanted) in by_key:
        return by_key[key_text(wanted)]
    names = [name for form in built_in_forms().values() for name in (form.name, form.title)]
    near = get_close_matches(wanted, names, 1)
    words = call.words["wrong"]
    parts = {"value": inert(wanted), "near": words["near"].format(near=near[0]) if near else ""}
    text = words["no-such-form"].format(options=call.words["joint"]["list"].join(built_in_forms()), **parts)
    raise click.UsageError(text, click.get_current_context())


# ---- an old filled workbook


def migrate(call: Call, file: str, profile: str | None, settings: str | None, out: str | None) -> int:
    """An old filled workbook carried over into today's template; values without a place there are listed."""
    from rectify_xl.commands.settings_choice import chosen_settings, settings_of_place
    from rectify_xl.runs import migration

    only_one(call, profile, settings)
    target = migration.migration_target(file, out)
    not_into_the_inbox(call, target.parent, "--out")
    chosen = chosen_settings(profile, settings) or settings_of_place(file)
    old = migration.read_old(file, chosen)
    carried = migration.write_carried(old, target, chosen or _settings_named(file, old.profile))
    result = {
        "file": inert(file),
        "output": inert(target.as_posix()),
        "rows": {name: len(rows) for name, rows in carried.rows.items()},
        "filled": carried.filled,
        "left": [{name: value for name, value in asdict(left).items() if value} for left in carried.left],
    }
    return show_result(call, result, list(_lines(call, carried, target)))


def _settings_named(file: str, name: str | None) -> Settings:
    """The settings of the profile whose campaign the file's cover names."""
    from rectify_xl.commands.settings_choice import NoSettings
    from rectify_xl.office import profiles

    if name is None:
        raise NoSettings("no-campaign", file)
    return profiles.profile(name)


def _lines(call: Call, carried: CarriedOver, target: Path) -> Iterator[str]:
    words = call.words["migrate"]
    counted = [(form.title, len(carried.rows.get(form.name, ()))) for form in carried.forms]
    rows = call.words["joint"]["pairs"].join(f"{title} {count}" for title, count in counted if count)
    yield words["done"].format(path=inert(str(target)), rows=rows or words["no_rows"])
    if carried.filled:
        yield words["filled"].format(count=carried.filled)
    if carried.left:
        yield words["left"].format(count=len(carried.left))
        yield from ("  " + inert(words["kinds"][left.kind].format(**asdict(left))) for left in carried.left)
    else:
        yield words["nothing_left"]
