"""The table of seeded mistakes by kind, the goals, and the cases that went wrong, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from clean_returns import clean_names
from judging import Outcome
from spoiling import Case, Kind

from rectify_xl.layouts.layout import display_width

GOAL_IN_EXCEL = 0.95


@dataclass(frozen=True)
class Line:
    """One kind's line of the table."""

    kind: Kind
    held: tuple[Outcome, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """What the table says: cases, found, exact, false alarms, in Excel, lit beside."""
        looked = [o for o in self.held if o.in_excel is not None]
        excel = _of(o.in_excel for o in looked) if looked else self.kind.unseen or "-"
        beside = str(sum(len(o.lit_beside) for o in looked)) if looked else ""
        return (
            str(len(self.held)),
            _of(o.found for o in self.held),
            _of(o.exact for o in self.held),
            str(sum(len(o.false_alarms) for o in self.held)),
            excel,
            beside,
        )


def _of(flags: Iterable[bool | None]) -> str:
    held = list(flags)
    good = sum(map(bool, held))
    return f"{good}/{len(held)}" if good < len(held) else str(good)


_HEADS = ("kind", "cases", "found in Python", "exact cell", "false alarms", "found in Excel", "lit beside")
_WIDTHS = (38, 7, 16, 11, 13, 15, 10)


def padded(texts: Sequence[str]) -> str:
    """One line of the table; a Chinese character takes two places."""
    first = texts[0] + " " * max(_WIDTHS[0] - display_width(texts[0]), 1)
    return first + "".join(text.rjust(width) for text, width in zip(texts[1:], _WIDTHS[1:], strict=True))


def print_table(cases: Sequence[Case], held: Iterable[Outcome]) -> list[Line]:
    """Prints the table while the outcomes come, a line a kind, then the totals of every group; the lines."""
    print(padded(_HEADS))
    lines: list[Line] = []
    paired = zip(cases, held, strict=True)
    for _, made in groupby(paired, key=lambda pair: id(pair[0].kind)):
        pairs = list(made)
        lines.append(Line(pairs[0][0].kind, tuple(outcome for _, outcome in pairs)))
        print(padded((lines[-1].kind.name, *lines[-1].cells)), flush=True)
    for group in dict.fromkeys(line.kind.group for line in lines):
        mine = [line for line in lines if line.kind.group == group]
        total = Line(Kind("", lambda paper: ""), tuple(o for line in mine for o in line.held))
        print(padded((f"= {group}: {len(mine)} kinds", *total.cells)))
    return lines


def goals(lines: Sequence[Line], on_clean: int) -> list[tuple[str, bool, str]]:
    """(goal, whether it is reached, the figures)."""
    held = [o for line in lines for o in line.held]
    looked = [line for line in lines if not line.kind.unseen and any(o.in_excel is not None for o in line.held)]
    cases = [o for line in looked for o in line.held if o.in_excel is not None]
    shown = sum(all(o.in_excel is not False for o in line.held) for line in looked)
    made = [
        ("every spoiling is found or understood", all(o.found for o in held), _of(o.found for o in held)),
        ("at the exact cell", all(o.exact for o in held), _of(o.exact for o in held)),
        ("no false alarm", not any(o.false_alarms for o in held), str(sum(len(o.false_alarms) for o in held))),
        (f"nothing on {len(clean_names())} clean workbooks", on_clean == 0, str(on_clean)),
    ]
    if looked:
        share = sum(bool(o.in_excel) for o in cases) / len(cases)
        figures = f"{shown} of {len(looked)} kinds, {share:.1%} of {len(cases)} cases"
        reached = min(share, shown / len(looked)) >= GOAL_IN_EXCEL
        made.append((f"{GOAL_IN_EXCEL:.0%} show in the template", reached, figures))
        beside = sum(len(o.lit_beside) for o in cases)
        made.append(("no other cell of the template is lit", beside == 0, str(beside)))
    return made


def print_misses(held: Iterable[Outcome], most: int) -> None:
    """The cases that went wrong: what was wanted, what came."""
    bad = [o for o in held if not o.is_good or o.in_excel is False or o.lit_beside]
    for outcome in bad[:most]:
        wanted = " ".join(at or "the file" for at in outcome.wanted) or "silence"
        got = "; ".join(outcome.got) or "nothing"
        print(f"! {outcome.name}: wanted {wanted}; got {got}")
        notes = {"false alarms": outcome.false_alarms, "lit beside": outcome.lit_beside, "but": (outcome.trouble,)}
        for name, texts in notes.items():
            if any(texts):
                print(f"    {name}: {'; '.join(texts)}")
        if outcome.in_excel is False:
            print(f"    not shown in the template {outcome.seen}")
    if len(bad) > most:
        print(f"... and {len(bad) - most} more")
