"""What the archive held and holds no more, or not whole, and where the bytes still are: the inbox often has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rectify_xl.receiving.intake import Source
from rectify_xl.runs.archive import ToArchive
from rectify_xl.runs.taking_in import Intake, Job, file_digest


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveGaps:
    """Files that came earlier, to be archived once more.

    `mended` is how many of them the archive lacks, `lost` how many more it lacks whose bytes are nowhere else.
    """

    to_archive: Sequence[ToArchive] = ()
    mended: int = 0
    lost: int = 0

    @property
    def notes(self) -> list[str]:
        """Remarks by code."""
        counts = {"archive-mended": self.mended, "archive-lacks": self.lost}
        return [f"{code}:{count}" for code, count in counts.items() if count]


def archive_gaps(job: Job, intake: Intake) -> ArchiveGaps:
    """What is gone from the archive, known by its name and size: nothing there is read. Restricted files are left out.

    A file that is there and has only lost its line in the archive's list is listed again, without a word.
    """
    archive, to_archive = job.workspace.archive, list[ToArchive]()
    sizes, listed = archive.sizes(), {(entry["digest"], entry["path"]) for entry in archive.entries()}
    lacking, found = set[str](), set[str]()
    for arrival, return_ in zip(intake.arrivals, intake.known, strict=True):
        digest, archived = return_.digest, archive.path_of(return_)
        is_there = sizes.get(archived.name) == return_.size
        if not digest or return_.is_restricted or (is_there and (digest, arrival.path) in listed):
            continue
        source = intake.inbox.get(arrival.path)
        if is_there:
            source = Source(path=str(archived), name=arrival.path)
        else:
            lacking.add(digest)
            if not source or file_digest(source) != digest:
                continue
            found.add(digest)
        to_archive.append(ToArchive(source, digest, return_.suffix, arrival.arrived))
    return ArchiveGaps(to_archive=to_archive, mended=len(found), lost=len(lacking - found))
