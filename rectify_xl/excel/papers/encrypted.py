"""Files that only a password opens: encrypted and opened again as Excel does it (OOXML agile encryption).

Needs msoffcrypto-tool, which comes with the extra `encrypt`.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from struct import error as StructError
from typing import Any

from rectify_xl.files import save_atomically
from rectify_xl.model import RectifyError

# Smaller than any workbook that a program saves; msoffcrypto's packages of so few bytes do not open again.
_TOO_SMALL = 4_200
# What the package's parser raises at bytes cut short or scrambled.
_BROKEN = (OSError, ValueError, KeyError, StructError)


class EncryptionError(RectifyError):
    """What cannot be encrypted or opened.

    `code` says why: no-encryption (the extra is missing), wrong-password, too-small (a file that is no workbook).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@cache
def _agile() -> Any:
    """msoffcrypto's agile encryption; EncryptionError("no-encryption") without the extra."""
    try:
        from msoffcrypto.method.ecma376_agile import ECMA376Agile
    except ImportError as error:
        raise EncryptionError("no-encryption") from error
    return ECMA376Agile


def encrypt(data: bytes, password: str) -> bytes:
    """The bytes of any file in an encrypted package; no two are alike, for the salt is new every time.

    Excel opens it with the password where `data` is an .xlsx. Raises EncryptionError: no-encryption, too-small.
    """
    if len(data) <= _TOO_SMALL:
        raise EncryptionError("too-small")
    made: bytes = _agile().encrypt(password, BytesIO(data))
    return made


def decrypt(data: bytes, password: str) -> bytes:
    """What `encrypt` was given. Raises EncryptionError: wrong-password (also for bytes that are no such package)."""
    agile = _agile()
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

    unopened = (DecryptionError, FileFormatError, InvalidKeyError, ParseError)
    from msoffcrypto.format.ooxml import OOXMLFile

    try:
        package = OOXMLFile(BytesIO(data))
        if package.type != "agile":
            raise EncryptionError("wrong-password")
        package.load_key(password=password, verify_password=True)
        held = package.file.openstream("EncryptedPackage")
        key = package.info
        made: bytes = agile.decrypt(package.secret_key, key["keyDataSalt"], key["keyDataHashAlgorithm"], held)
    except (*unopened, *_BROKEN) as error:
        raise EncryptionError("wrong-password") from error
    return made


def is_encrypted(data: bytes) -> bool:
    """Whether the bytes are an OLE package, as every encrypted workbook is."""
    return data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def save_encrypted(path: Path, data: bytes, password: str) -> bool:
    """Writes `data` encrypted to `path`, whole or not at all; leaves a file alone that holds just that already.

    So that writing the same twice changes no byte. Gives whether it wrote. Raises OSError and EncryptionError.
    """
    if path.is_file() and _holds(path.read_bytes(), data, password):
        return False
    fresh = encrypt(data, password)
    save_atomically(path, lambda temporary: temporary.write_bytes(fresh))
    return True


def _holds(there: bytes, data: bytes, password: str) -> bool:
    try:
        return is_encrypted(there) and decrypt(there, password) == data
    except EncryptionError as error:
        if error.code == "no-encryption":
            raise
        return False
