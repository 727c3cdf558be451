"""A form as the rows of the workbook that declares it: the inverse of `form_from`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rectify_xl.facts import catalog, terms
from rectify_xl.form_book.conditions import text_of
from rectify_xl.form_book.layout import form_book_layout
from rectify_xl.messages import code_name
from rectify_xl.model import Column, Form, Rule
from rectify_xl.office.settings.layout import settings_layout
from rectify_xl.office.settings.rows import SettingsRow
from rectify_xl.rules.expression import Node

# The code of these rules alone says what they ask.
_WITHOUT_TEST = ("required-when", "empty-when")


def rows_for_form(form: Form) -> dict[str, list[SettingsRow]]:
    """The rows below the header of every sheet, by sheet name; 表单 has its values under the column `value`."""
    return {
        "form": list(_form_rows(form)),
        "columns": [*(_column(c, form) for c in form.columns), *(_column(c, form) for c in form.office_columns)],
        "lists": list(_lists(form)),
        "rules": [_rule(rule, form) for rule in form.rules],
    }


def _form_rows(form: Form) -> Iterator[SettingsRow]:
    values = {**_values_of(form), **_values_of_deadline(form), **_values_of_remarks(form)}
    for setting in form_book_layout().form:
        yield {"name": setting.label, "value": values.get(setting.name), "note": setting.hint}


def _values_of(form: Form) -> Mapping[str, Any]:
    return {
        **{name: getattr(form, name) for name in ("title", "name", "template", "version", "id_letter")},
        **{name: getattr(form, name) for name in ("row_is", "from_papers")},
        "filled_by": form_book_layout().fillers[form.filled_by],
        "key": _labels(form, form.key),
        "restricted": _yes(form.restricted),
        "notes": "\n".join(form.notes),
        "evidence_on": _label(form, form.evidence_on),
        "started": _text(form.started, form),
        "closed_when": _text(form.closed_when, form),
        "unchanged": _labels(form, form.unchanged),
    }


def _values_of_deadline(form: Form) -> Mapping[str, Any]:
    if form.deadline is None:
        return {}
    return {
        "due": _label(form, form.deadline.due),
        "done": _text(form.deadline.done, form),
        "done_on": _label(form, form.deadline.done_on),
        "standing": _text(form.deadline.standing, form),
        "agreed": _yes(form.deadline.agreed),
    }


def _values_of_remarks(form: Form) -> Mapping[str, Any]:
    if form.remarks is None:
        return {}
    target = catalog.forms()[form.remarks.form]
    office = {column.name: column.label for column in target.office_columns}
    return {
        "remark_form": target.title,
        "remark_number": _label(form, form.remarks.number),
        "remark_text": _label(form, form.remarks.text),
        "remark_day": _label(form, form.remarks.day),
        "remark_into_text": office[form.remarks.into_text],
        "remark_into_day": office[form.remarks.into_day],
    }


def _column(column: Column, form: Form) -> SettingsRow:
    low, high = column.length or (None, None)
    least, most = column.range or (None, None)
    fills = [f"{_label(form, name)} = {option}" for name, option in column.standing_fills.items()]
    joint = form_book_layout().words["and"][0]
    return {
        "label": column.label,
        "name": column.name,
        "kind": form_book_layout().kinds[column.kind],
        "required": _yes(column.required, is_usual=False),
        "level": _level(column.level) if column.level != "error" else "",
        "choices": list_title(column.choices) if column.kind == "choice" else "",
        "shortest": low,
        "longest": high,
        "least": least,
        "most": most,
        "personal": _yes(column.personal),
        "hint": column.hint,
        "aliases": column.aliases,
        "width": column.width,
        "assigned": _yes(column.assigned),
        "by_office": _yes(column in form.office_columns),
        "offers_stage_end": _yes(column.offers_stage_end),
        "standing_fills": f" {joint} ".join(fills),
    }


def list_title(name: str) -> str:
    """The title of a list in a form's workbook: that of 字典, or its own name."""
    return terms.list_titles().get(name, name)


def _lists(form: Form) -> Iterator[SettingsRow]:
    for option_list in form.lists:
        for option in option_list.options:
            aliases = tuple(word for word, meaning in option_list.aliases if meaning == option)
            yield {"list": option_list.name, "option": option, "aliases": aliases}


def _rule(rule: Rule, form: Form) -> SettingsRow:
    joint = settings_layout().separators[0]
    holds = "" if rule.code in _WITHOUT_TEST else _text(rule.holds, form)
    listed = _labels(form, rule.on) or rule.all_of
    return {
        "code": code_name(rule.code),
        "column": _label(form, rule.column),
        "when": _text(rule.when, form),
        "holds": joint.join(listed) if listed else holds,
        "level": _level(rule.level) if rule.level != catalog.codes()[rule.code].level else "",
        "softened_by": _label(form, rule.softened_by),
        "or_only": rule.or_only,
        "between": _yes(rule.between),
        "means": rule.means,
    }


def _text(node: Node | None, form: Form) -> str:
    return text_of(node, form.columns) if node else ""


def _label(form: Form, name: str) -> str:
    return form.column(name).label if name else ""


def _labels(form: Form, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_label(form, name) for name in names)


def _yes(value: bool, *, is_usual: bool = True) -> str:
    """是 or 否; "" instead of 否 where that is the default (`is_usual`)."""
    yes, no = catalog.base_lists()["yesno"]
    return yes if value else "" if is_usual else no


def _level(level: str) -> str:
    return catalog.states("level")[level]
