"""What goes back to the units: marked copies, lists of problems beside them, and why a file was refused."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from rectify_xl.days.workdays import calendar_for
from rectify_xl.files import fitting, save_atomically
from rectify_xl.messages import sentence
from rectify_xl.model import Return, Settings
from rectify_xl.receiving.engine import marked_copies
from rectify_xl.receiving.intake import Source


def write_reason(return_: Return, target: Path) -> Path:
    """Writes why a file was refused into <name>.txt, where its marked copy would stand in 退回."""
    path = target.with_name(fitting(target.name, ".txt"))
    sentences = "".join(f"{sentence(finding)}\r\n" for finding in return_.findings)
    target.parent.mkdir(parents=True, exist_ok=True)
    save_atomically(path, partial(Path.write_text, data=sentences, encoding="utf-8-sig", newline=""), settles=False)
    return path


def send_by_for(settings: Settings, as_of: date) -> date:
    """The day by which a file that was sent back should be returned: 提前提醒工作日 working days later."""
    return calendar_for(dict(settings.holidays)).step(as_of, max(settings.early_warning, 1))


def write_marked(
    to_correct: Sequence[tuple[Source, Return]],
    targets: Sequence[Path],
    *,
    send_by: date | None,
    lang: str = "zh",
    replaces: bool = False,
    used: Collection[Path] = (),
) -> list[Path]:
    """Writes the marked copies of received files to `targets`, or lists of their problems beside them; returns paths.

    No list is written to a path `used` before, nor over another file's: it gets a longer name (see `list_path`).
    Raises FileExistsError for an existing file, unless it `replaces` what an earlier run of the day wrote.
    """
    from rectify_xl.excel.marked import write_copy_or_list

    written: list[Path] = []
    taken = {*targets, *used}
    copies = marked_copies(to_correct, send_by=send_by, lang=lang)
    for copy, (_, return_), target in zip(copies, to_correct, targets, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        path = write_copy_or_list(
            copy, return_, target, send_by=send_by, lang=lang, replaces=replaces, taken=taken
        )  # fmt: skip
        written.append(path)
        taken.add(path)
    return written
