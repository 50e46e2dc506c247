# SPDX-License-Identifier: GPL-2.0
"""Entering a named network namespace from Python, for the programs of the
namespace tests that hold sockets in more than one."""
import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000


def enter(name):
    """Moves this thread to network namespace NAME: sockets opened from here on
    belong to it."""
    fd = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        if _libc.setns(fd, _CLONE_NEWNET):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), name)
    finally:
        os.close(fd)
