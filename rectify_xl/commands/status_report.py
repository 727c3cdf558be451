"""The lines that `status` and `history` print for people: the week, and the states of one row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rectify_xl.commands.console import form_names, pairs, verdict_name
from rectify_xl.commands.table import Call, Words
from rectify_xl.facts import catalog
from rectify_xl.normal import shown
from rectify_xl.shares import percent_text

# How many of a long list are named, and how much of a text is shown.
_MOST_NAMED, _LONGEST = 10, 40


def status_lines(result: Mapping[str, Any], call: Call, *, has_units: bool) -> Iterator[str]:
    """The week, one line for each matter; long lists are shortened, an empty roster is mentioned."""
    words, names = call.words["status"], form_names(call.lang)
    yield words["title"].format(as_of=result["as_of"], run=result["run"] or words["never"])
    files = {verdict_name(name, call.words): count for name, count in result["files"].items() if count}
    yield words["files"].format(files=pairs(files, call.words))
    yield from _list(result["arrived"], words["arrived"], words["nothing_arrived"], call)
    if result["run"] is None:
        return
    yield words["rows"].format(rows=pairs({names.get(name, name): n for name, n in result["rows"].items()}, call.words))
    yield words["pending"].format(count=result["pending"])
    for part in ("deadlines", "tasks"):
        yield words[part].format(states=pairs({name: n for name, n in result[part].items() if n}, call.words))
    for part in ("late", "due_soon"):
        yield words[part].format(count=len(result[part]))
        yield from (_owed(item, words) for item in result[part][:_MOST_NAMED])
        if len(result[part]) > _MOST_NAMED:
            yield words["more"].format(count=len(result[part]) - _MOST_NAMED)
    nobody = words["all_reported"] if has_units else words["no_units"]
    yield from _list(result["not_reported"], words["not_reported"], nobody, call)
    if result["since"]:
        yield words["changed"].format(since=result["since"], changes=_changes(result["changes"], call))
        if "item_changes" in result:  # runs of older versions did not count them
            yield words["changed_items"].format(changes=_changes(result["item_changes"], call))


def _changes(counts: Mapping[str, int], call: Call) -> str:
    words = call.words["status"]
    changes = {words["changes"][kind]: n for kind, n in counts.items() if n}
    return pairs(changes, call.words) if changes else str(words["unchanged"])


def _list(names: Sequence[str], some: str, none: str, call: Call) -> Iterator[str]:
    if not names:
        yield none
        return
    joint = call.words["joint"]["list"]
    rest = len(names) - _MOST_NAMED
    more = call.words["status"]["and_more"].format(count=rest) if rest > 0 else ""
    yield some.format(count=len(names), names=joint.join(names[:_MOST_NAMED]) + more)


def _owed(item: Mapping[str, Any], words: Words) -> str:
    text = shown(item["text"], _LONGEST)
    return str(words["owed"].format(**{**item, "text": text, "id": item["id"] or "-"}))


def history_lines(result: Mapping[str, Any], call: Call) -> Iterator[str]:
    """The states of one row in order, each with its source and what changed, then what the office typed."""
    words = call.words["history"]
    form = catalog.forms()[result["form"]]
    title = form.title if call.lang == "zh" else form.name
    yield words["title"].format(id=result["id"], form=title, unit=result["unit"])
    if result["withdrawn"]:
        yield words["withdrawn"]
    for place, state in enumerate(result["states"]):
        yield words["state"].format(**{name: state[name] for name in ("filled_on", "file", "sheet", "cell", "arrived")})
        changes = state["changed"] if place else {name: ["", value] for name, value in state["values"].items()}
        for name, (old, new) in changes.items():
            column = form.column(name)
            label, show = column.label if call.lang == "zh" else name, _SHOW_BY_KIND.get(column.kind, _shortened)
            old_text, new_text = show(old) or words["empty"], show(new) or words["empty"]
            yield words["change" if place else "value"].format(label=label, old=old_text, new=new_text)
    labels = {column.name: column.label for column in form.office_columns}
    for entry in result["office"]:
        label = labels.get(entry["column"], entry["column"]) if call.lang == "zh" else entry["column"]
        value = entry["value"] or words["cleared"]
        pattern = words["lower_office" if "file" in entry else "office"]
        yield pattern.format(**{**entry, "label": label, "value": value})


def _shortened(value: Any) -> str:
    return shown(value, _LONGEST)


def _percent(value: Any) -> str:
    return percent_text(float(value)) if value != "" else ""


# How values are shown, by kind of column; others are shown as they are.
_SHOW_BY_KIND = {"percent": _percent}
