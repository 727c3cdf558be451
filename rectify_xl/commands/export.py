"""`export`: the workspace as tables for other programs, CSV or Parquet."""

from __future__ import annotations

from pathlib import Path

from rectify_xl.commands.output import not_into_the_inbox, show_result
from rectify_xl.commands.table import Call
from rectify_xl.normal import inert


def export(call: Call, folder: str, to: str, format: str) -> int:
    """The frames of a dry run and of the memory, one file each; the workspace stays as it is."""
    from rectify_xl.commands import console
    from rectify_xl.facts.in_force import using
    from rectify_xl.frames.result import Result
    from rectify_xl.runs import pipeline
    from rectify_xl.runs.export import export_frames
    from rectify_xl.runs.memory import open_memory

    not_into_the_inbox(call, Path(to), "--to")
    with console.progress(call) as progress:
        options = pipeline.ReadOptions(progress=progress)
        outcome = pipeline.run_workspace(folder, as_of=call.as_of, options=options, dry_run=True)
    result, memory = Result(book=outcome.book), open_memory(folder)
    with using(result.own_forms):
        outputs = export_frames(memory.frames() | result.frames(), to, form=format)
    done = call.words["export"]["done"].format(count=len(outputs), folder=inert(to))
    lines = [done, *(f"  {name}" for name in outputs)]
    return show_result(call, {"as_of": call.as_of.isoformat(), "outputs": list(outputs)}, lines)
