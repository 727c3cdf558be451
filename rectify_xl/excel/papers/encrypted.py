"""Files protected by a password: encrypted and decrypted as Excel does it (OOXML agile encryption).

Needs msoffcrypto-tool, which comes with the extra `encrypt`.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from struct import error as StructError
from typing import Any

from rectify_xl.errors import RectifyError
from rectify_xl.files import save_atomically

# Smaller than any saved workbook; msoffcrypto cannot decrypt its own packages of so few bytes.
_TOO_SMALL = 4_200
# What the package's parser raises for truncated or damaged bytes.
_PARSE_ERRORS = (OSError, ValueError, KeyError, StructError)


class EncryptionError(RectifyError):
    """A file that cannot be encrypted or decrypted.

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
    """The bytes of any file in an encrypted package, different every time by its random salt.

    Excel opens it with the password where `data` is an .xlsx. Raises EncryptionError: no-encryption, too-small.
    """
    if len(data) <= _TOO_SMALL:
        raise EncryptionError("too-small")
    package: bytes = _agile().encrypt(password, BytesIO(data))
    return package


def decrypt(data: bytes, password: str) -> bytes:
    """The bytes that were encrypted. Raises EncryptionError: wrong-password (also for anything but such a package)."""
    agile = _agile()
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

    refusals = (DecryptionError, FileFormatError, InvalidKeyError, ParseError)
    from msoffcrypto.format.ooxml import OOXMLFile

    try:
        package = OOXMLFile(BytesIO(data))
        if package.type != "agile":
            raise EncryptionError("wrong-password")
        package.load_key(password=password, verify_password=True)
        stream = package.file.openstream("EncryptedPackage")
        key = package.info
        content: bytes = agile.decrypt(package.secret_key, key["keyDataSalt"], key["keyDataHashAlgorithm"], stream)
    except (*refusals, *_PARSE_ERRORS) as error:
        raise EncryptionError("wrong-password") from error
    return content


def is_encrypted(data: bytes) -> bool:
    """Whether the bytes are an OLE package, as every encrypted workbook is."""
    return data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def save_encrypted(path: Path, data: bytes, password: str) -> bool:
    """Writes `data` encrypted to `path`, whole or not at all, unless the file there holds the same; whether it wrote.

    Writing the same twice thus changes no byte. Raises OSError and EncryptionError.
    """
    if path.is_file() and _holds(path.read_bytes(), data, password):
        return False
    package = encrypt(data, password)
    save_atomically(path, lambda temporary: temporary.write_bytes(package))
    return True


def _holds(package: bytes, data: bytes, password: str) -> bool:
    try:
        return is_encrypted(package) and decrypt(package, password) == data
    except EncryptionError as error:
        if error.code == "no-encryption":
            raise
        return False
