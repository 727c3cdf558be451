"""The command `rectify-xl`, also `python -m rectify_xl`: whenever it is told to stop, it ends with a sentence."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType


def main() -> NoReturn:
    """Runs the command line and exits with its status; with 3 where it was interrupted or told to end."""
    try:
        if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _interrupt)
        from rectify_xl.cli import main as answer

        answer()
    except KeyboardInterrupt:
        _tell_interrupted()
        sys.exit(3)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Told to end, the program ends as at an interrupt: what it holds outside the workspace is removed."""
    raise KeyboardInterrupt


def _tell_interrupted() -> None:
    from rectify_xl.commands.streams import speak_utf8
    from rectify_xl.commands.table import language_in, words_in

    speak_utf8()
    sys.stderr.write(words_in(language_in(sys.argv[1:]))["failed"]["interrupted"] + "\n")


if __name__ == "__main__":
    main()
