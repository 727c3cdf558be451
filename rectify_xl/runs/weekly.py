"""The weekly job: take in what is new, judge it, save it in the memory, then replace what the office sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from rectify_xl.errors import CannotFinish
from rectify_xl.excel.settings.settings_reader import load_settings
from rectify_xl.facts.in_force import using
from rectify_xl.files import digest_of_file
from rectify_xl.merging.numbering import Numbers
from rectify_xl.model import Book, Return
from rectify_xl.receiving.containers import inbox_sources
from rectify_xl.receiving.intake import Source
from rectify_xl.runs import rebuilding, run_lock
from rectify_xl.runs.archive_gaps import archive_gaps
from rectify_xl.runs.child_process import done_by_child
from rectify_xl.runs.drafts import drafted_by_children
from rectify_xl.runs.kept_folds import with_whole_rows
from rectify_xl.runs.ledger_edits import keep_edited_ledgers, ledger_paths
from rectify_xl.runs.opened_archive import opened_archive
from rectify_xl.runs.outcome import Outcome
from rectify_xl.runs.read_options import ReadOptions
from rectify_xl.runs.remembering import Week, save, saved, turned, work_out
from rectify_xl.runs.restricted import keep_restricted, password
from rectify_xl.runs.taking_in import Job, original_of, take_in, to_archive
from rectify_xl.runs.verification import verify_book
from rectify_xl.runs.without_gc import without_gc
from rectify_xl.runs.working_out import by_then, intake_of, judged, week_of, with_past, work_out_week
from rectify_xl.runs.workspace import Drafted, Workspace
from rectify_xl.store import Store
from rectify_xl.store.files import Arrival
from rectify_xl.store.runs import RunRow

# A child process is worth its start for so many new files, or so many items.
_FILES_WORTH_A_CHILD, _ITEMS_WORTH_A_CHILD = 20, 2000


@contextmanager
def opened(folder: str | Path, command: str, as_of: date, options: ReadOptions, *, read_only: bool) -> Iterator[Job]:
    """The workspace with its memory, locked against other commands unless `read_only`.

    A lost memory is rebuilt, an unfinished run finished; for a run a missing 收件 is made anew if no file
    is known. Raises WorkspaceError, SettingsError and CannotFinish.
    """
    workspace = Workspace(folder)
    settings = load_settings(workspace.settings_path)
    if read_only:
        with Store(workspace.memory, read_only=True) as store:
            job = Job(workspace=workspace, settings=settings, store=store, options=options)
            with using(settings.forms):
                if command == "run":
                    _find_inbox(job, as_of, makes=False)
                _rebuild(job)
            yield job
        return
    with (
        run_lock.locked(workspace.folder, command, as_of),
        workspace.swept(),
        Store(workspace.memory) as store,
    ):
        job = Job(workspace=workspace, settings=settings, store=store, options=options)
        with using(settings.forms):
            if command == "run":
                _find_inbox(job, as_of, makes=True)
            _rebuild(job)
            for run in store.runs():
                if not run.is_finished and not (command == "run" and run.as_of == as_of):
                    _conclude(job, judged(job, intake_of(job, (), run.as_of), run.as_of))
        yield job


def run_week(job: Job, as_of: date, sources: Sequence[Source], *, dry_run: bool = False) -> Outcome:
    """One run for a day; a look back if a later day has been run."""
    if looks_back(job.store, as_of):
        return _look_back(job, as_of, dry_run=dry_run)
    if not sources and job.store.arrivals():  # cleared by the office, or a share that is not mounted
        job.notes.append(f"inbox-empty:{job.workspace.inbox.name}")
    if dry_run:
        week = work_out_week(job, sources, as_of)
        fresh = week.book.returns[len(week.intake.arrivals) :]
        notes = (*job.notes, *week.intake.notes, *week.edits.notes)
        return Outcome(book=week.book, received=fresh, notes=notes, turned=turned(week))
    intake = intake_of(job, sources, as_of)
    gaps = archive_gaps(job, intake)
    job.notes.extend((*intake.notes, *gaps.notes))
    files = [*gaps.to_archive, *to_archive(intake, as_of)]
    keep = partial(job.workspace.archive.keep, files)
    with done_by_child(keep, is_worth=_is_worth(job, len(files), _FILES_WORTH_A_CHILD)) as was_kept:
        return _conclude(job, judged(job, intake, as_of), archive=lambda: was_kept() or keep())


def looks_back(store: Store, as_of: date) -> bool:
    """Whether a later day has been run already."""
    return any(run.as_of > as_of for run in store.runs() if run.is_finished)


def known_book(job: Job, as_of: date) -> Book:
    """The book of what the memory holds, judged for a day: nothing new is taken in."""
    return work_out_week(job, (), as_of).book


def _is_worth(job: Job, count: int, least: int) -> bool:
    """Whether so much work is worth a child process; never where a single process is asked for."""
    return count >= least and job.options.workers != 1


def _look_back(job: Job, as_of: date, *, dry_run: bool) -> Outcome:
    """The outcome of an earlier day, from what had arrived by then (`by_then`): only 历史 is written."""
    book = with_past(job, week_of(job, by_then(job, as_of), as_of)).book
    outputs, notes = ((), ()) if dry_run else job.workspace.write_results(book, looks_back=True)
    return Outcome(book=book, outputs=outputs, notes=("look-back", *notes))


# ---- concluded: the archive, the memory, then what the office sees, then the run is marked as finished


def _conclude(job: Job, week: Week, archive: Callable[[], object] = bool) -> Outcome:
    """Concludes a week of `judged`; `archive` returns once all that was received is archived."""
    is_worth = _is_worth(job, sum(map(len, week.book.items.values())), _ITEMS_WORTH_A_CHILD)

    def whole_book() -> Book:
        book = with_past(job, week).book
        work_out(book)
        return book

    with drafted_by_children(job.workspace, week.book, whole_book, is_worth=is_worth) as (book, drafted):
        return _written(job, replace(week, book=book), archive, drafted)


def _written(job: Job, week: Week, archive: Callable[[], object], drafted: Drafted) -> Outcome:
    """The week saved in the memory, then written for the office; workbooks may have been drafted meanwhile."""
    workspace, store, book = job.workspace, job.store, week.book
    kept_ledgers = keep_edited_ledgers(workspace, week.edits, book.as_of)
    run = saved(job, week, archive)
    received = list(zip(store.arrivals(), book.returns, strict=True))
    first_seen = [r for arrival, r in received if arrival.run == run.seq]
    to_correct = with_whole_rows(store, week.kept, _to_send_back(job, run, received, book.as_of))
    sent_back = workspace.send_back([(original_of(job, week.intake, r), r) for r in to_correct], book)
    outputs, notes = workspace.write_results(book, kept=week.edits.unread, drafted=drafted)
    originals = ((original_of(job, week.intake, r), r) for r in week.intake.returns if r.is_restricted)
    restricted = [(source, return_) for source, return_ in originals if source.path]
    register, restricted_notes = keep_restricted(workspace, restricted, book, password())
    if not run.is_finished:
        with store.transaction():
            for path in ledger_paths(workspace):
                if path.relative_to(workspace.folder).as_posix() in outputs:
                    store.keep_ledger(path.name, digest_of_file(path))
            store.finish(run.seq)
    return Outcome(
        book=book,
        received=() if run.is_finished else tuple(first_seen),
        outputs=(*outputs, *register, *sent_back),
        notes=(*job.notes, *week.edits.notes, *kept_ledgers, *notes, *restricted_notes),
        turned=turned(week),
    )


def _to_send_back(
    job: Job, run: RunRow, received: Sequence[tuple[Arrival, Return]], as_of: date
) -> Iterator[Return]:
    """What a run sends back, and what runs of its day sent back that stands in 退回 no more."""
    of_day = {earlier.seq for earlier in job.store.runs() if earlier.as_of == as_of}
    for arrival, return_ in received:
        is_due = arrival.sent_back == run.seq and not run.is_finished
        if is_due or (arrival.sent_back in of_day and not job.workspace.has_sent_back(return_, as_of)):
            yield return_


# ---- without an inbox, without a memory


def _find_inbox(job: Job, as_of: date, *, makes: bool) -> None:
    """Has a missing 收件 told and made anew; CannotFinish (no-inbox) where the memory knows files that came into it.

    That one was renamed, or its share is not mounted: every unit would look silent. Looking back needs none, nor does
    a workspace that lost its memory too: there somebody begins again with what is left of it.
    """
    place = job.workspace.inbox
    if place.is_dir() or looks_back(job.store, as_of):
        return
    if place.is_symlink() or place.exists() or job.store.arrivals():
        raise CannotFinish("no-inbox", name=place.name)
    if makes:
        place.mkdir()
    job.notes.append(f"inbox-anew:{place.name}")


def _rebuild(job: Job) -> None:
    """Rebuilds a lost memory from the archive, a day of arrival at a time, and from the ledger.

    Where numbers given in that order differ from the ledger's (settings have changed since), the ledger's stand.
    """
    if job.store.runs():
        return
    with opened_archive(job.workspace, password()) as opened:
        days = list(job.workspace.archive.arrived_by_day(opened.files))
        if days:
            _rebuilt(job, days)
        job.notes.extend(opened.notes)


def _rebuilt(job: Job, days: list[tuple[date, list[Source]]]) -> None:
    store = job.store
    ledger = rebuilding.surviving_ledger(job.workspace)
    if ledger and ledger.day and ledger.day > days[-1][0]:
        days.append((ledger.day, []))
    with store.transaction():
        week = _replayed(job, days, Numbers())
        if ledger and rebuilding.count_differing(ledger, store.numbers(), store.returns(with_rows=False)):
            given = rebuilding.numbers_from(ledger, store.returns(), job.workspace)
            store.forget()
            week = _replayed(job, days, given)
        if ledger:
            store.withdraw(rebuilding.gone_rows(ledger, store.numbers().used))
            entries = rebuilding.entries_from(ledger, week.book, job.workspace, job.settings)
            store.keep_entries(entries, (), week.book.as_of)
            store.keep_ledger(job.workspace.names["ledger"], ledger.digest)
            store.finish(save(job, with_past(job, week_of(job, take_in(job, (), days[-1][0]), days[-1][0]))).seq)
            if count := rebuilding.count_differing(ledger, store.numbers(), store.returns(with_rows=False)):
                job.notes.append(f"numbers-differ:{count}")
    job.notes.append(f"rebuilt:{job.workspace.names['memory']}")


def _replayed(job: Job, days: Sequence[tuple[date, list[Source]]], given: Numbers) -> Week:
    """The runs of some days done again in order, with numbers that must be given; returns the last of them."""
    for day, sources in days:
        known = job.store.numbers()
        numbers = Numbers(by_state={**given.by_state, **known.by_state}, used=known.used | given.used)
        week = with_past(job, week_of(job, take_in(job, sources, day), day, numbers=numbers))
        job.store.finish(save(job, week).seq)
    return week


# ---- what `pipeline` calls


@without_gc
def run_workspace(
    folder: str | Path, *, as_of: date, options: ReadOptions, dry_run: bool = False, verify: bool = False
) -> Outcome:
    """The weekly job on a workspace (see `pipeline.run_workspace`)."""
    with opened(folder, "run", as_of, options, read_only=dry_run) as job, using(job.settings.forms):
        sources = inbox_sources(job.workspace.inbox)
        if verify:
            verify_book(work_out_week(job, sources, as_of).book)
        return run_week(job, as_of, sources, dry_run=dry_run)


def issue_book(folder: str | Path, *, as_of: date, options: ReadOptions) -> tuple[Workspace, Book]:
    """A workspace and the book of what its memory holds, judged for a day."""
    with opened(folder, "issue", as_of, options, read_only=True) as job, using(job.settings.forms):
        return job.workspace, known_book(job, as_of)
