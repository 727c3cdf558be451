"""What a run leaves in the memory: files and verdicts, numbers, findings, what was typed and sent, and its sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from rectify_xl.grounds import Grounds, digest_of
from rectify_xl.merging.office import Standing
from rectify_xl.merging.unit_fold import UnitFold
from rectify_xl.model import Book, Return, Verdict
from rectify_xl.outgoing.bulletin_units import not_reported
from rectify_xl.outgoing.reminders import new_reminders, reminders_for
from rectify_xl.progress.period import changes_between, counts_of, snapshot_of
from rectify_xl.reports import run_json
from rectify_xl.runs.kept_folds import Kept, keep_folds
from rectify_xl.runs.ledger_edits import Found, seen_since
from rectify_xl.runs.numbering import given_in
from rectify_xl.runs.taking_in import Job, Taken
from rectify_xl.runs.workspace import TO_CORRECT
from rectify_xl.store import Store
from rectify_xl.store.runs import RunRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """One run worked out: what it took in, what the office typed into the ledger, and all that follows.

    `kept` is what the memory spared it, `made` the folds of all other units, `typed` what stands of the office.
    """

    taken: Taken
    found: Found
    book: Book
    kept: Kept
    made: Mapping[str, UnitFold] = field(default_factory=dict)
    typed: Standing = field(default_factory=dict)


def turned(week: Week) -> tuple[tuple[str, Verdict, Verdict], ...]:
    """The files known before that are judged otherwise than by the last run: path, verdict before, verdict now."""
    known = zip(week.taken.arrivals, week.book.returns, strict=False)
    return tuple((a.path, a.verdict, held.verdict) for a, held in known if a.verdict != held.verdict)


def saved(job: Job, week: Week) -> RunRow:
    """The run as the memory has it: the last one again where nothing is new, else one that is yet unfinished."""
    store, taken, book = job.store, week.taken, week.book
    last = store.runs()[-1:]
    is_known = bool(last) and last[0].is_finished and last[0].id == book.run
    if is_known and not taken.fresh and not taken.again and not week.found.read:
        return last[0]
    with store.transaction():
        return save(job, week)


def save(job: Job, week: Week) -> RunRow:
    """Notes a run that is not finished yet, and all that it leaves; wants a transaction around it."""
    store, taken, book = job.store, week.taken, week.book
    grounds = Grounds(job.settings)
    seq = store.begin(book.run, book.as_of, digest_of(repr(job.settings)))
    _keep_edits(store, week.found, seq, book.as_of)
    for held in taken.again:
        store.judged_again(held, grounds.of(held))
    numbers = store.name(given_in(book, store.numbers(week.kept.read).given, week.kept.folds), week.kept.folds)
    for _, held in taken.fresh:
        store.arrive(held, grounds.of(held), seq, book.as_of, numbers)
    store.give(numbers)
    arrivals = store.arrivals()
    keep_folds(store, week.kept, week.made, job.settings, week.typed)
    verdicts = []
    for arrival, held in zip(arrivals, book.returns, strict=True):
        if arrival.run == seq or arrival.verdict != held.verdict:
            is_new = arrival.run == seq or arrival.verdict not in TO_CORRECT
            verdicts.append((arrival.seq, held.verdict, is_new and held.verdict in TO_CORRECT))
    store.keep_verdicts(seq, verdicts)
    met = ((arrival, taken.looks.get((arrival.path, arrival.digest))) for arrival in arrivals)
    store.keep_looks((arrival.seq, look) for arrival, look in met if look and look != arrival.look)
    own = Counter(id(finding) for held in taken.returns for finding in held.findings)
    store.keep_findings(seq, (finding for finding in book.findings if id(finding) not in own))
    first_seen = [held for arrival, held in zip(arrivals, book.returns, strict=True) if arrival.run == seq]
    store.keep_run(seq, summary_of(book, first_seen), snapshot_of(book))
    store.remind((told.key for told in new_reminders(book)), book.as_of)
    return RunRow(seq, book.run, book.as_of, False)


def _keep_edits(store: Store, found: Found, seq: int, as_of: date) -> None:
    """Keeps what the office typed, and what was read: a cell is judged against what stood there when last read."""
    store.enter(found.entries, found.told, as_of)
    store.withdraw(found.withdrawn)
    for name, digest in found.read.items():
        store.keep_ledger(name, digest)
    if found.run and found.entries:
        store.keep_written(found.run, seq, seen_since(found, store.written(found.run)))


def work_out(book: Book) -> None:
    """Works out what the memory and the workbooks both tell: a copy of this process then need not."""
    reminders_for(book)
    snapshot_of(book)
    changes_between(book.previous, book)


def summary_of(book: Book, first_seen: Sequence[Return]) -> dict[str, Any]:
    """What `status` tells of a run without working it out again."""
    told = run_json(replace(book, findings=()), (), received=first_seen)
    del told["outputs"], told["findings"]
    levels = Counter(finding.level for finding in book.findings)
    return {
        **told,
        "levels": dict(levels),
        "not_reported": not_reported(book),
        "changes": dict(counts_of(changes_between(book.previous, book))),
        "since": book.previous.as_of.isoformat() if book.previous else None,
    }
