"""Whether forms have the columns with which their rows were stored: a run after a change reads all rows again."""

from __future__ import annotations

from rectify_xl.errors import CannotFinish
from rectify_xl.facts import catalog
from rectify_xl.model import Form
from rectify_xl.store import Store


def columns_by_form() -> dict[str, list[list[str]]]:
    """The name and the kind of every column, by form."""
    return {form.name: _columns(form) for form in catalog.forms().values() if not form.restricted}


def refuse_changed(store: Store, form: Form) -> None:
    """CannotFinish (form-changed) for a form whose columns are others than those of its stored rows."""
    stored = store.latest_summary().get("columns", {}).get(form.name)
    if stored is not None and stored != _columns(form):
        raise CannotFinish("form-changed", title=form.title)


def _columns(form: Form) -> list[list[str]]:
    return [[column.name, column.kind] for column in form.columns]
