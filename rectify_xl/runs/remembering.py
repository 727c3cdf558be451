"""What a run saves in the memory: files and verdicts, numbers, findings, what was typed and sent, and its counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from rectify_xl.merging.office import OfficeValues
from rectify_xl.merging.unit_fold import UnitFold
from rectify_xl.model import SENT_BACK, Book, Return, Verdict
from rectify_xl.office.grounds import Grounds, digest_of
from rectify_xl.outgoing.bulletin_units import not_reported
from rectify_xl.outgoing.reminders import new_reminders, reminders_for, sent_key
from rectify_xl.progress.items import ITEMS
from rectify_xl.progress.period import changes_between, counts_of, snapshot_of
from rectify_xl.reports import run_json
from rectify_xl.runs.kept_folds import Kept, keep_folds
from rectify_xl.runs.ledger_edits import LedgerEdits, cells_read
from rectify_xl.runs.numbering import given_in
from rectify_xl.runs.same_columns import columns_by_form
from rectify_xl.runs.taking_in import Intake, Job
from rectify_xl.store import Store
from rectify_xl.store.runs import RunRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """One run worked out: its intake, what the office typed into the ledger, and the book that follows from them.

    `kept` are the folds taken from the memory, `made` those of all other units, `typed` what the office typed.
    """

    intake: Intake
    edits: LedgerEdits
    book: Book
    kept: Kept
    made: Mapping[str, UnitFold] = field(default_factory=dict)
    typed: OfficeValues = field(default_factory=dict)


def turned(week: Week) -> tuple[tuple[str, Verdict, Verdict], ...]:
    """The files known before that are judged otherwise than by the last run: path, verdict before, verdict now."""
    known = zip(week.intake.arrivals, week.book.returns, strict=False)
    return tuple((a.path, a.verdict, return_.verdict) for a, return_ in known if a.verdict != return_.verdict)


def saved(job: Job, week: Week, archive: Callable[[], object]) -> RunRow:
    """The run as saved in the memory: the last one where nothing is new, else a new one, not finished yet.

    Nothing is saved unless `archive` returned, which it does once all that was received is archived.
    """
    store, intake, book = job.store, week.intake, week.book
    last = store.runs()[-1:]
    is_known = bool(last) and last[0].is_finished and last[0].id == book.run
    if is_known and not intake.fresh and not intake.again and not week.edits.read:
        archive()
        return last[0]
    with store.transaction():
        run = save(job, week)
        archive()
    return run


def save(job: Job, week: Week) -> RunRow:
    """Saves a run, marked as not finished, and all that it leaves; must be called in a transaction."""
    store, intake, book = job.store, week.intake, week.book
    grounds = Grounds(job.settings)
    seq = store.begin(book.run, book.as_of, digest_of(repr(job.settings)))
    _keep_edits(store, week.edits, seq, book.as_of)
    for return_ in intake.again:
        store.replace_content(return_, grounds.of(return_))
    numbers = store.keep_items(given_in(book, store.numbers(week.kept.read).by_state, week.kept.folds), week.kept.folds)
    for _, return_ in intake.fresh:
        store.keep_arrival(return_, grounds.of(return_), seq, book.as_of, numbers)
    store.keep_numbers(numbers)
    arrivals = store.arrivals()
    keep_folds(store, week.kept, week.made, job.settings, week.typed)
    verdicts = []
    for arrival, return_ in zip(arrivals, book.returns, strict=True):
        if arrival.run == seq or arrival.verdict != return_.verdict:
            is_new = arrival.run == seq or arrival.verdict not in SENT_BACK
            verdicts.append((arrival.seq, return_.verdict, is_new and return_.verdict in SENT_BACK))
    store.keep_verdicts(seq, verdicts)
    looks = ((arrival, intake.looks.get((arrival.path, arrival.digest))) for arrival in arrivals)
    store.keep_looks((arrival.seq, look) for arrival, look in looks if look and look != arrival.look)
    in_files = {id(finding) for return_ in intake.returns for finding in return_.findings}
    store.keep_findings(seq, (finding for finding in book.findings if id(finding) not in in_files))
    first_seen = [return_ for arrival, return_ in zip(arrivals, book.returns, strict=True) if arrival.run == seq]
    store.keep_run(seq, summary_of(book, first_seen), snapshot_of(book))
    store.keep_reminders((reminder.key for reminder in new_reminders(book)), book.as_of, sent_key)
    return RunRow(seq, book.run, book.as_of, False)


def _keep_edits(store: Store, edits: LedgerEdits, seq: int, as_of: date) -> None:
    """Saves what the office typed, and what was read: a cell is compared with its value when it was last read."""
    store.keep_entries(edits.entries, edits.findings, as_of)
    store.withdraw(edits.withdrawn)
    for name, digest in edits.read.items():
        store.keep_ledger(name, digest)
    if edits.run and edits.entries:
        store.keep_written(edits.run, seq, cells_read(edits, store.written(edits.run)))


def work_out(book: Book) -> None:
    """Works out (and caches) what both the memory and the workbooks need, so that a child process need not."""
    reminders_for(book)
    snapshot_of(book)
    changes_between(book.previous, book)


def summary_of(book: Book, first_seen: Sequence[Return]) -> dict[str, Any]:
    """What `status` prints of a run without working it out again, and the columns that its rows have."""
    summary = run_json(replace(book, findings=()), (), received=first_seen)
    del summary["outputs"], summary["findings"]
    levels = Counter(finding.level for finding in book.findings)
    changes = changes_between(book.previous, book)
    return {
        **summary,
        "levels": dict(levels),
        "not_reported": not_reported(book),
        "changes": dict(counts_of(changes)),
        "item_changes": dict(counts_of(changes, ITEMS)),
        "since": book.previous.as_of.isoformat() if book.previous else None,
        "columns": columns_by_form(),
    }
