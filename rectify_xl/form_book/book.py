"""The workbook that declares a form, while it is read: its sheets, its surroundings, the mistakes found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rectify_xl.facts import catalog, terms
from rectify_xl.form_book.conditions import Vocabulary, misfit_in, parse_labelled, share_beyond
from rectify_xl.form_book.layout import FormBookLayout, form_book_layout
from rectify_xl.model import Form
from rectify_xl.normal import shown
from rectify_xl.office.settings.book import FilledBook
from rectify_xl.office.settings.cells import Options, SettingsCell, near, options_by_key
from rectify_xl.rules.expression import ExpressionError, Node, names_in, options_in


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """The surroundings of a form: the office's lists by name as far as they are known, the existing forms, and those of
    them that it must not clash with; `files` names the workbooks of those that the office declares."""

    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    forms: Sequence[Form] = ()
    taken: Sequence[Form] = ()
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class FormBook(FilledBook):
    """The workbook with its surroundings."""

    around: Around

    @property
    def layout(self) -> FormBookLayout:
        """Its sheets as declared, and what else is declared of them."""
        return form_book_layout()

    def options(self, more: Mapping[str, Sequence[str]] | None = None) -> Options:
        """The options of each list, by the name that columns call it; `more` are further lists."""
        lists: Mapping[str, Sequence[str]] = {
            **usual_options(),
            list_called("forms"): tuple(form.title for form in self.around.forms),
            **(more or {}),
        }
        return {name: options_by_key(options) for name, options in lists.items()}


def usual_options() -> dict[str, tuple[str, ...]]:
    """The options of the lists that are the same in every such workbook, by the name that columns call them."""
    layout = form_book_layout()
    return {
        list_called("kinds"): tuple(layout.kinds.values()),
        list_called("fillers"): tuple(layout.fillers.values()),
        list_called("yesno"): catalog.base_lists()["yesno"],
        list_called("level"): tuple(terms.rule_levels()),
        list_called("rules"): tuple(layout.rule_names()),
    }


def list_called(name: str) -> str:
    """The name that the columns of a form's workbook call one of their lists."""
    layout = form_book_layout()
    places = {
        "kinds": layout.sheets["columns"].column("kind"),
        "fillers": layout.setting("filled_by"),
        "yesno": layout.setting("restricted"),
        "level": layout.sheets["rules"].column("level"),
        "rules": layout.sheets["rules"].column("code"),
        "forms": layout.setting("remark_form"),
        "labels": layout.setting("key"),
        "lists": layout.sheets["columns"].column("choices"),
    }
    return places[name].list


def says_yes(text: str) -> bool:
    """Whether a cell of the list 是否 says yes."""
    return text == catalog.base_lists()["yesno"][0]


def fits(cell: SettingsCell, text: str, pattern: str) -> bool:
    """Whether a text matches a pattern; a mismatch is noted with the hint of its column."""
    if not text or re.fullmatch(pattern, text):
        return bool(text)
    cell.refuse("form-pattern", hint=cell.column.hint)
    return False


def condition_in(cell: SettingsCell, vocabulary: Vocabulary) -> Node | None:
    """The tree of a condition; None for an empty cell, or with a note for one that cannot be read or decided."""
    text = cell.text
    if not text:
        return None
    try:
        tree = parse_labelled(text, vocabulary)
    except ExpressionError as error:
        labels = tuple(column.label for column in vocabulary.columns)
        params = {"example": form_book_layout().examples["condition"], "options": labels}
        cell.refuse("form-words" if error.word else "form-words-end", word=shown(error.word), **params)
        return None
    if vocabulary.unread.intersection(names_in(tree)):
        return None
    for code, misfit in (("form-misfit", misfit_in), ("form-share-rule", share_beyond)):
        if name := misfit(tree, vocabulary):
            called = {word: spellings[0] for word, spellings in form_book_layout().words.items()}
            called |= {column.name: column.label for column in vocabulary.columns}
            cell.refuse(code, word=called[name])
            return None
    return tree if _options_stand(cell, tree, vocabulary) else None


def _options_stand(cell: SettingsCell, tree: Node, vocabulary: Vocabulary) -> bool:
    """Whether every option that a condition names is one of its column's; the first that is none is noted."""
    labels = {column.name: column.label for column in vocabulary.columns}
    for name, option in options_in(tree):
        options = vocabulary.options.get(name)
        if options is not None and option not in options:
            params = {"word": shown(option), "near": near(option, options), "options": tuple(options)}
            cell.refuse("form-option", other=labels.get(name, name), **params)
            return False
    return True
