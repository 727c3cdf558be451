"""A week worked out from what came in and what the memory holds: this reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from rectify_xl.merging.consolidation import Past, book_and_folds
from rectify_xl.merging.numbering import Numbers
from rectify_xl.merging.office import office_values
from rectify_xl.model import Table
from rectify_xl.office.grounds import digest_of
from rectify_xl.outgoing.reminders import sent_key
from rectify_xl.receiving.intake import Source
from rectify_xl.runs import rebuilding
from rectify_xl.runs.kept_folds import kept_for, nothing_kept
from rectify_xl.runs.ledger_edits import NO_EDITS, LedgerEdits, find_edits
from rectify_xl.runs.numbering import gone_from, with_late_arrivals
from rectify_xl.runs.remembering import Week
from rectify_xl.runs.restricted import password, with_restricted_findings
from rectify_xl.runs.taking_in import Intake, Job, take_in
from rectify_xl.tables.ledger_table import ledger_table

# The name of a run has so many digits of the digest of what it rests on.
_RUN_DIGITS = 8


def work_out_week(job: Job, sources: Sequence[Source], as_of: date) -> Week:
    """The whole week with what came in from some sources."""
    return with_past(job, judged(job, intake_of(job, sources, as_of), as_of))


def intake_of(job: Job, sources: Sequence[Source], as_of: date) -> Intake:
    """The returns to work on; the processes that will read new files start while those are still looked for."""
    with job.options.ready_to_read(len(sources) - len(job.store.arrivals())):
        return take_in(job, sources, as_of)


def judged(job: Job, intake: Intake, as_of: date) -> Week:
    """The week but for what earlier runs told (`with_past`), which much of the work can do without."""
    if not job.store.runs() and (ledger := rebuilding.surviving_ledger(job.workspace)):
        given = rebuilding.numbers_from(ledger, intake.returns, job.workspace)
        book = week_of(job, intake, as_of, numbers=given).book
        edits = rebuilding.edits_of_lost_memory(ledger, book, job.workspace, job.settings)
        return week_of(job, intake, as_of, edits, given)
    edits = find_edits(job.workspace, job.store, job.settings, as_of, partial(_written_on, job))
    return week_of(job, intake, as_of, edits)


def _written_on(job: Job, day: date) -> dict[str, Table]:
    """The ledger's tables by form as the memory would write them for an earlier day."""
    book = week_of(job, by_then(job, day), day).book
    return {form: ledger_table(book, form) for form in book.items}


def week_of(
    job: Job, intake: Intake, as_of: date, edits: LedgerEdits = NO_EDITS, numbers: Numbers | None = None
) -> Week:
    """The run worked out, with the memory's numbers and folds; with `numbers` that must be given there are no folds."""
    past = _past(job, intake, edits, as_of)
    if numbers is None:
        kept = kept_for(job.store, intake, job.settings, as_of, past.entries)
        numbers = job.store.numbers(kept.read)
    else:
        kept = nothing_kept(job.store, intake)
    numbers = with_late_arrivals(numbers, kept.intake.known, [return_ for _, return_ in intake.fresh])
    past = replace(past, folds=kept.folds)
    book, made = book_and_folds(kept.intake.returns, job.settings, as_of, numbers, past=past)
    book = replace(book, retired=book.retired | gone_from(book, _given_by_then(job, intake, numbers)))
    book = with_restricted_findings(book, password())
    return Week(intake=kept.intake, edits=edits, book=book, kept=kept, made=made, typed=office_values(past.entries))


def _given_by_then(job: Job, intake: Intake, numbers: Numbers) -> frozenset[str]:
    """The numbers used so far; in a look back those of rows that had arrived by then."""
    if len(intake.arrivals) == len(job.store.arrivals()):
        return numbers.used
    return frozenset(job.store.numbers({return_.digest for return_ in intake.returns}).by_state.values())


def with_past(job: Job, week: Week) -> Week:
    """The week with what the last run of an earlier day knew, and with what was sent out so far."""
    store, book = job.store, week.book
    earlier = [run for run in store.runs() if run.is_finished and run.as_of < book.as_of]
    previous = store.snapshot(max(earlier, key=lambda run: (run.as_of, run.seq)).seq) if earlier else None
    return replace(week, book=replace(book, previous=previous, sent=store.first_reminded(sent_key)))


def _past(job: Job, intake: Intake, edits: LedgerEdits, as_of: date) -> Past:
    """What earlier runs leave to a fold; and its name: its day, and a digest of what it rests on."""
    store = job.store
    entries = (*(entry for entry in store.entries() if entry.as_of <= as_of), *edits.entries)
    content = digest_of(sorted((r.file, r.digest) for r in intake.returns), repr(job.settings), entries)
    findings = store.edits(as_of)
    arrived = {return_.digest: as_of for return_ in intake.returns}
    arrived |= {arrival.digest: arrival.arrived for arrival in reversed(intake.arrivals)}
    return Past(
        run=f"{as_of.isoformat()} {content[:_RUN_DIGITS]}",
        entries=entries,
        ledger_findings=(*findings, *(finding for finding in edits.findings if finding not in findings)),
        arrived=arrived,
    )


def by_then(job: Job, as_of: date) -> Intake:
    """What had arrived by a day; everything if nothing had."""
    intake = take_in(job, (), as_of)
    by_then = [index for index, arrival in enumerate(intake.arrivals) if arrival.arrived <= as_of]
    if not by_then:
        return intake
    known = tuple(intake.known[index] for index in by_then)
    return replace(intake, arrivals=tuple(intake.arrivals[index] for index in by_then), known=known, again=())
