"""The weekly job: take in what is new, judge, keep it in the memory, then replace what the office sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.files import digest_of_file
from rectify_xl.grounds import digest_of
from rectify_xl.in_force import using
from rectify_xl.merging.consolidation import Past, book_and_folds
from rectify_xl.merging.merge import Numbers
from rectify_xl.merging.office import standing
from rectify_xl.model import Book, Table
from rectify_xl.outgoing.reminders import first_sent
from rectify_xl.receiving.containers import inbox_sources
from rectify_xl.receiving.intake import Source
from rectify_xl.runs import run_lock
from rectify_xl.runs.beside import done_beside
from rectify_xl.runs.drafts import drafted_beside
from rectify_xl.runs.kept_folds import kept_for, nothing_kept, with_whole_rows
from rectify_xl.runs.ledger_edits import NOTHING_FOUND, Found, edits_found, keep_typed, ledgers_in
from rectify_xl.runs.means import Means, Outcome
from rectify_xl.runs.numbering import gone_from, with_late_arrivals
from rectify_xl.runs.opened_archive import opened_archive
from rectify_xl.runs.rebuilding import differing, entries_from, found_in, gone_rows, left_in, numbers_from
from rectify_xl.runs.remembering import Week, save, saved, turned, work_out
from rectify_xl.runs.restricted import keep_restricted, password, with_restricted_told
from rectify_xl.runs.taking_in import Job, Taken, arrived_by_day, containers_in, original_of, take_in
from rectify_xl.runs.uncollected import uncollected
from rectify_xl.runs.verified import verify_book
from rectify_xl.runs.workspace import Drafted, Workspace
from rectify_xl.store import Store
from rectify_xl.tables.ledger_table import ledger_table

# From how many new files, or items, on a copy of this process that works beside it is worth having.
_FILES_WORTH_A_COPY, _ITEMS_WORTH_A_COPY = 100, 2000
# How many digits of the fingerprint of what it rests on a run's name carries.
_RUN_DIGITS = 8


@contextmanager
def opened(folder: str | Path, command: str, as_of: date, means: Means, *, read_only: bool) -> Iterator[Job]:
    """The workspace with its memory, nobody else working on it unless it is only looked at.

    A lost memory is rebuilt, an unfinished run finished. Raises WorkspaceError, SettingsError and CannotFinish.
    """
    place = Workspace(folder)
    settings = load_settings(place.settings_path)
    if read_only:
        with Store(place.memory, read_only=True) as store:
            job = Job(place=place, settings=settings, store=store, means=means)
            with using(settings.forms):
                _rebuild(job)
            yield job
        return
    with run_lock.held(place.folder, command, as_of), Store(place.memory) as store:
        job = Job(place=place, settings=settings, store=store, means=means)
        place.sweep()
        with using(settings.forms):
            _rebuild(job)
            for run in store.runs():
                if not run.is_finished and not (command == "run" and run.as_of == as_of):
                    _conclude(job, _worked_out(job, (), run.as_of))
        yield job


def run_week(job: Job, as_of: date, sources: Sequence[Source], *, dry_run: bool = False) -> Outcome:
    """One run on a day; a day before the last run's is only looked back on."""
    if looks_back(job.store, as_of):
        return _look_back(job, as_of, dry_run=dry_run)
    if dry_run:
        week = _worked_out(job, sources, as_of)
        fresh = week.book.returns[len(week.taken.arrivals) :]
        return Outcome(book=week.book, received=fresh, notes=week.found.notes, turned=turned(week))
    taken = _taken(job, sources, as_of)
    keep = partial(job.place.keep, taken.fresh, as_of, containers_in(taken))
    with done_beside(keep, is_worth=_is_worth(job, len(taken.fresh), _FILES_WORTH_A_COPY)) as archived:
        week = _judged(job, taken, as_of)
        if not archived():
            keep()
    return _conclude(job, week)


def looks_back(store: Store, as_of: date) -> bool:
    """Whether a finished run was of a later day."""
    return any(run.as_of > as_of for run in store.runs() if run.is_finished)


def known_book(job: Job, as_of: date) -> Book:
    """What the memory alone knows, judged for a day: nothing is taken in."""
    return _worked_out(job, (), as_of).book


def _is_worth(job: Job, count: int, least: int) -> bool:
    """Whether so much is worth a process beside this one; nobody gets one who asked for a single one."""
    return count >= least and job.means.workers != 1


# ---- worked out: reads, and changes nothing


def _worked_out(job: Job, sources: Sequence[Source], as_of: date) -> Week:
    return _judged(job, _taken(job, sources, as_of), as_of)


