"""The workbooks of a run drafted by child processes, while this one does what must come before they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from rectify_xl.model import Book
from rectify_xl.runs.child_process import done_by_child
from rectify_xl.runs.workspace import Drafted, Workspace

# One child drafts the workbooks of each group: those share what is counted, and both groups take about as long. Only
# the second needs what `work_out` works out.
_ROW_BOOKS, _COUNT_BOOKS = ("ledger", "publication"), ("status", "bulletin", "reminders")


@contextmanager
def drafted_by_children(
    workspace: Workspace, book: Book, work_out: Callable[[Book], None], *, is_worth: bool
) -> Iterator[Drafted]:
    """Begins to draft the workbooks of 成果, if it `is_worth` that; gives by workbook what tells whether it was.

    This process calls `work_out` once, before the child that needs its results is forked.
    """
    with ExitStack() as stack:
        drafted: Drafted = {}
        for results in (_ROW_BOOKS, _COUNT_BOOKS):
            if results is _COUNT_BOOKS:
                work_out(book)
            draft = partial(workspace.draft_results, book, results)
            drafted |= dict.fromkeys(results, stack.enter_context(done_by_child(draft, is_worth=is_worth)))
        yield drafted
