"""What a script hands in: days, paths, settings and forms as scripts have them, and a sentence for anything else."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from returns import DAY, filled_template, row, settings_for

import rectify_xl as rx
from rectify_xl.arguments import forms_from, paths_from
from rectify_xl.model import Settings


@pytest.mark.parametrize(
    "as_of", [date(2005, 5, 25), datetime(2005, 5, 25, 23), "2005-05-25", pd.Timestamp("2005-05-25 08:00")]
)
def test_a_day_is_told_as_scripts_and_frames_have_it(as_of: Any, tmp_path: Path) -> None:
    assert rx.consolidate(tmp_path, rx.profile("gdsta"), as_of=as_of).book.as_of == date(2005, 5, 25)


@pytest.mark.parametrize("as_of", [None, 20050525, "5月", "2005-02-30", pd.NaT])
def test_what_is_no_day_is_refused_before_anything_is_read(as_of: Any, tmp_path: Path) -> None:
    settings = rx.profile("gdsta")
    calls = (partial(rx.check, tmp_path, settings), partial(rx.consolidate, tmp_path, settings),
             partial(rx.run, tmp_path), partial(rx.issue, tmp_path))  # fmt: skip
    for call in calls:
        with pytest.raises(rx.RectifyError, match="判断日"):
            call(as_of=as_of)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda s: rx.check(None, s, as_of=DAY), "None 不是路径"),
        (lambda s: rx.check([3], s, as_of=DAY), "3 不是路径"),
        (lambda s: rx.check("nowhere", s, as_of=DAY), "找不到 nowhere"),
        (lambda s: rx.check([], "配置.xlsx", as_of=DAY), "'配置.xlsx' 不是配置"),
        (lambda s: rx.consolidate([], None, as_of=DAY), "None 不是配置"),
        (lambda s: rx.profile("nowhere"), "gdsta|sysu"),
        (lambda s: rx.run("nowhere", as_of=DAY), "nowhere 不是工作目录"),
        (lambda s: rx.write_template([], "x.xlsx", s), r"\[\] 不是表单"),
        (lambda s: rx.write_template(["ledger", "nowhere"], "x.xlsx", s), "'nowhere' 不是表单"),
        (lambda s: rx.read_export("nowhere"), "找不到 nowhere"),
        (lambda s: rx.read_ledger(__file__), "不是整改台帐"),
        (lambda s: rx.run("nowhere", as_of=DAY, workers=0), "workers 不能是 0"),
        (lambda s: rx.run("nowhere", as_of=DAY, workers=-2), "workers 不能是 -2"),
        (lambda s: rx.run("nowhere", as_of=DAY, workers=True), "workers 不能是 True"),
        (lambda s: rx.run("nowhere", as_of=DAY, workers=2.0), "workers 不能是 2.0"),
        (lambda s: rx.run("nowhere", as_of=DAY, workers="2"), "workers 不能是 '2'"),
        (lambda s: rx.read_ledger(__file__, "gdsta"), "'gdsta' 不是配置"),
        (lambda s: rx.read_export(".", "gdsta"), "'gdsta' 不是配置"),
        (lambda s: rx.write_settings("x.xlsx", s), "'x.xlsx' 不是配置"),
        (lambda s: rx.write_form("ledger", "x.xlsx"), "'ledger' 不是表单"),
        (lambda s: rx.with_forms(s, [rx.forms["ledger"]]), "不是表单"),
        (lambda s: rx.write_ledger("x.xlsx", s), "'x.xlsx' 不是汇总的结果"),
        (lambda s: rx.write_status(rx.check([], s, as_of=DAY), "x.xlsx"), "不是汇总的结果"),
        (lambda s: rx.export(pd.DataFrame(), "x"), "不能导出"),
        (lambda s: rx.check([], s, as_of=DAY, executor=4), "4 不能用来读文件"),
        (lambda s: rx.load_settings(None), "None 不是路径"),
        (lambda s: rx.load_form(["a.xlsx"]), "不是路径"),
        (lambda s: rx.run(b"play", as_of=DAY), "b'play' 不是路径"),
        (lambda s: rx.history("", "KX01-T001"), "'' 不是路径"),
        (lambda s: rx.open(5), "5 不是路径"),
        (lambda s: rx.read_ledger(BytesIO()), "不是路径"),
        (lambda s: rx.read_export(None), "None 不是路径"),
        (lambda s: rx.export(rx.check([], s, as_of=DAY), None), "None 不是路径"),
        (lambda s: rx.write_settings(s, "a\0b.xlsx"), "不是路径"),
        (lambda s: rx.write_template("ledger", None, s), "None 不是路径"),
        (lambda s: rx.write_form(rx.forms["ledger"], 3), "3 不是路径"),
        (lambda s: rx.write_status(rx.consolidate([], s, as_of=DAY), ""), "'' 不是路径"),
        (lambda s: rx.issue("nowhere", as_of=DAY, units=5), "nowhere 不是工作目录"),
        (lambda s: rx.with_forms(None, rx.forms["ledger"]), "None 不是配置"),
        (lambda s: rx.migrate(__file__, None, s), "None 不是路径"),
        (lambda s: rx.migrate(__file__, "new.xlsx", "gdsta"), "'gdsta' 不是配置"),
        (lambda s: rx.consolidate([], s, as_of=DAY, executor=ThreadPoolExecutor), "不能用来读文件"),
    ],
)
def test_wrong_arguments_are_told_in_a_sentence(call: Callable[[Settings], Any], told: str) -> None:
    with pytest.raises(rx.RectifyError, match=told) as caught:
        call(rx.profile("gdsta"))
    assert str(caught.value) in pickle.loads(pickle.dumps(caught.value)).sentences("zh")
    assert caught.value.sentences("en")[0].isprintable()



@pytest.mark.parametrize("paths", ["a", Path("a"), ["a"], ("a",), iter(["a"]), pd.Series(["a"]), {"a": 1}])
def test_paths_may_be_one_or_several(paths: Any) -> None:
    assert [str(path) for path in paths_from(paths)] == ["a"]


@pytest.mark.parametrize("forms", ["ledger", ["ledger"], {"ledger": 0}, rx.forms["ledger"], iter([rx.forms["ledger"]])])
def test_forms_may_be_one_or_several_and_known_by_name(forms: str | Iterator[str]) -> None:
    assert forms_from(forms, rx.profile("gdsta")) == (rx.forms["ledger"],)


def test_one_unit_may_be_said_as_a_text(tmp_path: Path) -> None:
    from rectify_xl.runs import workspace

    workspace.create(tmp_path / "work", settings_for())
    assert [name[:7] for name in rx.issue(tmp_path / "work", as_of=DAY, units="KX01")] == ["下发/KX01"]


def test_without_guard_a_trusted_file_is_read_where_it_is(tmp_path: Path) -> None:
    path, settings = filled_template(tmp_path / "表.xlsx", {"ledger": [row("ledger")]}), settings_for()
    guarded = rx.check(path, settings, as_of=DAY)
    with ThreadPoolExecutor(1) as executor:
        for given in (None, executor):
            bare = rx.check(path, settings, as_of=DAY, executor=given, guard=False)
            pd.testing.assert_frame_equal(bare.files, guarded.files)
            assert len(rx.consolidate(path, settings, as_of=DAY, executor=given, guard=False).rows["ledger"]) == 1
