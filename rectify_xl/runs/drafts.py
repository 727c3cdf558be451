"""The workbooks of a run drafted by copies of its process, while it does what must come before they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from rectify_xl.model import Book
from rectify_xl.runs.beside import done_beside
from rectify_xl.runs.workspace import Drafted, Workspace

# Which workbooks one copy makes: those of a line share what they count, and both lines take about as long. The first
# asks for nothing that the memory is told too.
_OF_ROWS, _OF_COUNTS = ("ledger", "publication"), ("status", "bulletin", "reminders")


@contextmanager
def drafted_beside(
    place: Workspace, book: Book, work_out: Callable[[Book], None], *, is_worth: bool
) -> Iterator[Drafted]:
    """Begins to draft the workbooks of 成果, if it `is_worth` that; gives what tells of each whether it was drafted.

    What `work_out` does with the book is done once, by this process, before the copy begins that needs it.
    """
    with ExitStack() as stack:
        drafted: Drafted = {}
        for results in (_OF_ROWS, _OF_COUNTS):
            if results is _OF_COUNTS:
                work_out(book)
            draft = partial(place.draft_results, book, results)
            drafted |= dict.fromkeys(results, stack.enter_context(done_beside(draft, is_worth=is_worth)))
        yield drafted
