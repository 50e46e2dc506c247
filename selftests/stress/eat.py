#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Takes memory until no more than LEAVE-KIB is available, keeps it that way for two
seconds and ends. Run by stress/pressure.sh.

    eat.py LEAVE-KIB
"""
import mmap
import sys
import time

CHUNK = 1 << 20
HOLD_S, LIMIT_S = 2.0, 40


def available_kib():
    with open("/proc/meminfo", encoding="ascii") as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1])
    raise RuntimeError("no MemAvailable in /proc/meminfo")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    # The OOM killer must choose this process first.
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")
    leave, held, least = int(sys.argv[1]), [], available_kib()
    end = time.monotonic() + LIMIT_S
    hold = None
    while time.monotonic() < (hold or end):
        now = available_kib()
        least = min(least, now)
        if now > leave:
            flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
            held.append(mmap.mmap(-1, CHUNK, flags=flags))
        else:
            hold = hold or time.monotonic() + HOLD_S
            # Memory that the kernel reclaims is taken again.
            time.sleep(0.01)
    if hold is None:
        sys.exit(f"eat: expected {leave} KiB to be left within {LIMIT_S} s, got {least}")
    print(f"took {len(held)} MiB, {least} KiB were left at the least")


main()
