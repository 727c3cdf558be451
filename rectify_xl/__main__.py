"""The command `rectify-xl`, also `python -m rectify_xl`: whenever it is told to stop, it ends with a sentence."""

from __future__ import annotations

import gc
import signal
import sys

TYPE_CHECKING = False  # to import `typing` takes longer than all else before the handlers stand
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn


def main() -> NoReturn:
    """Runs the command line and exits with its status; with 3 where it was interrupted or told to end."""
    try:
        for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
            if signal.getsignal(number) == usual:
                signal.signal(number, _interrupt)
        from rectify_xl.cli import main as answer

        answer()
    except KeyboardInterrupt:
        _tell_interrupted()
        sys.exit(3)
    finally:
        gc.freeze()  # else all that a run made is searched for cycles on the way out: 0.4 s of 1,000 returns


class Interrupted(KeyboardInterrupt):
    """What the interpreter does not take for its own: at a plain one in `exec` it ends by the signal, caught or not."""


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Told to end, the program ends as at an interrupt: what it holds outside the workspace is removed."""
    raise Interrupted


def _tell_interrupted() -> None:
    from rectify_xl.commands.streams import speak_utf8
    from rectify_xl.commands.table import language_in, words_in

    speak_utf8()
    sys.stderr.write(words_in(language_in(sys.argv[1:]))["failed"]["interrupted"] + "\n")


if __name__ == "__main__":
    main()
