"""Builds the sdist and from it the wheel, installs each into a new environment, and runs the demo there.

    python tests/wheel_check.py

Ends with 1 and says why if anything is missing; leaves both in dist/.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
MADE = ("成果/整改台帐.xlsx", "成果/整改进度.xlsx", "成果/催办通知.xlsx", "记录.sqlite")
# What an installed package must tell of itself, from a folder where no checkout is near.
TOLD = """
import pathlib, sys
import rectify_xl as rx
place = pathlib.Path(rx.__file__).parent
assert pathlib.Path(sys.prefix) in place.parents, place
assert (place / "py.typed").exists()
assert len(rx.forms) == 10 and rx.profile("sysu").tasks
print(rx.__version__)
"""


def main() -> None:
    """Builds, installs and runs; SystemExit with a sentence where something is wrong."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel, sdist = _built(folder)
        _holds_every_fact(wheel)
        first = _environment(folder / "wheel")
        _install(first, str(wheel))
        _runs(first, wheel, folder / "of the wheel")
        second = _environment(folder / "sdist")
        _borrow(second, first)
        _install(second, "--no-deps", str(sdist))
        _runs(second, sdist, folder / "of the sdist")


def _built(folder: Path) -> tuple[Path, Path]:
    """The wheel and the sdist, made in an environment of their own."""
    python = _environment(folder / "builder")
    _install(python, "build")
    shutil.rmtree(DIST, ignore_errors=True)
    _do(python, "-m", "build", "--outdir", str(DIST), str(ROOT))
    (wheel,), (sdist,) = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    return wheel, sdist


def _holds_every_fact(wheel: Path) -> None:
    """Every file of the package that is no Python is in the wheel, byte for byte."""
    with zipfile.ZipFile(wheel) as held:
        names = set(held.namelist())
        for path in (ROOT / "rectify_xl").rglob("*"):
            name = path.relative_to(ROOT).as_posix()
            if path.is_dir() or "__pycache__" in name:
                continue
            if name not in names or held.read(name) != path.read_bytes():
                raise SystemExit(f"{wheel.name} lacks {name}")


def _install(python: str, *what: str) -> None:
    _do(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", *what)


def _borrow(python: str, other: str) -> None:
    """Lets an environment use what another has installed, after its own: what the wheel asked for is not got twice."""
    asked = ("-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    mine, theirs = (Path(_do(each, *asked).strip()) for each in (python, other))
    (mine / "borrowed.pth").write_text(f"{theirs}\n", encoding="utf-8")


def _runs(python: str, package: Path, empty: Path) -> None:
    """The demo and the templates, in an empty folder that no checkout is near."""
    empty.mkdir()
    _do(python, "-I", "-c", TOLD, cwd=empty)
    command = str(Path(python).with_name("rectify-xl"))
    _do(command, "demo", "演示", "--quiet", cwd=empty)
    _do(command, "templates", "模板", "--profile", "sysu", cwd=empty)
    lacking = [name for name in MADE if not (empty / "演示" / name).is_file()]
    if lacking or not list((empty / "模板").glob("*.xlsx")):
        raise SystemExit(f"{package.name}: its demo did not write {lacking or 'the templates'}")
    print(f"{package.name}: installed into a new environment, its demo works")


def _environment(folder: Path) -> str:
    """A new environment's Python."""
    venv.create(folder, with_pip=True)
    return str(folder / ("Scripts" if sys.platform == "win32" else "bin") / "python")


def _do(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False, cwd=cwd)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
