"""An office's own forms beside the built-in ones: known while its settings are worked with, and nowhere else."""

from __future__ import annotations

import gc
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from weakref import ref

import pytest
from form_books import training
from returns import DAY, filled_template, judged, row, settings_for

import rectify_xl as rx
from rectify_xl.facts import catalog, terms
from rectify_xl.facts.in_force import kept_by_book, kept_by_forms, own_forms, under_settings, using, with_forms
from rectify_xl.judging.headings import form_labels
from rectify_xl.model import Book, Form, Settings

ACTIVITIES = catalog.built_in_forms()["activities"]


def own(title: str, label: str = "主题", name: str = "training") -> Form:
    """A form of an office's own, like 会议活动登记 but for its title and one label."""
    columns = tuple(replace(c, label=label) if c.name == "subject" else c for c in ACTIVITIES.columns)
    return replace(ACTIVITIES, name=name, title=title, template=f"{title}.xlsx", columns=columns)


def settings_with(*forms: Form) -> Settings:
    return settings_for(forms=forms)


def test_own_forms_stand_behind_the_built_in_ones_while_they_are_used() -> None:
    usual = list(catalog.forms())
    with using((own("培训登记"),)):
        assert list(catalog.forms()) == [*usual, "training"]
        assert "培训登记.xlsx" in catalog.templates() and terms.form_titles()["培训登记"] == "training"
    assert list(catalog.forms()) == usual and "培训登记" not in terms.form_titles() and not own_forms()
    assert list(rx.forms) == usual


def test_what_is_kept_for_one_set_of_forms_is_not_told_of_another() -> None:
    for label in ("课题", "题目", "课题"):
        with using((own("培训登记", label),)):
            assert form_labels("training")[label] == ("subject", False)
    with pytest.raises(KeyError):
        form_labels("training")


def test_what_is_kept_goes_by_the_names_of_arguments_not_by_their_order() -> None:
    shared = kept_by_forms()(lambda total, by: total // by)
    assert shared(8, 2) == shared(by=2, total=8) == 4


def test_forms_go_out_of_force_when_something_fails() -> None:
    with pytest.raises(ValueError, match="fails"), using((own("培训登记"),)):
        raise ValueError("fails")
    assert not own_forms()


def test_settings_are_found_in_whatever_carries_them_and_must_be_there() -> None:
    seen = under_settings(lambda *_: [form.name for form in own_forms()])
    settings = settings_with(own("培训登记"))
    assert seen(settings) == seen("x", rx.consolidate([], settings, as_of=DAY).book) == ["training"]
    with using(settings.forms):
        assert seen(settings_for()) == []
    with pytest.raises(TypeError):
        seen("x")


def test_settings_are_given_a_form_with_the_lists_that_it_brings() -> None:
    form = training()
    settings = with_forms(settings_with(own("走访登记")), form)
    assert [held.name for held in settings.forms] == ["training", "培训登记"]
    assert settings.lists["培训方式"] == form.lists[0].options
    assert settings.aliases["培训方式"]["网课"] == "网络培训 或 自学"
    assert form.schema.columns["培训方式"].checks[-1].statistics["allowed_values"] == form.lists[0].options
    assert "网络培训 或 自学" in form._repr_html_()
    held = rx.consolidate([], settings, as_of=DAY)
    assert list(held.rows["培训登记"]["培训方式"]) == []


def filled(path: Path, settings: Settings) -> Path:
    """A return with a good row and a bad one of the office's own form."""
    with using(settings.forms):
        rows = [row("activities"), row("activities", half_day=None, subject="另一次")]
        return filled_template(path, {"training": rows}, settings=settings)


def test_two_offices_in_one_process_do_not_disturb_each_other(tmp_path: Path) -> None:
    first, second = settings_with(own("培训登记")), settings_with(own("走访登记", "走访事由"))
    one, two = filled(tmp_path / "一.xlsx", first), filled(tmp_path / "二.xlsx", second)
    old = rx.consolidate(one, first, as_of=DAY)
    new = rx.consolidate(two, second, as_of=DAY)
    # The frames of the older result are made only now, after the other office's.
    assert len(new.rows["training"]) == len(old.rows["training"]) == 1
    assert list(old.findings["label"]) == ["时段"] and "「活动类型」" in old.findings["message"][0]
    assert list(old.pending["form"]) == ["training"]
    rx.write_ledger(old, tmp_path / "台帐.xlsx")
    assert len(rx.read_ledger(tmp_path / "台帐.xlsx", first)["training"]) == 1
    assert "training" not in rx.read_ledger(tmp_path / "台帐.xlsx", second)
    assert [f.code for f in judged({}, settings=settings_for()).findings] == ["no-form"]


def test_forms_travel_with_the_settings_into_threads_and_processes(tmp_path: Path) -> None:
    settings = settings_with(own("培训登记"))
    paths = [filled(tmp_path / "一.xlsx", settings)]
    here = rx.check(paths, settings, as_of=DAY)
    assert list(here.files["verdict"]) == ["returned"] and "时段" in here.findings["message"][0]
    with ThreadPoolExecutor(1) as threads, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        for executor in (threads, processes):
            there = rx.check(paths, settings, as_of=DAY, executor=executor)
            assert there.findings.equals(here.findings)


# ---- kept by book


def test_what_is_made_of_a_book_is_made_once_for_that_book_and_for_the_forms_in_force() -> None:
    asked: list[Book] = []

    @kept_by_book
    def titles(book: Book) -> list[str]:
        asked.append(book)
        return [form.title for form in own_forms()]

    book, equal = Book(as_of=DAY, settings=settings_for()), Book(as_of=DAY, settings=settings_for())
    assert titles(book) is titles(book)
    assert len(asked) == 1
    with using((own("培训登记"),)):
        assert titles(book) == ["培训登记"]
    assert titles(book) == []
    assert titles(equal) == []
    assert asked[-1] is equal


def test_a_book_is_not_kept_alive_by_what_was_made_of_it() -> None:
    @kept_by_book
    def day_of(book: Book) -> str:
        return book.as_of.isoformat()

    book = Book(as_of=DAY, settings=settings_for())
    held = ref(book)
    assert day_of(book) == DAY.isoformat()
    del book
    gc.collect()
    assert held() is None
