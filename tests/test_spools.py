"""Rows set aside as Parquet and put back: the same rows, and nothing confidential on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

from ledgers import NASTY
from pyarrow import parquet
from returns import GOOD, judged, row

from rectify_xl.model import FormRows, Ledger, Return, Row
from rectify_xl.receiving.spools import COLUMNS, with_rows, without_rows


def test_rows_of_every_form_come_back_as_they_were() -> None:
    forms = {name: [row(name), {**row(name), **dict.fromkeys(row(name), "？")}] for name in GOOD if name != "guidance"}
    returns = [judged({name: rows}, file=f"{name}.xlsx") for name, rows in forms.items()]
    assert any(form.good for held in returns for form in held.forms)
    assert any(form.bad and form.bad[0].typed for held in returns for form in held.forms)
    light, rows = without_rows(returns)
    assert not any(form.good or form.bad for held in light for form in held.forms)
    assert [replace(held, forms=()) for held in light] == [replace(held, forms=()) for held in returns]
    assert with_rows(light, rows) == returns


def test_no_value_changes_on_the_way() -> None:
    values = (*NASTY, None, True, 0, -1.5, 10**20, 0.1 + 0.2, 1e-300, date(1900, 2, 28), ("a", date.max, None))
    good = Row("表\ud800", 1_048_576, values)
    odd = Return(file="a", forms=(FormRows(form="ledger", good=(good, good), bad=(Row("表", 4, (), ("", "\ud800")),)),))
    (told,) = with_rows(*without_rows([odd]))
    assert told == odd
    kinds = [type(value) for value in told.forms[0].good[0].values]
    assert kinds == [type(value) for value in values]


def test_what_is_confidential_is_set_aside_nowhere() -> None:
    held = judged({"guidance": [row("guidance")], "ledger": [row("ledger")]})
    assert held.is_restricted
    assert without_rows([held]) == ([held], b"") and with_rows([held], b"") == [held]


def test_an_offices_ledger_is_set_aside_whole() -> None:
    ledger = Ledger(as_of=date(2005, 5, 25), run="2005-05-25 1a", files=(("a.xlsx", date(2005, 5, 1)),))
    held = replace(judged({"ledger": [row("ledger")]}), ledger=replace(ledger, retired=frozenset({"KX01-T002"})))
    light, rows = without_rows([judged({}), held])
    assert light[1].ledger is None and with_rows(light, rows)[1] == held


def test_a_spool_is_parquet_that_others_can_read() -> None:
    _, rows = without_rows([judged({"survey": [row("survey")]})])
    table = parquet.ParquetFile(BytesIO(rows)).read()
    assert tuple(table.column_names) == COLUMNS and table.num_rows == 1
    assert table.column("form").to_pylist() == ["survey"] and b"2005-05-25" in table.column("rows").to_pylist()[0]
