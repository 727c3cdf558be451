"""Deflate in pieces: any process makes a piece of a zip entry, and the pieces laid end to end are the entry."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from rectify_xl.errors import CannotFinish

# The back ends by preference, with the level at which each takes about as long as the rows take to be made. Their
# bytes differ, what they inflate to does not.
_BACK_ENDS = (("isal.isal_zlib", 2), ("zlib_ng.zlib_ng", 2), ("zlib", 2))
# What ends a deflate stream: an empty last block, of fixed codes.
_END = b"\x03\x00"
_POLYNOMIAL = 0xEDB88320


class Fragment(NamedTuple):
    """A deflated piece of an entry: bytes that end at a byte's border, the size and CRC-32 of what was deflated."""

    data: bytes
    size: int
    crc: int


@cache
def back_end(name: str = "") -> tuple[Any, int]:
    """(module, level) of the named back end, or of the first that is installed: isal, zlib-ng, zlib.

    Raises CannotFinish where one is installed but cannot be loaded, as in too little memory: another in its place would
    give the same workbook other bytes this once.
    """
    for module, level in _BACK_ENDS:
        if not name or module == name:
            try:
                return import_module(module), level
            except ModuleNotFoundError:
                continue
            except ImportError as error:
                raise CannotFinish("back-end", name=module, reason=str(error)) from error
    raise ModuleNotFoundError(name)


def deflated(data: bytes, name: str = "") -> Fragment:
    """A piece of an entry, deflated apart from the others: the same bytes wherever and whenever it is made."""
    module, level = back_end(name)
    packer = module.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)
    return Fragment(packed, len(data), module.crc32(data))


def ending() -> Fragment:
    """The last piece of every entry."""
    return Fragment(_END, 0, 0)


# ---- the CRC-32 of pieces laid end to end, from those of the pieces (over GF(2), as zlib does it)


def joined_crc(parts: Iterable[tuple[int, int]]) -> int:
    """The CRC-32 of pieces laid end to end, from (CRC-32, size) of each."""
    total = 0
    for crc, size in parts:
        for power in range(size.bit_length()):
            if size >> power & 1:
                total = _times(_zeros(power), total)
        total ^= crc
    return total


@cache
def _zeros(power: int) -> tuple[int, ...]:
    """What 2 ** power zero bytes do to a CRC, as a matrix of bits."""
    if power:
        half = _zeros(power - 1)
    else:  # a byte is eight bits
        bit = (_POLYNOMIAL, *(1 << place for place in range(31)))
        half = _after(_after(bit, bit), _after(bit, bit))
    return _after(half, half)


def _after(first: tuple[int, ...], then: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(_times(then, row) for row in first)


def _times(matrix: tuple[int, ...], vector: int) -> int:
    product, place = 0, 0
    while vector:
        if vector & 1:
            product ^= matrix[place]
        vector >>= 1
        place += 1
    return product
