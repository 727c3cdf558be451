"""The command `rectify-xl` as a whole process, which tells at its end what memory it and its reader processes took.

    python benchmarks/our_run.py FIGURES run DIR --workers 2 ...

Writes "parent worker" (the largest of each, in MiB) into the file FIGURES; ends as the command does.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from rectify_xl.cli import main

if __name__ == "__main__":
    try:
        main(sys.argv[2:])
    finally:
        kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        peaks = [f"{resource.getrusage(kind).ru_maxrss / 1024:.1f}" for kind in kinds]
        Path(sys.argv[1]).write_text(" ".join(peaks), encoding="utf-8")
