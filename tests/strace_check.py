"""Runs `check` over sound, broken and hostile files under strace: no socket, and no program but this interpreter.

python tests/strace_check.py [--mutants 300]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import fuzz
import hard_packages
import misbehaving_child

_CALL = re.compile(r"(?P<call>execve|socket|connect|bind|sendto)\((?P<about>[^)]*)")


def fill(folder: Path, mutants: int) -> None:
    """Mutants, packages that are hard to read, and files whose names mean nothing to a real reader process."""
    for seed in range(mutants):
        (folder / f"{seed}.xlsx").write_bytes(fuzz.mutant(seed))
    for name, made in vars(hard_packages).items():
        if name in {"connected", "external_links", "macros", "with_entity", "plain", "absolute_targets"}:
            (folder / f"{name}.xlsx").write_bytes(made() if name != "plain" else hard_packages.zipped(made()))
    for name in misbehaving_child.MISDEEDS:
        (folder / f"{name}.xlsx").write_bytes(fuzz.bases()[0])


def traced(folder: Path) -> list[str]:
    """What the run of `check` called of network and programs, a line a call."""
    log = folder.parent / "trace"
    command = [sys.executable, "-m", "rectify_xl", "check", str(folder), "--profile", "gdsta", "--json"]
    strace = ["strace", "-f", "-qq", "-e", "trace=network,execve", "-o", str(log)]
    ended = subprocess.run([*strace, *command], stdout=subprocess.DEVNULL, env=os.environ)
    if ended.returncode not in (0, 1):
        sys.exit(f"check ended with {ended.returncode}")
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


def forbidden(lines: list[str]) -> list[str]:
    """The calls that should not be there: any of the network, and programs other than this interpreter."""
    own = {Path(sys.executable).name, Path(os.path.realpath(sys.executable)).name}
    found = []
    for line in lines:
        if told := _CALL.search(line):
            program = Path(told["about"].split('"')[1]).name if told["call"] == "execve" else ""
            if program not in own:
                found.append(line)
    return found


def main() -> None:
    """Says how many processes were started and what was forbidden; status 1 if anything was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=300)
    given = parser.parse_args()
    if shutil.which("strace") is None:
        sys.exit("strace is not installed (apt-get install strace)")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "files"
        folder.mkdir()
        fill(folder, given.mutants)
        lines = traced(folder)
    found = forbidden(lines)
    started = sum("execve(" in line for line in lines)
    print(f"{started} starts of the interpreter, {len(found)} calls that should not be")
    print("\n".join(found[:20]))
    sys.exit(1 if found or not started else 0)


if __name__ == "__main__":
    main()
