"""Installs exactly the lowest versions that setup.cfg names, and runs the tests with them.

    python tests/lowest_check.py ENVIRONMENT [ARGUMENT OF PYTEST]...

ENVIRONMENT is a folder, made anew where the bounds are others than at the last time. Ends with what pytest ends with.
"""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
# What judges the source, what runs the notebooks: nobody needs the one to use the package, and tests need neither.
NOT_OF_THE_TESTS = ("lint", "notebooks")
_BOUND = re.compile(r"([\w.-]+(?:\[\w+\])?)>=([0-9][0-9.]*)")


def lowest() -> dict[str, str]:
    """The lowest version of every package that the program, its extras and its tests need.

    SystemExit with a sentence where a requirement is no lower bound, or a package has several.
    """
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = {name: text for name, text in setup["options.extras_require"].items() if name not in NOT_OF_THE_TESTS}
    found: dict[str, str] = {}
    for line in "\n".join([setup["options"]["install_requires"], *extras.values()]).splitlines():
        if not line or line.startswith("#"):
            continue
        bound = _BOUND.fullmatch(line)
        if bound is None:
            raise SystemExit(f"setup.cfg: {line} is no lower bound")
        name, version = bound.groups()
        if found.setdefault(name, version) != version:
            raise SystemExit(f"setup.cfg: {name} has two lower bounds, {found[name]} and {version}")
    return found


def main(environment: Path, *arguments: str) -> int:
    """Makes the environment where it is not there, and runs the tests; pytest's status."""
    pins = "".join(f"{name}=={version}\n" for name, version in lowest().items())
    python = str(environment / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    listed = environment / "lowest.txt"
    if not listed.exists() or listed.read_text(encoding="utf-8") != pins:
        venv.create(environment, clear=True, with_pip=True)
        wanted = environment / "wanted.txt"
        wanted.write_text(pins, encoding="utf-8")
        pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        subprocess.run((*pip, "-r", str(wanted)), check=True)
        subprocess.run((*pip, "--no-deps", "-e", str(ROOT)), check=True)
        wanted.replace(listed)
    return subprocess.run((python, "-m", "pytest", *arguments), cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
