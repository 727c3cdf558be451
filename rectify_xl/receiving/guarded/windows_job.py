"""A Windows job: bounds a reader process's memory and ends it with its parent; never tried on a Windows."""

from __future__ import annotations

import subprocess
import sys

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _MEMORY, _ENDS_WITH_US, _ONE_PROCESS, _NO_DIALOGUE = 0x100, 0x2000, 0x8, 0x400
    _EXTENDED_LIMITS = 9

    class _BasicLimits(ctypes.Structure):
        _fields_ = [
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        ]

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = [
            ("Basic", _BasicLimits),
            ("IoCounters", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        ]

    class Job:
        """A job object; closing its handle ends what is in it."""

        def __init__(self, handle: int) -> None:
            self._handle = handle

        def __del__(self) -> None:
            ctypes.windll.kernel32.CloseHandle(wintypes.HANDLE(self._handle))

    def confined(process: subprocess.Popen[bytes], memory_mib: int) -> Job | None:
        """Puts a process into a job that bounds its memory and lets it start no other; None where there is none."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        handle = kernel.CreateJobObjectW(None, None)
        if not handle:
            return None
        job, limits = Job(handle), _ExtendedLimits()
        limits.Basic.LimitFlags = _MEMORY | _ENDS_WITH_US | _ONE_PROCESS | _NO_DIALOGUE
        limits.Basic.ActiveProcessLimit = 1
        limits.ProcessMemoryLimit = memory_mib * 1024 * 1024
        bounds = wintypes.HANDLE(handle), _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
        # Only a Popen on Windows has a handle, and its stubs do not say so.
        target = wintypes.HANDLE(handle), wintypes.HANDLE(int(process._handle))  # type: ignore[attr-defined]
        return job if kernel.SetInformationJobObject(*bounds) and kernel.AssignProcessToJobObject(*target) else None
