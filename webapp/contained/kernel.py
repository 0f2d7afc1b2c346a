"""What Linux lets a process give up for good: files, networks, other processes, system calls.

Nothing here needs a privilege, and nothing can be taken back. What a kernel lacks is left out:

- Landlock (Linux 5.13; TCP from 6.7, signals from 6.12) holds for the template and its decoders: no
  file is opened, nothing connected to, no process outside traced or signalled. Without it, that
  rests on the system calls that a decoder lacks.
- A filter of system calls (seccomp; x86-64 and 64-bit ARM) holds for decoders: memory, time, the
  line that is open already, and the end. Without it, decoders can signal each other.
- macOS has neither; there the limits of `webapp.contained.limits` are all. It is for developers.
"""

import ctypes
import os
import platform
import signal
import struct
import sys
from collections.abc import Mapping, Sequence
from functools import cache

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
"""Options of prctl(2)."""

CREATE_RULESET, RESTRICT_SELF = 444, 446
"""Landlock's system calls, of one number everywhere."""

FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights to files each version of Landlock knows; later ones have those of the last."""

CAPABILITIES_VERSION = 0x20080522
"""Of capset(2)."""

ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000
"""Answers of a filter: do it; fail with EPERM; end the process."""

LOAD, SAME, ANSWER = 0x20, 0x15, 0x06
"""Instructions of a filter: read a word of the call; compare it and jump; answer."""

NUMBER, ARCHITECTURE = 0, 4
"""Where the words stand in what a filter is shown of a call."""

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""The kernel's names for them, by the names of Python. Their calls have numbers of their own."""

CALLS: Mapping[str, tuple[int, ...]] = {
    "the open line": (0, 1, 3, 5, 8, 19, 20, 44, 45, 46, 47),
    "memory": (9, 10, 11, 12, 25, 28),
    "signals to itself": (13, 14, 15, 131, 219),
    "time and turns": (24, 96, 98, 202, 204, 228, 229),
    "who it is": (39, 186),
    "chance": (318,),
    "the end": (60, 231),
}
"""All that a decoder may ask the kernel for, in the numbers of x86-64."""

CALLS_ARM: Mapping[str, tuple[int, ...]] = {
    "the open line": (63, 64, 57, 80, 62, 65, 66, 206, 207, 211, 212),
    "memory": (222, 226, 215, 214, 216, 233),
    "signals to itself": (134, 135, 139, 132, 128),
    "time and turns": (124, 169, 165, 98, 123, 113, 114),
    "who it is": (172, 178),
    "chance": (278,),
    "the end": (93, 94),
}
"""The same calls, in the same order, in the numbers of 64-bit ARM."""


class _Program(ctypes.Structure):
    """A filter as the kernel takes it."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def die_with(parent: int) -> None:
    """End this process as soon as its parent ends, however it ends."""
    if sys.platform == "linux":
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before that was said
        os._exit(1)


def forsake_rights() -> None:
    """Give up privileges, being read by others, core files, all files, and networks."""
    if sys.platform == "linux":
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
        _drop_capabilities()
        _landlock()
        _prctl(PR_SET_DUMPABLE, 0)


def forsake_calls() -> None:
    """Give up every system call that decoding does not need. The last thing to do."""
    if sys.platform == "linux" and (instructions := call_filter(platform.machine())):
        program = _Program(len(instructions) // 8, instructions)
        _prctl(PR_SET_SECCOMP, 2, ctypes.addressof(program))


@cache
def call_filter(machine: str) -> bytes:
    """Refuses all but CALLS; nothing for a machine, or a Python, whose calls are not known here."""
    if machine not in ARCHITECTURES or sys.maxsize < 2**32:
        return b""
    calls = CALLS if machine == "x86_64" else CALLS_ARM
    return _instructions(ARCHITECTURES[machine], [each for some in calls.values() for each in some])


def _instructions(architecture: int, allowed: Sequence[int]) -> bytes:
    """Ends a process that speaks as on another architecture, and refuses what is not allowed."""
    steps = [
        (LOAD, 0, 0, ARCHITECTURE),
        (SAME, 1, 0, architecture),
        (ANSWER, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        *((SAME, len(allowed) - at, 0, number) for at, number in enumerate(allowed)),
        (ANSWER, 0, 0, REFUSE),
        (ANSWER, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _landlock() -> None:
    """Forbid all that this kernel's Landlock can forbid; no exception is made."""
    libc = _libc()
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    files = 2 ** FILE_RIGHTS[min(version, max(FILE_RIGHTS))] - 1
    kinds = 1 + (version >= 4) + (version >= 6)  # files; TCP; signals and abstract sockets
    wanted = struct.pack(f"={kinds}Q", *(files, 3, 3)[:kinds])
    rules = libc.syscall(CREATE_RULESET, wanted, ctypes.c_size_t(len(wanted)), 0)
    if rules >= 0:
        libc.syscall(RESTRICT_SELF, rules, 0)
        os.close(rules)


def _drop_capabilities() -> None:
    """Be nobody special, even where the application is run by root."""
    header = struct.pack("=Ii", CAPABILITIES_VERSION, 0)
    _libc().capset(header, bytes(24))


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _prctl(option: int, value: int, more: int = 0) -> None:
    words = (ctypes.c_ulong(word) for word in (value, more, 0, 0))
    _libc().prctl(option, *words)
