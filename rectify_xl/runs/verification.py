"""A merged book validated by pandera once more, for those who ask."""

from __future__ import annotations

import warnings

from rectify_xl.model import Book


def verify_book(book: Book) -> None:
    """Validates every merged frame with pandera; a failure is a bug of ours and is raised as one."""
    from rectify_xl.facts import catalog
    from rectify_xl.frames.result import Result
    from rectify_xl.frames.schema import schema_for

    result = Result(book=book)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rules of level warning: the findings have them already
        for name, frame in result.rows.items():
            schema_for(catalog.forms()[name], book.settings).validate(frame, lazy=True)