def _taken(job: Job, sources: Sequence[Source], as_of: date) -> Taken:
    """What is taken in; the processes that will read new files start while it is found out which are new."""
    with job.means.ready_to_read(len(sources) - len(job.store.arrivals())):
        return take_in(job, sources, as_of)


def _judged(job: Job, taken: Taken, as_of: date) -> Week:
    if not job.store.runs() and (left := left_in(job.place)):
        given = numbers_from(left, taken.returns)
        book = _week_of(job, taken, as_of, numbers=given).book
        return _week_of(job, taken, as_of, found_in(left, book, job.place, job.settings), given)
    found = edits_found(job.place, job.store, job.settings, as_of, partial(_written_on, job))
    return _week_of(job, taken, as_of, found)


def _written_on(job: Job, day: date) -> dict[str, Table]:
    """What the memory would write into the ledger of a day that has passed, by form."""
    book = _week_of(job, _by_then(job, day), day).book
    return {form: ledger_table(book, form) for form in book.items}


def _week_of(job: Job, taken: Taken, as_of: date, found: Found = NOTHING_FOUND, numbers: Numbers | None = None) -> Week:
    """`numbers` are those that must be given; else the memory's are, and the folds that it keeps are used."""
    past = _past(job, taken, found, as_of)
    if numbers is None:
        kept = kept_for(job.store, taken, job.settings, as_of, past.entries)
        numbers = job.store.numbers(kept.read)
    else:
        kept = nothing_kept(job.store, taken)
    numbers = with_late_arrivals(numbers, kept.taken.known, [held for _, held in taken.fresh])
    past = replace(past, folds=kept.folds)
    book, made = book_and_folds(kept.taken.returns, job.settings, as_of, numbers, past=past)
    book = replace(book, retired=book.retired | gone_from(book, _given_by_then(job, taken, numbers)))
    book = with_restricted_told(book, password())
    return Week(taken=kept.taken, found=found, book=book, kept=kept, made=made, typed=standing(past.entries))


def _given_by_then(job: Job, taken: Taken, numbers: Numbers) -> frozenset[str]:
    """The numbers used so far; on a day looked back on, those of rows that had arrived."""
    if len(taken.arrivals) == len(job.store.arrivals()):
        return numbers.used
    return frozenset(job.store.numbers({held.digest for held in taken.returns}).given.values())


def _past(job: Job, taken: Taken, found: Found, as_of: date) -> Past:
    """What stands from earlier runs on that day, and the name of the run: its day, and what it rests on."""
    store = job.store
    entries = (*(entry for entry in store.entries() if entry.as_of <= as_of), *found.entries)
    content = digest_of(sorted((held.file, held.digest) for held in taken.returns), repr(job.settings), entries)
    earlier = [run for run in store.runs() if run.is_finished and run.as_of < as_of]
    told = store.edits(as_of)
    arrived = {held.digest: as_of for held in taken.returns}
    arrived |= {arrival.digest: arrival.arrived for arrival in reversed(taken.arrivals)}
    return Past(
        run=f"{as_of.isoformat()} {content[:_RUN_DIGITS]}",
        entries=entries,
        told=(*told, *(finding for finding in found.told if finding not in told)),
        previous=store.snapshot(max(earlier, key=lambda run: (run.as_of, run.seq)).seq) if earlier else None,
        sent=first_sent(store.reminders()),
        arrived=arrived,
    )


def _look_back(job: Job, as_of: date, *, dry_run: bool) -> Outcome:
    """A day that has passed, by what had arrived by then (by all there is if nothing had): only 历史 is written."""
    week = _week_of(job, _by_then(job, as_of), as_of)
    if dry_run:
        return Outcome(book=week.book, notes=("look-back",))
    outputs, notes = job.place.write_results(week.book, looks_back=True)
    return Outcome(book=week.book, outputs=outputs, notes=("look-back", *notes))


def _by_then(job: Job, as_of: date) -> Taken:
    """What had arrived by a day; all there is if nothing had."""
    taken = take_in(job, (), as_of)
    by_then = [at for at, arrival in enumerate(taken.arrivals) if arrival.arrived <= as_of]
    if not by_then:
        return taken
    known = tuple(taken.known[at] for at in by_then)
    return replace(taken, arrivals=tuple(taken.arrivals[at] for at in by_then), known=known, again=())


# ---- concluded: the archive, the memory, then what the office sees, then the mark that all is in place


