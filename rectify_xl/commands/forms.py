"""The commands around forms themselves: a built-in one written out as the workbook that declares it."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click

from rectify_xl.commands.table import Call
from rectify_xl.commands.telling import tell
from rectify_xl.model import Form
from rectify_xl.normal import inert, key_text

EXPORT = "export"


def form(call: Call, action: str, form: str, folder: str) -> int:
    """A built-in form as a workbook that an office can change and put into 表单/."""
    from rectify_xl.excel.form_writer import write_form

    if action != EXPORT:
        told = call.words["wrong"]["choice"].format(name="ACTION", value=inert(action), options=EXPORT)
        raise click.UsageError(told, click.get_current_context())
    found = _built_in(call, form)
    target = Path(folder)
    path = target if target.suffix.lower() == ".xlsx" else target / f"{found.title}.xlsx"
    if path.exists():
        raise FileExistsError(17, "", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_form(found, path)
    words = call.words["form"]
    lines = [words["done"].format(title=found.title, path=inert(str(path))), words["next"]]
    return tell(call, {"outputs": [inert(path.as_posix())]}, lines)


def _built_in(call: Call, said: str) -> Form:
    """The built-in form of that name or title; refused with the nearest where there is none."""
    from rectify_xl.catalog import built_in_forms

    known = {key_text(name): held for held in built_in_forms().values() for name in (held.title, held.name)}
    if key_text(said) in known:
        return known[key_text(said)]
    near = get_close_matches(said, [name for held in built_in_forms().values() for name in (held.name, held.title)], 1)
    words = call.words["wrong"]
    about = {"value": inert(said), "near": words["near"].format(near=near[0]) if near else ""}
    told = words["no-such-form"].format(options=call.words["joint"]["list"].join(built_in_forms()), **about)
    raise click.UsageError(told, click.get_current_context())
