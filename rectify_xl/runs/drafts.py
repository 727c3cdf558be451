"""The workbooks of a run drafted by child processes, while this one does what must come before they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from rectify_xl.model import Book
from rectify_xl.runs.child_process import done_by_child
from rectify_xl.runs.workspace import Drafted, Workspace

# One child drafts the workbooks of each group: those of one group share what is counted. The first group tells nothing
# of earlier runs and takes longest; the others need what `whole_book` works out.
_ROW_BOOKS = ("ledger", "publication")
_COUNT_BOOKS = (("reminders",), ("status", "bulletin"))


@contextmanager
def drafted_by_children(
    workspace: Workspace, book: Book, whole_book: Callable[[], Book], *, is_worth: bool
) -> Iterator[tuple[Book, Drafted]]:
    """Begins to draft the workbooks of 成果, if it `is_worth` that; gives by workbook what tells whether it was.

    The children give way: all that this process does beside them takes longer than they do. It calls `whole_book`,
    which gives the same book with what earlier runs left to it, once the first child is at work and before those that
    need it are forked. Beside the drafts it is what this gives.
    """
    with ExitStack() as stack:

        def begun(book: Book, results: Sequence[str]) -> Drafted:
            draft = partial(workspace.draft_results, book, results)
            was_drafted = stack.enter_context(done_by_child(draft, is_worth=is_worth, gives_way=True))
            return dict.fromkeys(results, was_drafted)

        drafted = begun(book, _ROW_BOOKS)
        whole = whole_book()
        for results in _COUNT_BOOKS:
            drafted |= begun(whole, results)
        yield whole, drafted