def _conclude(job: Job, week: Week) -> Outcome:
    is_worth = _is_worth(job, sum(map(len, week.book.items.values())), _ITEMS_WORTH_A_COPY)
    with drafted_beside(job.place, week.book, work_out, is_worth=is_worth) as drafted:
        return _told(job, week, drafted)


def _told(job: Job, week: Week, drafted: Drafted) -> Outcome:
    """What the archive holds is kept in the memory, then told; the workbooks may have been drafted meanwhile."""
    place, store, book = job.place, job.store, week.book
    kept = keep_typed(place, week.found, book.as_of)
    run = saved(job, week)
    received = list(zip(store.arrivals(), book.returns, strict=True))
    first_seen = [held for arrival, held in received if arrival.run == run.seq]
    due = [] if run.is_finished else [held for arrival, held in received if arrival.sent_back == run.seq]
    due = with_whole_rows(store, week.kept, due)
    sent_back = place.send_back([(original_of(job, week.taken, held), held) for held in due], book)
    outputs, notes = place.write_results(book, kept=week.found.unread, drafted=drafted)
    known = [(original_of(job, week.taken, held), held) for held in week.taken.returns if held.is_restricted]
    register, troubles = keep_restricted(place, [pair for pair in known if pair[0].path], book, password())
    if not run.is_finished:
        with store.transaction():
            for path in ledgers_in(place):
                if path.relative_to(place.folder).as_posix() in outputs:
                    store.keep_ledger(path.name, digest_of_file(path))
            store.finish(run.seq)
    return Outcome(
        book=book,
        received=() if run.is_finished else tuple(first_seen),
        outputs=(*outputs, *register, *sent_back),
        notes=(*job.notes, *week.found.notes, *kept, *notes, *troubles),
        turned=turned(week),
    )


# ---- without a memory


def _rebuild(job: Job) -> None:
    """A memory that was lost is made again: from the archive, a day of arrival at a time, and from the ledger.

    Where numbers given anew in that order are not the ledger's (settings changed meanwhile), the ledger's stand.
    """
    if job.store.runs():
        return
    with opened_archive(job.place, password()) as opened:
        days = list(arrived_by_day(job.place, opened.files))
        if days:
            _rebuilt(job, days)
        job.notes.extend(opened.notes)


def _rebuilt(job: Job, days: list[tuple[date, list[Source]]]) -> None:
    store = job.store
    left = left_in(job.place)
    if left and left.day and left.day > days[-1][0]:
        days.append((left.day, []))
    with store.transaction():
        week = _replayed(job, days, Numbers())
        if left and differing(left, store.numbers(), store.returns(with_rows=False)):
            given = numbers_from(left, store.returns())
            store.forget()
            week = _replayed(job, days, given)
        if left:
            store.withdraw(gone_rows(left, store.numbers().used))
            store.enter(entries_from(left, week.book, job.place, job.settings), (), week.book.as_of)
            store.keep_ledger(job.place.names["ledger"], left.digest)
            store.finish(save(job, _week_of(job, take_in(job, (), days[-1][0]), days[-1][0])).seq)
            if count := differing(left, store.numbers(), store.returns(with_rows=False)):
                job.notes.append(f"numbers-differ:{count}")
    job.notes.append(f"rebuilt:{job.place.names['memory']}")


def _replayed(job: Job, days: Sequence[tuple[date, list[Source]]], given: Numbers) -> Week:
    """The runs of some days again, one after the other, with numbers that must be given; the last of them."""
    for day, sources in days:
        known = job.store.numbers()
        numbers = Numbers(given={**given.given, **known.given}, used=known.used | given.used)
        week = _week_of(job, take_in(job, sources, day), day, numbers=numbers)
        job.store.finish(save(job, week).seq)
    return week


# ---- for everybody who asks


@uncollected
def run_workspace(
    folder: str | Path, *, as_of: date, means: Means, dry_run: bool = False, verify: bool = False
) -> Outcome:
    """The weekly job on a workspace (see `pipeline.run_workspace`)."""
    with opened(folder, "run", as_of, means, read_only=dry_run) as job, using(job.settings.forms):
        sources = inbox_sources(job.place.inbox)
        if verify:
            verify_book(_worked_out(job, sources, as_of).book)
        return run_week(job, as_of, sources, dry_run=dry_run)


def issue_book(folder: str | Path, *, as_of: date, means: Means) -> tuple[Workspace, Book]:
    """What the memory knows of a workspace, judged for a day."""
    with opened(folder, "issue", as_of, means, read_only=True) as job, using(job.settings.forms):
        return job.place, known_book(job, as_of)
