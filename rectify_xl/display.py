"""Forms, settings, periods, counts and plain tables as small HTML, for Jupyter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from rectify_xl.days.periods import Period
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import lists_of
from rectify_xl.facts.phrasing import rule_words
from rectify_xl.model import Column, Form, Settings, Table
from rectify_xl.normal import as_typed


def form_html(form: Form) -> str:
    """HTML text: a table of the form's columns (a row each), below it the rules in words."""
    words = catalog.words("display")["form"]
    lists = {**catalog.base_lists(), **lists_of([form])[0]}
    rows = [_column_cells(column, lists.get(column.choices, ()), words) for column in form.columns]
    rules = "".join(f"<li>{escape(rule_words(form, rule))}</li>" for rule in form.rules)
    caption = words["caption"].format(title=form.title, template=form.template)
    return f"{_table(words['columns'], rows, caption)}<p>{escape(words['rules'])}</p><ol>{rules}</ol>"


def settings_html(settings: Settings) -> str:
    """HTML text: a table of the settings' dates and limits, and how many units, tasks and rules they hold."""
    words = catalog.words("display")["settings"]
    stage = (settings.stage_start, settings.stage_end)
    undated = words["undated"]
    values = {
        "stage": words["period"].format(start=stage[0] or undated, end=stage[1] or undated) if any(stage) else undated,
        "followup_end": settings.followup_end or undated,
        "early_warning": settings.early_warning,
        "stall_days": settings.stall_days,
        "optional_columns": words["join"].join(settings.optional_columns),
    }
    for name in ("units", "tasks", "filings", "reviewers", "waivers"):
        values[name] = words["counted"].format(n=len(getattr(settings, name)))
    caption = words["caption"].format(organisation=settings.organisation, campaign=settings.campaign)
    return _table(words["columns"], [(words[name], value) for name, value in values.items()], caption)


def period_html(period: Period) -> str:
    """HTML text: a table of one row, its first and last day and the half of a day."""
    words = catalog.words("display")["period"]
    days = [words["open"] if day is None else day for day in (period.start, period.end)]
    return _table(words["columns"], [(*days, period.half_day)], words["undated"] if period.is_undated else "")


def counts_html(caption: str, counted: Mapping[str, int]) -> str:
    """HTML text: a small table of what there is and how many of it."""
    return table_html(Table(tuple(catalog.words("display")["counts"]), list(counted.items())), caption)


def counts_line(name: str, counted: Mapping[str, int]) -> str:
    """One line for a console: a name, and what there is and how many of it."""
    return f"<{name}: {', '.join(f'{thing} {count}' for thing, count in counted.items())}>"


def table_html(table: Table, caption: str = "") -> str:
    """HTML text of a plain table; a long one is cut, and says how many rows it has."""
    words = catalog.words("display")["table"]
    more = words["more"].format(rows=len(table.rows), shown=words["shown"])
    cut = f"<p>{escape(more)}</p>" if len(table.rows) > words["shown"] else ""
    return _table(table.columns, table.rows[: words["shown"]], caption) + cut


def _column_cells(column: Column, options: Sequence[str], words: dict[str, Any]) -> tuple[str, ...]:
    phrases = words["told"]
    demands = [words["kinds"][column.kind]]
    if column.length:
        demands.append(phrases["length"].format(low=column.length[0], high=column.length[1]))
    if column.range and column.kind == "integer":
        demands.append(phrases["range"].format(low=column.range[0], high=column.range[1]))
    if column.assigned:
        demands.append(phrases["assigned"])
    hint = phrases["options"].join(options) if column.kind == "choice" else column.hint
    required = words["required"] if column.required else ""
    return (column.label, column.name, phrases["join"].join(demands), required, hint)


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]], caption: str) -> str:
    head = "".join(f"<th>{_cell(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>" for row in rows)
    title = f"<caption>{_cell(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, date) else str(value)
    return escape(as_typed(text)).replace("\n", "<br>")
