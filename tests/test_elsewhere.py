"""Reading by other executors and on a Dask cluster: the same results, few bytes on the way, and deaths survived."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from pickle import dumps
from typing import Any

import dask
import pytest
from distributed import Client, LocalCluster, Nanny
from executors import Dying, Weighing, killing
from many_files import DAY, settings, small_return
from returns import filled_template, row, settings_for

import rectify_xl as rx
from rectify_xl.cli import main
from rectify_xl.model import Return
from rectify_xl.receiving import cluster, elsewhere, engine
from rectify_xl.receiving.intake import Source, files_in
from rectify_xl.runs import pipeline, workspace

SETTINGS = replace(settings(), units=settings().units[:12])


@pytest.fixture
def returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of twelve small returns, two of them flawed, a file that is none, and chunks of two."""
    monkeypatch.setattr(engine, "CHUNK", 2)
    folder = tmp_path / "报来"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02}.xlsx").write_bytes(small_return(number))
    (folder / "网页.xls").write_bytes(b"<html><table></table></html>")
    return folder


def read(folder: Path, **how: Any) -> list[Return]:
    return list(engine.read_all(files_in([folder]), SETTINGS, DAY, **how))


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(".rectify_xl-*"))


# ---- any executor


@pytest.mark.parametrize("place", ["{}", "file://{}", "memory://暂存"])
def test_rows_go_through_a_spool_which_is_taken_away_again(returns: Path, tmp_path: Path, place: str) -> None:
    executor = Weighing()
    found = read(returns, executor=executor, spool=place.format(tmp_path))
    assert found == read(returns, guard=False)
    assert all(isinstance(said, bytes) for said in executor.said)
    assert left_over(tmp_path) == []


def test_what_travels_is_a_kilobyte_a_workbook(tmp_path: Path) -> None:
    """Real workbooks of thirty rows under settings of a thousand units; the same without a spool is far more."""
    units = tuple(replace(settings_for().units[0], code=f"KX{n:04}", name=f"示例{n}支部") for n in range(1000))
    office = replace(settings_for(), units=(*settings_for().units, *units))
    rows = [row("ledger", problem=f"第{n}个问题，学习不够深入") for n in range(30)]
    (tmp_path / "收").mkdir()
    first = filled_template(tmp_path / "收" / "0.xlsx", {"ledger": rows})
    for number in range(1, engine.CHUNK):
        shutil.copy(first, first.with_name(f"示例第{number}党支部整改台帐.xlsx"))
    weighed, plain = Weighing(), Weighing()
    sources = files_in([first.parent])
    found = list(engine.read_all(sources, office, DAY, executor=weighed, spool=str(tmp_path)))
    assert found == list(engine.read_all(sources, office, DAY, executor=plain))
    assert [len(held.forms[0].good) for held in found] == [30] * engine.CHUNK and not any(h.findings for h in found)
    assert (sum(weighed.sent) + sum(weighed.came)) / engine.CHUNK <= 600
    assert (sum(plain.sent) + sum(plain.came)) / engine.CHUNK > 5_000


def test_what_is_lost_with_its_workers_is_read_here(returns: Path, caplog: pytest.LogCaptureFixture) -> None:
    remarks: list[str] = []
    found = read(returns, executor=Dying(works=2, takes=4), remarks=remarks)
    assert found == read(returns, guard=False)
    assert remarks == ["workers-lost"] == [record.message for record in caplog.records]


def test_a_file_that_its_worker_does_not_see_is_read_here(returns: Path) -> None:
    remarks: list[str] = []
    blind = Weighing(lambda chunk: [replace(source, path=f"{source.path}-far") for source in chunk])
    assert read(returns, executor=blind, remarks=remarks) == read(returns, guard=False)
    assert remarks == ["workers-blind"]


def test_where_workers_do_not_see_the_spool_rows_travel(returns: Path, tmp_path: Path) -> None:
    def far_away(chunk: list[Source]) -> list[Source]:
        for place in tmp_path.glob(".rectify_xl-*"):
            shutil.rmtree(place)
        return chunk

    remarks: list[str] = []
    found = read(returns, executor=Weighing(far_away), spool=str(tmp_path), remarks=remarks)
    assert found == read(returns, guard=False) and remarks == ["spool-unseen"]


def test_a_worker_of_another_version_reads_nothing(returns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "__version__", "9.9")
    with pytest.raises(rx.RectifyError, match="版本不同"):
        read(returns, executor=Weighing())


# ---- a real cluster of two worker processes


def made_workspace(folder: Path, returns: Path) -> Path:
    workspace.create(folder, SETTINGS)
    shutil.copytree(returns, folder / "收件", dirs_exist_ok=True)
    return folder


def everything_in(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".sqlite"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


class PatientNanny(Nanny):
    """Ends a worker that is still starting: of five seconds an older Dask takes the start, and gives up on the end."""

    async def close(self, timeout: float = 120, reason: str = "nanny-close") -> Any:
        return await super().close(timeout=timeout, reason=reason)


def kill_one(client: Client, done: int, _: int) -> None:
    """After the first chunks one worker is killed while it has others."""
    if done == 4:
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)


