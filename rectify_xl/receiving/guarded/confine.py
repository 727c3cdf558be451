"""The confinement of a reader process by itself: limited memory and time, no network, no programs, no writing."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

if sys.platform != "win32":
    import resource

# The status of a process that ended itself because something in it reached out.
FORBIDDEN = 77
_FORBIDDEN_EVENTS = frozenset(
    {
        "ctypes.dlopen",
        "ftplib.connect",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.kill",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.system",
        "pty.spawn",
        "socket.__new__",
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.sendto",
        "subprocess.Popen",
        "urllib.Request",
        "webbrowser.open",
    }
)
# Events that change the file system, and at which places of their arguments the paths stand.
_FILE_EVENTS = {
    "os.chmod": (0,),
    "os.chown": (0,),
    "os.link": (0, 1),
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.rmdir": (0,),
    "os.symlink": (0, 1),
    "os.truncate": (0,),
    "os.utime": (0,),
}
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_writable_folder = [""]


def limit_memory(mib: int) -> bool:
    """No more than so many MiB for this process; False where the system has no such limit. No core is ever dumped."""
    if sys.platform != "win32":
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_AS, (mib * 1024 * 1024, resource.getrlimit(resource.RLIMIT_AS)[1]))
        except (ValueError, OSError):
            return False
        return True
    return False


def limit_seconds(seconds: int) -> None:
    """So many seconds of processor time from now on; the process ends when they are used up."""
    if sys.platform != "win32":
        until, hard = max(int(time.process_time()) + seconds, 1), resource.getrlimit(resource.RLIMIT_CPU)[1]
        if hard == resource.RLIM_INFINITY or until < hard:
            resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def allow_writing(folder: str) -> None:
    """From now on files may be written below this folder, and nowhere else ("": nowhere at all)."""
    _writable_folder[0] = os.path.realpath(folder) + os.sep if folder else ""


def forbid() -> None:
    """From now on this process ends at once when anything in it opens a socket, starts a program or writes a file."""
    sys.addaudithook(_watch)


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN_EVENTS:
        os._exit(FORBIDDEN)
    if event == "open":
        path, _, flags = args
        if (flags or 0) & _WRITE_FLAGS and not isinstance(path, int):
            _forbid_outside(path)
    elif event in _FILE_EVENTS:
        for position in _FILE_EVENTS[event]:
            _forbid_outside(args[position])


def _forbid_outside(path: Any) -> None:
    folder = _writable_folder[0]
    if not folder or isinstance(path, int) or not os.path.realpath(os.fsdecode(path)).startswith(folder):
        os._exit(FORBIDDEN)
