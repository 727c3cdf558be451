from __future__ import annotations

from pathlib import Path

import pytest

from rectify_xl.files import TEMPORARY_PREFIX, fitting, save_atomically, temporary_for, writable


def test_a_file_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "整改台帐.xlsx"
    target.write_bytes(b"old")
    save_atomically(target, lambda temporary: temporary.write_bytes(b"new"))
    assert target.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == [target.name]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "整改台帐.xlsx"
    target.write_bytes(b"old")

    def half(temporary: Path) -> None:
        temporary.write_bytes(b"ha")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        save_atomically(target, half)
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == [target.name]


def test_nothing_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save_atomically(tmp_path / "x.xlsx", lambda temporary: None)
    assert not list(tmp_path.iterdir())


def test_an_error_names_the_file_that_was_to_be_written(tmp_path: Path) -> None:
    target = tmp_path / "没有" / "x.xlsx"
    with pytest.raises(FileNotFoundError) as caught:
        save_atomically(target, lambda temporary: temporary.write_bytes(b"x"))
    assert caught.value.filename == str(target)


@pytest.mark.parametrize("name", ["整改台帐.xlsx", "长" * 80 + ".xlsx", "a\udcffb.xlsx", ".x"])
def test_a_temporary_name_is_short_hidden_and_in_the_same_folder(tmp_path: Path, name: str) -> None:
    temporary = temporary_for(tmp_path / name)
    assert temporary.parent == tmp_path
    assert temporary.name.startswith(TEMPORARY_PREFIX)
    assert temporary.name.startswith(".")
    assert len(temporary.name.encode()) < 60
    assert temporary != temporary_for(tmp_path / f"{name}2")


@pytest.mark.parametrize(
    ("name", "on_windows"),
    [
        ("05月25日/KX01/整改台帐 (1).xlsx", "05月25日/KX01/整改台帐 (1).xlsx"),
        ("报送.zip/整改:台帐?.xlsx", "报送.zip/整改_台帐_.xlsx"),
        ("坏\\x07名.xlsx", "坏_x07名.xlsx"),
        ("CON/nul.xlsx", "_CON/_nul.xlsx"),
        ("COM1.tar.xlsx", "_COM1.tar.xlsx"),
        ("concert.xlsx", "concert.xlsx"),
        ("夹. /a.", "夹__/a_"),
        ("./a.xlsx", "./a.xlsx"),
    ],
)
def test_a_name_is_one_that_windows_can_write(name: str, on_windows: str) -> None:
    assert writable(name, windows=True) == on_windows
    assert writable(name, windows=False) == name


@pytest.mark.parametrize("ending", ["", ".txt", ".问题清单.xlsx"])
@pytest.mark.parametrize("stem", ["短", "长" * 300, "a" * 255, "台帐" * 41 + "b"])
def test_a_name_is_cut_to_what_a_disk_takes_and_stays_its_own(stem: str, ending: str, tmp_path: Path) -> None:
    names = [fitting(name, ending) for name in (f"{stem}.xlsx", f"{stem}2.xlsx")]
    assert len(set(names)) == 2 and all(name.endswith(ending or ".xlsx") for name in names)
    for name in names:
        (tmp_path / name).touch()
    if len(stem) == 1:
        assert names[0] == f"短.xlsx{ending}"


def test_a_path_that_is_far_too_long_becomes_its_file_in_a_folder_of_its_own() -> None:
    one, two = (writable("深/" * depth + "a.xlsx", windows=False) for depth in (2_000, 2_001))
    assert one != two and all(path.endswith("/a.xlsx") and len(path) < 30 for path in (one, two))
    assert writable("深/" * 20 + "a.xlsx", windows=False) == "深/" * 20 + "a.xlsx"