def test_a_cluster_gives_the_results_of_one_machine_whatever_becomes_of_its_workers(
    returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One cluster for three questions, as its start costs seconds: its executor, a run, and a file that kills."""
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "120s"}),  # a machine may be busy
        LocalCluster(n_workers=2, threads_per_worker=1, worker_class=PatientNanny, dashboard_address=":0") as held,
        Client(held, set_as_default=False) as client,
    ):
        rows_are_spooled_unasked(client, returns, tmp_path, monkeypatch)
        a_run_survives_a_workers_death(client, returns, tmp_path)
        held.scheduler.allowed_failures = 0
        a_file_that_kills_unguarded_workers_has_its_verdict(client, returns)


def rows_are_spooled_unasked(
    client: Client, returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "gettempdir", lambda: str(tmp_path))
    whole, seen = elsewhere.Elsewhere._with_rows, []
    monkeypatch.setattr(elsewhere.Elsewhere, "_with_rows", lambda *given: (seen.append(given[1]), whole(*given))[1])
    result = rx.consolidate(returns, SETTINGS, as_of=DAY, executor=client.get_executor())
    assert result.book == rx.consolidate(returns, SETTINGS, as_of=DAY).book
    assert all(answer.spooled for answer in seen[:6])
    assert not any(form.good for answer in seen for held in answer.returns for form in held.forms)
    assert left_over(tmp_path) == []


def a_run_survives_a_workers_death(client: Client, returns: Path, tmp_path: Path) -> None:
    near, far = made_workspace(tmp_path / "本机", returns), made_workspace(tmp_path / "集群", returns)
    here = rx.run(near, as_of=DAY, workers=2)
    address = client.scheduler_info()["address"]
    there = rx.run(far, as_of=DAY, scheduler=address, progress=partial(kill_one, client))
    assert there.book == here.book and there.outputs == here.outputs
    assert everything_in(far) == everything_in(near)
    assert left_over(far) == []


def a_file_that_kills_unguarded_workers_has_its_verdict(client: Client, returns: Path) -> None:
    (returns / "坏.xlsx").write_bytes(small_return(3)[:2000])
    remarks: list[str] = []
    sources = files_in([returns])[-2:]
    context = dumps((SETTINGS, DAY))
    here = partial(engine._chunk_read, context=context, guard=True)
    how: dict[str, Any] = {"context": context, "guard": False, "spool": None, "remarks": remarks}
    with elsewhere.Elsewhere(client.get_executor(), killing, here, **how) as away:
        ((first, second),) = away.returns([sources])
    assert [held.file for held in (first, second)] == [source.name for source in sources]
    assert {held.verdict for held in (first, second)} == {"refused"} and remarks == ["workers-lost"]


# ---- what is told


def told(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main([*args, "--lang", "en"])
    return int(str(ended.value.code)), capsys.readouterr().err


def test_what_is_wrong_with_a_scheduler_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.create(tmp_path / "w", SETTINGS)
    place = str(tmp_path / "w")
    monkeypatch.setattr(cluster, "_PATIENCE", 0.3)
    assert told(capsys, "run", place, "--scheduler", "tcp://[::1]:9")[0] == 3
    assert told(capsys, "run", place, "--scheduler", "hier")[0] == 2
    status, said = told(capsys, "run", place, "--scheduler", "nowhere://x")
    assert status == 2 and "tcp://host:8786" in said
    status, said = told(capsys, "run", place, "--scheduler", "tcp://x:1", "--workers", "2")
    assert status == 2 and "--workers" in said and "--scheduler" in said


def test_a_missing_extra_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    status, said = told(capsys, "run", str(tmp_path), "--scheduler", "tcp://x:1")
    assert status == 2 and 'pip install "rectify_xl[dask]"' in said
    with pytest.raises(rx.RectifyError):
        options = pipeline.ReadOptions(executor=Weighing(), spool=str(tmp_path))
        pipeline.check_returns([tmp_path], SETTINGS, DAY, options)


def test_when_no_worker_is_left_the_rest_is_read_here_at_once(returns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float | None] = []

    class Silent(Future[Any]):
        def result(self, timeout: float | None = None) -> Any:
            waited.append(timeout)
            raise TimeoutError

    class Deserted(Executor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            return Silent()

    monkeypatch.setattr(cluster, "is_cluster", lambda executor: True)
    monkeypatch.setattr(cluster, "lost", lambda executor: ())
    monkeypatch.setattr(cluster, "width", lambda executor: 2)
    monkeypatch.setattr(cluster, "end_readers", lambda executor: None)
    monkeypatch.setattr(cluster, "is_deserted", lambda executor: True)
    assert read(returns, executor=Deserted()) == read(returns, guard=False)
    assert waited == [elsewhere._CHECK_EVERY] + [0.0] * 6
