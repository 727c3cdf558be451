"""XML broken a little, at random but by its seed: where names, tags and values begin rather than anywhere."""

from __future__ import annotations

import random
import re

_BORDER = re.compile(rb"[<> =\"/]")
_WHOLE = re.compile(rb"<[^<>]*>| [\w:]+=\"[^\"]*\"")
# fmt: off
_SIGNS = (
    b"<", b">", b"&", b'"', b"]]>", b"\x01", b"\x00", b"&#1;", b"&amp;", b"&x;", b"1", b" ", b"\n", b"\r", b"/", b"=",
    b":", b"\xc2\xb2", b"\xe4\xb8\x80", b"\xff", b"\xef\xbf\xbe", b"\xed\xa0\x80",
    b"<!-- -->", b"<![CDATA[x]]>", b"<?a b?>", b"_x000D_",
    b"</row>", b"</c>", b'<c r="', b"<v>", b"</v>", b"<t>", b"</is>", b"<f>", b"<x/>", b"<9/>", b"</si>", b"<si>",
    b' s="1"', b' t="s"', b' r="A1"', b' 9="b"', b' a="\x02"', b' .="1"', b' \xc2\xb2="1"', b"&#x110000;", b"9" * 5_000,
)
# fmt: on


def mutant(data: bytes, seed: int) -> bytes:
    """The data with one to three places changed."""
    source, made = random.Random(seed), bytearray(data)
    for _ in range(source.choice((1, 1, 2, 3))):
        places = [found.start() + source.choice((0, 1)) for found in _BORDER.finditer(made)] or [0]
        at, way = source.choice(places), source.random()
        if way < 0.5:
            made[at:at] = source.choice(_SIGNS)
        elif way < 0.65:
            made[at : at + 1] = bytes((source.randrange(256),))
        elif way < 0.75:
            del made[at : at + source.choice((1, 2, 5, 20))]
        else:
            begin, end = source.choice([found.span() for found in _WHOLE.finditer(made)] or [(0, 0)])
            held = bytes(made[begin:end])
            if source.random() < 0.5:
                del made[begin:end]
            made[at:at] = held
    return bytes(made)
